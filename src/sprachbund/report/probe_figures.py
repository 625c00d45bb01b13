"""A probe's findings as figures: curves over layers, before and after; maps of similarity, removal, gates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from statistics import fmean

from sprachbund.languages.language import script_name
from sprachbund.report.charts import FULL
from sprachbund.report.figures.curves import Curve, Place, curves_chart
from sprachbund.report.figures.heatmap import Head, heat_map
from sprachbund.report.figures.rows import Group, Point, Row
from sprachbund.report.numbers import plural
from sprachbund.report.sweep_charts import PANEL, PANEL_HEIGHT, Drawn, slug
from sprachbund.results.probe_findings import (
    FUSED,
    HIGHER_IN_POINTS,
    Average,
    Contrast,
    Gate,
    ProbeFindings,
    Removal,
    Role,
)

SERIES: dict[Role, int] = {"before": 0, "after": 1}
_GUTTER, _COLUMN = 190.0, 58.0


def number(value: float, *, points: bool) -> str:
    """A measure as reports write it: points with one decimal, others with two, true minus signs.

    >>> number(81.26, points=True), number(-0.456, points=False)
    ('81.3', '−0.46')
    """
    return (f"{value:.1f}" if points else f"{value:.2f}").replace("-", "−")


def interval(low: float | None, high: float | None, *, points: bool) -> str:
    """Bounds of a measure: `79.9 to 82.5`, "" where there are none."""
    if low is None or high is None:
        return ""
    return f"{number(low, points=points)} to {number(high, points=points)}"


def states(findings: ProbeFindings) -> tuple[str, ...]:
    """All states of all models, layers first."""
    return max((model.states for model in findings.models), key=len)


def measure_panel(findings: ProbeFindings, measure: str, variant: str, label: str) -> Drawn | None:
    """One measure and variant over the layers, a line a model; None where it was not taken."""
    points = measure in HIGHER_IN_POINTS
    curves = []
    for role, series in SERIES.items():
        chosen = [average for average in findings.averages
                  if (average.model, average.measure, average.variant) == (role, measure, variant)]
        if chosen:
            curves.append(Curve(series, tuple(_place(average, points) for average in chosen)))
    if not curves:
        return None
    return _panel(f"{measure}-{slug(variant)}" if variant else measure, label, findings, curves,
                  f"{label}, layer by layer, mean over languages with the interval over languages as a band")


def _place(average: Average, points: bool) -> Place:
    bounds = interval(average.low, average.high, points=points)
    told = (f"{average.model}, {state_name(average.state)}: {number(average.value, points=points)}"
            + (f" ({bounds})" if bounds else "") + f", {plural(len(average.languages), 'language')}")
    return Place(average.state, average.value, average.low, average.high, told)


def contrast_panel(findings: ProbeFindings, grouping: str) -> Drawn | None:
    """Similarity within families (scripts) less that across them, layer by layer; None where there is none."""
    curves = []
    for role, series in SERIES.items():
        chosen = [item for item in findings.contrasts if item.model == role and item.grouping == grouping]
        if chosen:
            curves.append(Curve(series, tuple(map(_contrast, chosen))))
    if not curves:
        return None
    label = f"Similarity within {_plural(grouping)} minus across them"
    return _panel(f"contrast-{grouping}", label, findings, curves, f"{label}, layer by layer, with its interval",
                  include=(0.0,))


def _contrast(item: Contrast) -> Place:
    told = (f"{item.model}, {state_name(item.state)}: {number(item.difference, points=False)} "
            f"({interval(item.low, item.high, points=False)}); within {number(item.within, points=False)} over "
            f"{plural(item.pairs_within, 'pair')}, across {number(item.across, points=False)}")
    return Place(item.state, item.difference, item.low, item.high, told)


def _panel(
    name: str, label: str, findings: ProbeFindings, curves: Sequence[Curve], description: str,
    include: Sequence[float] = (),
) -> Drawn:
    draw = partial(curves_chart, curves, states(findings), width=PANEL, height=PANEL_HEIGHT, title=label,
                   description=description, include=include, apart=FUSED)
    return Drawn(name, label, draw(name=name), "", draw(name=name, standalone=True), PANEL)


def group_map(findings: ProbeFindings, role: Role, state: str, grouping: str) -> Drawn | None:
    """Mean similarity of the languages of each pair of families (scripts), in one state; None with one group."""
    matrix = next((item for item in findings.similarities if (item.model, item.state) == (role, state)), None)
    if matrix is None:
        return None
    infos = {language.code: language for language in findings.languages}
    labels = [infos[code].family if grouping == "family" else infos[code].script for code in matrix.languages]
    groups = sorted(set(labels), key=lambda label: (-labels.count(label), label))
    if len(groups) < 2:
        return None
    rows = []
    for one in groups:
        cells = []
        for other in groups:
            pairs = [value for i, row in enumerate(matrix.matrix) for j, value in enumerate(row)
                     if i != j and value is not None and (labels[i], labels[j]) == (one, other)]
            cells.append(None if not pairs else Point(
                100 * fmean(pairs), 0, 0, f"{_named(grouping, one)} and {_named(grouping, other)}: "
                f"{number(fmean(pairs), points=False)}", strong=one == other))
        rows.append(Row(_named(grouping, one), str(labels.count(one)), tuple(cells)))
    heads = [Head(_named(grouping, label)[:9]) for label in groups]
    where = f"{role}, {state_name(state)}"
    return _map(f"{grouping}-{role}-{state}", f"Similarity of {_plural(grouping)} (cosine times 100), {where}",
                [Group("", tuple(rows))], heads,
                "Mean cosine similarity of the languages' vectors, less what all languages share, for each pair of "
                f"{_plural(grouping)}; on the diagonal pairs of languages of one.")


def removal_map(findings: ProbeFindings, role: Role) -> Drawn | None:
    """What taking each subspace out does to each measure, state by state; mean over languages."""
    chosen = [removal for removal in findings.removals if removal.model == role]
    if not chosen:
        return None
    kinds = list(dict.fromkeys(removal.removed for removal in chosen))
    measures = list(dict.fromkeys(removal.measure for removal in chosen))
    heads = [Head(kind, apart=number > 0 and place == 0) for number, _ in enumerate(measures)
             for place, kind in enumerate(kinds)]
    rows = tuple(
        Row(state_name(state), "", tuple(_removed(chosen, state, measure, kind)
                                         for measure in measures for kind in kinds))
        for state in dict.fromkeys(removal.state for removal in chosen))
    told = ", ".join(name.replace("_", " ") for name in measures)
    return _map(f"removal-{role}", f"Change in points by taking a subspace out, {role}; blocks of columns: {told}",
                [Group("", rows)], heads,
                "Rows are states; in each block of columns the change of one measure by taking out the subspace that "
                "tells languages, finds translations, tells labels of words, or random ones of the same rank.")


def _removed(chosen: Sequence[Removal], state: str, measure: str, kind: str) -> Point | None:
    found = [item for item in chosen if (item.state, item.measure, item.removed) == (state, measure, kind)]
    if not found:
        return None
    change = fmean(item.difference for item in found)
    told = (f"{state_name(state)}, {measure.replace('_', ' ')} without {kind} (rank {found[0].rank}, "
            f"{100 * found[0].variance:.0f} % of the variance): {number(change, points=True)} over "
            f"{plural(len(found), 'language')}")
    clear = all(item.high is not None and item.low is not None and item.low * item.high > 0 for item in found)
    return Point(change, 0, 0, told, strong=clear)


def gate_map(findings: ProbeFindings) -> Drawn | None:
    """A gate's mean by language and label, less its mean over all words; None without a gate."""
    gates = findings.gates
    if not gates:
        return None
    whole = sum(gate.mean * gate.words for gate in gates) / sum(gate.words for gate in gates)
    labels = sorted({gate.label for gate in gates})
    names = {language.code: language.name for language in findings.languages}
    groups = []
    for task in dict.fromkeys(gate.task for gate in gates):
        found = {(gate.language, gate.label): gate for gate in gates if gate.task == task}
        rows = tuple(Row(names.get(code, code), code, tuple(_gate(found.get((code, label)), whole) for label in labels))
                     for code in dict.fromkeys(language for language, _ in found))
        groups.append(Group(task, rows))
    return _map("gates", f"Gate by language and label, times 100, less its mean of {number(whole, points=False)}",
                groups, [Head(label or "none") for label in labels],
                "Mean of the gate over channels and words, a row a language and a column a label, less the mean over "
                "all words. In DLFA the gate is the weight of the last layer against the lower one.")


def _gate(gate: Gate | None, whole: float) -> Point | None:
    if gate is None:
        return None
    told = (f"{gate.language}, {gate.label or 'no label'}: {number(gate.mean, points=False)} over "
            f"{plural(gate.words, 'word')}")
    return Point(100 * (gate.mean - whole), 0, 0, told, strong=False)


def _map(name: str, label: str, groups: Sequence[Group], heads: Sequence[Head], description: str) -> Drawn:
    width = min(FULL, _GUTTER + _COLUMN * len(heads) + 20)
    draw = partial(heat_map, groups, heads, width=width, gutter=_GUTTER, title=label, description=description)
    return Drawn(name, label, draw(name=name), "", draw(name=name, standalone=True), width)


def state_name(state: str) -> str:
    """A state for people.

    >>> state_name("0"), state_name("7"), state_name("fused")
    ('embeddings', 'layer 7', 'fused state')
    """
    return {"0": "embeddings", FUSED: "fused state"}.get(state, f"layer {state}")


def _plural(grouping: str) -> str:
    return "families" if grouping == "family" else "scripts"


def _named(grouping: str, label: str) -> str:
    return label if grouping == "family" else script_name(label)
