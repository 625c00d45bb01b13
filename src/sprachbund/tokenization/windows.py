"""Inputs that are longer than the encoder takes: overlapping windows for words, a counted cut for texts.

A sentence of words is cut at word boundaries into windows that overlap by a quarter, and each word
is owned by exactly one of them: the one that shows most context on both sides of it. So each word is
trained and predicted once, and stitching is nothing more than writing predictions where they belong.
A text that gets one label is cut, longest of a pair first, and the cut is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.tokenization.alignment import AlignedPieces
from sprachbund.tokenization.ragged import Integers

OVERLAP = 0.25
"""Share of a window that the next one repeats; a word then sees at least an eighth of a window to each side."""

_NONE = -1


@dataclass(frozen=True, slots=True)
class Windows:
    """How the sentences of `AlignedPieces` are cut.

    Args:
        starts, lengths: (windows,) the flat slice of pieces each window holds.
        sentences: (windows,) the sentence each belongs to, ascending.
        owners: (words,) the window each word is read in; -1 for words without a piece.
        pieces_cut: pieces that stand in no window (the tail of a word longer than a window).
    """

    starts: Integers
    lengths: Integers
    sentences: Integers
    owners: Integers
    pieces_cut: int


def cut_windows(aligned: AlignedPieces, capacity: int) -> Windows:
    """Cut every sentence that has more than `capacity` pieces; sentences without a piece get no window."""
    lengths = np.diff(aligned.piece_offsets)
    counts = np.minimum(lengths, 1)
    spans: dict[int, list[tuple[int, int]]] = {}
    for sentence in np.flatnonzero(lengths > capacity).tolist():
        spans[sentence] = _spans(aligned, sentence, capacity)
        counts[sentence] = len(spans[sentence])
    sentences = np.repeat(np.arange(len(lengths)), counts)
    firsts = np.cumsum(counts) - counts
    starts, sizes = aligned.piece_offsets[sentences], lengths[sentences]
    n_words = np.diff(aligned.word_offsets)
    owners = np.where(aligned.read_at >= 0, np.repeat(firsts, n_words), _NONE)
    for sentence, its in spans.items():
        window = slice(firsts[sentence], firsts[sentence] + len(its))
        starts[window], sizes[window] = [a for a, _ in its], [b - a for a, b in its]
        word = slice(aligned.word_offsets[sentence], aligned.word_offsets[sentence + 1])
        owners[word] = _owners(aligned, sentence, its, int(firsts[sentence]))
    return Windows(starts, sizes, sentences, owners, _pieces_cut(aligned, spans))


def _spans(aligned: AlignedPieces, sentence: int, capacity: int) -> list[tuple[int, int]]:
    """Slices of at most `capacity` pieces that together hold every word of the sentence."""
    begin, end = aligned.piece_offsets[sentence : sentence + 2].tolist()
    words = aligned.words[begin:end]
    heads = begin + np.flatnonzero(np.diff(words, prepend=-1))
    bounds = np.append(heads, end)
    reads = aligned.read_at[words[heads - begin]]
    overlap = int(capacity * OVERLAP)
    spans: list[tuple[int, int]] = []
    first, count = 0, len(heads)
    while first < count:
        last = int(np.searchsorted(bounds, bounds[first] + capacity, side="right")) - 1  # words first..last-1 fit
        if last == first:  # one word longer than a window: the part that holds the piece which stands for it
            start = int(bounds[first] if reads[first] < bounds[first] + capacity else reads[first])
            spans.append((start, int(min(start + capacity, bounds[first + 1]))))
            first += 1
            continue
        spans.append((int(bounds[first]), int(bounds[last])))
        if last == count:
            break
        # step back for the overlap, but not so far that the next window would not reach a new word
        first = min(last, int(np.searchsorted(bounds, max(bounds[last] - overlap, bounds[last + 1] - capacity))))
    return spans


def _owners(aligned: AlignedPieces, sentence: int, spans: list[tuple[int, int]], first_window: int) -> Integers:
    """For each word of a sentence the window with most context on its poorer side; the first of equals."""
    begin, end = aligned.piece_offsets[sentence : sentence + 2].tolist()
    read_at = aligned.read_at[aligned.word_offsets[sentence] : aligned.word_offsets[sentence + 1]]
    owners, best = np.full(len(read_at), _NONE), np.full(len(read_at), _NONE)
    unlimited = end - begin
    for number, (start, stop) in enumerate(spans):
        inside = np.flatnonzero((read_at >= start) & (read_at < stop))
        left = read_at[inside] - start + (unlimited if start == begin else 0)
        right = stop - 1 - read_at[inside] + (unlimited if stop == end else 0)
        context = np.minimum(left, right)
        better = context > best[inside]
        owners[inside[better]] = first_window + number
        best[inside[better]] = context[better]
    return owners


def _pieces_cut(aligned: AlignedPieces, spans: dict[int, list[tuple[int, int]]]) -> int:
    lost = 0
    for sentence, its in spans.items():
        seen = np.zeros(int(aligned.piece_offsets[sentence + 1] - aligned.piece_offsets[sentence]), dtype=np.bool_)
        base = int(aligned.piece_offsets[sentence])
        for start, stop in its:
            seen[start - base : stop - base] = True
        lost += int((~seen).sum())
    return lost


def longest_first(
    first: NDArray[np.integer], second: NDArray[np.integer], capacity: int
) -> tuple[Integers, Integers]:
    """Lengths that fit: pieces are taken from the end of the longer text until both fit together.

    Args:
        first, second: (examples,) lengths of the two texts; zeros for a missing second.
        capacity: pieces that fit.

    Returns:
        The two new lengths.

    >>> [lengths.tolist() for lengths in longest_first(np.array([3, 9, 9]), np.array([2, 3, 9]), 8)]
    [[3, 5, 4], [2, 3, 4]]
    """
    kept_second = np.minimum(second, np.maximum(capacity // 2, capacity - first))
    kept_first = np.minimum(first, capacity - kept_second)
    return kept_first.astype(np.int64), kept_second.astype(np.int64)
