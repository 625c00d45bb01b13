"""Answers of one model to the questions of one corpus, there and back; no torch, so that scoring needs none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sprachbund.core.errors import DataError, FormatError
from sprachbund.core.files import write_aside
from sprachbund.core.source import Location
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of

_FILE = "answers.parquet"
_KEY = b"sprachbund.answers"
_SPANS = {"starts": pa.int32(), "ends": pa.int32(), "scores": pa.float32()}


@dataclass(frozen=True, slots=True)
class Answers:
    """The best answers to each question, in the order of the corpus.

    Args:
        data_set, language, split, fingerprint: of the corpus.
        offsets: (questions + 1,) where the answers to each question begin.
        starts, ends: (answers,) int32 characters of the context; the best answer to a question comes first.
        scores: (answers,) float32 sum of the logits of start and end.
        no_answer: (questions,) float32 the same of "there is no answer": the lowest of all windows (BERT's rule);
            -inf for a context without a piece.
    """

    data_set: str
    language: str
    split: str
    fingerprint: str
    offsets: Integers
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    scores: NDArray[np.float32]
    no_answer: NDArray[np.float32]

    def spans(self, threshold: float | None) -> list[tuple[int, int] | None]:
        """The answer to each question as characters (start, end) of its context.

        Args:
            threshold: (0, 0), "there is no answer", where that scores higher than the best answer by more than
                this; None: never.

        Returns:
            None for a context without a piece, which holds no answer that a model could give.
        """
        found: list[tuple[int, int] | None] = []
        for number, (first, last) in enumerate(zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True)):
            if first == last:
                found.append(None)
            elif threshold is not None and self.no_answer[number] - self.scores[first] > threshold:
                found.append((0, 0))
            else:
                found.append((int(self.starts[first]), int(self.ends[first])))
        return found

    def texts(self, corpus: EncodedCorpus, threshold: float | None) -> list[str | None]:
        """The answer to each question as text, "" where there is none, None where nothing could be predicted.

        Raises:
            DataError: the answers were made for other data.
        """
        self.check(corpus)
        return [None if span is None else context[span[0] : span[1]]
                for context, span in zip(corpus.contexts, self.spans(threshold), strict=True)]

    def confidence(self, threshold: float | None) -> list[float]:
        """Softmax of each question's best answer among all that were kept, and "none" if there is a threshold.

        It is the probability of "none" where that is the answer, and 0 where nothing could be predicted.
        """
        chosen = self.spans(threshold)
        found = []
        for number, span in enumerate(chosen):
            scores = self.scores[self.offsets[number] : self.offsets[number + 1]].astype(np.float64)
            if span is None:
                found.append(0.0)
                continue
            best = float(self.no_answer[number]) if span == (0, 0) else scores[0]
            others = scores if threshold is None else np.append(scores, self.no_answer[number])
            found.append(float(1 / np.exp(others - best).sum()))
        return found

    def check(self, corpus: EncodedCorpus) -> None:
        """Raise DataError if the answers were made for other data than `corpus`."""
        if self.fingerprint != corpus.fingerprint or len(self.no_answer) != corpus.n_examples:
            raise DataError(
                f"the answers for {self.data_set} {self.language} {self.split} were made for other data than "
                f"{corpus.data_set} {corpus.language} {corpus.split}: {len(self.no_answer)} and {corpus.n_examples} "
                f"questions, fingerprints {self.fingerprint[:12]} and {corpus.fingerprint[:12]}",
                remedy="predict again",
            )

    def save(self, folder: Path) -> None:
        """Write `answers.parquet` into a folder, atomically.

        Raises:
            StorageError: no space, no permission.
        """
        names = ("data_set", "language", "split", "fingerprint")
        facts = json.dumps({name: getattr(self, name) for name in names}, ensure_ascii=False)
        lists = {name: pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), pa.array(getattr(self, name), kind))
                 for name, kind in _SPANS.items()}
        table = pa.table({**lists, "no_answer": self.no_answer})
        with write_aside(folder / _FILE) as temporary:
            pq.write_table(table.replace_schema_metadata({_KEY: facts}), temporary, compression="zstd")

    @classmethod
    def load(cls, folder: Path) -> Answers:
        """Read what `save` wrote.

        Raises:
            FormatError: no such file, or not one of answers.
        """
        path = folder / _FILE
        try:
            table = pq.read_table(path).combine_chunks()
            facts = json.loads((table.schema.metadata or {})[_KEY])
            lists = {name: table.column(name).combine_chunks() for name in _SPANS}
            lengths = lists["starts"].value_lengths().to_numpy(zero_copy_only=False)
            arrays = {name: column.flatten().to_numpy() for name, column in lists.items()}
            return cls(**facts, offsets=offsets_of(lengths), **arrays, no_answer=table.column("no_answer").to_numpy())
        except (pa.ArrowInvalid, OSError, KeyError, ValueError, TypeError) as error:
            raise FormatError(f"not readable as answers: {error}", where=Location(str(path)),
                              remedy="predict again") from None
