"""The parts of retrieval data put together: what is looked up, in what, and what is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sprachbund.core.canonical import digest
from sprachbund.core.errors import DataError
from sprachbund.data.retrieval.source import SHARED
from sprachbund.evaluation.retrieval.judge import Counts
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.pipeline.retrieval_texts import EncodedPart, read_part
from sprachbund.results.records import ScoreRow
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

Pair = tuple[str, str]
Side = tuple[str, int]
"""An input and 0 for its queries, 1 for its candidates."""


@dataclass(frozen=True)
class Parts:
    """All parts of a retrieval.

    Args:
        job: of the stage that they are inputs of.
        parts: name of an input ("test de", "dev de", "shared") -> part.
        kind: "parallel", "pool" or "mining".
    """

    job: Job
    parts: Mapping[str, EncodedPart]
    kind: str

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages whose queries are looked up, sorted."""
        return tuple(name.removeprefix("test ") for name in self.parts if name.startswith("test "))

    @cached_property
    def sides(self) -> dict[Side, EncodedCorpus]:
        """Every corpus of texts, by where it belongs."""
        return {(name, side): corpus for name, part in self.parts.items()
                for side, corpus in enumerate((part.queries, part.candidates)) if corpus is not None}

    @property
    def names(self) -> list[Side]:
        """Where each of `corpora` belongs."""
        return list(self.sides)

    @property
    def corpora(self) -> list[EncodedCorpus]:
        """Every corpus of texts."""
        return list(self.sides.values())

    @cached_property
    def pool(self) -> tuple[str, ...]:
        """The inputs whose candidates make up the pool."""
        return tuple(name for name, side in self.sides if side == 1)

    @property
    def candidates(self) -> int:
        """Candidates in the pool; 0 where each language has its own."""
        return sum(self.answers(name).n_examples for name in self.pool) if self.kind == "pool" else 0

    def queries(self, name: str) -> EncodedCorpus:
        """What an input looks up."""
        return self.sides[name, 0]

    def answers(self, name: str) -> EncodedCorpus:
        """What an input is looked up in, or adds to that."""
        return self.sides[name, 1]

    def gold(self, name: str) -> set[Pair]:
        """Pairs of identities that belong together."""
        return {(query, other) for query, found in self.parts[name].right.items() for other in found}

    @cached_property
    def right(self) -> list[list[int]]:
        """For each query of all languages in order, the places of its right candidates in the pool.

        Raises:
            DataError: a query has none.
        """
        places = {identity: place for place, identity in enumerate(
            identity for name in self.pool for identity in self.answers(name).identities)}
        known: dict[str, dict[int, None]] = {}
        for name, part in self.parts.items():
            for query, found in part.right.items():
                for identity in found:
                    if identity not in places:
                        raise DataError(f"the right answer {identity} of {query} ({name}) is not among the candidates",
                                        remedy="take queries and candidates of one release")
                    known.setdefault(query, {})[places[identity]] = None
        asked = [(code, query) for code in self.languages for query in self.queries(f"test {code}").identities]
        for code, query in asked:
            if query not in known:
                raise DataError(f"the query {query} ({code}) has no right answer among the candidates",
                                remedy="the answers were taken out of this copy, or it misses a file: take the "
                                "published data whole")
        return [list(known[query]) for _, query in asked]

    def row(self, about: Mapping[str, Any], metric: str, code: str, counts: Counts) -> ScoreRow:
        """A score row.

        Args:
            about: what rows say of the model and of what was compared.
            metric: name of a retrieval metric.
            code: the language.
            counts: of each example.
        """
        name = f"test {code}"
        corpus = self.answers(name) if metric == "retrieval_accuracy_reverse" else self.queries(name)
        kind = RANKING_METRICS.load(metric).value
        zeros = np.zeros(corpus.n_examples, dtype=np.int64)
        fields = {**about, "target": code, "task": "retrieval", "source": str(self.job.config["source"])}
        return ScoreRow(
            **fields, data_set=str(self.job.config["data_set"]), split="test", fingerprint=self._fingerprint(code),
            metric=metric, metric_version=kind.version, primary=metric != "retrieval_accuracy_reverse",
            run=str(self.job.settings.get("label") or ""), stage=self.job.key, columns=kind.columns,
            identities=tuple(corpus.identities), counts=counts, words=zeros + 1,
            windowed=np.asarray(corpus.windowed, dtype=np.int64),
            unpredicted=np.asarray(corpus.unpredicted, dtype=np.int64), repaired=zeros, ignored=zeros,
            notes=dict(self.parts[name].notes),
        )

    def _fingerprint(self, code: str) -> str:
        """Of everything that a language's score hangs on."""
        if self.kind == "pool":
            return digest([code, *(part.fingerprint for part in self.parts.values())])
        names = [name for name in (f"test {code}", f"dev {code}") if name in self.parts]
        return digest([self.parts[name].fingerprint for name in names])


def read_parts(job: Job) -> Parts:
    """Read the inputs of a retrieval stage, and check that every query has an answer where there is a pool.

    Raises:
        DataError: a query has none.
    """
    names = sorted(job.inputs, key=lambda name: (name == SHARED, name))
    parts = Parts(job, {name: read_part(job.inputs[name]) for name in names}, str(job.config["kind"]))
    if parts.kind == "pool":
        _ = parts.right
    return parts
