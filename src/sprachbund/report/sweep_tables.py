"""The tables of a sweep's report as plain cells."""

from __future__ import annotations

from sprachbund.report.numbers import deviation, plural, probability, score, seeds_text, signed, signed_span, span
from sprachbund.report.ordering import by_family
from sprachbund.report.sweep_charts import slug
from sprachbund.report.sweep_words import layer_name, over_control, set_line, source_name, told_apart, training_line
from sprachbund.report.tables import NONE, Cell, Column, Line, Table, Tone, score_cell
from sprachbund.results.findings import Difference, Estimate
from sprachbund.results.sweep_findings import (
    Bounds,
    Contender,
    Gain,
    LayerChoice,
    LayerCurve,
    MixedCheck,
    SweepFindings,
    SweepPart,
    SweepSystem,
)

_EMPTY = Cell(NONE, sort=float("-inf"))


def gains_table(findings: SweepFindings) -> Table:
    """Every contender of every task against the last layer and the control: the sweep's main result."""
    columns = (Column("System"), Column("Gain", True), Column("p (Holm)", True, minor=True),
               Column("Over the control", True), Column("On the source", True, minor=True),
               Column("Detectable", True, minor=True), Column("Mixed model", True, minor=True))
    lines = [_gain_line(findings, part, contender) for part in findings.parts for contender in part.contenders]
    several = len(findings.parts) > 1
    corrected = ("; p corrected by Holm over the tasks for the same aggregator, below it over all rows"
                 if several else "; p, and below it corrected by Holm over all rows")
    caption = (f"Points over {_baselines(findings)}, mean over the target languages without the source, paired by seed "
               f"and example, layers chosen on source dev. Ranges are {findings.level:.0%} intervals: first for these "
               "languages (examples and seeds vary), then for languages like these (families and languages are a "
               f"sample){corrected}. Coloured where the interval leaves zero out and p bears it. Over the control: the "
               "same system minus the control with as many parameters that sees the last layer alone. Detectable: the "
               "least true gain that as many seeds would find in 80 of 100 sweeps. Mixed model: the gain for languages "
               "like these once more, by score ~ system + (1 | family / language) + (1 | seed), as a cross-check: "
               "languages of one family weigh less there, and its interval, by the normal distribution, is too narrow "
               "with few seeds. "
               f"{_training(findings)}")
    return Table("gains", "Gains over the last layer", caption, columns, tuple(lines), grouped=True)


def choices_table(findings: SweepFindings) -> Table | None:
    """Chosen and oracle layer of every aggregator, what the choice loses, and what luck gives; None without any."""
    columns = (Column("Aggregator"), Column("Chosen on source dev"), Column("Its gain", True),
               Column("Oracle"), Column("Its gain", True), Column("Lost", True),
               Column("Best of k by luck", True, minor=True), Column("p", True, minor=True))
    lines = [_choice_line(part, choice) for part in findings.parts for choice in part.choices]
    if not lines:
        return None
    caption = (f"Layer by mean over seeds on source dev; below it what each seed alone would choose. Oracle: the best "
               f"layer on test, which nobody could have chosen. Lost: oracle minus chosen. Best of k by luck: mean "
               "gain of the best of k layers when layer labels, the last layer's among them, are dealt anew within "
               "each seed; below it what seeds alone bring about where layers do not differ. p: how often the dealt "
               f"best gains as much as the oracle. Ranges are {findings.level:.0%} intervals for these languages. "
               f"{_training(findings)}")
    return Table("choices", "Which layer, and how much of it is luck", caption, columns, tuple(lines), grouped=True)


def equal_source_table(findings: SweepFindings) -> Table | None:
    """Gains at equal source score, for every rate of exchange a reader may believe in; None where none was scored."""
    columns = (Column("System"), Column("Gain (slope 0)", True), Column("On the source", True),
               Column("At the seeds' slope", True), Column("Gap smaller by (slope 1)", True), Column("Holds"))
    lines = [line for part in findings.parts for contender in part.contenders
             if (line := _equal_line(part, contender))]
    if not lines:
        return None
    caption = ("What is left of a gain if every point won on the source is charged with some points of the target "
               "mean: none (slope 0), as many as go with it from seed to seed of one system (with its interval; "
               "seeds are few, so it is a rough rate), or one (slope 1: the decrease of the transfer gap). A gain that "
               f"holds at both ends holds at every rate between. Ranges are {findings.level:.0%} intervals for these "
               f"languages. {_training(findings)}")
    return Table("equal-source", "At equal source score", caption, columns, tuple(lines), grouped=True)


def systems_table(part: SweepPart, level: float) -> Table:
    """Every system of a part with its scores."""
    source = source_name(part)
    columns = (Column("System"), Column(f"{source} dev", True, minor=True), Column(f"{source} test", True),
               Column("Targets", True), Column("Transfer gap", True, minor=True), Column("Gain", True),
               Column("Seeds", True, minor=True))
    gains = {point.system: point.gain for curve in part.curves for point in curve.points}
    gains |= {contender.system: contender.gain for contender in part.contenders}
    lines = []
    for system in part.systems:
        cells = [Cell(system.name, _settings(system)), score_cell(system.dev), score_cell(system.source),
                 score_cell(system.targets), _gap(system.gap), gain_cell(gains.get(system.name)),
                 Cell(", ".join(map(str, system.seeds)), sort=len(system.seeds))]
        lines.append(Line(tuple(cells), "source" if system.name == part.baseline else ""))
    caption = (f"{part.metric.name} ({part.metric.summary}) in points; targets: mean over {set_line(part)}. Transfer "
               f"gap: {source} minus targets. Ranges are {level:.0%} intervals for these languages; sd: deviation over "
               f"seeds. Gains are not corrected for their number. {training_line(part)}")
    return Table(f"systems-{part.data_set}", f"{part.data_set}: every system", caption, columns, tuple(lines))


def languages_table(part: SweepPart, curve: LayerCurve, level: float) -> Table:
    """Gains of one aggregator in every language by layer."""
    columns = (Column("Language"), Column("Family", minor=True), Column(part.baseline, True),
               *(Column(f"layer {point.layer}", True) for point in curve.points))
    found = {(gain.system, gain.target): gain.difference for gain in part.gains}
    scores = {item.target: item.estimate for item in part.scores if item.system == part.baseline}
    lines = []
    for heading, members in by_family(part.targets):
        for target in members:
            cells = [Cell(target.name, (target.code,)), Cell(target.family), score_cell(scores.get(target.code)),
                     *(language_cell(found.get((point.system, target.code)), level) for point in curve.points)]
            lines.append(Line(tuple(cells), "source" if target.is_source else "", heading))
    caption = (f"{part.metric.name}: {curve.aggregator} minus {part.baseline} in points, {level:.0%} intervals over "
               "examples and seeds; coloured where told apart from zero after Holm's correction over the languages of "
               f"a layer. {_seeds(part)}. {training_line(part)}")
    return Table(f"languages-{part.data_set}-{slug(curve.aggregator)}",
                 f"{part.data_set}: {curve.aggregator}, layer by language", caption, columns, tuple(lines))


def gain_cell(gain: Gain | None, level: float | None = None, *, beyond: bool = False) -> Cell:
    """A gain with its interval; with a level, coloured where it is told apart from zero."""
    if gain is None:
        return _EMPTY
    details = [signed_span(gain.here)]
    if beyond:
        details.append(f"like these {signed_span(gain.beyond)}" if gain.beyond else "one family")
    if gain.sd is not None:
        details.append(f"sd {deviation(gain.sd)}")
    tone: Tone = ""
    if level is not None and (sign := told_apart(gain.here, level)):
        tone = "better" if sign > 0 else "worse"
    return Cell(signed(gain.mean), tuple(details), gain.mean, tone)


def language_cell(difference: Difference | None, level: float) -> Cell:
    """A gain in one language."""
    if difference is None:
        return _EMPTY
    apart = difference.p_holm is not None and difference.p_holm <= 1 - level + 1e-12
    tone: Tone = ("better" if difference.mean > 0 else "worse") if apart else ""
    return Cell(signed(difference.mean), (signed_span(difference),), difference.mean, tone)


def _group(part: SweepPart) -> str:
    """The heading of a task's rows: metric, language set and seeds."""
    return f"{part.data_set}: {part.metric.name}, {plural(len(part.languages), 'language')}, {_seeds(part).lower()}"


def _gain_line(findings: SweepFindings, part: SweepPart, contender: Contender) -> Line:
    gain = contender.gain
    over = over_control(part, contender)
    control = Cell("is the control", sort=float("-inf")) if contender.control else gain_cell(over, findings.level)
    detectable = gain.here.detectable
    cells = (
        Cell(contender.system, _chosen(part, contender)), gain_cell(gain, findings.level, beyond=True),
        _p_cell(gain.here), control, gain_cell(contender.source_gain),
        Cell(NONE if detectable is None else score(detectable), sort=detectable), _mixed_cell(contender.mixed),
    )
    return Line(cells, group=_group(part))


def _chosen(part: SweepPart, contender: Contender) -> tuple[str, ...]:
    choice = next((item for item in part.choices if item.aggregator == contender.aggregator), None)
    told = [f"best of {len(choice.candidates)} layers on {source_name(part)} dev"] if choice else []
    settings = part.system(contender.system).settings
    return (*told, *([settings] if settings else []))


def _p_cell(bounds: Bounds) -> Cell:
    p = bounds.p if bounds.p_tasks is None else bounds.p_tasks
    return Cell(probability(p), () if bounds.p_all is None else (f"all rows {probability(bounds.p_all)}",), p)


def _mixed_cell(check: MixedCheck | None) -> Cell:
    return _EMPTY if check is None else Cell(signed(check.mean), (signed_span(check),), check.mean)


def _choice_line(part: SweepPart, choice: LayerChoice) -> Line:
    contender = part.contender(choice.aggregator)
    luck = choice.luck
    by_seed = ", ".join(str(_layer(part, name)) for name in choice.by_seed)
    noise = () if luck is None or luck.noise is None else (f"seeds alone {signed(luck.noise)}",)
    cells = (
        Cell(choice.aggregator, (f"k = {len(choice.candidates)}",)),
        Cell(layer_name(part, choice.chosen), (f"by seed {by_seed}",)),
        gain_cell(contender.gain if contender else None),
        Cell(layer_name(part, choice.oracle)), gain_cell(choice.oracle_gain),
        Cell("0.0", ("the same layer",), 0.0) if choice.oracle == choice.chosen else gain_cell(choice.lost),
        _EMPTY if luck is None else Cell(signed(luck.expected), (f"5 in 100 above {signed(luck.high)}", *noise),
                                         luck.expected),
        _EMPTY if luck is None else Cell(probability(luck.p), sort=luck.p),
    )
    return Line(cells, group=_group(part))


def _layer(part: SweepPart, system: str) -> int | str:
    layer = part.system(system).layer
    return system if layer is None else layer


def _equal_line(part: SweepPart, contender: Contender) -> Line | None:
    equal = contender.equal_source
    if equal is None:
        return None
    slope = part.slope
    at_slope = _EMPTY
    if equal.at_slope is not None and slope is not None:
        told = f"slope {slope.slope:.2f} ({slope.low:.2f} to {slope.high:.2f})".replace("-", "−")
        at_slope = Cell(signed(equal.at_slope.mean), (signed_span(equal.at_slope.here), told), equal.at_slope.mean)
    ends = (contender.gain.here.low, equal.at_one.here.low)
    holds = ("at every rate" if min(ends) > 0 else "at slope 0 only" if ends[0] > 0 else
             "at slope 1 only" if ends[1] > 0 else "not told")
    cells = (Cell(contender.system),
             gain_cell(contender.gain), gain_cell(contender.source_gain), at_slope,
             gain_cell(equal.at_one), Cell(holds))
    return Line(cells, group=_group(part))


def _settings(system: SweepSystem) -> tuple[str, ...]:
    told = [system.settings] if system.settings else []
    if system.settings_tried > 1:
        told.append(f"{system.settings_tried} settings tried on dev")
    return tuple(told)


def _gap(estimate: Estimate | None) -> Cell:
    return _EMPTY if estimate is None else Cell(score(estimate.mean), (span(estimate),), estimate.mean)


def _baselines(findings: SweepFindings) -> str:
    return ", ".join(dict.fromkeys(part.baseline for part in findings.parts))


def _training(findings: SweepFindings) -> str:
    return " ".join(dict.fromkeys(training_line(part) for part in findings.parts))


def _seeds(part: SweepPart) -> str:
    return seeds_text(sorted({seed for system in part.systems for seed in system.seeds})).capitalize()
