"""Every table of a report as CSV, Markdown and LaTeX, and the references of what it used as BibTeX.

They lie in `tables/` of the output folder, three files a table, and in `references.bib` beside the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sprachbund.core.files import make_folder, write_text
from sprachbund.report.contents import Contents
from sprachbund.report.csv_tables import csv_table
from sprachbund.report.latex import latex_table
from sprachbund.report.markdown import markdown_table
from sprachbund.report.probe_contents import ProbeContents
from sprachbund.report.references import Reference, bibtex, data_references, method_references
from sprachbund.report.run_info import RunInfo
from sprachbund.report.sweep_contents import SweepContents
from sprachbund.report.tables import Table
from sprachbund.results.findings import Findings
from sprachbund.results.probe_findings import ProbeFindings
from sprachbund.results.retrieval_findings import RetrievalFindings
from sprachbund.results.sweep_findings import SweepFindings

FOLDER, REFERENCES = "tables", "references.bib"


@dataclass(frozen=True, slots=True)
class Export:
    """A table and the sentences that go with it: language set, seeds, intervals, encoder."""

    table: Table
    notes: tuple[str, ...]


def write_exports(folder: Path, exports: Iterable[Export], references: Iterable[Reference]) -> None:
    """Write `tables/NAME.csv`, `.md` and `.tex` of every table with rows, and `references.bib`.

    Raises:
        StorageError: no space, no permission.
    """
    place = folder / FOLDER
    make_folder(place)
    taken: set[str] = set()
    for export in exports:
        if not export.table.lines:
            continue
        name = _free(re.sub(r"[^\w.-]+", "-", export.table.name).removeprefix("table-").strip("-."), taken)
        write_text(place / f"{name}.csv", csv_table(export.table))
        below = " ".join(export.notes)
        write_text(place / f"{name}.md", markdown_table(export.table, below, heading=True) + "\n")
        write_text(place / f"{name}.tex", latex_table(export.table, export.notes))
    write_text(folder / REFERENCES, bibtex(references))


def _free(name: str, taken: set[str]) -> str:
    chosen, number = name or "table", 1
    while chosen in taken:
        number += 1
        chosen = f"{name or 'table'}-{number}"
    taken.add(chosen)
    return chosen


def run_exports(contents: Contents, findings: Findings) -> Iterator[Export]:
    """The tables of a run."""
    chosen = ("Trained on", "Measured on", "Languages", "Intervals")
    sets = [item.languages for item in findings.averages if item.kind == "targets"]
    notes = [f"{name}: {value}." for name, value in contents.facts if name in chosen]
    notes += [f"Target languages: {', '.join(sets[0])}."] if sets else []
    notes += [f"{value.capitalize()}." for name, value in contents.facts if name == "Seeds"]
    told = (*notes, contents.provenance_line)
    depth = contents.depth.tables if contents.depth else ()
    for table in (contents.comparisons, contents.families, contents.scripts, contents.distances, contents.pretraining,
                  *contents.languages, *depth, contents.handled, contents.systems):
        if table is not None:
            yield Export(table, told)


def sweep_exports(contents: SweepContents) -> Iterator[Export]:
    """The tables of a sweep; those of all tasks name every task's languages and seeds."""
    everything = (*_facts(contents.facts), contents.provenance)
    for table in (contents.gains, contents.choices, contents.equal_source):
        if table is not None:
            yield Export(table, everything)
    for task in contents.tasks:
        told = (task.line, contents.provenance)
        depth = task.depth.tables if task.depth else ()
        for table in (task.systems, *(table for _, table in task.maps), *depth):
            yield Export(table, told)


def probe_exports(contents: ProbeContents, languages: Iterable[str] = ()) -> Iterator[Export]:
    """The tables of a probe or a retrieval; `languages` are codes, where the facts do not name them."""
    codes = ", ".join(languages)
    told = (*_facts(contents.facts), *([f"Languages: {codes}."] if codes else []), contents.provenance)
    for table in (*(table for section in contents.sections for table in section.tables), contents.models):
        yield Export(table, told)


def _facts(facts: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{name}: {value}." for name, value in facts)


def run_references(findings: Findings, info: RunInfo) -> tuple[Reference, ...]:
    """What to cite for a run: its data sets, aggregators, encoders, metrics and statistics."""
    names = {f"fusion:{system.fusion}" for system in findings.systems}
    names |= {f"metric:{metric.name}" for metric in findings.metrics} | {"statistics:bootstrap"}
    names |= {"statistics:holm"} if findings.differences else set()
    names |= {"languages:distances"} if findings.languages else set()
    names |= _starts(system.name for system in findings.systems) | _training(info)
    return (*data_references(info.cards),
            *method_references(names, (system.encoder for system in findings.systems)))


def sweep_references(findings: SweepFindings, info: RunInfo) -> tuple[Reference, ...]:
    """What to cite for a sweep."""
    systems = [system for part in findings.parts for system in part.systems]
    names = {f"fusion:{system.fusion}" for system in systems} | {"statistics:holm"}
    names |= {f"metric:{part.metric.name}" for part in findings.parts}
    names |= {"languages:distances"} if any(part.in_depth for part in findings.parts) else set()
    names |= _starts(system.name for system in systems) | {"training:adamw"}
    return (*data_references(info.cards), *method_references(names, (part.encoder for part in findings.parts)))


def probe_references(findings: ProbeFindings, info: RunInfo) -> tuple[Reference, ...]:
    """What to cite for a probe."""
    names = {f"measure:{point.measure}" for point in findings.points}
    names |= {f"fusion:{model.fusion}" for model in findings.models if model.fusion}
    names |= {"measure:removal"} if findings.removals else set()
    names |= {"comparison:centred"} if any("centred" in point.variant for point in findings.points) else set()
    return (*data_references(info.cards), *method_references(names, (model.encoder for model in findings.models)))


def retrieval_references(findings: RetrievalFindings, info: RunInfo) -> tuple[Reference, ...]:
    """What to cite for a retrieval."""
    names = {f"ranking:{metric.name}" for metric in findings.metrics}
    names |= {f"comparison:{word}" for system in findings.systems for word in ("margin", "centred")
              if word in system.how}
    return (*data_references(info.cards), *method_references(names, (findings.encoder,)))


def _starts(systems: Iterable[str]) -> set[str]:
    return {"start:identity"} if any("identity start" in name for name in systems) else set()


def _training(info: RunInfo) -> set[str]:
    """Of a run that trains: its optimiser, and options that papers proposed."""
    settings = info.settings.get("training")
    if not isinstance(settings, Mapping):
        return set()
    return {"training:adamw", *(f"training:{name}" for name in ("averaged_checkpoints", "reinitialised_layers")
                                if settings.get(name))}

