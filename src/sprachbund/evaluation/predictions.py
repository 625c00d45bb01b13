"""Predictions of one model on one corpus, there and back; no torch, so that scoring needs none."""

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
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, split_by_example

NO_PREDICTION = -1
_FILE = "predictions.parquet"
_KEY = b"sprachbund.predictions"


@dataclass(frozen=True, slots=True)
class Predictions:
    """One prediction a word (a text, for sequence tasks), in the order of the corpus.

    Args:
        data_set, language, split, fingerprint: of the corpus.
        labels: the label space's labels; of choices their numbers from 1.
        label_ids: (words,) int32 index into `labels`, -1 where there is no prediction.
        confidence: (words,) float32 probability of that label, 0 where there is none.
    """

    data_set: str
    language: str
    split: str
    fingerprint: str
    labels: tuple[str, ...]
    label_ids: NDArray[np.int32]
    confidence: NDArray[np.float32]

    def by_example(self, corpus: EncodedCorpus, part: slice = slice(None)) -> list[list[str | None]]:
        """For each example of the corpus, or those of a part, its predicted labels, None where there is none.

        Raises:
            DataError: the predictions were made for other data.
        """
        self.check(corpus)
        names = np.array([*self.labels, None], dtype=object)  # -1 reads the last entry
        return split_by_example(names, self.label_ids, corpus.word_offsets, part)

    def check(self, corpus: EncodedCorpus) -> None:
        """Raise DataError if the predictions were made for other data than `corpus`."""
        if self.fingerprint != corpus.fingerprint or len(self.label_ids) != corpus.n_words:
            raise DataError(
                f"the predictions for {self.data_set} {self.language} {self.split} were made for other data than "
                f"{corpus.data_set} {corpus.language} {corpus.split}: {len(self.label_ids)} predictions, "
                f"{corpus.n_words} items, fingerprints {self.fingerprint[:12]} and {corpus.fingerprint[:12]}",
                remedy="predict again",
            )

    def save(self, folder: Path) -> None:
        """Write `predictions.parquet` into a folder, atomically.

        Raises:
            StorageError: no space, no permission.
        """
        names = ("data_set", "language", "split", "fingerprint", "labels")
        facts = json.dumps({name: getattr(self, name) for name in names}, ensure_ascii=False)
        table = pa.table({"label_id": self.label_ids, "confidence": self.confidence})
        with write_aside(folder / _FILE) as temporary:
            pq.write_table(table.replace_schema_metadata({_KEY: facts}), temporary, compression="zstd")

    @classmethod
    def load(cls, folder: Path) -> Predictions:
        """Read what `save` wrote.

        Raises:
            FormatError: no such file, or not one of predictions.
        """
        path = folder / _FILE
        try:
            table = pq.read_table(path)
            facts = json.loads((table.schema.metadata or {})[_KEY])
            facts["labels"] = tuple(facts["labels"])
            columns = [table.column(name).to_numpy() for name in ("label_id", "confidence")]
            return cls(**facts, label_ids=columns[0], confidence=columns[1])
        except (pa.ArrowInvalid, OSError, KeyError, ValueError, TypeError) as error:
            raise FormatError(f"not readable as predictions: {error}", where=Location(str(path)),
                              remedy="predict again") from None
