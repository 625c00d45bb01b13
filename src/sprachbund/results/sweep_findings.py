"""What a layer sweep says, as plain frozen records; `sweeps.py` makes them, `stored_sweep.py` stores them.

One `SweepPart` speaks of one task and data set. A *system* is what was trained with one seed after
another ("DLFA (k=9, literal)"), an *aggregator* the systems that differ in the layer alone ("DLFA
(literal)"), a *contender* an aggregator with its layer chosen on source-language dev. A *control* sees
the last layer only, so that its gain is none of lower layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.results.findings import (
    Difference,
    Estimate,
    Handled,
    LanguageScore,
    LeftOut,
    MetricInfo,
    TargetInfo,
)
from sprachbund.results.language_findings import LanguagesInDepth
from sprachbund.results.published import ReportedGain


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be said of a mean for one target of inference.

    Args:
        low, high: the interval.
        p: two-sided, of a mean of zero, not corrected; 1 where nothing varies.
        p_tasks: corrected by Holm over the parts of the sweep, for the same aggregator; None where there is one part.
        p_all: corrected by Holm over every contender of every part; None where there is one.
        detectable: the least true mean that this design would find in 80 of 100 sweeps (two-sided test at 5 %), for
            contenders' gains over the baseline on these languages; else None, and with one seed.
        method: how the interval was made.
    """

    low: float
    high: float
    p: float
    p_tasks: float | None
    p_all: float | None
    detectable: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Gain:
    """One system minus another in points, paired by seed and example.

    Args:
        system, against: the two.
        languages: base codes of the language set that was averaged over; the source alone where the gain is on it.
        mean: over seeds and languages.
        sd: over seeds, or None with one seed.
        seeds: those that both have.
        per_seed: the difference of each of these seeds.
        here: for these languages; uncertain are examples and seeds.
        beyond: for languages like these, families and languages taken as a sample; None where there are fewer than
            two families, or the gain is no plain mean over targets.
    """

    system: str
    against: str
    languages: tuple[str, ...]
    mean: float
    sd: float | None
    seeds: tuple[int, ...]
    per_seed: tuple[float, ...]
    here: Bounds
    beyond: Bounds | None


@dataclass(frozen=True, slots=True)
class MixedCheck:
    """A gain once more, by a linear mixed model: the cross-check of the protocol.

    Args:
        mean, low, high: the contrast with its interval, for languages like these. Languages of one family weigh less
            in it, the more alike they are, so that it may differ from the plain mean over languages.
        method: how the interval was made; by the normal distribution it is too narrow with few seeds.
    """

    mean: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class SweepSystem:
    """A system of a part.

    Args:
        name: unique in the part; `settings` stand behind it in brackets where one label was scored with several.
        fusion: registered name.
        aggregator: the label without the layer.
        layer: the lower layer it has beside the baseline's, or alone; the baseline's own where it has no other; None
            for several.
        control: whether it sees the baseline's layer alone (the baseline itself is none).
        settings: what was tuned for it, in words; "" for the defaults.
        settings_tried: with how many settings it was scored on source dev.
        seeds: those it was scored with on test.
        dev: source dev, or None where it was not scored there.
        source: source test, or None.
        targets: mean over the target languages, source left out; None where no language is complete.
        gap: source minus targets, or None.
    """

    name: str
    fusion: str
    aggregator: str
    layer: int | None
    control: bool
    settings: str
    settings_tried: int
    seeds: tuple[int, ...]
    dev: Estimate | None
    source: Estimate | None
    targets: Estimate | None
    gap: Estimate | None


@dataclass(frozen=True, slots=True)
class LayerPoint:
    """A layer of a curve: the system that reads it and its gain over the baseline on the target mean."""

    layer: int
    system: str
    gain: Gain


@dataclass(frozen=True, slots=True)
class LayerCurve:
    """Gains of one aggregator by layer, ascending."""

    aggregator: str
    points: tuple[LayerPoint, ...]


@dataclass(frozen=True, slots=True)
class LuckOfChoice:
    """What the best of k layers would gain if none was better than the last: labels permuted within each seed.

    The last layer is dealt as one more label, and a dealt best is measured against the score that was dealt to
    the last layer (`statistics.selection.best_of_null`).

    Args:
        candidates: k.
        seeds: seeds within which labels were permuted.
        observed: gain of the layer that is best on test, in points.
        expected: mean of the null distribution: a gain that choosing alone produces.
        high: its quantile at the findings' level.
        p: share of permutations whose best gains as much as observed or more.
        p_layers: the same where only the k layers are dealt: small if the best layer is more than a lucky one among
            layers that gain alike; None with one seed.
        noise: the gain to be expected of the best where layers differ by the luck of seeds alone: permuted are
            deviations from each layer's own mean, since layers that truly differ widen the null. None with one seed.
        permutations: how many.
        edges, counts: histogram of the null distribution, one edge more than counts.
    """

    candidates: int
    seeds: tuple[int, ...]
    observed: float
    expected: float
    high: float
    p: float
    p_layers: float | None
    noise: float | None
    permutations: int
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """The layer of an aggregator as source dev chooses it, and as the test set would have it.

    Args:
        aggregator: whose layer.
        candidates: systems the choice was among, by layer.
        chosen: the system with the best mean over seeds on source dev (of equals the one nearest the last layer).
        margin: points of source dev by which it leads the next.
        by_seed: what each seed alone would have chosen, in the order of `seeds`.
        seeds: the seeds on source dev that all candidates share.
        oracle: the system that is best on the target mean of the test set. Nobody could have chosen it.
        oracle_gain: its gain over the baseline.
        lost: the oracle minus the chosen system.
        luck: what the best of so many would gain from nothing; None where candidates and baseline share no seed.
    """

    aggregator: str
    candidates: tuple[str, ...]
    chosen: str
    margin: float
    by_seed: tuple[str, ...]
    seeds: tuple[int, ...]
    oracle: str
    oracle_gain: Gain
    lost: Gain
    luck: LuckOfChoice | None


@dataclass(frozen=True, slots=True)
class EqualSource:
    """A gain at equal source score: target gain minus slope times source gain, for slopes a reader may believe in.

    What a point of source score is worth on the targets is hardly known from a few seeds. At slope 0 the gain is the
    plain one, at slope 1 it is the transfer gap's decrease; a gain whose interval lies above zero at both is there
    at every rate of exchange between them.

    Args:
        at_slope: at the slope that the part's own systems and seeds show (`SourceSlope`), taken as known; None where
            it is not.
        at_one: the transfer gap's decrease.
    """

    at_slope: Gain | None
    at_one: Gain


@dataclass(frozen=True, slots=True)
class SourceSlope:
    """Points of target mean that go with a point of source score, from seed to seed of the same system.

    Least squares with an intercept a system, so that differences between systems do not enter: these are what
    is asked about. Scores of the source are measured with error, which draws the slope towards zero.

    Args:
        slope, low, high: with its t interval.
        systems, points: from how many systems and (system, seed) pairs.
    """

    slope: float
    low: float
    high: float
    systems: int
    points: int


@dataclass(frozen=True, slots=True)
class Contender:
    """An aggregator at its best honest configuration, against the baseline and the controls.

    Args:
        aggregator: its name.
        system: the system that source dev chose, or the only one.
        layer: its layer, or None.
        control: whether it sees the last layer only.
        gain: over the baseline, on the target mean.
        source_gain: over the baseline, on source test; None where the source was not scored.
        equal_source: the gain at equal source score; None where the source was not scored.
        over_controls: against each control, the equal-parameter one first; empty for controls.
        other_metrics: the gain over the baseline by each other metric, whose choice this was not.
        mixed: the gain by a mixed model; None with one seed or language.
    """

    aggregator: str
    system: str
    layer: int | None
    control: bool
    gain: Gain
    source_gain: Gain | None
    equal_source: EqualSource | None
    over_controls: tuple[Gain, ...]
    other_metrics: tuple[tuple[str, Gain], ...]
    mixed: MixedCheck | None = None


@dataclass(frozen=True, slots=True)
class LanguageGain:
    """A system minus the baseline in one language or variant; Holm's correction goes over a system's languages."""

    system: str
    target: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class SweepPart:
    """One task and data set of a sweep.

    Args:
        task, data_set: what was scored.
        metric: the primary one, by which everything is measured.
        source: code of the source language.
        train_data, train_examples: what every system was trained on.
        encoder, provenance: of every system; the provenance is a sentence that stands beside every number, or "".
        remarks: sentences that every table repeats (a stand-in training set).
        languages: base codes of the averages' language set.
        targets: every scored language and variant, the source included.
        left_out: targets outside of averages and comparisons.
        baseline: the system every gain is over.
        controls: those there are, the equal-parameter one first.
        systems: the baseline first, controls next, then by aggregator and layer.
        contenders: in the same order, without the baseline.
        curves: one an aggregator with more than one layer.
        choices: likewise, where source dev was scored.
        slope: how target scores go with source scores, or None where seeds are too few or the source not scored.
        scores: every system in every language.
        gains: every system but the baseline in every complete language.
        handled: what was windowed, unpredicted, repaired, ignored, by language, summed over systems and seeds.
        reported: the paper's gain on this data set, or None.
        missing: cells without rows, in words.
        notes: sentences a reader of these numbers must know.
        in_depth: what goes with the baseline's transfer over languages; None in findings of older versions.
    """

    task: str
    data_set: str
    metric: MetricInfo
    source: str
    train_data: str
    train_examples: int
    encoder: str
    provenance: str
    remarks: tuple[str, ...]
    languages: tuple[str, ...]
    targets: tuple[TargetInfo, ...]
    left_out: tuple[LeftOut, ...]
    baseline: str
    controls: tuple[str, ...]
    systems: tuple[SweepSystem, ...]
    contenders: tuple[Contender, ...]
    curves: tuple[LayerCurve, ...]
    choices: tuple[LayerChoice, ...]
    slope: SourceSlope | None
    scores: tuple[LanguageScore, ...]
    gains: tuple[LanguageGain, ...]
    handled: tuple[Handled, ...]
    reported: ReportedGain | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    in_depth: LanguagesInDepth | None = None

    def system(self, name: str) -> SweepSystem:
        """A system by its name."""
        return next(system for system in self.systems if system.name == name)

    def contender(self, aggregator: str) -> Contender | None:
        """A contender by its aggregator."""
        return next((item for item in self.contenders if item.aggregator == aggregator), None)


@dataclass(frozen=True, slots=True)
class SweepFindings:
    """All findings of a sweep.

    Args:
        level: coverage of every interval.
        parts: one a task and data set.
        missing: cells that were planned and have no row at all, in words.
    """

    level: float
    parts: tuple[SweepPart, ...]
    missing: tuple[str, ...]

    @property
    def provenance(self) -> tuple[str, ...]:
        """The encoders' sentences, which must stand beside every number."""
        return tuple(dict.fromkeys(part.provenance for part in self.parts if part.provenance))

    @property
    def aggregators(self) -> tuple[str, ...]:
        """All aggregators in order of appearance."""
        return tuple(dict.fromkeys(item.aggregator for part in self.parts for item in part.contenders))
