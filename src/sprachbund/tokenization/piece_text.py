"""Running text as windows of pieces in memory-mapped arrays: nothing of the text is lost, and nothing stands twice.

Each text is a window of its own, or is cut evenly into several where it is too long; or texts are packed: one after
another with the piece that ends a text between them, into windows that are full. Some texts are held out, by a digest
of what they say, so that equal texts stand on the same side whatever their order. A folder holds one `.npy` file an
array, and `text.json`, written last, with everything else.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import storage_faults_told, write_text
from sprachbund.core.source import Location
from sprachbund.tokenization.array_file import ArrayFile
from sprachbund.tokenization.chunks import framed
from sprachbund.tokenization.frame import Frame, frame_of
from sprachbund.tokenization.ragged import Integers, offsets_of, ragged_index
from sprachbund.tokenization.tokenizer import PieceTokenizer

HELD_OUT_TEXTS = 1000
"""Most different texts of one file that are held out: more would cost training and tell little more."""

_AT_ONCE, _CHARACTERS = 2048, 1_000_000  # texts and characters tokenised in one call
_LONGEST = 100_000  # characters; a longer text (a book without a line end) is cut at a space first
_FORMAT, _FACTS = 1, "text.json"
_DIGITS = 8


@dataclass(frozen=True)
class PieceText:
    """One file of raw text, tokenised.

    Args:
        name, language, fingerprint: of the text; "" for a language that nobody says.
        tokenizer: fingerprint of the tokenizer.
        pad_id: its padding piece.
        spaced: whether the language's script puts spaces between words.
        texts, held_out_texts: how many there are, and how many of these are held out.
        notes: what reader and tokeniser counted.
        piece_ids: (pieces,) int32, all windows one after another, special pieces included.
        window_offsets: (windows + 1,) where each begins.
        held_out: (windows,) True where a window is not trained on.
    """

    name: str
    language: str
    fingerprint: str
    tokenizer: str
    pad_id: int
    spaced: bool
    texts: int
    held_out_texts: int
    notes: dict[str, int]
    piece_ids: NDArray[np.int32]
    window_offsets: Integers
    held_out: NDArray[np.bool_]

    @property
    def label(self) -> str:
        """What tables call it."""
        return f"{self.name} {self.language}".strip()

    @property
    def window_lengths(self) -> Integers:
        """(windows,) pieces of each."""
        return np.diff(self.window_offsets)

    def windows(self, *, held_out: bool) -> Integers:
        """Numbers of the windows that are held out, or of the others."""
        return np.flatnonzero(np.asarray(self.held_out) == held_out)

    @classmethod
    def load(cls, folder: Path) -> PieceText:
        """Open a folder that `write_piece_text` wrote.

        Raises:
            FormatError: not such a folder, or another version.
        """
        try:
            facts: dict[str, Any] = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            if facts.pop("format") != _FORMAT:
                raise ValueError("it was written by another version")
            for item in fields(cls):
                if item.name not in facts:
                    facts[item.name] = np.load(folder / f"{item.name}.npy", mmap_mode="r", allow_pickle=False)
            text = cls(**facts)
            if len(text.piece_ids) != text.window_offsets[-1] or len(text.held_out) != len(text.window_offsets) - 1:
                raise ValueError("its arrays do not fit each other")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FormatError(f"this folder is not a tokenised text: {error}", where=Location(str(folder)),
                              remedy="remove the folder; it is made again from the text") from None
        return text


def write_piece_text(
    texts: Iterable[str], tokenizer: PieceTokenizer, folder: Path, facts: dict[str, Any], notes: Counter[str], *,
    max_pieces: int, packed: bool, held_out: float,
) -> None:
    """Tokenise texts while they are read; memory does not grow with them.

    Args:
        texts: not empty, one at a time.
        tokenizer: the encoder's.
        folder: to write.
        facts: name, language, fingerprint and spaced, as in `PieceText`.
        notes: counts of the reader, complete once the texts have come to their end; added to.
        max_pieces: longest window, special pieces included.
        packed: fill windows with several texts.
        held_out: share of different texts that are held out.

    Raises:
        DataError: there is no text, or `max_pieces` has no room beside the special pieces.
        StorageError: no space, no permission.
    """
    frame = frame_of(tokenizer, pair=False)
    capacity = frame.capacity(min(max_pieces, tokenizer.max_pieces))
    sides = (_Side(frame, capacity, packed=packed), _Side(frame, capacity, packed=packed))
    choice, counts = _HeldOut(held_out), Counter[str]()
    with storage_faults_told(folder), ExitStack() as files:
        folder.mkdir(parents=True, exist_ok=True)
        kinds = {"piece_ids": np.int32, "window_offsets": np.int64, "held_out": np.bool_}
        arrays = {name: files.enter_context(ArrayFile(folder / f"{name}.npy", kind)) for name, kind in kinds.items()}
        arrays["window_offsets"].append(np.zeros(1, dtype=np.int64))
        end = 0
        parts = chain(_parts(texts, tokenizer, choice, sides, counts, notes),
                      ((side.rest(), bool(number)) for number, side in enumerate(sides)))
        for (ids, lengths), is_held_out in parts:
            arrays["piece_ids"].append(ids)
            arrays["window_offsets"].append(end + np.cumsum(lengths, dtype=np.int64))
            arrays["held_out"].append(np.full(len(lengths), is_held_out))
            end += len(ids)
    if not end:
        raise DataError(f"{facts['name']} {facts['language']}".strip() + " holds no text",
                        remedy="check the file and its column, or leave it out")
    about = {**facts, "tokenizer": tokenizer.fingerprint, "pad_id": tokenizer.pad_id, "texts": counts["texts"],
             "held_out_texts": counts["held_out"], "notes": dict(notes)}
    write_text(folder / _FACTS, json.dumps({"format": _FORMAT, **about}, ensure_ascii=False))


Windows = tuple[NDArray[np.int32], Integers]
"""Ids of windows, one after another, and the length of each."""


def _parts(
    texts: Iterable[str], tokenizer: PieceTokenizer, choice: _HeldOut, sides: tuple[_Side, _Side],
    counts: Counter[str], notes: Counter[str],
) -> Iterator[tuple[Windows, bool]]:
    """Full windows of each chunk, of either side."""
    for chunk in _chunks(texts, choice, counts):
        encodings = tokenizer.tokenizer.encode_batch_fast([text for text, _ in chunk], add_special_tokens=False)
        lengths = np.fromiter(map(len, encodings), dtype=np.int64, count=len(encodings))
        flat = np.fromiter(chain.from_iterable(one.ids for one in encodings), np.int32, count=int(lengths.sum()))
        starts, side_of = offsets_of(lengths)[:-1], np.array([held for _, held in chunk], dtype=np.bool_)
        if not lengths.all():
            notes["texts_without_pieces"] += int((lengths == 0).sum())
        for number, side in enumerate(sides):
            own = np.flatnonzero((side_of == bool(number)) & (lengths > 0))
            if len(own):
                yield side.take(flat[ragged_index(starts[own], lengths[own])], lengths[own]), bool(number)


def _chunks(
    texts: Iterable[str], choice: _HeldOut, counts: Counter[str]
) -> Iterator[list[tuple[str, bool]]]:
    """Texts with whether each is held out, some at a time; those that are too long come in several parts."""
    chunk: list[tuple[str, bool]] = []
    size = 0
    for text in texts:
        held = choice(text)
        counts["texts"] += 1
        counts["held_out"] += held
        for part in _cut(text):
            chunk.append((part, held))
            size += len(part)
            if len(chunk) >= _AT_ONCE or size >= _CHARACTERS:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk


def _cut(text: str) -> Iterator[str]:
    """Parts of a text that is longer than is tokenised at once, cut before a space where there is one."""
    while len(text) > _LONGEST:
        at = text.rfind(" ", 1, _LONGEST)
        at = _LONGEST if at < 0 else at
        yield text[:at]
        text = text[at:]
    yield text


class _HeldOut:
    """Says which texts are held out; at most so many different ones.

    Args:
        share: of different texts.
    """

    def __init__(self, share: float) -> None:
        self._bound = int(share * 2 ** (8 * _DIGITS))
        self._known: set[int] = set()

    def __call__(self, text: str) -> bool:
        number = int.from_bytes(blake2b(text.encode(), digest_size=_DIGITS).digest())
        if number in self._known:
            return True
        if number >= self._bound or len(self._known) >= HELD_OUT_TEXTS:
            return False
        self._known.add(number)
        return True


class _Side:
    """Makes windows of the texts that are trained on, or of those that are held out.

    Args:
        frame: special pieces around a window.
        capacity: pieces of text in a window.
        packed: windows hold several texts.
    """

    def __init__(self, frame: Frame, capacity: int, *, packed: bool) -> None:
        self._frame, self._capacity, self._packed = frame, capacity, packed
        self._between = frame.after.ids[:1]
        self._left = np.zeros(0, dtype=np.int32)

    def take(self, flat: NDArray[np.int32], lengths: Integers) -> Windows:
        """Add texts with these pieces, none of them empty, and return the windows that are done."""
        if not self._packed:
            return self._framed(flat, *cut_evenly(lengths, self._capacity))
        ends = np.repeat(np.cumsum(lengths), len(self._between))
        joined = np.concatenate([self._left, np.insert(flat, ends, np.tile(self._between, len(lengths)))])
        full = len(joined) // self._capacity
        self._left = joined[full * self._capacity :]
        return self._framed(joined, np.arange(full) * self._capacity, np.full(full, self._capacity))

    def rest(self) -> Windows:
        """The last window, or none."""
        left = self._left[: max(0, len(self._left) - len(self._between))]
        lengths = np.array([len(left)] if len(left) else [], dtype=np.int64)
        return self._framed(left, np.zeros_like(lengths), lengths)

    def _framed(self, flat: NDArray[np.int32], starts: Integers, lengths: Integers) -> Windows:
        nothing = np.zeros(len(starts), dtype=np.int64)
        ids, _ = framed(flat, starts, lengths, nothing, nothing, self._frame)
        return ids, lengths + self._frame.size


def cut_evenly(lengths: Integers, capacity: int) -> tuple[Integers, Integers]:
    """Cut rows that lie one after another into as few slices as fit, those of a row about equally long.

    Args:
        lengths: (rows,) none of them 0.
        capacity: longest slice.

    Returns:
        Starts and lengths of the slices.

    >>> [values.tolist() for values in cut_evenly(np.array([3, 9]), 4)]
    [[0, 3, 6, 9], [3, 3, 3, 3]]
    """
    counts = -(-lengths // capacity)
    rows = np.repeat(np.arange(len(lengths)), counts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    base, longer = np.divmod(lengths, counts)
    sizes = base[rows] + (nth < longer[rows])
    return offsets_of(sizes)[:-1], sizes
