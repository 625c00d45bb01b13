"""Findings: what may be said of a table of rows, as plain frozen records that go to JSON and back.

Every number comes with its interval, its seeds and the languages it speaks of. `transfer.py` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.results.language_findings import LanguagesInDepth

AverageKind = Literal["targets", "with source", "family", "script", "distance", "pretraining"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score, a gap or an average of scores, in points.

    Args:
        mean: mean over seeds.
        low, high: bounds of the bootstrap interval at the findings' level.
        sd: standard deviation over seeds (n - 1), or None where there is one seed.
        seeds: the seeds, ascending.
        per_seed: the value of each seed, in the order of `seeds`.
    """

    mean: float
    low: float
    high: float
    sd: float | None
    seeds: tuple[int, ...]
    per_seed: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two systems (the system minus the baseline), in points, paired by example.

    Args:
        mean: mean over seeds.
        low, high: bounds of the paired bootstrap interval at the findings' level.
        p: two-sided p-value of the paired bootstrap.
        p_holm: p corrected by Holm over the languages of the comparison, or None for a single comparison.
        sd: standard deviation over seeds, or None where there is one seed.
        seeds: the seeds that were paired.
    """

    mean: float
    low: float
    high: float
    p: float
    p_holm: float | None
    sd: float | None
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """A language or variant that was scored.

    Args:
        code: as the rows have it ("de-CH", "ar_pud").
        base: code of the base language it is averaged into ("de").
        name: English name, with the variant ("German (Switzerland)").
        family, branch, script: as the language table has them.
        is_source: whether its base language is the source language.
        averaged: whether it enters averages (a second treebank of a language may be shown only).
        examples: number of examples n.
        fingerprint: of the corpus it was scored on.
        data_set: where the corpus comes from.
    """

    code: str
    base: str
    name: str
    family: str
    branch: str
    script: str
    is_source: bool
    averaged: bool
    examples: int
    fingerprint: str
    data_set: str


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """A system as its rows describe it; `seeds` are those it was trained with, `more_sources` and `remark` as in
    `ScoreRow`."""

    name: str
    encoder: str
    provenance: str
    fusion: str
    layers: tuple[int, ...]
    gate: str
    intermediate: tuple[str, ...]
    train_data: str
    train_examples: int
    seeds: tuple[int, ...]
    runs: tuple[str, ...]
    stages: tuple[str, ...]
    more_sources: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A metric as the rows name it, with its own one-line summary."""

    name: str
    version: int
    primary: bool
    summary: str


@dataclass(frozen=True, slots=True)
class LanguageScore:
    """One system in one language by one metric."""

    system: str
    metric: str
    target: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class AverageScore:
    """One system's mean over a language set, each base language counted once.

    Args:
        kind: "targets" (all targets, source left out), "with source", "family", "script", "distance" (to the
            source, syntactic: thirds) or "pretraining" (of the encoder, where it is known).
        group: the family, script, third ("near", "middle", "far") or "seen" and "unseen"; "" for the first two kinds.
        languages: the set, as base codes in order.
    """

    system: str
    metric: str
    kind: AverageKind
    group: str
    languages: tuple[str, ...]
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class TransferGap:
    """Source score minus the mean over target languages, for one system; kind and group as in `AverageScore`."""

    system: str
    metric: str
    source: str
    languages: tuple[str, ...]
    estimate: Estimate
    kind: AverageKind = "targets"
    group: str = ""


@dataclass(frozen=True, slots=True)
class LanguageDifference:
    """A system against the baseline in one language."""

    baseline: str
    system: str
    metric: str
    target: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class AverageDifference:
    """A system against the baseline on average over a language set (see `AverageScore`)."""

    baseline: str
    system: str
    metric: str
    kind: AverageKind
    group: str
    languages: tuple[str, ...]
    difference: Difference


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done to the words of one language by one system, summed over examples and seeds.

    Args:
        system, metric, target: which rows.
        models: number of models (seeds) summed over.
        words: words (or texts) scored.
        windowed: of these, read through more than one window.
        unpredicted: of these, without a prediction; they count as wrong.
        repaired: predicted labels that the metric repaired.
        ignored: gold labels left out because the source does not know them.
        notes: counted things the reader did to the corpus (once, not a model).
    """

    system: str
    metric: str
    target: str
    models: int
    words: int
    windowed: int
    unpredicted: int
    repaired: int
    ignored: int
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A target that is not in the averages and comparisons, and why."""

    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one table and split.

    Args:
        task, split, source: what was scored.
        level: coverage of every interval (0.95).
        draws: bootstrap draws behind every interval and p-value.
        systems: the baseline first.
        metrics: the primary one first.
        targets: every scored language and variant, the source included.
        scores, averages, gaps: by system, metric and language (set).
        differences, average_differences: every system but the first against the first.
        handled: counts of what was windowed, unpredicted, repaired, ignored.
        missing: every cell of the grid that has no row, as text.
        left_out: targets outside of averages and comparisons.
        notes: sentences that a reader of the numbers must know ("one seed: ...").
        group_gaps: transfer gaps by family, script, distance and pretraining.
        languages: what goes with the baseline's transfer over languages; None in results of older versions.
    """

    task: str
    split: str
    source: str
    level: float
    draws: int
    systems: tuple[SystemInfo, ...]
    metrics: tuple[MetricInfo, ...]
    targets: tuple[TargetInfo, ...]
    scores: tuple[LanguageScore, ...]
    averages: tuple[AverageScore, ...]
    gaps: tuple[TransferGap, ...]
    differences: tuple[LanguageDifference, ...]
    average_differences: tuple[AverageDifference, ...]
    handled: tuple[Handled, ...]
    missing: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    group_gaps: tuple[TransferGap, ...] = ()
    languages: LanguagesInDepth | None = None

    @property
    def provenance(self) -> tuple[str, ...]:
        """The sentences that must stand beside every number ("multilingual-e5-small, dequantised ...")."""
        return tuple(dict.fromkeys(system.provenance for system in self.systems if system.provenance))

    @property
    def metric(self) -> MetricInfo:
        """The primary metric."""
        return self.metrics[0]


@cache
def _adapter() -> TypeAdapter[Findings]:
    return TypeAdapter(Findings)


def findings_json(findings: Findings) -> dict[str, object]:
    """Findings as JSON values."""
    return _adapter().dump_python(findings, mode="json")  # type: ignore[no-any-return]


def findings_from_json(values: object, source: str = "findings") -> Findings:
    """Findings from the values that `findings_json` gave.

    Args:
        values: the JSON values.
        source: the file, for messages.

    Raises:
        FormatError: the values are no findings of this version.
    """
    try:
        return _adapter().validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field_name = ".".join(map(str, first["loc"]))
        raise FormatError(f"not findings of this version: {field_name}: {first['msg']}", where=Location(source),
                          remedy="make the report again from the rows") from None
