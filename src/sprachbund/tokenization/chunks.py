"""Some examples at a time to flat arrays of piece ids: one call of the tokenizer, no Python loop over pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.tokenization.alignment import align
from sprachbund.tokenization.frame import Frame, Specials, frame_of
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index
from sprachbund.tokenization.tokenizer import PieceTokenizer
from sprachbund.tokenization.windows import cut_windows, longest_first


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """Windows of pieces with the words that are read in each; lengths instead of offsets, indices
    that count within the chunk.

    Args:
        piece_ids: (pieces,) ids of all windows, special pieces included.
        type_ids: (pieces,) segment ids.
        window_lengths: (windows,) pieces of each window.
        window_examples: (windows,) the example each belongs to, counted within the chunk.
        read_counts: (windows,) how many words are read in each window.
        read_positions: (reads,) position in its window of the piece that stands for a word; -1 for the whole window.
        read_words: (reads,) flat index of that word within the chunk.
        word_counts: (examples,) words of each example; 1 where the whole text, or one of its choices, gets one label.
        windowed: (examples,) words read through several windows, or 1 for a text that was cut.
        unpredicted: (examples,) words without a piece, or 1 for a text without any.
        notes: counts of what was cut.
    """

    piece_ids: NDArray[np.int32]
    type_ids: NDArray[np.uint8]
    window_lengths: Integers
    window_examples: Integers
    read_counts: Integers
    read_positions: NDArray[np.int32]
    read_words: Integers
    word_counts: Integers
    windowed: NDArray[np.int32]
    unpredicted: NDArray[np.int32]
    notes: dict[str, int] = field(default_factory=dict)


WHOLE = -1
"""Instead of a position in a window: what is read there is the window as a whole."""


class ChunkEncoder:
    """Turns examples into chunks.

    Args:
        tokenizer: the encoder's tokenizer.
        max_pieces: longest window, special pieces included.
    """

    def __init__(self, tokenizer: PieceTokenizer, max_pieces: int) -> None:
        self.tokenizer = tokenizer
        self.max_pieces = max_pieces
        self.single = frame_of(tokenizer, pair=False)

    def sentences(self, examples: Sequence[TokenExample]) -> EncodedChunk:
        """Encode sentences of words; long ones become overlapping windows.

        Raises:
            DataError: `max_pieces` has no room beside the special pieces.
        """
        aligned = align(self.tokenizer, [example.words for example in examples])
        cut = cut_windows(aligned, self.single.capacity(self.max_pieces))
        nothing = np.zeros(len(cut.starts), dtype=np.int64)
        ids, types = framed(aligned.ids, cut.starts, cut.lengths, nothing, nothing, self.single)
        read = np.flatnonzero(cut.owners >= 0)
        read = read[np.argsort(cut.owners[read], kind="stable")]
        windows = cut.owners[read]
        positions = aligned.read_at[read] - cut.starts[windows] + len(self.single.before)
        word_counts = np.diff(aligned.word_offsets)
        lost = np.add.reduceat(np.append(cut.owners < 0, 0), aligned.word_offsets[:-1]) * (word_counts > 0)
        several = np.bincount(cut.sentences, minlength=len(examples)) > 1
        return EncodedChunk(
            piece_ids=ids,
            type_ids=types,
            window_lengths=cut.lengths + self.single.size,
            window_examples=cut.sentences,
            read_counts=np.bincount(windows, minlength=len(cut.starts)),
            read_positions=positions.astype(np.int32),
            read_words=read,
            word_counts=word_counts,
            windowed=np.where(several, word_counts, 0).astype(np.int32),
            unpredicted=lost.astype(np.int32),
            notes={"pieces_cut": cut.pieces_cut} if cut.pieces_cut else {},
        )

    def frames(self, examples: Sequence[TokenExample]) -> EncodedChunk:
        """Encode sentences of words that have a label as a whole, too: it stands before the words, as one more.

        It is read in the sentence's first window, and counts as read through several where the sentence is.

        Raises:
            DataError: as `sentences`.
        """
        chunk = self.sentences(examples)
        counts = chunk.word_counts
        starts = offsets_of(counts)[:-1] + np.arange(len(counts))  # of the sentences, one word longer each
        words = chunk.read_words + np.repeat(np.arange(len(counts)), counts)[chunk.read_words] + 1
        firsts = np.flatnonzero(np.diff(chunk.window_examples, prepend=-1))
        at = offsets_of(chunk.read_counts)[firsts]
        several = np.bincount(chunk.window_examples, minlength=len(counts)) > 1
        empty = np.bincount(chunk.window_examples, minlength=len(counts)) == 0
        read_counts = chunk.read_counts.copy()
        read_counts[firsts] += 1
        return replace(
            chunk,
            read_counts=read_counts,
            read_positions=np.insert(chunk.read_positions, at, WHOLE),
            read_words=np.insert(words, at, starts[chunk.window_examples[firsts]]),
            word_counts=counts + 1,
            windowed=(chunk.windowed + several).astype(np.int32),
            unpredicted=(chunk.unpredicted + empty).astype(np.int32),
        )

    def texts(self, examples: Sequence[TextExample]) -> EncodedChunk:
        """Encode texts and pairs that get one label each; what does not fit is cut and counted.

        Raises:
            DataError: `max_pieces` has no room beside the special pieces.
        """
        pair_frame = frame_of(self.tokenizer, pair=True)
        paired = np.array([example.text_pair is not None for example in examples], dtype=np.bool_)
        second = [example.text_pair for example in examples if example.text_pair is not None]
        flat, starts, lengths = self.pieces([*(example.text for example in examples), *second])
        n = len(examples)
        second_starts, second_lengths = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        second_starts[paired], second_lengths[paired] = starts[n:], lengths[n:]
        first = np.where(paired, lengths[:n], np.minimum(lengths[:n], self.single.capacity(self.max_pieces)))
        kept, kept_second = longest_first(first, second_lengths, pair_frame.capacity(self.max_pieces))
        kept = np.where(paired, kept, first)
        cut = lengths[:n] + second_lengths - kept - kept_second
        sizes = kept + kept_second + np.where(paired, pair_frame.size, self.single.size)
        ids, types = np.zeros(sizes.sum(), dtype=np.int32), np.zeros(sizes.sum(), dtype=np.uint8)
        places = offsets_of(sizes)[:-1]
        for rows, frame in ((np.flatnonzero(~paired), self.single), (np.flatnonzero(paired), pair_frame)):
            target = ragged_index(places[rows], sizes[rows])
            ids[target], types[target] = framed(
                flat, starts[:n][rows], kept[rows], second_starts[rows], kept_second[rows], frame
            )
        present = np.flatnonzero(sizes > 0)
        return EncodedChunk(
            piece_ids=ids,
            type_ids=types,
            window_lengths=sizes[present],
            window_examples=present,
            read_counts=np.zeros(len(present), dtype=np.int64),
            read_positions=np.zeros(0, dtype=np.int32),
            read_words=np.zeros(0, dtype=np.int64),
            word_counts=np.ones(n, dtype=np.int64),
            windowed=(cut > 0).astype(np.int32),
            unpredicted=(sizes == 0).astype(np.int32),
            notes={"pieces_cut": int(cut.sum())} if cut.any() else {},
        )

    def pieces(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], Integers, Integers]:
        """Flat ids, and where each text's own begin and how many they are."""
        encodings = self.tokenizer.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        lengths = np.fromiter(map(len, encodings), dtype=np.int64, count=len(encodings))
        flat = np.fromiter(chain.from_iterable(one.ids for one in encodings), np.int32, count=int(lengths.sum()))
        return flat, offsets_of(lengths)[:-1], lengths


def framed(
    flat: NDArray[np.int32],
    starts: Integers,
    lengths: Integers,
    second_starts: Integers,
    second_lengths: Integers,
    frame: Frame,
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Lay special pieces around slices of `flat`, row by row: before, first, between, second, after.

    Args:
        flat: (pieces,) ids of all texts.
        starts, lengths: (rows,) slices of `flat` that are the first texts.
        second_starts, second_lengths: (rows,) those that are the second ones.
        frame: its special pieces.

    Returns:
        Ids and segment ids of all rows, one after another.
    """
    sizes = lengths + second_lengths + frame.size
    ids, types = np.empty(sizes.sum(), dtype=np.int32), np.empty(sizes.sum(), dtype=np.uint8)
    place, rows = offsets_of(sizes)[:-1], len(sizes)

    def lay(values: NDArray[np.int32], kinds: NDArray[np.uint8] | int, counts: Integers) -> None:
        target = ragged_index(place, counts)
        ids[target], types[target] = values, kinds
        np.add(place, counts, out=place)

    def lay_special(special: Specials) -> None:
        lay(np.tile(special.ids, rows), np.tile(special.types, rows), np.full(rows, len(special), dtype=np.int64))

    lay_special(frame.before)
    lay(flat[ragged_index(starts, lengths)], frame.type_first, lengths)
    lay_special(frame.between)
    lay(flat[ragged_index(second_starts, second_lengths)], frame.type_second, second_lengths)
    lay_special(frame.after)
    return ids, types
