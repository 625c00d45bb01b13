"""A corpus as memory-mapped arrays: piece ids of every window, where each word is read, gold labels, identities.

From here on no text is needed. A folder holds one `.npy` file an array, and `corpus.json`, written
last, with everything else.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import storage_faults_told, write_text
from sprachbund.core.source import Location
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import Corpus, ExampleStream
from sprachbund.data.labels import IGNORED, Kind, LabelSpace
from sprachbund.tokenization.array_file import ArrayFile
from sprachbund.tokenization.chunks import ChunkEncoder
from sprachbund.tokenization.parts import NO_ANSWERS, NO_LABEL, PartEncoder
from sprachbund.tokenization.ragged import Integers
from sprachbund.tokenization.texts import Texts
from sprachbund.tokenization.tokenizer import PieceTokenizer

_FORMAT = 2
_FACTS = "corpus.json"
_OPTIONAL = ("type_ids", "char_starts", "char_ends", "context_bytes", "context_offsets", "answer_bytes",
             "answer_offsets", "answer_counts")


@dataclass(frozen=True)
class EncodedCorpus:
    """One language and split, tokenised. A text with one label counts as one word throughout.

    Of questions, a word is a place in a window where an answer may start or end: see `tokenization/questions.py`.
    Of sentences with an intent, the first word is the whole sentence, whose label is the intent.
    Of choices, a word is an example, whose windows are its choices in order: see `tokenization/choices.py`.

    Args:
        data_set, language, split, fingerprint: as in `Corpus`.
        kind: "tokens" (a label a word), "sequence" (a label a text), "span" (answers to questions), "joint" (a label
            a word and an intent) or "choice" (one of several choices).
        tokenizer: fingerprint of the tokenizer.
        pad_id: its padding piece.
        notes: what reader and tokeniser counted.
        label_names: gold labels that occur, in order of appearance; of choices their numbers from 1.
        identity_bytes, identity_offsets: of all `identities`, see there.
        piece_ids: (pieces,) int32, all windows one after another, special pieces included.
        type_ids: (pieces,) uint8 segment ids; None where the encoder has no use for them.
        window_offsets: (windows + 1,) int64, where each window's pieces begin.
        window_examples: (windows,) the example each window belongs to, ascending.
        read_offsets: (windows + 1,) where each window's reads begin; all 0 for sequence tasks and choices.
        read_positions: (reads,) int32 position in its window of the piece that stands for a word; -1 for a whole
            window.
        read_words: (reads,) the word, counted over the corpus; every word occurs at most once.
        word_offsets: (examples + 1,) where each example's words begin.
        gold_ids: (words,) int32 index into `label_names`, -1 where there is no gold label; of questions 0 where the
            first gold answer starts, 1 where it ends, 2 for both.
        windowed: (examples,) int32 words that were read through several windows; 1 for a text that was cut, or a
            question that was.
        unpredicted: (examples,) int32 words without a piece, which cannot be predicted; 1 for such a text or context.
        char_starts, char_ends: of questions, (words,) int32 the characters of the context that each word stands for,
            -1 for "no answer"; None for other kinds, as all that follow.
        context_bytes, context_offsets: of all `contexts`, see there.
        answer_bytes, answer_offsets: of all gold answers.
        answer_counts: (examples,) int32 gold answers of each question; 0: it cannot be answered, -1: nobody says.
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
    identity_bytes: NDArray[np.uint8]
    identity_offsets: Integers
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
    char_starts: NDArray[np.int32] | None = None
    char_ends: NDArray[np.int32] | None = None
    context_bytes: NDArray[np.uint8] | None = None
    context_offsets: Integers | None = None
    answer_bytes: NDArray[np.uint8] | None = None
    answer_offsets: Integers | None = None
    answer_counts: NDArray[np.int32] | None = None

    @property
    def identities(self) -> Texts:
        """The identity of each example."""
        return Texts(self.identity_bytes, self.identity_offsets)

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

    @property
    def choice_counts(self) -> Integers:
        """Of choices, (examples,) how many each example has."""
        return np.bincount(self.window_examples, minlength=self.n_examples)

    @property
    def choice_names(self) -> tuple[str, ...]:
        """Of choices, their numbers from 1, as many as the example with most of them has."""
        return tuple(str(number + 1) for number in range(int(self.choice_counts.max())))

    def label_ids(self, space: LabelSpace) -> Integers:
        """(words,) gold labels as positions in a label space; -100 where there is none or the space lacks it.

        Of choices, the index of the right one among the example's own.
        """
        if self.kind == "span":  # places, which are the same whatever the data
            return np.where(self.gold_ids == NO_LABEL, IGNORED, self.gold_ids).astype(np.int64)
        known = space.ids() if self.kind != "choice" else {name: int(name) - 1 for name in self.label_names}
        table = np.array([*(known.get(name, IGNORED) for name in self.label_names), IGNORED], dtype=np.int64)
        return table[self.gold_ids]  # -1 reads the last entry

    def gold(self, part: slice = slice(None)) -> list[list[str]]:
        """For each example, or those of a part, its gold labels; a list of one for sequence tasks.

        Raises:
            DataError: a word or text has no gold label.
        """
        if (self.gold_ids == NO_LABEL).any():
            example = int(np.searchsorted(self.word_offsets, np.argmax(self.gold_ids == NO_LABEL), side="right")) - 1
            raise self._not_scored(f"the example {self.identities[example]} has no gold label")
        return split_by_example(np.array(self.label_names, dtype=object), self.gold_ids, self.word_offsets, part)

    @property
    def contexts(self) -> Texts:
        """Of questions, the context of each."""
        assert self.context_bytes is not None, "these are no questions"
        assert self.context_offsets is not None
        return Texts(self.context_bytes, self.context_offsets)

    def gold_answers(self) -> list[list[str]]:
        """Of questions, the gold answers of each, any one of which is right; none where it cannot be answered.

        Raises:
            DataError: a question has no gold answer, and is not said to have none.
        """
        assert self.answer_bytes is not None, "these are no questions"
        assert self.answer_offsets is not None
        assert self.answer_counts is not None
        if (self.answer_counts == NO_ANSWERS).any():
            example = int(np.argmax(self.answer_counts == NO_ANSWERS))
            raise self._not_scored(f"the question {self.identities[example]} has no gold answer")
        answers = iter(Texts(self.answer_bytes, self.answer_offsets))
        return [[next(answers) for _ in range(count)] for count in self.answer_counts.tolist()]

    def _not_scored(self, why: str) -> DataError:
        return DataError(f"{self.data_set} {self.language} {self.split} cannot be scored: {why}",
                         remedy="score data that have labels throughout, or use `sprachbund predict`")

    def save(self, folder: Path) -> None:
        """Write the corpus into a folder.

        Raises:
            StorageError: no space, no permission.
        """
        facts: dict[str, Any] = {}
        with storage_faults_told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for item in fields(self):
                value = getattr(self, item.name)
                if isinstance(value, np.ndarray):
                    np.save(folder / f"{item.name}.npy", value, allow_pickle=False)
                elif item.name not in _OPTIONAL:
                    facts[item.name] = value
        _write_facts(folder, facts)

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
            facts["label_names"] = tuple(facts["label_names"])
            for item in fields(cls):
                if item.name not in facts:
                    facts[item.name] = _open(folder / f"{item.name}.npy", optional=item.name in _OPTIONAL)
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
            and len(self.identity_bytes) == self.identity_offsets[-1]
            and len(self.identities) == len(self.windowed) == len(self.unpredicted) == self.n_examples
        )
        if not agree:
            raise ValueError("its arrays do not fit each other")


def split_by_example(
    names: NDArray[np.object_], ids: NDArray[np.integer], word_offsets: Integers, part: slice
) -> list[list[Any]]:
    """Names of the words of each example of a part.

    Args:
        names: by id; -1 reads the last.
        ids: (words,) of the whole corpus.
        word_offsets: (examples + 1,) of the whole corpus.
        part: of the examples, without gaps.
    """
    first, last, _ = part.indices(len(word_offsets) - 1)
    bounds = word_offsets[first : max(first, last) + 1].tolist()
    found = names[ids[bounds[0] : bounds[-1]]].tolist()
    return [found[a - bounds[0] : b - bounds[0]] for a, b in pairwise(bounds)]


def encode_corpus(
    corpus: Corpus, tokenizer: PieceTokenizer, max_pieces: int, answers: AnswerConfig | None = None
) -> EncodedCorpus:
    """Tokenise a corpus in memory.

    Args:
        corpus: its examples are all of one class.
        tokenizer: the encoder's tokenizer.
        max_pieces: longest window, special pieces included; never more than the encoder takes.
        answers: windows of questions; None: the defaults.

    Raises:
        DataError: the corpus is empty, or `max_pieces` has no room beside the special pieces.
        ModelError: the tokenizer is not usable.
    """
    encoder = _part_encoder(tokenizer, max_pieces, answers)
    parts = list(encoder.parts(corpus.examples))
    facts = _facts(corpus, encoder, tokenizer)
    arrays: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if not _keeps_types(encoder, tokenizer):
        arrays["type_ids"] = None
    return EncodedCorpus(**facts, **arrays)


def encode_stream(
    stream: ExampleStream, tokenizer: PieceTokenizer, max_pieces: int, folder: Path,
    answers: AnswerConfig | None = None,
) -> None:
    """Tokenise a corpus while it is read, into a folder that `EncodedCorpus.load` opens.

    Memory does not grow with the corpus, and the files are those of `encode_corpus(...).save(folder)`.

    Args:
        stream: the corpus.
        tokenizer, max_pieces, answers: as in `encode_corpus`.
        folder: made where there is none.

    Raises:
        DataError, ModelError: as in `encode_corpus`.
        FormatError: from reading.
        StorageError: no space, no permission.
    """
    encoder = _part_encoder(tokenizer, max_pieces, answers)
    with storage_faults_told(folder), ExitStack() as open_files:
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, ArrayFile] = {}
        for part in encoder.parts(stream.examples):
            for name, values in part.items():
                if name not in files:
                    files[name] = open_files.enter_context(ArrayFile(folder / f"{name}.npy", values.dtype))
                files[name].append(values)
    facts = _facts(stream, encoder, tokenizer)
    if not _keeps_types(encoder, tokenizer):
        (folder / "type_ids.npy").unlink()
    _write_facts(folder, facts)


def _part_encoder(tokenizer: PieceTokenizer, max_pieces: int, answers: AnswerConfig | None) -> PartEncoder:
    return PartEncoder(ChunkEncoder(tokenizer, min(max_pieces, tokenizer.max_pieces)), answers)


def _keeps_types(encoder: PartEncoder, tokenizer: PieceTokenizer) -> bool:
    return tokenizer.uses_type_ids and encoder.typed


def _facts(corpus: Corpus | ExampleStream, encoder: PartEncoder, tokenizer: PieceTokenizer) -> dict[str, Any]:
    """The fields of `EncodedCorpus` that are no arrays, once all examples are encoded."""
    if not encoder.examples:
        raise DataError(f"{corpus.data_set} {corpus.language} {corpus.split} has no examples",
                        remedy="check the file, or leave this language out")
    return {
        **{name: getattr(corpus, name) for name in ("data_set", "language", "split", "fingerprint")},
        "kind": encoder.kind,
        "tokenizer": tokenizer.fingerprint,
        "pad_id": tokenizer.pad_id,
        "notes": {**corpus.notes, **encoder.notes},
        "label_names": encoder.label_names,
    }


def _write_facts(folder: Path, facts: dict[str, Any]) -> None:
    write_text(folder / _FACTS, json.dumps({"format": _FORMAT, **facts}, ensure_ascii=False))


def _open(path: Path, *, optional: bool = False) -> NDArray[Any] | None:
    if optional and not path.exists():
        return None
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
