"""Questions with choices to windows of pieces: a pair of texts a choice.

The first text of every pair is the context, or a question that stands alone; the second one is the question, where
there is a context, and the choice. An example's windows follow one another in the order of its choices. What does not
fit is cut from the beginning of the context: questions and endings mostly follow on its end. All choices of an example
see the same part of it, so that none is told from another by what it was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from sprachbund.core.errors import DataError
from sprachbund.data.examples import ChoiceExample
from sprachbund.tokenization.chunks import ChunkEncoder, EncodedChunk, framed
from sprachbund.tokenization.frame import frame_of
from sprachbund.tokenization.ragged import Integers, offsets_of


def encode_choices(encoder: ChunkEncoder, examples: Sequence[ChoiceExample]) -> EncodedChunk:
    """Encode questions with choices; pieces cut from contexts are counted (`context_pieces_cut`).

    Raises:
        DataError: `max_pieces` has no room beside the special pieces; a choice does not fit with its question, with
            the place of its example.
    """
    frame = frame_of(encoder.tokenizer, pair=True)
    room = frame.capacity(encoder.max_pieces)
    distinct = {text: number for number, text in enumerate(dict.fromkeys(example.first for example in examples))}
    seconds = [example.seconds for example in examples]
    flat, starts, lengths = encoder.pieces([*distinct, *chain.from_iterable(seconds)])
    shared = np.array([distinct[example.first] for example in examples], dtype=np.int64)
    first_starts, first_lengths = starts[shared], lengths[shared]
    second_starts, second_lengths = starts[len(distinct):], lengths[len(distinct):]
    counts = np.array([len(texts) for texts in seconds], dtype=np.int64)
    longest = np.maximum.reduceat(second_lengths, offsets_of(counts)[:-1])
    _check_room(examples, longest, room, encoder.max_pieces)
    kept = np.minimum(first_lengths, room - longest)
    cut = first_lengths - kept
    owners = np.repeat(np.arange(len(examples)), counts)
    ids, types = framed(flat, (first_starts + cut)[owners], kept[owners], second_starts, second_lengths, frame)
    return EncodedChunk(
        piece_ids=ids,
        type_ids=types,
        window_lengths=kept[owners] + second_lengths + frame.size,
        window_examples=owners,
        read_counts=np.zeros(len(owners), dtype=np.int64),
        read_positions=np.zeros(0, dtype=np.int32),
        read_words=np.zeros(0, dtype=np.int64),
        word_counts=np.ones(len(examples), dtype=np.int64),
        windowed=(cut > 0).astype(np.int32),
        unpredicted=np.zeros(len(examples), dtype=np.int32),
        notes={"context_pieces_cut": int(cut.sum())} if cut.any() else {},
    )


def _check_room(examples: Sequence[ChoiceExample], longest: Integers, room: int, max_pieces: int) -> None:
    """Refuse the first example with a choice that no window holds together with its question."""
    beyond = np.flatnonzero(longest > room)
    if len(beyond):
        example = examples[beyond[0]]
        raise DataError(
            f"a choice of the example {example.identity} has {longest[beyond[0]]} pieces with its question, and an "
            f"input of {max_pieces} pieces holds {room}", where=example.location,
            remedy="raise max_pieces, shorten the choice, or take the example out: choices are never cut",
        )
