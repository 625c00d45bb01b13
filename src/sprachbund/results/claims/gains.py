"""C2, C5, C6 and the ablation of C12: what DLFA gains over the last layer, over its control, over its own branches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sprachbund.results.claims.choice import Choice
from sprachbund.results.claims.evidence import GATES, Comparison, Evidence
from sprachbund.results.claims.measures import (
    Measured,
    corrected,
    measure,
    points,
    probability,
    seeds_wanted,
    settling,
    span,
    with_enough_seeds,
)
from sprachbund.results.claims.records import ClaimVerdict, Part, Verdict
from sprachbund.results.claims.rules import (
    Effect,
    common_rule,
    deciding_half_width,
    of_all,
    of_most,
    range_half_width,
    range_rule,
    reported_rule,
)
from sprachbund.results.claims.statements import DATA_SETS, PLANNED_SEEDS, PURPOSE, SMALLEST_EFFECT
from sprachbund.results.published import reported_gain
from sprachbund.results.sweep_findings import MixedCheck

CLAIMED_RANGE = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """D_k of one gate and data set, k chosen on source dev.

    Args:
        comparison: the rows.
        choice: of the layer.
        gain: over the last layer.
        over_control: over the control with as many parameters; None where it was not run.
        control: its name, or None.
        check: the gain by a mixed model; None with one seed or language.
    """

    comparison: Comparison
    choice: Choice
    gain: Measured
    over_control: Measured | None
    control: str | None
    check: MixedCheck | None = None

    @property
    def data_set(self) -> str:
        """Where it was measured."""
        return self.comparison.data_set

    @property
    def over(self) -> Effect | None:
        """The gain over the control as rules see it."""
        return self.over_control.effect() if self.over_control else None


def extra_information(evidence: Evidence) -> list[ClaimVerdict]:
    """C2: layers before the last supply extra information for different tasks. One verdict a gate.

    By the common rule on each data set: D_k, k chosen on source dev, against the last layer and against the control
    with as many parameters. The claim is supported where at least 3 of the 4 tasks support it.
    """
    def judge(item: Chosen, p: float) -> tuple[Verdict, str]:
        return common_rule(item.gain.effect(p), item.over), ""

    return [_verdict(_Rule("C2", judge, of_most), evidence, gate) for gate in GATES]


def reported_gains(evidence: Evidence) -> list[ClaimVerdict]:
    """C5: XNLI +1.5, PAWS-X +2.4, NER +1.2 F1, POS +1.5 F1. One verdict a gate, one part a data set.

    Supported where the common rule says so and the gain reported lies in the interval; smaller than reported where the
    interval is above zero and below it. The claim names all four data sets: the one that bears it least decides.
    """
    def judge(item: Chosen, p: float) -> tuple[Verdict, str]:
        reported, gain = reported_gain(item.data_set), item.gain.effect(p)
        if reported is None:
            return "not tested here", ""
        verdict = reported_rule(gain, item.over, reported.points)
        told = f" Reported: {points(reported.points)} {reported.measure}."
        if gain.low > reported.points:
            told += " The whole interval lies above that."
        if reported.measure == "F1" and "f1" not in item.comparison.metric:
            told += f" These rows have no F1; {item.comparison.metric} stands in."
        return verdict, told

    return [_verdict(_Rule("C5", judge, of_all), evidence, gate) for gate in GATES]


def one_to_three_points(evidence: Evidence) -> list[ClaimVerdict]:
    """C6: the best aggregation models gain 1 to 3 points. One verdict a gate.

    Supported on a data set where the layer that source dev chooses gains 1.0 to 3.0 points, interval above zero; for
    the claim on at least 3 of 4. How much the choice loses against the layer that is best on test (the oracle, which
    nobody could have chosen) is told. A choice on dev data of the target languages needs rows that are named as
    missing.
    """
    def judge(item: Chosen, p: float) -> tuple[Verdict, str]:
        choice = item.choice
        told = (f" Oracle: {choice.oracle} {points(choice.oracle_gain)} points of {item.comparison.part.metric}, of "
                f"which the choice on source dev loses {choice.lost:.2f}.")
        if choice.luck is not None and choice.luck_p is not None:
            told += (f" Luck alone gives the best of {choice.among} layers "
                     f"{points(choice.luck)} ({probability(choice.luck_p)} for the oracle).")
        return range_rule(item.gain.effect(p), *CLAIMED_RANGE), told

    def width(mean: float) -> float:
        return range_half_width(mean, *CLAIMED_RANGE)

    wanted = ("dev rows of the target languages, for a choice on target dev",)
    return [_verdict(_Rule("C6", judge, of_most, width, wanted), evidence, gate) for gate in GATES]


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one claim is decided.

    Args:
        claim: its name.
        judge: one data set, from D_k and its corrected p: the verdict, and what is said beside it.
        whole: the claim, from the parts' verdicts and how many parts it asks for.
        half_width: of the interval around a mean that would decide.
        wanted: what the claim asks for and no rows of ours have.
    """

    claim: str
    judge: Callable[[Chosen, float], tuple[Verdict, str]]
    whole: Callable[[Sequence[Verdict], int], Verdict]
    half_width: Callable[[float], float] = deciding_half_width
    wanted: Sequence[str] = ()


def _verdict(rule: _Rule, evidence: Evidence, gate: str) -> ClaimVerdict:
    """Judge every data set by one rule, and the claim by what the parts say."""
    missing: list[str] = []
    chosen = [item for name in DATA_SETS if (item := choose_layer(evidence, name, gate, missing)) is not None]
    adjusted = corrected([item.gain for item in chosen])
    parts = [_part(item, p, rule, len(chosen)) for item, p in zip(chosen, adjusted, strict=True)]
    verdict = rule.whole([part.verdict for part in parts], len(DATA_SETS))
    needed = seeds_wanted(parts) if verdict == "undecided at this size" else None
    return ClaimVerdict(
        claim=rule.claim, encoder=evidence.encoder, variant=f"{gate} gate", verdict=verdict, why=_why(parts),
        parts=tuple(parts), data_sets=tuple(item.data_set for item in chosen), settle=needed,
        missing=tuple(dict.fromkeys([*missing, *(rule.wanted if chosen else ())])), remarks=_remarks(chosen),
    )


def _part(item: Chosen, p: float, rule: _Rule, tasks: int) -> Part:
    verdict, told = rule.judge(item, p)
    verdict, few = with_enough_seeds(verdict, item.gain.seeds)
    effect = item.gain.effect(p)
    needed, settled = settling(verdict, item.gain, rule.half_width(effect.mean), tasks)
    control = "no control with as many parameters was run"
    figures = item.gain.figures
    over = item.over
    if item.over_control is not None and over is not None:
        held = "better than" if over.above_zero else "not told apart from" if over.high > 0 else "worse than"
        control = f"{held} {item.control} ({points(over.mean)}, {span(over.low, over.high)})"
        figures = (*figures, *item.over_control.figures)
    why = (f"{item.choice.chosen}, chosen on source dev among {len(item.choice.candidates)} layers: "
           f"{points(effect.mean)} ({span(effect.low, effect.high)}, {probability(p)} after Holm over tasks), "
           f"{control}.{told}{_checked(item.check)}{few}{settled}")
    return Part(PURPOSE[item.data_set], item.choice.chosen, verdict, why, figures, needed,
                (item.control,) if item.control else ())


def choose_layer(evidence: Evidence, data_set: str, gate: str, missing: list[str]) -> Chosen | None:
    """D_k of a data set with k chosen on source dev; None where nothing can choose, what lacks goes to `missing`."""
    name = PURPOSE[data_set]
    found = evidence.best(data_set, lambda item: float(len(item.layers(gate)) * len(item.part.test)))
    if found is None:
        missing.append(f"{name}: last layer, DLFA ({gate}) over its layers, the control with as many parameters "
                       f"(refined_last), {PLANNED_SEEDS} seeds")
        return None
    layers = found.layers(gate)
    choice = found.choice(gate)
    if choice is None:
        missing.append(f"{name}: source-dev rows of DLFA ({gate}) for two layers or more, from which k is chosen "
                       f"({found.study} has k = {', '.join(map(str, layers))})")
        return None
    gain = measure(found, choice.chosen, found.baseline)
    if gain is None:
        missing.append(f"{name}: a seed that {choice.chosen} and {found.baseline} share")
        return None
    control = found.control()
    over = measure(found, choice.chosen, control) if control else None
    missing += _lacking(found, gate, control if over else None, gain.seeds)
    check = found.scores.mixed_model(choice.chosen, found.baseline, found.metric)
    return Chosen(found, choice, gain, over, control, check)


def _checked(check: MixedCheck | None) -> str:
    """The cross-check in words; no rule rests on it."""
    return "" if check is None else f" By a mixed model {points(check.mean)} ({span(check.low, check.high)})."


def _lacking(found: Comparison, gate: str, control: str | None, seeds: Sequence[int]) -> Iterable[str]:
    """What the protocol asks for and these rows have not."""
    name, layers = PURPOSE[found.data_set], found.layers(gate)
    absent = [str(k) for k in range(1, found.last) if k not in layers]
    if absent:
        yield f"{name}: DLFA ({gate}) with k = {', '.join(absent)}"
    if control is None:
        yield f"{name}: the control with as many parameters (refined_last), seeds {', '.join(map(str, seeds))}"
    if len(seeds) < PLANNED_SEEDS:
        yield f"{name}: {PLANNED_SEEDS - len(seeds)} more seeds of last layer, DLFA ({gate}) and control"


def _why(parts: Sequence[Part]) -> str:
    if not parts:
        return "No data set has the rows that this claim needs."
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(part.verdict, []).append(part.name)
    told = "; ".join(f"{verdict} on {', '.join(names)}" for verdict, names in found.items())
    return f"Of {len(DATA_SETS)} tasks {len(parts)} measured: {told}."


def _remarks(chosen: Sequence[Chosen]) -> tuple[str, ...]:
    found = [remark for item in chosen for remark in item.comparison.remarks]
    found += [f"{item.control} stands in for the control with as many parameters as AIF." for item in chosen
              if item.control and item.comparison.fusion(item.control) != "refined_last"]
    return tuple(dict.fromkeys(found))


# --- C12 -----------------------------------------------------------------------------------------------------------

_ABLATIONS = ("global branch", "local branch")
_TASKS_OF_ABLATION = 2


def ablated_branches(evidence: Evidence) -> ClaimVerdict:
    """C12, its empirical part: the whole module against either branch alone and against no multiplication.

    On two tasks, at the layer that the whole module (literal gate) has on source dev: it must be better than the
    variant with the global branch alone, with the local one alone, and than the sigmoid gate (which leaves the
    multiplication out), each by the smallest effect of interest and with its interval above zero. A variant that the
    module does not beat by that much with certainty (whole interval below it) is enough for "not supported".
    """
    missing: list[str] = []
    parts = [part for name in DATA_SETS if (part := _ablation(evidence, name, missing)) is not None]
    verdict = of_most([part.verdict for part in parts], max(_TASKS_OF_ABLATION, len(parts)), _TASKS_OF_ABLATION)
    if len(parts) < _TASKS_OF_ABLATION:
        missing.append(f"DLFA (literal) with the {' and with the '.join(_ABLATIONS)} alone, and the sigmoid gate, at "
                       f"one layer, on {_TASKS_OF_ABLATION} tasks")
    return ClaimVerdict(
        claim="C12", encoder=evidence.encoder, variant="literal gate", verdict=verdict, why=_why(parts),
        parts=tuple(parts),
        data_sets=tuple(name for name in DATA_SETS if PURPOSE[name] in {part.name for part in parts}),
        settle=seeds_wanted(parts) if verdict == "undecided at this size" else None,
        missing=tuple(dict.fromkeys(missing)),
    )


def _ablation(evidence: Evidence, data_set: str, missing: list[str]) -> Part | None:
    found = evidence.best(data_set, lambda item: float(len(_variants(item))))
    if found is None:
        return None
    whole, variants = _variants(found)[0]
    absent = [name for name in (*_ABLATIONS, "no multiplication") if name not in variants]
    missing += [f"{PURPOSE[data_set]}: {whole} with {name}" for name in absent]
    measured = [item for system in variants.values() if (item := measure(found, whole, system)) is not None]
    if not measured:
        return None
    judged: list[Verdict] = [
        "supported" if effect.above_zero and effect.mean >= SMALLEST_EFFECT else
        "not supported" if effect.high < SMALLEST_EFFECT else "undecided at this size"
        for effect in (item.effect() for item in measured)]
    verdict, few = with_enough_seeds(of_all(judged, len(variants) + len(absent)), measured[0].seeds)
    told = "; ".join(f"{points(item.effect().mean)} over {item.against} ({span(item.effect().low, item.effect().high)})"
                     for item in measured)
    worst = min(measured, key=lambda item: abs(item.beyond.mean - SMALLEST_EFFECT))
    needed, settled = settling(verdict, worst, deciding_half_width(worst.beyond.mean))
    return Part(PURPOSE[data_set], whole, verdict, f"{whole}: {told}.{few}{settled}",
                tuple(figure for item in measured for figure in item.figures), needed)


def _variants(comparison: Comparison) -> list[tuple[str, dict[str, str]]]:
    """The whole module and its ablations at each layer, those with most ablations and the highest layer first."""
    facts = comparison.part.systems
    sigmoid = comparison.layers("sigmoid")
    found = []
    for layer, whole in comparison.layers("literal").items():
        variants = {name: item.name for name in _ABLATIONS for item in facts
                    if item.layer == layer and name in item.aggregator and comparison.gate(item.name) == "literal"}
        if not variants:
            continue
        if layer in sigmoid:
            variants["no multiplication"] = sigmoid[layer].name
        found.append((-len(variants), -layer, whole.name, variants))
    return [(name, variants) for _, _, name, variants in sorted(found, key=lambda item: item[:3])]
