"""Findings as the data of charts: grouped rows with a point for each system, and rows of differences."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.report.figures.differences import differences_chart
from sprachbund.report.figures.rows import Group, Point, Row
from sprachbund.report.figures.scores import Average, scores_chart
from sprachbund.report.lookup import Lookup, is_significant
from sprachbund.report.numbers import plural, probability, score, signed, signed_span, span
from sprachbund.results.findings import TargetInfo

PHONE, BESIDE, SIDE, FULL = 352.0, 640.0, 400.0, 1056.0
"""Widths of drawings: on a phone; on a desk the scores beside the differences, these, and one alone."""
_GUTTER, _PHONE_GUTTER = 190.0, 116.0


@dataclass(frozen=True, slots=True)
class DifferenceChart:
    """A comparison's chart: the system's name and number, its rows, the difference over all targets."""

    system: str
    series: int
    groups: tuple[Group, ...]
    overall: Point | None


@dataclass(frozen=True, slots=True)
class Charts:
    """Data of all charts of a report, and their drawings.

    Args:
        metric: what is measured.
        baseline: name of the baseline.
        systems: names of the series.
        groups: families with languages, one point a system.
        averages: means over the target languages.
        differences: one chart for each system but the baseline.
    """

    metric: str
    baseline: str
    systems: tuple[str, ...]
    groups: tuple[Group, ...]
    averages: tuple[Average, ...]
    differences: tuple[DifferenceChart, ...]

    @property
    def beside(self) -> DifferenceChart | None:
        """The differences that stand beside the scores: those of the only comparison."""
        return self.differences[0] if len(self.systems) == 2 and self.differences else None

    def scores(self, *, phone: bool = False, standalone: bool = False) -> str:
        """The chart of scores as SVG, for a desk or for a phone."""
        wide = BESIDE if self.beside else FULL
        return scores_chart(
            self.groups, self.averages, width=PHONE if phone else wide,
            gutter=_PHONE_GUTTER if phone else _GUTTER, name=f"scores-{'phone' if phone else 'desk'}",
            title=f"{self.metric} in every language, by family",
            description=f"A dot with its interval for each of {', '.join(self.systems)} in each language; dashed lines "
                        "are means over the target languages. The table of all languages has the same numbers.",
            standalone=standalone,
        )

    def difference(self, chart: DifferenceChart, *, phone: bool = False, standalone: bool = False) -> str:
        """A chart of differences as SVG; without labels where it stands beside the chart of scores."""
        beside = chart is self.beside and not phone and not standalone
        width = PHONE if phone else (SIDE if beside else BESIDE)
        gutter = 0.0 if beside else (_PHONE_GUTTER if phone else _GUTTER)
        return differences_chart(
            chart.groups, chart.overall, chart.series, width=width, gutter=gutter,
            name=f"difference-{chart.series}-{'phone' if phone else 'desk'}",
            title=f"{chart.system} minus {self.baseline}, {self.metric}, in every language",
            description="A dot with its interval for each language; filled where the difference is told apart from "
                        "zero after Holm's correction. The shaded strip is the interval over all target languages.",
            standalone=standalone,
        )


def charts(look: Lookup) -> Charts:
    """Charts of the primary metric."""
    findings = look.findings
    metric = findings.metric.name
    names = tuple(system.name for system in findings.systems)
    ordered = look.ordered()
    groups = tuple(Group(heading, tuple(_row(look, target, names) for target in members))
                   for heading, members in ordered)
    averages = []
    for series, name in enumerate(names):
        average = look.average(name, metric)
        if average is not None:
            told = (f"{name}: {score(average.estimate.mean)} ({span(average.estimate)}) on average over "
                    f"{plural(len(average.languages), 'target language')}")
            averages.append(Average(series, average.estimate.mean, told))
    differences = tuple(_difference_chart(look, series, name, ordered)
                        for series, name in enumerate(names) if series and look.average_difference(name, metric))
    return Charts(metric, names[0], names, groups, tuple(averages), differences)


def _row(look: Lookup, target: TargetInfo, names: tuple[str, ...]) -> Row:
    points: list[Point | None] = []
    for name in names:
        estimate = look.score(name, look.findings.metric.name, target.code)
        told = "" if estimate is None else f"{_where(target)}, {name}: {score(estimate.mean)} ({span(estimate)})"
        points.append(None if estimate is None else Point(estimate.mean, estimate.low, estimate.high, told))
    return _labelled(look, target, tuple(points))


def _difference_chart(
    look: Lookup, series: int, name: str, ordered: list[tuple[str, list[TargetInfo]]]
) -> DifferenceChart:
    metric, level = look.findings.metric.name, look.findings.level
    groups = []
    for heading, members in ordered:
        rows = []
        for target in members:
            item = look.difference(name, metric, target.code)
            point = None
            if item is not None:
                p = item.p if item.p_holm is None else item.p_holm
                told = f"{_where(target)}: {signed(item.mean)} ({signed_span(item)}), p {probability(p)}"
                point = Point(item.mean, item.low, item.high, told, is_significant(item, level))
            rows.append(_labelled(look, target, (point,)))
        groups.append(Group(heading, tuple(rows)))
    average = look.average_difference(name, metric)
    overall = None
    if average is not None:
        told = (f"{signed(average.difference.mean)} ({signed_span(average.difference)}) on average over "
                f"{plural(len(average.languages), 'target language')}")
        overall = Point(average.difference.mean, average.difference.low, average.difference.high, told)
    return DifferenceChart(name, series, tuple(groups), overall)


def _labelled(look: Lookup, target: TargetInfo, points: tuple[Point | None, ...]) -> Row:
    name = look.row_name(target)
    return Row(name, target.code, points, emphasised=target.is_source, indented=name != target.name)


def _where(target: TargetInfo) -> str:
    return f"{target.name} ({target.family})"
