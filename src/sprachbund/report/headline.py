"""The main finding in one sentence, and the key figures; nothing is claimed that its interval does not bear."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.languages.language import find_variant
from sprachbund.report.lookup import Lookup, is_significant
from sprachbund.report.numbers import deviation, plural, score, signed, signed_span, span
from sprachbund.results.findings import AverageDifference, Estimate

_SHOWN_SYSTEMS = 4


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A labelled figure, one line a system.

    Args:
        label: what it is.
        lines: (name of the system or "", value, interval and seeds).
        note: what it speaks of (the language set).
    """

    label: str
    lines: tuple[tuple[str, str, str], ...]
    note: str


def question(look: Lookup) -> str:
    """The question of the study, where the run names none."""
    targets = plural(len({t.base for t in look.findings.targets if t.averaged and not t.is_source}), "other language")
    asked = f"How far does a model trained on {trained_on(look)} carry over to {targets}"
    systems = [system.name for system in look.findings.systems]
    if len(systems) == 2:
        return f"{asked}, and does {systems[1]} carry further than {systems[0]}?"
    return f"{asked}, and which system carries furthest?" if len(systems) > 2 else f"{asked}?"


def headline(look: Lookup) -> str:
    """The main finding in one sentence with its interval, language set and number of seeds."""
    findings = look.findings
    metric = findings.metric.name
    found = [item for item in (look.average_difference(system.name, metric) for system in findings.systems[1:]) if item]
    if len(findings.systems) == 1 or not found:
        return _alone(look)
    if len(found) == 1:
        return _two(found[0], metric, findings.level)
    return _many(found, findings.level)


def key_figures(look: Lookup) -> tuple[KeyFigure, ...]:
    """Source score, mean over the targets, transfer gap, difference to the baseline."""
    findings = look.findings
    metric = findings.metric.name
    systems = [system.name for system in findings.systems[:_SHOWN_SYSTEMS]]
    more = f"; {plural(len(findings.systems) - len(systems), 'more system')} below" if len(
        findings.systems) > _SHOWN_SYSTEMS else ""
    figures = []
    source = next((target.code for target in findings.targets if target.is_source), None)
    if source is not None:
        lines = _lines([(name, look.score(name, metric, source)) for name in systems])
        figures.append(KeyFigure(f"{source_name(look)}, the source", lines, f"{metric}, {findings.split} split{more}"))
    averages = [(name, look.average(name, metric)) for name in systems]
    if any(average for _, average in averages):
        size = next(len(average.languages) for _, average in averages if average)
        lines = _lines([(name, average.estimate if average else None) for name, average in averages])
        label = f"Mean of {plural(size, 'target language')}"
        figures.append(KeyFigure(label, lines, f"{metric}, source left out{more}"))
    gaps = [(name, look.gap(name, metric)) for name in systems]
    if any(gap for _, gap in gaps):
        lines = _lines([(name, gap.estimate if gap else None) for name, gap in gaps])
        figures.append(KeyFigure("Transfer gap", lines, f"points lost from source to target mean{more}"))
    differences = [(name, look.average_difference(name, metric)) for name in systems[1:]]
    if any(item for _, item in differences):
        note = f"paired, over the target mean{more}"
        if len(findings.systems) == 2:
            better, worse, tested = look.significant(systems[1], metric)
            note += f"; of {plural(tested, 'language')} and variants {better} better, {worse} worse (Holm)"
        figures.append(KeyFigure(f"Against {systems[0]}", _difference_lines(differences), note))
    return tuple(figures)


def source_name(look: Lookup) -> str:
    """The source language's name; its code where it was not scored."""
    return next((target.name for target in look.findings.targets if target.is_source), look.findings.source)


def trained_on(look: Lookup) -> str:
    """The languages with labels in training; "alone" where transfer is zero-shot from one source."""
    learnt = dict.fromkeys((system.more_sources, system.remark) for system in look.findings.systems)
    (sources, remark), *others = learnt
    if others:
        return f"{source_name(look)} (systems differ in what else they learnt)"
    if not sources:
        return f"{source_name(look)}, {remark}" if remark else f"{source_name(look)} alone"
    *first, last = source_name(look), *(find_variant(code).name for code in sources)
    named = f"{', '.join(first)} and {last}"
    return f"{named}, {remark}" if remark else named


def _alone(look: Lookup) -> str:
    findings = look.findings
    name, metric = findings.systems[0].name, findings.metric.name
    average, gap = look.average(name, metric), look.gap(name, metric)
    if average is None:
        return f"No target language was scored completely, so nothing can be said of transfer with {name}."
    told = (f"Trained on {trained_on(look)}, {name} reaches {score(average.estimate.mean)} points of {metric} "
            f"({span(average.estimate)}) on average over {plural(len(average.languages), 'target language')}")
    if gap is not None:
        told += f", {score(gap.estimate.mean)} points below {source_name(look)}"
    return f"{told}; {plural(len(average.estimate.seeds), 'seed')}."


def _two(item: AverageDifference, metric: str, level: float) -> str:
    difference = item.difference
    told = (f"{signed(difference.mean)} points of {metric} ({signed_span(difference)}) on average over "
            f"{plural(len(item.languages), 'target language')}, {plural(len(difference.seeds), 'seed')}.")
    direction = _direction(item, level)
    if not direction:
        return f"No difference can be told between {item.system} and {item.baseline}: {told}"
    if len(difference.seeds) == 1:  # the interval knows nothing of the luck of training: no word of the system itself
        order = "higher" if direction > 0 else "lower"
        return (f"This model of {item.system} scores {order} than this one of {item.baseline}: {told} "
                "Whether the systems differ, one seed cannot tell.")
    return f"{item.system} carries {'further' if direction > 0 else 'less far'} than {item.baseline}: {told}"


def _many(found: list[AverageDifference], level: float) -> str:
    better = [item for item in found if _direction(item, level) > 0]
    worse = [item for item in found if _direction(item, level) < 0]
    parts = []
    for word, items in (("better", better), ("worse", worse)):
        if items:
            named = "; ".join(f"{item.system} {signed(item.difference.mean)}, {signed_span(item.difference)}"
                              for item in items)
            parts.append(f"{len(items)} {word} ({named})")
    untold = len(found) - len(better) - len(worse)
    if untold:
        parts.append(f"{untold} that cannot be told apart from it")
    return (f"Of {len(found)} systems compared with {found[0].baseline} on average over "
            f"{plural(len(found[0].languages), 'target language')}: {', '.join(parts)}.")


def _direction(item: AverageDifference, level: float) -> int:
    """1 better, -1 worse, 0 where the interval includes zero or the corrected p-value does not bear it."""
    difference = item.difference
    if difference.low <= 0 <= difference.high:
        return 0
    if difference.p_holm is not None and not is_significant(difference, level):
        return 0
    return 1 if difference.mean > 0 else -1


def _lines(values: list[tuple[str, Estimate | None]]) -> tuple[tuple[str, str, str], ...]:
    lines = []
    for name, estimate in values:
        if estimate is not None:
            spread = "" if estimate.sd is None else f"sd {deviation(estimate.sd)}, "
            seeds = plural(len(estimate.seeds), "seed")
            lines.append((name, score(estimate.mean), f"{span(estimate)}; {spread}{seeds}"))
    return tuple(lines)


def _difference_lines(values: list[tuple[str, AverageDifference | None]]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, signed(item.difference.mean),
         f"{signed_span(item.difference)}; {plural(len(item.difference.seeds), 'seed')}")
        for name, item in values if item is not None
    )

