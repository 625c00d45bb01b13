"""What a report tells, before any format: sentences, key figures, tables, charts. Formats only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sprachbund.report.charts import Charts, charts
from sprachbund.report.headline import KeyFigure, headline, key_figures, question
from sprachbund.report.language_contents import DepthContents, tell_languages
from sprachbund.report.lookup import Lookup
from sprachbund.report.numbers import duration, plural, seeds_text
from sprachbund.report.run_info import DataNote, RunInfo, flat_settings
from sprachbund.report.tables import (
    Table,
    averages_table,
    comparisons_table,
    handled_summary,
    handled_table,
    languages_table,
    systems_table,
)
from sprachbund.results.findings import Findings

Format = Literal["html", "markdown", "terminal"]


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a report tells.

    Args:
        title, question: what was asked.
        headline: the main finding in one sentence, with its interval.
        provenance: sentences that stand beside every table.
        caveats: what a reader of the numbers must know.
        facts: (what, value) of the study: task, data, source, seeds, language set.
        key_figures: a handful of numbers.
        charts: data of the charts.
        systems: the systems and how they were trained.
        languages: one table of all languages for each metric, the primary one first.
        comparisons: systems against the baseline over all targets, or None for a single system.
        families, scripts: averages.
        distances, pretraining: averages by distance to the source and by the encoder's pretraining, or None.
        depth: what goes with transfer over languages, or None.
        handled: what was windowed, unpredicted, repaired, ignored; `handled_summary` says it in a sentence.
        missing: cells without a row, and languages left out with the reason.
        settings, versions, timings: (name, value).
        command: how to make it again.
        cards: data sets and models with licence and citation.
        hardware, created: where and when, or "".
    """

    title: str
    question: str
    headline: str
    provenance: tuple[str, ...]
    caveats: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    key_figures: tuple[KeyFigure, ...]
    charts: Charts
    systems: Table
    languages: tuple[Table, ...]
    comparisons: Table | None
    families: Table
    scripts: Table
    distances: Table | None
    pretraining: Table | None
    depth: DepthContents | None
    handled: Table
    handled_summary: str
    missing: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    timings: tuple[tuple[str, str], ...]
    command: str
    cards: tuple[DataNote, ...]
    hardware: str
    created: str

    @property
    def provenance_line(self) -> str:
        """The provenance as one line for captions, "" where there is none."""
        return " ".join(f"Encoder: {sentence}." for sentence in self.provenance)

    def pairs(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The lists of names and values with their headings."""
        return ("Settings", self.settings), ("Versions", self.versions), ("Timings", self.timings)


def tell(findings: Findings, info: RunInfo) -> Contents:
    """Turn findings and what is known of the run into what a report tells."""
    look = Lookup(findings)
    provenance = tuple(dict.fromkeys(item for item in (*findings.provenance, info.provenance) if item))
    return Contents(
        title=info.title,
        question=info.question or question(look),
        headline=headline(look),
        provenance=provenance,
        caveats=(*findings.notes, *info.notes),
        facts=_facts(look),
        key_figures=key_figures(look),
        charts=charts(look),
        systems=systems_table(look),
        languages=tuple(languages_table(look, metric) for metric in findings.metrics),
        comparisons=comparisons_table(look),
        families=averages_table(look, "family"),
        scripts=averages_table(look, "script"),
        distances=averages_table(look, "distance") if look.groups("distance") else None,
        pretraining=averages_table(look, "pretraining") if look.groups("pretraining") else None,
        depth=_depth(findings),
        handled=handled_table(look),
        handled_summary=handled_summary(look),
        missing=_missing(look),
        settings=tuple(flat_settings(info.settings)),
        versions=tuple(info.versions.items()),
        timings=tuple((label, duration(seconds)) for label, seconds in info.timings.items()),
        command=info.command,
        cards=info.cards,
        hardware=info.hardware,
        created=info.created,
    )


def _depth(findings: Findings) -> DepthContents | None:
    if findings.languages is None:
        return None
    return tell_languages(findings.languages, findings.targets, findings.scores, findings.level)


def _facts(look: Lookup) -> tuple[tuple[str, str], ...]:
    findings = look.findings
    source = [target.name for target in findings.targets if target.is_source]
    targets = [target for target in findings.targets if not target.is_source and target.averaged]
    bases = {target.base for target in targets}
    variants = len(targets) - len(bases)
    seeds = sorted({seed for system in findings.systems for seed in system.seeds})
    language_set = plural(len(bases), "target language")
    if variants:
        language_set += f" and {plural(variants, 'variant')}, averaged into their base language"
    trained = dict.fromkeys(f"{system.train_data} ({plural(system.train_examples, 'example')})"
                            for system in findings.systems)
    families = len({target.family for target in targets})
    return (
        ("Task", findings.task),
        ("Trained on", f"{source[0] if source else findings.source}: {', '.join(trained)}"),
        ("Measured on", f"{', '.join(dict.fromkeys(target.data_set for target in findings.targets))}, "
                        f"{findings.split} split"),
        ("Languages", f"{language_set}, in {plural(families, 'family', 'families')}"),
        ("Metric", f"{findings.metric.name} (version {findings.metric.version}): {findings.metric.summary}"),
        ("Seeds", seeds_text(seeds)),
        ("Intervals", f"{findings.level:.0%} bootstrap over {look.resampled}, {findings.draws:,} draws"),
    )


def _missing(look: Lookup) -> tuple[str, ...]:
    left_out = [f"{item.target} is in no average and no comparison: {item.why}." for item in look.findings.left_out]
    return (*left_out, *(f"No row: {cell}." for cell in look.findings.missing))
