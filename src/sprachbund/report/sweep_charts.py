"""A sweep's findings as the data of figures, and their drawings for a desk, a phone and a file."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sprachbund.report.charts import FULL, PHONE
from sprachbund.report.figures.heatmap import Head, heat_map
from sprachbund.report.figures.histogram import null_histogram
from sprachbund.report.figures.layer_curve import CurvePoint, layer_curve
from sprachbund.report.figures.rows import Group, Point, Row
from sprachbund.report.figures.source_scatter import ScatterMark, source_scatter
from sprachbund.report.numbers import plural, probability, score, signed, signed_span, span
from sprachbund.report.ordering import by_family
from sprachbund.report.sweep_words import source_name, told_apart
from sprachbund.results.findings import Difference, TargetInfo
from sprachbund.results.published import REPORTED_FUSION
from sprachbund.results.sweep_findings import Gain, LayerChoice, LayerCurve, SweepFindings, SweepPart

PANEL, PANEL_HEIGHT = 352.0, 250.0
"""Size of a curve, histogram or scatter: as wide as a phone, three beside each other on a desk."""
_GUTTER, _PHONE_GUTTER, _COLUMN = 190.0, 104.0, 62.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure: its name (unique; a file's stem), what it shows, and its SVG inside a page and for a phone.

    `phone` is "" where the same drawing fits both; `width` is that of the desk's in pixels.
    """

    name: str
    label: str
    svg: str
    phone: str
    standalone: str
    width: float


def slug(text: str) -> str:
    """A name for files and links: letters and digits with dashes between.

    >>> slug("DLFA (literal)")
    'dlfa-literal'
    """
    return "-".join("".join(character if character.isalnum() else " " for character in text.lower()).split())


def tasks_map(findings: SweepFindings) -> Drawn | None:
    """Layer by task: a row a task under each aggregator; None where no aggregator has layers."""
    names = dict.fromkeys(curve.aggregator for part in findings.parts for curve in part.curves)
    layers = sorted({point.layer for part in findings.parts for curve in part.curves for point in curve.points})
    if not layers:
        return None
    groups, chosen, oracle = [], set(), set()
    for aggregator in names:
        rows = []
        for part in findings.parts:
            gains = {point.layer: point.gain for curve in part.curves if curve.aggregator == aggregator
                     for point in curve.points}
            if not gains:
                continue
            rows.append(Row(part.data_set, "", tuple(
                _gain_point(part, gains.get(layer), f"layer {layer}", findings.level) for layer in layers)))
            for choice in part.choices:
                if choice.aggregator == aggregator:
                    chosen |= {(aggregator, part.data_set, layers.index(k)) for k in _layers(part, choice.chosen)}
                    oracle |= {(aggregator, part.data_set, layers.index(k)) for k in _layers(part, choice.oracle)}
        groups.append(Group(aggregator, tuple(rows)))
    draw = partial(
        heat_map, groups, [Head(str(layer)) for layer in layers], title="Gain over the last layer, layer by task",
        description="A cell for each layer and task with the gain in points, blue for a gain and orange for a loss; "
                    "framed: the layer chosen on source dev; crossed: the layer best on test. The tables of every "
                    "system have the same numbers with their intervals.",
        chosen=chosen, oracle=oracle, row=24.0,
    )
    return _drawn("layer-by-task", "Gain over the last layer in points, by layer (columns) and task (rows)", draw,
                  len(layers))


def languages_map(part: SweepPart, curve: LayerCurve, level: float) -> Drawn:
    """Layer by language, grouped by family, with the equal-parameter control as a last column."""
    columns = [(f"layer {point.layer}", point.system) for point in curve.points]
    columns += [(control, control) for control in part.controls[:1]]
    found = {(gain.system, gain.target): gain.difference for gain in part.gains}
    groups = [
        Group(heading, tuple(
            Row(target.name, target.code, tuple(
                _language_point(target, label, found.get((system, target.code)), level) for label, system in columns),
                emphasised=target.is_source)
            for target in members))
        for heading, members in by_family(part.targets)
    ]
    means = tuple(_gain_point(part, _gain_of(part, curve, system), label, level) for label, system in columns)
    groups.append(Group("All targets", (Row(f"Mean of {len(part.languages)}", "", means),)))
    choice = _choice(part, curve)
    heads = [Head(str(point.layer), chosen=bool(choice and choice.chosen == point.system),
                  oracle=bool(choice and choice.oracle == point.system)) for point in curve.points]
    heads += [Head("control", apart=True) for _ in part.controls[:1]]
    draw = partial(
        heat_map, groups, heads,
        title=f"{curve.aggregator} minus {part.baseline} on {part.data_set}, layer by language",
        description="A cell for each layer and language with the gain in points, languages under their families; bold "
                    "where told apart from zero after Holm's correction. The table below has the intervals.",
    )
    return _drawn(f"languages-{slug(part.data_set)}-{slug(curve.aggregator)}",
                  f"{curve.aggregator} minus {part.baseline} in points, by layer (columns) and language", draw,
                  len(heads))


def curve_panels(part: SweepPart, level: float) -> list[Drawn]:
    """The D_k curve of every aggregator; those of DLFA share a scale and bear the reported gain."""
    shared = [bound for curve in part.curves if _is_reported(part, curve) for point in curve.points
              for bound in (point.gain.here.low, point.gain.here.high)]
    drawn = []
    for curve in part.curves:
        points = [CurvePoint(point.layer, point.gain.mean, point.gain.here.low, point.gain.here.high,
                             f"layer {point.layer}: {_told(point.gain)}, {plural(len(point.gain.seeds), 'seed')}",
                             _marked(_choice(part, curve), point.system)) for point in curve.points]
        reported = None
        if part.reported and _is_reported(part, curve):
            reported = (part.reported.points, f"reported by {part.reported.paper} (mBERT): "
                                              f"{signed(part.reported.points)} {part.reported.measure}")
        draw = partial(
            layer_curve, points, reported=reported, bounds=shared if reported else (), width=PANEL, height=PANEL_HEIGHT,
            title=f"{curve.aggregator} minus {part.baseline} on {part.data_set}, by layer",
            description=f"Gain in points with its {level:.0%} interval for each layer; a ring marks the layer chosen "
                        "on source dev, a cross the layer best on test.")
        drawn.append(_panel(f"curve-{slug(part.data_set)}-{slug(curve.aggregator)}",
                            f"{curve.aggregator} − {part.baseline}, points", draw))
    return drawn


def luck_panels(part: SweepPart) -> list[Drawn]:
    """The null distribution of the best of k layers, with the observed best."""
    drawn = []
    for choice in part.choices:
        luck = choice.luck
        if luck is None:
            continue
        draw = partial(
            null_histogram, luck.edges, luck.counts,
            observed=(luck.observed, f"best on test: {signed(luck.observed)}, p {probability(luck.p)}"),
            expected=(luck.expected, f"mean by luck: {signed(luck.expected)}"),
            axis=f"gain of the best of {luck.candidates}, points", width=PANEL, height=PANEL_HEIGHT,
            title=f"What the best layer of {choice.aggregator} gains by luck on {part.data_set}",
            description=f"Gains of the best of {luck.candidates} layers in {luck.permutations:,} permutations of the "
                        "layer labels within each seed, the last layer's label among them.")
        drawn.append(_panel(f"luck-{slug(part.data_set)}-{slug(choice.aggregator)}",
                            f"Best of {luck.candidates} by luck, {choice.aggregator}", draw))
    return drawn


def source_panel(part: SweepPart) -> Drawn | None:
    """Target mean against source score of every system; None where the source was not scored."""
    series = series_of(part)
    shown = {part.baseline, *(item.system for item in part.contenders)}
    marks: list[ScatterMark] = []
    far = 0
    for system in sorted(part.systems, key=lambda system: system.name not in shown):
        if system.source is None or system.targets is None:
            continue
        if system.name not in shown and not _within(marks, system.source.mean, system.targets.mean):
            far += 1
            continue
        told = (f"{system.name}: {source_name(part)} {score(system.source.mean)} ({span(system.source)}), targets "
                f"{score(system.targets.mean)} ({span(system.targets)})")
        seeds = tuple(zip(system.source.per_seed, system.targets.per_seed, strict=True))
        strong = system.name in shown
        marks.append(ScatterMark(system.source.mean, system.targets.mean, series[system.aggregator], told,
                                 seeds if strong else (), strong))
    if not marks:
        return None
    draw = partial(
        source_scatter, marks, slope=part.slope.slope if part.slope else None,
        labels=(f"{source_name(part)} test, points", "mean of the targets, points"), width=PANEL, height=PANEL_HEIGHT,
        title=f"Targets against {source_name(part)} on {part.data_set}",
        description="A mark for each system, filled for the baseline and the contenders, small dots for their seeds; "
                    "the dashed line holds the baseline's transfer gap, the dotted one the slope of the seeds.")
    away = f"; {plural(far, 'system')} far away not drawn" if far else ""
    return _panel(f"source-{slug(part.data_set)}", f"Targets against {source_name(part)}{away}", draw)


def series_of(part: SweepPart) -> dict[str, int]:
    """Aggregator -> number of its shape and colour, the baseline first."""
    return {name: place for place, name in enumerate(dict.fromkeys(system.aggregator for system in part.systems))}


def _drawn(name: str, label: str, draw: Callable[..., str], columns: int) -> Drawn:
    """A heat map for a desk, a phone and a file."""
    wide = min(FULL, _GUTTER + _COLUMN * columns)
    desk = partial(draw, width=wide, gutter=_GUTTER)
    return Drawn(name, label, desk(name=name), draw(width=PHONE, gutter=_PHONE_GUTTER, name=f"{name}-phone"),
                 desk(name=name, standalone=True), wide)


def _panel(name: str, label: str, draw: Callable[..., str]) -> Drawn:
    """A drawing that is no wider than a phone."""
    return Drawn(name, label, draw(name=name), "", draw(name=name, standalone=True), PANEL)


def _language_point(target: TargetInfo, label: str, item: Difference | None, level: float) -> Point | None:
    if item is None:
        return None
    p = item.p if item.p_holm is None else item.p_holm
    told = (f"{target.name} ({target.family}), {label}: {signed(item.mean)} ({signed_span(item)}), p {probability(p)} "
            "(Holm)")
    return Point(item.mean, item.low, item.high, told, p <= 1 - level + 1e-12)


def _gain_point(part: SweepPart, gain: Gain | None, label: str, level: float) -> Point | None:
    if gain is None:
        return None
    return Point(gain.mean, gain.here.low, gain.here.high, f"{part.data_set}, {label}: {_told(gain)}",
                 told_apart(gain.here, level) != 0)


def _gain_of(part: SweepPart, curve: LayerCurve, system: str) -> Gain | None:
    contender = next((item.gain for item in part.contenders if item.system == system), None)
    return next((point.gain for point in curve.points if point.system == system), contender)


def _told(gain: Gain) -> str:
    return f"{signed(gain.mean)} ({signed_span(gain.here)}), p {probability(gain.here.p)}"


def _is_reported(part: SweepPart, curve: LayerCurve) -> bool:
    """Whether a paper reports this aggregator's gain on this data set."""
    return part.reported is not None and any(
        system.fusion == REPORTED_FUSION for system in part.systems if system.aggregator == curve.aggregator)


def _choice(part: SweepPart, curve: LayerCurve) -> LayerChoice | None:
    return next((item for item in part.choices if item.aggregator == curve.aggregator), None)


def _within(marks: Sequence[ScatterMark], source: float, target: float) -> bool:
    """Whether a point lies among marks and their seeds, or no farther outside than they are apart."""
    for value, known in ((source, [m.source for m in marks] + [s for m in marks for s, _ in m.seeds]),
                         (target, [m.target for m in marks] + [t for m in marks for _, t in m.seeds])):
        room = max(known) - min(known) + 0.5 if known else math.inf
        if known and not min(known) - room <= value <= max(known) + room:
            return False
    return True


def _layers(part: SweepPart, system: str) -> Sequence[int]:
    layer = part.system(system).layer
    return () if layer is None else (layer,)


def _marked(choice: LayerChoice | None, system: str) -> str:
    if choice is None or system not in (choice.chosen, choice.oracle):
        return ""
    return "both" if choice.chosen == choice.oracle else "chosen" if system == choice.chosen else "oracle"
