"""What a retrieval found, as plain frozen records that go to JSON and back; `retrieval.json` is `RetrievalFindings`.

A system is one state of the model, pooled and compared in one way ("layer 7, mean, cosine"): no number stands without
the three. Scores are in points (0 to 100); a bound is None where nothing can be said of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_text
from sprachbund.core.source import Location
from sprachbund.results.findings import AverageKind, MetricInfo, TargetInfo

FORMAT, VERSION = "sprachbund retrieval", 1
RETRIEVAL_FILE = "retrieval.json"
T = TypeVar("T")


def state_label(state: str) -> str:
    """A state as names of systems have it.

    >>> state_label("0"), state_label("7"), state_label("fused")
    ('embeddings', 'layer 7', 'fused state')
    """
    return {"0": "embeddings", "fused": "fused state"}.get(state, f"layer {state}")


@dataclass(frozen=True, slots=True)
class RetrievalFacts:
    """What the stage knows beside its rows.

    Args:
        kind: "parallel", "pool" or "mining".
        states: that were looked at, in order.
        n_layers, width, normed_last: of the encoder.
        texts, distinct: texts in all, and those that were encoded.
        pieces: of the distinct texts, special ones included.
        seconds: that the encoder took.
        candidates: in the pool; 0 where each language has its own.
        thresholds: system -> language -> threshold chosen on dev, where pairs are mined.
    """

    kind: str
    states: tuple[str, ...]
    n_layers: int
    width: int
    normed_last: bool
    texts: int
    distinct: int
    pieces: int
    seconds: float
    candidates: int = 0
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RetrievalSystem:
    """A state, and how it was pooled and compared.

    Args:
        name: "layer 7, mean, cosine".
        state: "layer 7", "embeddings", "fused state".
        how: "mean, cosine".
    """

    name: str
    state: str
    how: str


@dataclass(frozen=True, slots=True)
class RetrievalScore:
    """One system in one language by one metric; low and high are over its examples, n of them."""

    system: str
    metric: str
    language: str
    n: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RetrievalAverage:
    """One system's mean over a language set; the interval redraws languages, None below three of them.

    Args:
        kind, group, languages: as in `AverageScore`.
    """

    system: str
    metric: str
    kind: AverageKind
    group: str
    languages: tuple[str, ...]
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RetrievalDifference:
    """A system less the one of the highest state with the same pooling, paired by language; languages are redrawn."""

    system: str
    baseline: str
    metric: str
    languages: tuple[str, ...]
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RetrievalFindings:
    """Everything that a retrieval found.

    Args:
        data_set, source: what was looked up, and the language of the other side.
        encoder, provenance: of the rows; the provenance stands beside every number.
        trained: what the model was trained on, in words; "" for an encoder.
        facts: of the stage.
        level: of all intervals.
        systems: states in order, each pooling in turn.
        metrics: the primary one first.
        targets: all languages.
        scores, averages, differences: see there.
        notes: sentences that a reader of the numbers must know.
    """

    data_set: str
    source: str
    encoder: str
    provenance: str
    trained: str
    facts: RetrievalFacts
    level: float
    systems: tuple[RetrievalSystem, ...]
    metrics: tuple[MetricInfo, ...]
    targets: tuple[TargetInfo, ...]
    scores: tuple[RetrievalScore, ...]
    averages: tuple[RetrievalAverage, ...]
    differences: tuple[RetrievalDifference, ...]
    notes: tuple[str, ...] = ()

    @property
    def overall(self) -> AverageKind:
        """The language set of the main numbers: a pool is asked in all its languages, the source among them."""
        kinds = {average.kind for average in self.averages}
        return "with source" if self.facts.kind == "pool" and "with source" in kinds else "targets"

    def average(self, system: str, metric: str, kind: AverageKind | None = None, group: str = "",
                ) -> RetrievalAverage | None:
        """The mean of a system over a language set (the overall one where none is named), or None."""
        wanted = (system, metric, kind or self.overall, group)
        return next((item for item in self.averages if (item.system, item.metric, item.kind, item.group) == wanted),
                    None)

    def best(self) -> RetrievalSystem | None:
        """The system with the highest mean by the primary metric; None where nothing was scored."""
        means = [(average.value, -place, system) for place, system in enumerate(self.systems)
                 if (average := self.average(system.name, self.metrics[0].name)) is not None]
        return max(means, key=lambda item: item[:2])[2] if means else None


@cache
def _facts() -> TypeAdapter[RetrievalFacts]:
    return TypeAdapter(RetrievalFacts)


@cache
def _findings() -> TypeAdapter[RetrievalFindings]:
    return TypeAdapter(RetrievalFindings)


def write_facts(path: Path, facts: RetrievalFacts) -> None:
    """Write a stage's facts as JSON, atomically."""
    write_text(path, json.dumps(_facts().dump_python(facts, mode="json"), ensure_ascii=False))


def read_facts(path: Path) -> RetrievalFacts:
    """Read what `write_facts` wrote.

    Raises:
        FormatError: it is something else.
    """
    return _validated(_facts(), _json(path), path)


def retrieval_json(findings: RetrievalFindings) -> dict[str, object]:
    """What stands in `retrieval.json`, the provenance first, so that nobody reads a number without it."""
    return {"format": FORMAT, "version": VERSION, "provenance": findings.provenance,
            "findings": _findings().dump_python(findings, mode="json")}


def write_retrieval(path: Path, findings: RetrievalFindings) -> None:
    """Write findings as JSON, atomically."""
    write_text(path, json.dumps(retrieval_json(findings), ensure_ascii=False, allow_nan=False) + "\n")


def read_retrieval(path: Path) -> RetrievalFindings:
    """Read a `retrieval.json`.

    Raises:
        FormatError: not there, not JSON, or not of this version.
    """
    values = _json(path)
    if not isinstance(values, dict) or (values.get("format"), values.get("version")) != (FORMAT, VERSION):
        raise FormatError(f"expected {FORMAT!r} of version {VERSION}", where=Location(str(path)),
                          remedy="run `sprachbund retrieve` again")
    return _validated(_findings(), values.get("findings"), path)


def _validated(adapter: TypeAdapter[T], values: Any, path: Path) -> T:
    try:
        return adapter.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FormatError(f"not findings of a retrieval: {'.'.join(map(str, first['loc']))}: {first['msg']}",
                          where=Location(str(path)), remedy="run `sprachbund retrieve` again") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FormatError("there is no such file", where=Location(str(path)),
                          remedy="name the output folder of `sprachbund retrieve`") from None
    except ValueError as error:
        raise FormatError(f"not valid JSON: {error}", where=Location(str(path)),
                          remedy="run `sprachbund retrieve` again") from None
