"""The report's tables as plain cells; formats only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sprachbund.languages.language import script_name
from sprachbund.report.lookup import Lookup, is_significant
from sprachbund.report.numbers import (
    deviation,
    plural,
    probability,
    score,
    seeds_text,
    share,
    signed,
    signed_span,
    span,
)
from sprachbund.results.findings import AverageKind, Difference, Estimate, MetricInfo

Tone = Literal["", "better", "worse"]
NONE = "–"
_KIND_NOTES: dict[AverageKind, str] = {
    "distance": "Thirds of the target languages by URIEL's syntactic distance to the source.",
    "pretraining": "Whether the base language is among those of the encoder's pretraining.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds numbers, and whether it may be hidden on a phone."""

    label: str
    numeric: bool = False
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Args:
        text: what is read first.
        details: interval, spread, language set: set small, one below or beside the other.
        sort: value to sort by; None: the text.
        tone: "better" or "worse" where a difference is significant.
    """

    text: str
    details: tuple[str, ...] = ()
    sort: float | None = None
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of cells; `kind` tells the source language, variants, and what papers report from the rest, `group` is its
    family."""

    cells: tuple[Cell, ...]
    kind: Literal["", "source", "variant", "reported"] = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        name: unique, for links.
        title, caption: what it is, its language set, its seeds.
        columns, lines: its cells.
        grouped: whether lines stand under a heading wherever their group changes.
    """

    name: str
    title: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    grouped: bool = False


def languages_table(look: Lookup, metric: MetricInfo) -> Table:
    """All languages with every system's score and difference to the baseline by one metric."""
    systems = [system.name for system in look.findings.systems]
    columns = [Column("Language"), Column("Code", minor=True), Column("Family", minor=True),
               Column("Script", minor=True), Column("Examples", numeric=True, minor=True)]
    columns += [Column(name, numeric=True) for name in systems]
    for name in systems[1:]:
        columns += [Column(_against(look, name), numeric=True), Column("p (Holm)", numeric=True, minor=True)]
    lines = []
    for heading, members in look.ordered():
        for target in members:
            branch = (target.branch,) if target.branch and target.branch != target.family else ()
            cells = [Cell(target.name), Cell(target.code), Cell(target.family, branch),
                     Cell(script_name(target.script)), Cell(f"{target.examples:,}", sort=target.examples)]
            cells += [score_cell(look.score(name, metric.name, target.code)) for name in systems]
            for name in systems[1:]:
                cells += difference_cells(look.difference(name, metric.name, target.code), look.findings.level)
            kind: Literal["", "source", "variant"] = "source" if target.is_source else ""
            kind = "variant" if not kind and target.code != target.base else kind
            lines.append(Line(tuple(cells), kind, heading))
    return Table(f"languages-{metric.name}", f"All languages, {metric.name}", _languages_caption(look, metric),
                 tuple(columns), tuple(lines))


def averages_table(look: Lookup, kind: AverageKind) -> Table:
    """Averages by family, script, distance or pretraining by the primary metric, each with its set and gap."""
    findings, metric = look.findings, look.findings.metric.name
    systems = [system.name for system in findings.systems]
    columns = [Column(kind.capitalize())]
    columns += [Column(name, numeric=True) for name in systems]
    gaps = any(look.gap(name, metric) for name in systems)
    columns += [Column("Gap" if len(systems) == 1 else f"Gap, {systems[0]}", numeric=True)] if gaps else []
    columns += [Column(_against(look, name), numeric=True) for name in systems[1:]]
    found = (_average_line(look, metric, kind, group, look.group_name(kind, group)) for group in look.groups(kind))
    lines = [line for line in found if line]
    total = _average_line(look, metric, "targets", "", "All targets")
    if total:
        lines.append(Line(total.cells, "source"))
    with_source = _average_line(look, metric, "with source", "", "All targets and the source")
    if with_source:
        lines.append(with_source)
    told = f" {_KIND_NOTES[kind]}" if kind in _KIND_NOTES else ""
    if gaps:
        told += f" Gap: score of the source minus that mean{', of the first system' * (len(systems) > 1)}."
    caption = (f"Mean {metric} over each set's languages, source left out unless named; variants count inside their "
               f"base language.{told} {_interval_sentence(look)} Differences here are not corrected for their number.")
    return Table(kind, f"By {kind}", caption, tuple(columns), tuple(lines))


def comparisons_table(look: Lookup) -> Table | None:
    """Every system against the baseline: over all targets, and in how many languages it is told apart."""
    findings = look.findings
    if len(findings.systems) < 2:
        return None
    columns = (Column("System"), Column("Difference", numeric=True), Column("sd over seeds", True, minor=True),
               Column("p", True), Column("Languages", True))
    lines = []
    for system in findings.systems[1:]:
        for metric in findings.metrics:
            item = look.average_difference(system.name, metric.name)
            if item is None:
                continue
            better, worse, tested = look.significant(system.name, metric.name)
            difference = item.difference
            p = difference.p if difference.p_holm is None else difference.p_holm
            lines.append(Line((
                Cell(system.name, (metric.name,)), _difference_cell(difference, findings.level),
                Cell(deviation(difference.sd)), Cell(probability(p), sort=p),
                Cell(f"{better} better, {worse} worse", (f"{tested - better - worse} not told apart",)),
            )))
    sets = look.average_difference(findings.systems[1].name, findings.metric.name)
    size = plural(len(sets.languages), "target language") if sets else "the target languages"
    corrected = ", corrected by Holm over the systems" if len(findings.systems) > 2 else ""
    caption = (f"Each system minus {findings.systems[0].name}, in points: mean over {size} with its "
               f"{findings.level:.0%} interval from a paired bootstrap, two-sided p{corrected}; then the number of "
               "languages and variants in which it is better or worse after Holm's correction over all of them.")
    return Table("comparison", f"Compared with {findings.systems[0].name}", caption, columns, tuple(lines))


def systems_table(look: Lookup) -> Table:
    """The systems as their rows describe them."""
    columns = (Column("System"), Column("Encoder"), Column("Fusion"), Column("Layers"), Column("Trained on"),
               Column("Seeds"))
    lines = []
    for system in look.findings.systems:
        fusion = f"{system.fusion}, {system.gate} gate" if system.gate else system.fusion
        trained = f"{system.train_data}, {plural(system.train_examples, 'example')}"
        if system.intermediate:
            trained = f"{', then '.join(system.intermediate)}, then {trained}"
        lines.append(Line((Cell(system.name), Cell(system.encoder), Cell(fusion),
                           Cell(", ".join(map(str, system.layers))), Cell(trained),
                           Cell(", ".join(map(str, system.seeds))))))
    return Table("systems", "Systems", "Layer 0 is the embedding layer, 1 the first.", columns, tuple(lines))


def handled_table(look: Lookup) -> Table:
    """Languages in which anything was windowed, left unpredicted, repaired, ignored or noted by the reader."""
    columns = (Column("Language"), Column("Words", True), Column("Windowed", True), Column("Unpredicted", True),
               Column("Repaired", True), Column("Ignored", True), Column("Reader"))
    lines = []
    for target in look.findings.targets:
        words, windowed, unpredicted, repaired, ignored, notes = _handled(look, target.code)
        if not any((windowed, unpredicted, repaired, ignored, notes)):
            continue
        told = "; ".join(f"{name.replace('_', ' ')}: {count:,}" for name, count in sorted(notes.items()))
        numbers = [Cell(f"{count:,}", sort=count) for count in (words, windowed, unpredicted, repaired, ignored)]
        lines.append(Line((Cell(target.name), *numbers, Cell(told or NONE))))
    caption = ("Words (or texts) summed over systems and seeds. Unpredicted words count as wrong; ignored ones have a "
               "gold label that the source language does not know; repaired are predicted labels out of scheme.")
    return Table("handled", "What was windowed, repaired or left out", caption, columns, tuple(lines))


def handled_summary(look: Lookup) -> str:
    """The totals over all languages in one sentence."""
    sums = [0] * 5
    for target in look.findings.targets:
        for place, count in enumerate(_handled(look, target.code)[:5]):
            sums[place] += int(str(count))
    words, windowed, unpredicted, repaired, ignored = sums
    parts = [f"{count:,} {what} ({share(count, words)})" for count, what in
             ((windowed, "were read through more than one window"),
              (unpredicted, "have no prediction and count as wrong"),
              (ignored, "were left out for a gold label that the source does not know"))]
    return f"Of {words:,} scored words or texts, {'; '.join(parts)}; {plural(repaired, 'predicted label')} repaired."


def score_cell(estimate: Estimate | None) -> Cell:
    """A score with its interval, and its deviation where there is more than one seed."""
    if estimate is None:
        return Cell(NONE, sort=float("-inf"))
    spread = () if estimate.sd is None else (f"sd {deviation(estimate.sd)}",)
    return Cell(score(estimate.mean), (span(estimate), *spread), estimate.mean)


def difference_cells(difference: Difference | None, level: float) -> list[Cell]:
    """A difference with its interval, and its corrected p-value."""
    if difference is None:
        return [Cell(NONE, sort=float("-inf")), Cell(NONE, sort=2.0)]
    p = difference.p if difference.p_holm is None else difference.p_holm
    return [_difference_cell(difference, level), Cell(probability(p), sort=p)]


def _difference_cell(difference: Difference, level: float) -> Cell:
    tone: Tone = ""
    if is_significant(difference, level):
        tone = "better" if difference.mean > 0 else "worse"
    return Cell(signed(difference.mean), (signed_span(difference),), difference.mean, tone)


def _average_line(look: Lookup, metric: str, kind: AverageKind, group: str, label: str) -> Line | None:
    systems = [system.name for system in look.findings.systems]
    averages = [look.average(name, metric, kind, group) for name in systems]
    known = next((average for average in averages if average), None)
    if known is None:
        return None
    cells = [Cell(label, (f"{plural(len(known.languages), 'language')}: {', '.join(known.languages)}",))]
    cells += [score_cell(average.estimate if average else None) for average in averages]
    if any(look.gap(name, metric) for name in systems):
        gap = look.gap(systems[0], metric, kind, group)
        cells.append(_gap_cell(gap.estimate) if gap else Cell(NONE, sort=float("-inf")))
    for name in systems[1:]:
        item = look.average_difference(name, metric, kind, group)
        cells.append(_plain_difference(item.difference) if item else Cell(NONE, sort=float("-inf")))
    return Line(tuple(cells))


def _gap_cell(estimate: Estimate) -> Cell:
    return Cell(score(estimate.mean), (signed_span(estimate),), estimate.mean)


def _plain_difference(difference: Difference) -> Cell:
    """Without a tone: many groups, no correction, so none is called significant."""
    return Cell(signed(difference.mean), (signed_span(difference),), difference.mean)


def _handled(look: Lookup, target: str) -> tuple[int, int, int, int, int, dict[str, int]]:
    """Counts of the primary metric's rows; repairs of the metric that repaired most."""
    primary = look.handled(look.findings.metric.name, target)
    repaired = max((sum(item.repaired for item in look.handled(metric.name, target))
                    for metric in look.findings.metrics), default=0)
    return (sum(item.words for item in primary), sum(item.windowed for item in primary),
            sum(item.unpredicted for item in primary), repaired, sum(item.ignored for item in primary),
            primary[0].notes if primary else {})


def _against(look: Lookup, system: str) -> str:
    systems = look.findings.systems
    return "Difference" if len(systems) == 2 else f"{system} − {systems[0].name}"


def _interval_sentence(look: Lookup) -> str:
    seeds = sorted({seed for system in look.findings.systems for seed in system.seeds})
    spread = "One seed: no deviation over seeds can be given." if len(seeds) == 1 else "sd: deviation over seeds."
    return f"Ranges are {look.findings.level:.0%} bootstrap intervals; {seeds_text(seeds)}. {spread}"


def _languages_caption(look: Lookup, metric: MetricInfo) -> str:
    told = f"{metric.name}: {metric.summary}, in points. {_interval_sentence(look)}"
    if len(look.findings.systems) > 1:
        told += (f" Difference: system minus {look.findings.systems[0].name}, paired by example; coloured where it is "
                 "told apart from zero after Holm's correction over the languages.")
    return told
