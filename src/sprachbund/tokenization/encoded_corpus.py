"""A corpus as memory-mapped arrays: piece ids of every window, where each word is read, gold labels, identities.

From here on no text is needed. A folder holds one `.npy` file an array, and `corpus.json`, written
last, with everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import storage_faults_told, write_text
from sprachbund.core.source import Location
from sprachbund.data.examples import Corpus, Example, TextExample, TokenExample
from sprachbund.data.labels import IGNORED, Kind, LabelSpace
from sprachbund.tokenization.chunks import ChunkEncoder, EncodedChunk, join
from sprachbund.tokenization.ragged import Integers, offsets_of
from sprachbund.tokenization.tokenizer import PieceTokenizer

CHUNK = 2048
"""Examples tokenised in one call: enough for the tokenizer's own threads, little enough for flat memory."""

NO_LABEL = -1
_FORMAT = 1
_FACTS = "corpus.json"


@dataclass(frozen=True)
class EncodedCorpus:
    """One language and split, tokenised. A text with one label counts as one word throughout.

    Args:
        data_set, language, split, fingerprint: as in `Corpus`.
        kind: "tokens" (a label a word) or "sequence" (a label a text).
        tokenizer: fingerprint of the tokenizer.
        pad_id: its padding piece.
        notes: what reader and tokeniser counted.
        label_names: gold labels that occur, in order of appearance.
        identities: of each example.
        piece_ids: (pieces,) int32, all windows one after another, special pieces included.
        type_ids: (pieces,) uint8 segment ids; None where the encoder has no use for them.
        window_offsets: (windows + 1,) int64, where each window's pieces begin.
        window_examples: (windows,) the example each window belongs to, ascending.
        read_offsets: (windows + 1,) where each window's reads begin; all 0 for sequence tasks.
        read_positions: (reads,) int32 position in its window of the piece that stands for a word.
        read_words: (reads,) the word, counted over the corpus; every word occurs at most once.
        word_offsets: (examples + 1,) where each example's words begin.
        gold_ids: (words,) int32 index into `label_names`, -1 where there is no gold label.
        windowed: (examples,) int32 words that were read through several windows; 1 for a text that was cut.
        unpredicted: (examples,) int32 words without a piece, which cannot be predicted.
    """

    data_set: str
    language: str
    split: str
    fingerprint: str
    kind: Kind
    tokenizer: str
    pad_id: int
    notes: dict[str, int]
    label_names: tuple[str, ...]
    identities: tuple[str, ...]
    piece_ids: NDArray[np.int32]
    type_ids: NDArray[np.uint8] | None
    window_offsets: Integers
    window_examples: Integers
    read_offsets: Integers
    read_positions: NDArray[np.int32]
    read_words: Integers
    word_offsets: Integers
    gold_ids: NDArray[np.int32]
    windowed: NDArray[np.int32]
    unpredicted: NDArray[np.int32]

    @property
    def n_examples(self) -> int:
        """Number of examples."""
        return len(self.word_offsets) - 1

    @property
    def n_windows(self) -> int:
        """Number of windows; one an example unless inputs are long or empty."""
        return len(self.window_offsets) - 1

    @property
    def n_words(self) -> int:
        """Number of words (of texts, for sequence tasks)."""
        return int(self.word_offsets[-1])

    @property
    def window_lengths(self) -> Integers:
        """(windows,) pieces of each window."""
        return np.diff(self.window_offsets)

    def label_ids(self, space: LabelSpace) -> Integers:
        """(words,) gold labels as positions in a label space; -100 where there is none or the space lacks it."""
        known = space.ids()
        table = np.array([*(known.get(name, IGNORED) for name in self.label_names), IGNORED], dtype=np.int64)
        return table[self.gold_ids]  # -1 reads the last entry

    def gold(self) -> list[list[str]]:
        """For each example its gold labels; a list of one for sequence tasks.

        Raises:
            DataError: a word or text has no gold label.
        """
        if (self.gold_ids == NO_LABEL).any():
            example = int(np.searchsorted(self.word_offsets, np.argmax(self.gold_ids == NO_LABEL), side="right")) - 1
            raise DataError(
                f"{self.data_set} {self.language} {self.split} cannot be scored: the example "
                f"{self.identities[example]} has no gold label",
                remedy="score data that have labels throughout, or use `sprachbund predict`",
            )
        names = np.array(self.label_names, dtype=object)[self.gold_ids].tolist()
        bounds = self.word_offsets.tolist()
        return [names[a:b] for a, b in pairwise(bounds)]

    def save(self, folder: Path) -> None:
        """Write the corpus into a folder.

        Raises:
            StorageError: no space, no permission.
        """
        facts: dict[str, Any] = {"format": _FORMAT}
        with storage_faults_told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for item in fields(self):
                value = getattr(self, item.name)
                if isinstance(value, np.ndarray):
                    np.save(folder / f"{item.name}.npy", value, allow_pickle=False)
                elif item.name != "type_ids":
                    facts[item.name] = value
        write_text(folder / _FACTS, json.dumps(facts, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path) -> EncodedCorpus:
        """Open a folder that `save` wrote; arrays are memory-mapped.

        Raises:
            FormatError: not such a folder, another version, or arrays that do not fit each other.
        """
        try:
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            if facts.pop("format") != _FORMAT:
                raise ValueError("it was written by another version")
            for name in ("label_names", "identities"):
                facts[name] = tuple(facts[name])
            for item in fields(cls):
                if item.name not in facts:
                    facts[item.name] = _open(folder / f"{item.name}.npy", optional=item.name == "type_ids")
            corpus = cls(**facts)
            corpus._check()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FormatError(f"this folder is not an encoded corpus: {error}", where=Location(str(folder)),
                              remedy="remove the folder; it is made again from the data") from None
        return corpus

    def _check(self) -> None:
        agree = (
            len(self.piece_ids) == self.window_offsets[-1]
            and len(self.read_words) == len(self.read_positions) == self.read_offsets[-1]
            and len(self.read_offsets) == len(self.window_offsets) == len(self.window_examples) + 1
            and len(self.gold_ids) == self.word_offsets[-1]
            and len(self.identities) == len(self.windowed) == len(self.unpredicted) == self.n_examples
        )
        if not agree:
            raise ValueError("its arrays do not fit each other")


def encode_corpus(corpus: Corpus, tokenizer: PieceTokenizer, max_pieces: int) -> EncodedCorpus:
    """Tokenise a corpus, a chunk at a time.

    Args:
        corpus: all TokenExample or all TextExample.
        tokenizer: the encoder's tokenizer.
        max_pieces: longest window, special pieces included; never more than the encoder takes.

    Raises:
        DataError: the corpus is empty, or `max_pieces` has no room beside the special pieces.
        ModelError: the tokenizer is not usable.
    """
    if not corpus.examples:
        raise DataError(f"{corpus.data_set} {corpus.language} {corpus.split} has no examples",
                        remedy="check the file, or leave this language out")
    encoder = ChunkEncoder(tokenizer, min(max_pieces, tokenizer.max_pieces))
    kind: Kind = "tokens" if isinstance(corpus.examples[0], TokenExample) else "sequence"
    chunk = join(list(_chunks(corpus.examples, encoder)))
    names, gold_ids = _gold(corpus.examples, int(chunk.word_counts.sum()))
    keep_types = tokenizer.uses_type_ids and bool(chunk.type_ids.any())
    return EncodedCorpus(
        data_set=corpus.data_set,
        language=corpus.language,
        split=corpus.split,
        fingerprint=corpus.fingerprint,
        kind=kind,
        tokenizer=tokenizer.fingerprint,
        pad_id=tokenizer.pad_id,
        notes={**corpus.notes, **chunk.notes},
        label_names=names,
        identities=tuple(example.identity for example in corpus.examples),
        piece_ids=chunk.piece_ids,
        type_ids=chunk.type_ids if keep_types else None,
        window_offsets=offsets_of(chunk.window_lengths),
        window_examples=chunk.window_examples,
        read_offsets=offsets_of(chunk.read_counts),
        read_positions=chunk.read_positions,
        read_words=chunk.read_words,
        word_offsets=offsets_of(chunk.word_counts),
        gold_ids=gold_ids,
        windowed=chunk.windowed,
        unpredicted=chunk.unpredicted,
    )


def _chunks(examples: Iterable[Example], encoder: ChunkEncoder) -> Iterator[EncodedChunk]:
    iterator = iter(examples)
    while chunk := list(islice(iterator, CHUNK)):
        sentences = [example for example in chunk if isinstance(example, TokenExample)]
        texts = [example for example in chunk if isinstance(example, TextExample)]
        yield encoder.sentences(sentences) if sentences else encoder.texts(texts)


def _gold(examples: Sequence[Example], n_words: int) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Label names in order of appearance, and an index into them for every word."""
    numbers: dict[str | None, int] = {None: NO_LABEL}

    def number(label: str | None) -> int:
        return numbers.setdefault(label, len(numbers) - 1)

    labels = chain.from_iterable(_labels(example) for example in examples)
    ids = np.fromiter(map(number, labels), dtype=np.int32, count=n_words)
    return tuple(name for name in numbers if name is not None), ids


def _labels(example: Example) -> Sequence[str | None]:
    if isinstance(example, TextExample):
        return (example.label,)
    return example.labels if example.labels is not None else (None,) * len(example.words)


def _open(path: Path, *, optional: bool = False) -> NDArray[Any] | None:
    if optional and not path.exists():
        return None
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
