"""What a sweep's report tells, before any format: the whole sweep first, then each task."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.report.headline import KeyFigure
from sprachbund.report.language_contents import DepthContents, tell_languages
from sprachbund.report.numbers import deviation, plural, seeds_text, share, signed, signed_span
from sprachbund.report.run_info import DataNote, RunInfo, flat_settings
from sprachbund.report.sweep_charts import (
    Drawn,
    curve_panels,
    languages_map,
    luck_panels,
    series_of,
    slug,
    source_panel,
    tasks_map,
)
from sprachbund.report.sweep_tables import (
    choices_table,
    equal_source_table,
    gains_table,
    languages_table,
    systems_table,
)
from sprachbund.report.sweep_words import (
    aggregators_of,
    choice_sentence,
    headline,
    over_control,
    set_line,
    source_name,
    task_sentence,
    training_line,
)
from sprachbund.report.tables import Table
from sprachbund.results.sweep_findings import Gain, SweepFindings, SweepPart

_CARD_LINES = 3


@dataclass(frozen=True, slots=True)
class TaskContents:
    """What is told of one task.

    Args:
        name, title: for links, and the heading.
        line: training data, language set and seeds: stands at every figure.
        sentences: choice and luck of each aggregator in words.
        notes: what a reader of the numbers must know.
        series: aggregators with the number of their mark in the scatter.
        panels: curves, null distributions, targets against the source.
        maps: layer by language, one an aggregator, each with its table.
        systems: all systems with their scores.
        handled: what was windowed, unpredicted, repaired or ignored, in a sentence.
        depth: what goes with the baseline's transfer over languages, or None.
    """

    name: str
    title: str
    line: str
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    series: dict[str, int]
    panels: tuple[Drawn, ...]
    maps: tuple[tuple[Drawn, Table], ...]
    systems: Table
    handled: str
    depth: DepthContents | None


@dataclass(frozen=True, slots=True)
class SweepContents:
    """Everything that a sweep's report tells.

    Args:
        title, question, headline: what was asked, and found in one sentence.
        by_task: what was found, a sentence a task where there are several.
        provenance: the encoders in words, for every caption.
        caveats: what a reader of the numbers must know.
        facts: (what, value) of the sweep.
        key_figures: a card a task.
        gains, choices, equal_source: tables of all tasks.
        overview: layer by task.
        tasks: task by task.
        missing: cells without rows, languages left out.
        settings, versions, timings: (name, value).
        command, cards, hardware, created: as in `Contents`.
    """

    title: str
    question: str
    headline: str
    by_task: tuple[str, ...]
    provenance: str
    caveats: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    key_figures: tuple[KeyFigure, ...]
    gains: Table
    choices: Table | None
    equal_source: Table | None
    overview: Drawn | None
    tasks: tuple[TaskContents, ...]
    missing: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    timings: tuple[tuple[str, str], ...]
    command: str
    cards: tuple[DataNote, ...]
    hardware: str
    created: str

    def pairs(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The lists of names and values with their headings."""
        return ("Settings", self.settings), ("Versions", self.versions), ("Timings", self.timings)

    def drawings(self) -> list[Drawn]:
        """Every figure."""
        figures = [self.overview] if self.overview else []
        for task in self.tasks:
            figures += [*task.panels, *(drawn for drawn, _ in task.maps)]
            figures += task.depth.drawings if task.depth else ()
        return figures


def tell_sweep(findings: SweepFindings, info: RunInfo) -> SweepContents:
    """Turn findings and what is known of the sweep into what a report tells."""
    return SweepContents(
        title=info.title, question=info.question or _question(findings), headline=headline(findings),
        by_task=tuple(task_sentence(part, findings.level) for part in findings.parts) if findings.parts[1:] else (),
        provenance=" ".join(f"Encoder: {sentence}." for sentence in dict.fromkeys(
            item for item in (*findings.provenance, info.provenance) if item)),
        caveats=_caveats(findings, info), facts=_facts(findings),
        key_figures=tuple(_key_figure(part) for part in findings.parts), gains=gains_table(findings),
        choices=choices_table(findings), equal_source=equal_source_table(findings), overview=tasks_map(findings),
        tasks=tuple(_task(part, findings.level) for part in findings.parts), missing=_missing(findings),
        settings=tuple(flat_settings(info.settings)), versions=tuple(info.versions.items()),
        timings=tuple((label, f"{seconds:,.0f} s") for label, seconds in info.timings.items()), command=info.command,
        cards=info.cards, hardware=info.hardware, created=info.created,
    )


def _question(findings: SweepFindings) -> str:
    baselines = ", ".join(dict.fromkeys(part.baseline for part in findings.parts))
    return (f"What do lower layers add to {baselines} in zero-shot transfer, at equal training, equal tuning and an "
            "equal number of parameters?")


def _caveats(findings: SweepFindings, info: RunInfo) -> tuple[str, ...]:
    several = len(findings.parts) > 1
    notes = [f"{part.data_set}: {note}" if several else note for part in findings.parts for note in part.notes]
    remarks = [training_line(part) for part in findings.parts if part.remarks]
    missing = len(_missing(findings))
    told = [f"Incomplete: {plural(missing, 'cell or language', 'cells and languages')} missing, named at the end."]
    return tuple(dict.fromkeys([*remarks, *(told if missing else []), *notes, *info.notes]))


def _facts(findings: SweepFindings) -> tuple[tuple[str, str], ...]:
    facts = []
    for part in findings.parts:
        facts.append((part.data_set, f"{part.metric.name}; trained on {part.train_data} "
                                     f"({plural(part.train_examples, 'example')}); {set_line(part)}"))
    facts.append(("Intervals", f"{findings.level:.0%}, paired by seed and example: what seeds do is known from the "
                               "seeds used, what examples do by the jackknife; for languages like these, families and "
                               "languages are a sample. How often such intervals hold the truth was simulated: docs/"
                               "sweeps.md, results/benchmarks/coverage"))
    return tuple(facts)


def _key_figure(part: SweepPart) -> KeyFigure:
    """The contenders that source dev ranks first, and the control."""
    shown = aggregators_of(part)[:_CARD_LINES]
    shown += [item for item in part.contenders if item.system in part.controls[:1]]
    lines = tuple((item.system, signed(item.gain.mean), _detail(item.gain)) for item in shown)
    over = [gain for item in shown[:1] if (gain := over_control(part, item))]
    note = f"over {part.baseline}, mean of {plural(len(part.languages), 'language')} without {source_name(part)}"
    if over:
        note += f"; the first over the control {signed(over[0].mean)} ({signed_span(over[0].here)})"
    return KeyFigure(f"{part.data_set}, {part.metric.name}", lines, note)


def _detail(gain: Gain) -> str:
    spread = "" if gain.sd is None else f"sd {deviation(gain.sd)}, "
    return f"{signed_span(gain.here)}; {spread}{seeds_text(gain.seeds)}"


def _task(part: SweepPart, level: float) -> TaskContents:
    source = source_panel(part)
    return TaskContents(
        name=f"task-{part.data_set}", title=f"{part.data_set}, {part.metric.name}",
        line=f"{set_line(part)}. {training_line(part)}",
        sentences=tuple(f"{choice.aggregator}: {choice_sentence(part, choice, level)}" for choice in part.choices),
        notes=part.notes, series=series_of(part),
        panels=(*curve_panels(part, level), *luck_panels(part), *([source] if source else [])),
        maps=tuple((languages_map(part, curve, level), languages_table(part, curve, level)) for curve in part.curves),
        systems=systems_table(part, level), handled=_handled(part), depth=_depth(part, level),
    )


def _depth(part: SweepPart, level: float) -> DepthContents | None:
    if part.in_depth is None:
        return None
    return tell_languages(part.in_depth, part.targets, part.scores, level, suffix=f"-{slug(part.data_set)}")


def _handled(part: SweepPart) -> str:
    words = sum(item.words for item in part.handled)
    told = []
    for what, count in (("read through more than one window", sum(item.windowed for item in part.handled)),
                        ("without a prediction, counted as wrong", sum(item.unpredicted for item in part.handled)),
                        ("with a gold label that the source does not know", sum(i.ignored for i in part.handled))):
        told.append(f"{count:,} {what} ({share(count, words)})")
    repaired = sum(item.repaired for item in part.handled)
    return (f"Of {words:,} words or texts, summed over systems and seeds: {', '.join(told)}; "
            f"{plural(repaired, 'predicted label')} repaired.")


def _missing(findings: SweepFindings) -> tuple[str, ...]:
    left_out = [f"{part.data_set}: {item.target} is in no average and no comparison: {item.why}"
                for part in findings.parts for item in part.left_out]
    return (*findings.missing, *(cell for part in findings.parts for cell in part.missing), *left_out)
