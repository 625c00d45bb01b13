"""What the report of a retrieval tells, before any format: sentences, figures, tables."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath

from sprachbund.report.charts import FULL, PHONE
from sprachbund.report.figures.curves import Curve, Place, curves_chart
from sprachbund.report.figures.rows import Group, Point, Row
from sprachbund.report.figures.scores import Average as Line
from sprachbund.report.figures.scores import scores_chart
from sprachbund.report.numbers import plural
from sprachbund.report.ordering import by_family
from sprachbund.report.probe_contents import ProbeContents, ProbeSection
from sprachbund.report.probe_figures import interval, number
from sprachbund.report.retrieval_tables import (
    compared,
    groups_table,
    head,
    hows,
    languages_table,
    layers_table,
    model_table,
    set_text,
    state_order,
    tables_of,
    thresholds_table,
)
from sprachbund.report.run_info import RunInfo, flat_settings
from sprachbund.report.sweep_charts import PANEL, PANEL_HEIGHT, Drawn, slug
from sprachbund.results.retrieval_findings import RetrievalAverage, RetrievalFindings

_GUTTER, _PHONE_GUTTER = 190.0, 116.0
_FOUND = {"parallel": "Translations are found", "pool": "Answers are ranked", "mining": "Pairs are mined"}
_FUSED = "fused state"


def tell_retrieval(findings: RetrievalFindings, info: RunInfo) -> ProbeContents:
    """Turn findings and what is known of the retrieval into what a report tells; laid out as a probe's."""
    sections = (_layers(findings), _groups(findings), _languages(findings), _thresholds(findings))
    return ProbeContents(
        title=info.title,
        question=info.question or "Which layer finds what belongs together across languages, without any training?",
        headline=headline(findings),
        provenance=f"Encoder: {findings.provenance}." if findings.provenance else "",
        facts=_facts(findings),
        roles=(),
        sections=tuple(section for section in sections if not section.is_empty),
        models=model_table(findings, PurePath(findings.encoder).name.removeprefix("bundled:")),
        not_tested=(),
        notes=tuple(dict.fromkeys((*findings.notes, *info.notes))),
        settings=tuple(flat_settings(info.settings)),
        versions=tuple(info.versions.items()),
        command=info.command,
        cards=info.cards,
        hardware=info.hardware,
        created=info.created,
    )


def legend(findings: RetrievalFindings) -> tuple[tuple[int, str], ...]:
    """Number of a colour and what it stands for, in the curves."""
    return tuple(enumerate(hows(findings)))


def headline(findings: RetrievalFindings) -> str:
    """The main finding: the best state, with the highest layer beside it, and that it is an oracle's choice."""
    systems, metric = compared(findings), findings.metrics[0].name
    if not systems:
        return "Nothing could be scored, so nothing can be said."
    best, *last = systems
    told = (f"{_FOUND[findings.facts.kind]} best in {_with_the(best.state)} ({best.how}): "
            f"{_told(findings.average(best.name, metric))} points of {metric}, {set_text(findings)}")
    for system in last:
        told += f"; {_told(findings.average(system.name, metric))} in {_with_the(system.state)}"
    if len(findings.systems) > 1:
        told += f". The best of {len(findings.systems)} was chosen on these very data"
    return f"{told}."


def _with_the(state: str) -> str:
    return state if state.startswith("layer ") else f"the {state}"


def _told(average: RetrievalAverage | None) -> str:
    if average is None:
        return "none"
    bounds = interval(average.low, average.high, points=True)
    return number(average.value, points=True) + (f" ({bounds})" if bounds else "")


def _facts(findings: RetrievalFindings) -> tuple[tuple[str, str], ...]:
    facts, targets = findings.facts, findings.targets
    families = len({target.family for target in targets})
    sizes = sorted(target.examples for target in targets)
    told = [
        ("Measured on", f"{findings.data_set}, test split"),
        ("Languages", f"{plural(len(targets), 'language')} in {plural(families, 'family', 'families')}"),
        ("Queries", f"{sum(sizes):,}; {sizes[0]:,} to {sizes[-1]:,} a language"),
        ("States", f"{', '.join(state_order(findings))}; {'; '.join(hows(findings))}"),
        ("Texts", f"{facts.texts:,}, of which {facts.distinct:,} differ and were encoded"),
        ("Intervals", f"{findings.level:.0%}; of means they redraw languages, of single languages examples"),
    ]
    if facts.candidates:
        told.insert(3, ("Candidates", f"{facts.candidates:,} in one pool"))
    return tuple(told)


def _layers(findings: RetrievalFindings) -> ProbeSection:
    text = "Each state of the model, pooled to one vector a text and compared with all others; no training."
    panels = tuple(drawn for metric in findings.metrics if (drawn := _panel(findings, metric.name)) is not None)
    return ProbeSection("layers", "Layer by layer", text, panels, (), (layers_table(findings),))


def _panel(findings: RetrievalFindings, metric: str) -> Drawn | None:
    states = state_order(findings)
    curves = []
    for series, how in enumerate(hows(findings)):
        places = []
        for state in states:
            average = findings.average(f"{state}, {how}", metric)
            if average is not None:
                told = f"{state}, {how}: {_told(average)}, {plural(len(average.languages), 'language')}"
                places.append(Place(_tick(state), average.value, average.low, average.high, told))
        if places:
            curves.append(Curve(series, tuple(places)))
    if not curves:
        return None
    label = f"{metric}, {head(findings, metric)}, points"
    draw = partial(curves_chart, curves, [_tick(state) for state in states], width=PANEL, height=PANEL_HEIGHT,
                   title=label, description=f"{label}, layer by layer, mean over languages with the interval over "
                   "languages as a band", apart=_tick(_FUSED))
    name = slug(f"layers {metric}")
    return Drawn(name, label, draw(name=name), "", draw(name=name, standalone=True), PANEL)


def _tick(state: str) -> str:
    return {"embeddings": "0", _FUSED: "fused"}.get(state, state.removeprefix("layer "))


def _groups(findings: RetrievalFindings) -> ProbeSection:
    text = "The state that is best on average, and the highest layer beside it."
    return ProbeSection("families", "Families and scripts", text, (), (), tables_of(
        (groups_table(findings, "family"), groups_table(findings, "script"))))


def _languages(findings: RetrievalFindings) -> ProbeSection:
    systems = compared(findings)
    if not systems:
        return ProbeSection("languages", "Every language", "")
    metric = findings.metrics[0].name
    found = {(item.system, item.language): item for item in findings.scores if item.metric == metric}
    groups = []
    for heading, members in by_family(findings.targets):
        rows = []
        for target in members:
            points = []
            for system in systems:
                item = found.get((system.name, target.code))
                points.append(None if item is None or item.low is None or item.high is None else Point(
                    item.value, item.low, item.high, f"{target.name}, {system.name}: {number(item.value, points=True)} "
                    f"({interval(item.low, item.high, points=True)})"))
            rows.append(Row(target.name, target.code, tuple(points), emphasised=target.is_source))
        groups.append(Group(heading, tuple(rows)))
    lines = [Line(series, average.value, f"{system.name}: {_told(average)}") for series, system in enumerate(systems)
             if (average := findings.average(system.name, metric)) is not None]
    label = f"{metric} in every language, by family: " + " and ".join(system.name for system in systems)
    draw = partial(scores_chart, groups, lines, width=FULL, gutter=_GUTTER, title=label,
                   description="A dot with its interval in each language; dashed lines are means over languages.")
    drawn = Drawn("languages", label, draw(name="languages"),
                  draw(name="languages-phone", width=PHONE, gutter=_PHONE_GUTTER),
                  draw(name="languages", standalone=True), FULL)
    return ProbeSection("languages", "Every language", "", (), (drawn,), (languages_table(findings),))


def _thresholds(findings: RetrievalFindings) -> ProbeSection:
    return ProbeSection("thresholds", "Thresholds from dev", "", (), (), tables_of((thresholds_table(findings),)))
