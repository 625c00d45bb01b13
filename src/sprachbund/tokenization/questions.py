"""Questions with contexts to windows of pieces, and the characters that every piece stands for.

A window is the question, as the first text of a pair, and a part of the context. The windows of a long context begin
`stride` pieces after one another, so that most answers stand in several windows with context on both sides of them
(BERT's way with SQuAD). What may begin or end an answer is read in every window: its first piece, which stands for
"there is no answer here", and every piece of its context that stands for a character other than a blank. A word
in the sense of `EncodedCorpus` is such a reading; a piece that stands in two windows is read twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import QuestionExample
from sprachbund.tokenization.chunks import ChunkEncoder, EncodedChunk, framed
from sprachbund.tokenization.frame import Frame, frame_of
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index
from sprachbund.tokenization.tokenizer import PieceTokenizer

START, END, BOTH = 0, 1, 2
"""Gold ids of a reading: the answer starts there, ends there, or both; -1: neither."""
NO_SPAN = -1

_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class QuestionChunk:
    """Some questions, encoded.

    Args:
        chunk: windows and readings.
        gold_ids: (readings,) START, END, BOTH or -1.
        char_starts, char_ends: (readings,) the characters of its context that each piece stands for, blanks around
            them left out; -1 for the first piece of a window.
    """

    chunk: EncodedChunk
    gold_ids: NDArray[np.int32]
    char_starts: NDArray[np.int32]
    char_ends: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Contexts:
    """The pieces of some contexts, one after another.

    Args:
        ids: (pieces,) vocabulary ids.
        offsets: (examples + 1,) where each context's pieces begin.
        starts, ends: (pieces,) characters without blanks around them; equal where there is nothing but a blank.
    """

    ids: NDArray[np.int32]
    offsets: Integers
    starts: Integers
    ends: Integers


def encode_questions(
    encoder: ChunkEncoder, examples: Sequence[QuestionExample], config: AnswerConfig
) -> QuestionChunk:
    """Encode questions.

    The question gets at most half of a window. In a window that does not hold the whole of the first gold answer,
    its first piece is the gold start and end. Counted in the chunk's notes: `question_pieces_cut`;
    `answers_widened` (pieces that begin before or end after the answer); `answers_beyond_windows` and
    `answers_without_pieces`, which are trained as "no answer".

    Raises:
        DataError: `max_pieces` has no room beside the special pieces.
    """
    frame = frame_of(encoder.tokenizer, pair=True)
    room = frame.capacity(encoder.max_pieces)
    questions, question_lengths, cut = _questions(encoder.tokenizer, examples, min(config.max_question_pieces,
                                                                                   room // 2))
    contexts = _contexts(encoder.tokenizer, examples)
    lengths = np.diff(contexts.offsets)
    owners, begins, sizes = _windows(lengths, room - question_lengths, config.stride)
    starts = contexts.offsets[owners] + begins
    flat = np.concatenate([questions, contexts.ids])
    ids, types = framed(flat, offsets_of(question_lengths)[owners], question_lengths[owners],
                        len(questions) + starts, sizes, frame)
    windows, pieces, positions = _readings(contexts, starts, sizes, question_lengths[owners], frame)
    firsts, lasts, notes = _gold_pieces(examples, contexts)
    holds = (firsts[owners] >= starts) & (lasts[owners] < starts + sizes) & (firsts[owners] >= 0)
    notes |= {"question_pieces_cut": cut, "answers_beyond_windows": _beyond(firsts, owners, holds)}
    in_context = pieces >= 0
    chars = [np.where(in_context, of[pieces], NO_SPAN).astype(np.int32) for of in (contexts.starts, contexts.ends)]
    read = np.bincount(owners[windows[in_context]], minlength=len(examples))
    chunk = EncodedChunk(
        piece_ids=ids,
        type_ids=types,
        window_lengths=sizes + question_lengths[owners] + frame.size,
        window_examples=owners,
        read_counts=np.bincount(windows, minlength=len(owners)),
        read_positions=positions.astype(np.int32),
        read_words=np.arange(len(windows)),
        word_counts=np.bincount(owners[windows], minlength=len(examples)),
        windowed=(np.bincount(owners, minlength=len(examples)) > 1).astype(np.int32),
        unpredicted=(read == 0).astype(np.int32),
        notes={name: count for name, count in notes.items() if count},
    )
    known = np.array([example.answers is not None for example in examples], dtype=np.bool_)
    gold = _gold(pieces, windows, firsts[owners], lasts[owners], holds, known[owners])
    return QuestionChunk(chunk, gold, *chars)


def _questions(
    tokenizer: PieceTokenizer, examples: Sequence[QuestionExample], longest: int
) -> tuple[NDArray[np.int32], Integers, int]:
    """Flat ids of the questions, their lengths, and how many pieces were cut from them."""
    encodings = tokenizer.tokenizer.encode_batch_fast([one.question for one in examples], add_special_tokens=False)
    whole = np.fromiter(map(len, encodings), dtype=np.int64, count=len(encodings))
    lengths = np.minimum(whole, longest)
    ids = chain.from_iterable(one.ids[:longest] for one in encodings)
    return np.fromiter(ids, np.int32, count=int(lengths.sum())), lengths, int((whole - lengths).sum())


def _contexts(tokenizer: PieceTokenizer, examples: Sequence[QuestionExample]) -> _Contexts:
    """Contexts follow one another in a file, one for several questions: each is encoded once."""
    distinct = list(dict.fromkeys(example.context for example in examples))
    encodings = tokenizer.tokenizer.encode_batch(distinct, add_special_tokens=False)
    encoded = {
        text: (np.array(one.ids, dtype=np.int32), *_without_blanks(text, one.offsets))
        for text, one in zip(distinct, encodings, strict=True)
    }
    parts = [encoded[example.context] for example in examples]
    ids, starts, ends = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _Contexts(ids, offsets_of(np.array([len(part[0]) for part in parts])), starts, ends)


def _without_blanks(text: str, offsets: Sequence[tuple[int, int]]) -> tuple[Integers, Integers]:
    """Offsets of pieces, in characters, with the blanks at their edges left out; (0, 0) where nothing is left."""
    visible = np.flatnonzero(np.fromiter((not character.isspace() for character in text), np.bool_, count=len(text)))
    bounds = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    first, stop = np.searchsorted(visible, bounds[:, 0]), np.searchsorted(visible, bounds[:, 1])
    some = stop > first
    padded = np.append(visible, 0)
    return np.where(some, padded[first], 0), np.where(some, padded[stop - 1] + 1, 0)


def _windows(lengths: Integers, rooms: Integers, stride: int) -> tuple[Integers, Integers, Integers]:
    """The windows of contexts with so many pieces: whose, where they begin in the context, how many pieces."""
    steps = np.minimum(stride, rooms)
    counts = np.where(lengths > 0, 1 + -(-np.maximum(lengths - rooms, 0) // steps), 0)
    owners = np.repeat(np.arange(len(lengths)), counts)
    begins = ragged_index(np.zeros(len(counts), dtype=np.int64), counts) * steps[owners]
    return owners, begins, np.minimum(rooms[owners], lengths[owners] - begins)


def _readings(
    contexts: _Contexts, starts: Integers, sizes: Integers, question_lengths: Integers, frame: Frame
) -> tuple[Integers, Integers, Integers]:
    """All readings, window by window: the window, the piece (-1 for its first piece), the position in the window."""
    pieces, window = ragged_index(starts, sizes), np.repeat(np.arange(len(starts)), sizes)
    before = len(frame.before) + len(frame.between) + question_lengths
    positions = pieces - starts[window] + before[window]
    visible = contexts.ends[pieces] > contexts.starts[pieces]
    every = np.arange(len(starts))
    windows = np.concatenate([every, window[visible]])
    order = np.argsort(windows, kind="stable")
    nowhere = np.full(len(starts), _NOWHERE)
    return (windows[order], np.concatenate([nowhere, pieces[visible]])[order],
            np.concatenate([np.zeros_like(every), positions[visible]])[order])


def _gold_pieces(
    examples: Sequence[QuestionExample], contexts: _Contexts
) -> tuple[Integers, Integers, dict[str, int]]:
    """For each example the first and the last piece of its first gold answer, -1 where there is none."""
    firsts, lasts = (np.full(len(examples), _NOWHERE, dtype=np.int64) for _ in range(2))
    notes = {"answers_widened": 0, "answers_without_pieces": 0}
    for number, example in enumerate(examples):
        if not example.answers:
            continue
        answer = example.answers[0]
        begin, end = contexts.offsets[number : number + 2].tolist()
        starts, ends = contexts.starts[begin:end], contexts.ends[begin:end]
        held = np.flatnonzero((ends > answer.start) & (starts < answer.end) & (ends > starts))
        if not len(held):
            notes["answers_without_pieces"] += 1
            continue
        firsts[number], lasts[number] = begin + held[0], begin + held[-1]
        blanks = len(answer.text) - len(answer.text.lstrip())
        notes["answers_widened"] += bool(starts[held[0]] < answer.start + blanks
                                         or ends[held[-1]] > answer.start + len(answer.text.rstrip()))
    return firsts, lasts, notes


def _beyond(firsts: Integers, owners: Integers, holds: NDArray[np.bool_]) -> int:
    """How many answers stand whole in no window."""
    held = np.bincount(owners[holds], minlength=len(firsts)) > 0
    return int(((firsts >= 0) & ~held).sum())


def _gold(
    pieces: Integers, windows: Integers, firsts: Integers, lasts: Integers, holds: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """START, END, BOTH or -1 for each reading; `firsts`, `lasts`, `holds` and `known` are by window."""
    gold = np.full(len(pieces), NO_SPAN, dtype=np.int32)
    held = holds[windows]
    starts, ends = held & (pieces == firsts[windows]), held & (pieces == lasts[windows])
    gold[starts], gold[ends] = START, END
    gold[(starts & ends) | ((pieces == _NOWHERE) & ~held)] = BOTH
    gold[~known[windows]] = NO_SPAN
    return gold
