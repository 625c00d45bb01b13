"""What a layer sweep says, from score rows alone: gains, chosen and oracle layers, luck, curves, languages.

Every gain is a difference to the baseline, the last layer: paired by seed and example, with an interval
for these languages and one for languages like these. p-values are corrected by Holm over the tasks (for
the same aggregator), over all contenders of all tasks, and within a task over the languages. Layers are
chosen on source dev; the layer that is best on test is called oracle and enters no comparison.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sprachbund.languages.segmentation import Segmentation
from sprachbund.results.description import describe_handling, describe_metrics
from sprachbund.results.findings import Handled
from sprachbund.results.languages_in_depth import languages_in_depth
from sprachbund.results.published import reported_gain
from sprachbund.results.records import ScoreRow
from sprachbund.results.sweep_choice import choose
from sprachbund.results.sweep_correction import corrected
from sprachbund.results.sweep_findings import (
    Contender,
    EqualSource,
    LayerChoice,
    LayerCurve,
    LayerPoint,
    SourceSlope,
    SweepFindings,
    SweepPart,
    SweepSystem,
)
from sprachbund.results.sweep_notes import missing_cells, notes_of
from sprachbund.results.sweep_rows import DEV, TEST, PartRows, sort_rows
from sprachbund.results.sweep_scores import PartScores, dev_estimate
from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.intervals import LEVEL

_LEAST_DEGREES = 3


def sweep_findings(
    rows: Sequence[ScoreRow], *, baseline: str | None = None, unaveraged: Collection[str] = (),
    planned: Sequence[str] = (), segmentation: Mapping[str, Mapping[str, Segmentation]] | None = None,
    level: float = LEVEL,
) -> SweepFindings:
    """Compute everything that may be said of a sweep.

    Args:
        rows: of test (source and targets) and of source dev, any number of tasks.
        baseline: name of the system gains are over; None: the last layer.
        unaveraged: targets that are shown and compared, but enter no average (a second treebank).
        planned: cells without rows, in words, if somebody knows; they are passed on.
        segmentation: data set -> target -> how its test data were cut into pieces, where that was measured.
        level: coverage of the intervals.

    Raises:
        DataError: no test rows, no baseline, no complete target language, or rows of one task and data set that
            cannot be compared; the message names both sides.
        LanguageError: a target that is not in the language table.
    """
    measured = segmentation or {}
    parts = [_part(part, unaveraged, measured.get(part.data_set), level)
             for part in sort_rows(rows, baseline=baseline)]
    return SweepFindings(level, tuple(corrected(parts)), tuple(planned))


def _part(
    rows: PartRows, unaveraged: Collection[str], segmentation: Mapping[str, Segmentation] | None, level: float
) -> SweepPart:
    scores = PartScores(rows, unaveraged=unaveraged, level=level)
    systems = tuple(_system(place, rows, scores) for place in range(len(rows.systems)))
    baseline, *others = systems
    controls = tuple(system.name for system in others if system.control)
    families = {name: [system for system in others if system.aggregator == name]
                for name in dict.fromkeys(system.aggregator for system in others)}
    choices = [choice for name, members in families.items()
               if len(members) > 1 and (choice := choose(name, members, baseline.name, scores))]
    slope = _slope(systems)
    first = rows.test.rows()[0]
    language_scores = tuple(scores.language_scores())
    return SweepPart(
        task=rows.task, data_set=rows.data_set, metric=describe_metrics(rows.test, TEST)[0], source=first.source,
        train_data=first.train_data, train_examples=first.train_examples, encoder=first.encoder,
        provenance=first.provenance,
        remarks=tuple(dict.fromkeys(row.remark for row in rows.test.rows() if row.remark)),
        languages=scores.chosen.languages, targets=scores.targets, left_out=scores.left_out, baseline=baseline.name,
        controls=controls, systems=systems,
        contenders=tuple(_contenders(families, choices, baseline.name, controls, slope, scores)),
        curves=tuple(_curves(families, baseline.name, scores)), choices=tuple(choices), slope=slope,
        scores=language_scores, gains=tuple(scores.language_gains(baseline.name)),
        handled=tuple(_handled(rows)), reported=reported_gain(rows.data_set), missing=missing_cells(rows),
        notes=tuple(notes_of(rows, systems, choices, families)),
        in_depth=languages_in_depth(
            language_scores, scores.targets, system=baseline.name, metric=rows.metric, source=first.source,
            encoder=first.encoder, segmentation=segmentation, left_out={item.target for item in scores.left_out},
            level=level),
    )


def _system(place: int, rows: PartRows, scores: PartScores) -> SweepSystem:
    facts = rows.systems[place]
    return SweepSystem(
        name=facts.name, fusion=facts.fusion, aggregator=facts.aggregator, layer=facts.layer, control=facts.control,
        settings=facts.settings, settings_tried=facts.settings_tried, seeds=scores.seeds[facts.name],
        dev=dev_estimate(rows.dev, facts.name, rows.metric, DEV, scores.level),
        source=scores.source_estimate(facts.name), targets=scores.targets_estimate(facts.name),
        gap=scores.gap(facts.name),
    )


def _contenders(
    families: dict[str, list[SweepSystem]], choices: Sequence[LayerChoice], baseline: str, controls: Sequence[str],
    slope: SourceSlope | None, scores: PartScores,
) -> Iterator[Contender]:
    """Each aggregator with the system it goes in with; one whose layer nothing chooses does not go in."""
    chosen = {choice.aggregator: choice.chosen for choice in choices}
    for aggregator, members in families.items():
        name = members[0].name if len(members) == 1 else chosen.get(aggregator)
        system = next((member for member in members if member.name == name), None)
        gain = scores.gain(system.name, baseline) if system else None
        if system is None or gain is None:
            continue
        gain = replace(gain, here=replace(gain.here, detectable=scores.detectable(system.name, baseline)))
        at_one = scores.gain_at_equal_source(system.name, baseline, 1.0)
        at_slope = scores.gain_at_equal_source(system.name, baseline, slope.slope) if slope else None
        over = [] if system.control else [scores.gain(system.name, control) for control in controls]
        others = [(metric, scores.gain(system.name, baseline, metric)) for metric in scores.table.metrics[1:]]
        yield Contender(
            aggregator=aggregator, system=system.name, layer=system.layer, control=system.control, gain=gain,
            source_gain=scores.source_gain(system.name, baseline),
            equal_source=EqualSource(at_slope, at_one) if at_one else None,
            over_controls=tuple(item for item in over if item),
            other_metrics=tuple((metric, item) for metric, item in others if item),
            mixed=scores.mixed_model(system.name, baseline),
        )


def _curves(families: dict[str, list[SweepSystem]], baseline: str, scores: PartScores) -> Iterator[LayerCurve]:
    for aggregator, members in families.items():
        points = [LayerPoint(system.layer, system.name, gain) for system in members
                  if system.layer is not None and (gain := scores.gain(system.name, baseline))]
        if len({point.layer for point in points}) > 1:
            yield LayerCurve(aggregator, tuple(points))


def _slope(systems: Sequence[SweepSystem]) -> SourceSlope | None:
    """Pooled within systems: deviations from each system's own means, so that only seeds move them."""
    pairs = [(np.array(system.source.per_seed), np.array(system.targets.per_seed)) for system in systems
             if system.source and system.targets and len(system.seeds) > 1]
    if not pairs:
        return None
    source = np.concatenate([one - one.mean() for one, _ in pairs])
    target = np.concatenate([other - other.mean() for _, other in pairs])
    degrees, square = len(source) - len(pairs) - 1, float(source @ source)
    if degrees < _LEAST_DEGREES or square < 1e-12:
        return None
    slope = float(source @ target) / square
    error = float(np.sqrt(((target - slope * source) ** 2).sum() / degrees / square))
    half = t_quantile(0.5 + LEVEL / 2, degrees) * error
    return SourceSlope(slope, slope - half, slope + half, len(pairs), len(source))


def _handled(rows: PartRows) -> Iterator[Handled]:
    """By language, summed over systems and seeds, by the primary metric."""
    found: dict[str, Handled] = {}
    for item in describe_handling(rows.test, TEST):
        if item.metric == rows.metric:
            before = found.get(item.target)
            found[item.target] = replace(item, system="") if before is None else replace(
                before, models=before.models + item.models, words=before.words + item.words,
                windowed=before.windowed + item.windowed, unpredicted=before.unpredicted + item.unpredicted,
                repaired=before.repaired + item.repaired, ignored=before.ignored + item.ignored)
    yield from found.values()
