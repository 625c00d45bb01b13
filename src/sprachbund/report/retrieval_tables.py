"""A retrieval's findings as tables: every layer, families and scripts, every language, thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.languages.language import script_name
from sprachbund.report.numbers import bound, plural, score, signed
from sprachbund.report.ordering import by_family
from sprachbund.report.probe_figures import interval, number
from sprachbund.report.tables import NONE, Cell, Column, Line, Table
from sprachbund.results.findings import AverageKind
from sprachbund.results.retrieval_findings import (
    RetrievalAverage,
    RetrievalDifference,
    RetrievalFindings,
    RetrievalScore,
    RetrievalSystem,
)

HEADS = {"retrieval_accuracy": "to {source}", "retrieval_accuracy_reverse": "from {source}", "map_at_20": "mAP@20",
         "mined_f1": "F1"}
"""Metric -> head of its column; {source} is the source language."""


def head(findings: RetrievalFindings, metric: str) -> str:
    """A metric as heads of columns have it."""
    return HEADS.get(metric, metric).format(source=findings.source)


def hows(findings: RetrievalFindings) -> tuple[str, ...]:
    """Ways of pooling and comparing, in order."""
    return tuple(dict.fromkeys(system.how for system in findings.systems))


def state_order(findings: RetrievalFindings) -> tuple[str, ...]:
    """States, lowest first."""
    return tuple(dict.fromkeys(system.state for system in findings.systems))


def compared(findings: RetrievalFindings) -> tuple[RetrievalSystem, ...]:
    """The best system, and the highest layer that was pooled and compared alike, where that is another."""
    best = findings.best()
    if best is None:
        return ()
    layers = [system for system in findings.systems if system.how == best.how and system.state.startswith("layer ")]
    return tuple(dict.fromkeys((best, *layers[-1:])))


def layers_table(findings: RetrievalFindings) -> Table:
    """Every state, a column a metric and way of pooling and comparing, and how it differs from the highest layer."""
    ways, metrics = hows(findings), [metric.name for metric in findings.metrics]
    columns = [Column("State")]
    for how in ways:
        columns += [Column(f"{head(findings, name)}: {how}", numeric=True) for name in metrics]
        columns.append(Column(f"against the highest layer: {how}", numeric=True, minor=True))
    differences = {item.system: item for item in findings.differences if item.metric == metrics[0]}
    lines = []
    for place, state in enumerate(state_order(findings)):
        cells = [Cell(state, sort=float(place))]
        for how in ways:
            name = f"{state}, {how}"
            cells += [average_cell(findings.average(name, metric)) for metric in metrics]
            cells.append(_difference(differences.get(name)))
        lines.append(Line(tuple(cells)))
    summaries = "; ".join(f"{head(findings, metric.name)}: {metric.summary}" for metric in findings.metrics)
    caption = (f"{summaries}. In points: {set_text(findings)}; ranges are {findings.level:.0%} intervals with "
               "languages redrawn, differences are paired by language.")
    return Table("table-layers", "Every layer", caption, tuple(columns), tuple(lines))


def set_text(findings: RetrievalFindings) -> str:
    """The language set of the main numbers in words."""
    best = findings.best()
    average = findings.average(best.name, findings.metrics[0].name) if best else None
    size = plural(len(average.languages), "language") if average else "no language"
    return f"mean over {size}" + (", the source language among them" if findings.overall == "with source" else "")


def groups_table(findings: RetrievalFindings, kind: AverageKind) -> Table | None:
    """Families or scripts, the largest first, in the best system and the highest layer; None where there is none."""
    systems, metric = compared(findings), findings.metrics[0].name
    found = {average.group: average for average in findings.averages
             if systems and (average.kind, average.metric, average.system) == (kind, metric, systems[0].name)}
    if not found:
        return None
    columns = (Column(kind.capitalize()), *(Column(system.name, numeric=True) for system in systems))
    order = sorted(found, key=lambda group: (-len(found[group].languages), group))
    lines = tuple(
        Line((Cell(script_name(group) if kind == "script" else group,
                   (f"{plural(len(found[group].languages), 'language')}: {', '.join(found[group].languages)}",)),
              *(average_cell(findings.average(system.name, metric, kind, group)) for system in systems)))
        for group in order)
    caption = f"{head(findings, metric)}, mean over each set's languages, source left out."
    return Table(f"table-{kind}", f"By {kind}", caption, columns, lines)


def languages_table(findings: RetrievalFindings) -> Table:
    """Every language in the best system and the highest layer, by each metric."""
    systems, metrics = compared(findings), [metric.name for metric in findings.metrics]
    found = {(item.system, item.metric, item.language): item for item in findings.scores}
    columns = [Column("Language"), Column("Code", minor=True), Column("Family", minor=True),
               Column("Script", minor=True), Column("Queries", numeric=True, minor=True)]
    columns += [Column(f"{head(findings, metric)}: {system.name}", numeric=True)
                for system in systems for metric in metrics]
    lines = []
    for heading, members in by_family(findings.targets):
        for target in members:
            cells = [Cell(target.name), Cell(target.code), Cell(target.family), Cell(script_name(target.script)),
                     Cell(f"{target.examples:,}", sort=target.examples)]
            cells += [_score(found.get((system.name, metric, target.code))) for system in systems for metric in metrics]
            lines.append(Line(tuple(cells), "source" if target.is_source else "", heading))
    caption = "In points; ranges are intervals over the language's own examples."
    return Table("table-languages", "Every language", caption, tuple(columns), tuple(lines))


def thresholds_table(findings: RetrievalFindings) -> Table | None:
    """Thresholds chosen on dev; None where there are none."""
    thresholds = findings.facts.thresholds
    if not thresholds:
        return None
    codes = [target.code for target in findings.targets]
    columns = (Column("System"), *(Column(code, numeric=True) for code in codes))
    lines = tuple(
        Line((Cell(system), *(Cell(NONE) if code not in own else Cell(f"{own[code]:.4f}", sort=own[code])
                              for code in codes)))
        for system, own in thresholds.items())
    caption = "Pairs below the threshold are not taken; chosen on dev, language by language, by F1."
    return Table("table-thresholds", "Thresholds", caption, columns, lines)


def model_table(findings: RetrievalFindings, encoder: str) -> Table:
    """The model, and what its pass over the texts took."""
    facts = findings.facts
    columns = (Column("Encoder"), Column("Trained on"), Column("Layers", numeric=True), Column("Width", numeric=True),
               Column("Texts", numeric=True), Column("Encoded", numeric=True), Column("Pieces", numeric=True),
               Column("Seconds", numeric=True), Column("Pieces a second", numeric=True))
    rate = f"{facts.pieces / facts.seconds:,.0f}" if facts.seconds else NONE
    line = Line((Cell(encoder), Cell(findings.trained or NONE), Cell(str(facts.n_layers)), Cell(str(facts.width)),
                 Cell(f"{facts.texts:,}"), Cell(f"{facts.distinct:,}"), Cell(f"{facts.pieces:,}"),
                 Cell(f"{facts.seconds:,.1f}"), Cell(rate)))
    caption = "Layer 0 is the embedding layer; each distinct text is encoded once, all layers in one pass." + (
        " The last layer carries a final norm that lower ones lack." if facts.normed_last else "")
    return Table("table-model", "Model", caption, columns, (line,))


def average_cell(average: RetrievalAverage | None) -> Cell:
    """A mean with its interval."""
    if average is None:
        return Cell(NONE, sort=float("-inf"))
    bounds = interval(average.low, average.high, points=True)
    return Cell(number(average.value, points=True), (bounds,) if bounds else (), average.value)


def _score(item: RetrievalScore | None) -> Cell:
    if item is None:
        return Cell(NONE, sort=float("-inf"))
    bounds = interval(item.low, item.high, points=True)
    return Cell(score(item.value), (bounds,) if bounds else (), item.value)


def _difference(item: RetrievalDifference | None) -> Cell:
    if item is None:
        return Cell(NONE, sort=0.0)
    bounds = () if item.low is None or item.high is None else (f"{bound(item.low)} to {bound(item.high)}",)
    return Cell(signed(item.value), bounds, item.value)


def tables_of(tables: Sequence[Table | None]) -> tuple[Table, ...]:
    """Those that there are."""
    return tuple(table for table in tables if table is not None)
