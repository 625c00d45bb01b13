"""C3 and C7: where curves over the layer peak, and whether tasks peak at different layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sprachbund.results.claims.curve_data import LEAST_PLACES, Curve, layer_curve, mix_curve
from sprachbund.results.claims.evidence import GATES, Comparison, Evidence
from sprachbund.results.claims.measures import LEAST_SEEDS, measure, probability, seeds_wanted, with_enough_seeds
from sprachbund.results.claims.records import ClaimVerdict, Figure, Part, Verdict
from sprachbund.results.claims.rules import SIGNIFICANT, of_all, of_most
from sprachbund.results.claims.statements import DATA_SETS, PLANNED_SEEDS, PURPOSE
from sprachbund.results.probe_findings import FUSED
from sprachbund.statistics.curves import CurveFits, Optimum, Shape, fit_curves, optimum, peak_agreement
from sprachbund.statistics.mixed_models import interaction_test
from sprachbund.statistics.power import repetitions_needed

INSIDE = 0.8
"""Share of bootstrap draws in which an optimum must lie inside."""


def equilibrium(evidence: Evidence) -> list[ClaimVerdict]:
    """C3: an optimal equilibrium, as an optimum inside the range of layers and of mixing weights. One verdict a gate.

    "Equilibrium" has no definition that was seen; this one was fixed before anything was run. On a task, the curve of
    the target mean over k must have its best layer neither at 1 nor at N - 1 in 80 % of bootstrap draws over seeds and
    languages, and a quadratic curve must foretell a seed left out better than a flat and a straight one; and the same
    must hold for the weight alpha of a fixed mix of two layers, whose ends are the two layers alone. The claim is
    supported where 3 of 4 tasks support it.
    """
    return [_equilibrium(evidence, gate) for gate in GATES]


def equilibrium_rule(inside: float, best: Shape, vertex: float | None) -> Verdict:
    """One curve: supported if the optimum is inside in 80 % of draws and the curve is a hill.

    Not supported if the optimum is at an end in 80 % of draws, or if a straight line foretells best. Undecided else,
    which takes in curves that are flat within noise.

    >>> equilibrium_rule(0.9, "quadratic", 6.0), equilibrium_rule(0.1, "quadratic", 6.0)
    ('supported', 'not supported')
    >>> equilibrium_rule(0.9, "flat", None), equilibrium_rule(0.6, "linear", None)
    ('undecided at this size', 'not supported')
    """
    if inside <= 1 - INSIDE or best == "linear":
        return "not supported"
    if inside >= INSIDE and best == "quadratic" and vertex is not None:
        return "supported"
    return "undecided at this size"


def _equilibrium(evidence: Evidence, gate: str) -> ClaimVerdict:
    missing: list[str] = []
    parts = [part for name in DATA_SETS if (part := _task_curves(evidence, name, gate, missing)) is not None]
    verdict = of_most([part.verdict for part in parts], len(DATA_SETS))
    if not any(average.state == FUSED for probe in evidence.probes for average in probe.averages):
        missing.append("probes of both abilities on the fused state (sprachbund probe of models with a fusion)")
    told = "; ".join(f"{part.name} {part.verdict}" for part in parts)
    why = f"Best layer and best weight inside their ranges: {told}." if parts else "No task has curves to judge."
    measured = tuple(name for name in DATA_SETS if PURPOSE[name] in {part.name for part in parts})
    return ClaimVerdict("C3", evidence.encoder, f"{gate} gate", verdict, why, tuple(parts), measured,
                        settle=seeds_wanted(parts) if verdict == "undecided at this size" else None,
                        missing=tuple(missing), remarks=remarks(evidence, measured))


def _task_curves(evidence: Evidence, data_set: str, gate: str, missing: list[str]) -> Part | None:
    """Both curves of a task; None where neither can be judged."""
    task = PURPOSE[data_set]
    judged = []
    found = evidence.best(data_set, lambda item: float(len(item.layers(gate))))
    curve = layer_curve(found, gate) if found else None
    if found is None or curve is None or not _judgeable(curve, (1.0, found.last - 1.0)):
        ends = "1 to N - 1" if found is None else f"1 to {found.last - 1}"
        missing.append(f"{task}: DLFA ({gate}) and last layer with k = {ends}, both ends and {LEAST_PLACES} layers at "
                       f"least, {PLANNED_SEEDS} seeds")
    else:
        judged.append(_judge(found, curve, "k"))
    mixed = evidence.best(data_set, lambda item: float(len(mix[1].places)) if (mix := mix_curve(item)) else 0.0)
    mix = mix_curve(mixed) if mixed else None
    if mixed is None or mix is None or not _judgeable(mix[1], (0.0, 1.0)):
        missing.append(f"{task}: fixed mixes of two layers (fixed_mix) with alpha = 0, 0.1, ..., 1, {PLANNED_SEEDS} "
                       "seeds")
    else:
        judged.append(_judge(mixed, mix[1], f"alpha of layer {mix[0]}"))
    if not judged:
        return None
    verdict = of_all([part.verdict for part in judged], 2)
    needed = seeds_wanted(judged) if verdict == "undecided at this size" else None
    return Part(task, judged[0].system, verdict, " ".join(part.why for part in judged),
                tuple(figure for part in judged for figure in part.figures), needed)


def _judgeable(curve: Curve, ends: tuple[float, float]) -> bool:
    return (len(curve.places) >= LEAST_PLACES and curve.places[0] <= ends[0] and curve.places[-1] >= ends[1]
            and len(curve.seeds) > 1)


def _judge(comparison: Comparison, curve: Curve, what: str) -> Part:
    fits, peak = fit_curves(curve.places, curve.by_seed), optimum(curve.places, curve.values)
    verdict, few = with_enough_seeds(equilibrium_rule(peak.interior, fits.best, fits.vertex), curve.seeds)
    shape = {"quadratic": "a quadratic curve", "linear": "a straight line", "flat": "a flat line"}[fits.best]
    needed = _seeds_to_tell_inside(comparison, curve) if verdict == "undecided at this size" else None
    told = f" {needed} seeds are expected to tell it from the ends." if needed else ""
    why = (f"Best {what} = {peak.place:g}, inside in {peak.interior:.0%} of draws; {shape} foretells a seed left out "
           f"best.{few}{told}")
    return Part(what, curve.systems[curve.places.index(peak.place)], verdict, why,
                (_inside(peak, what, comparison, curve), _advantage(fits, what, curve)), needed)


def _inside(peak: Optimum, what: str, comparison: Comparison, curve: Curve) -> Figure:
    return Figure(f"best {what} inside its range", peak.interior, None, None, "share", curve.seeds,
                  comparison.scores.chosen.languages, "bootstrap over seeds and languages")


def _advantage(fits: CurveFits, what: str, curve: Curve) -> Figure:
    ratio = min(fits.errors["flat"], fits.errors["linear"]) / fits.errors["quadratic"]
    return Figure(f"error of the better of flat and straight over that of quadratic, {what}", ratio, None, None,
                  "ratio", curve.seeds, (), "mean squared error of a seed left out")


def _seeds_to_tell_inside(comparison: Comparison, curve: Curve) -> int | None:
    """Seeds with which the best place inside would be told from the better end, if they differ as they do here."""
    inside = int(np.argmax(curve.mean[1:-1])) + 1
    end = 0 if curve.mean[0] >= curve.mean[-1] else len(curve.places) - 1
    return _seeds_to_tell(comparison, curve.systems[inside], curve.systems[end])


def _seeds_to_tell(comparison: Comparison, one: str, other: str) -> int | None:
    measured = measure(comparison, one, other) if one != other else None
    if measured is None or measured.beyond.mean == 0 or len(measured.seeds) < 2:
        return None
    needed = repetitions_needed(measured.beyond, abs(measured.beyond.mean))
    return None if needed is None else max(needed, LEAST_SEEDS)


# --- C7 ------------------------------------------------------------------------------------------------------------


def different_layers(evidence: Evidence) -> list[ClaimVerdict]:
    """C7: the best of the four tasks come from different layers. One verdict a gate.

    Over the layers that all measured tasks have. Supported if the best layers of all tasks agree in less than 5 % of
    bootstrap draws, and task and layer interact (curves differ in shape by more than permuted labels do, p < 0.05).
    Undecided where a curve is flat within noise, since its best layer is arbitrary then, and wherever the two halves
    disagree. Not supported if the layers agree in half of the draws or more. Two tasks that differ are enough for
    "not all the same"; a claim that fails on fewer than four tasks waits for the others.
    """
    return [_different(evidence, gate) for gate in GATES]


def different_layers_rule(all_equal: float, p: float, flat: bool) -> Verdict:
    """Agreement of the best layers and the interaction of task and layer.

    >>> different_layers_rule(0.01, 0.002, False), different_layers_rule(0.01, 0.002, True)
    ('supported', 'undecided at this size')
    >>> different_layers_rule(0.7, 0.3, False), different_layers_rule(0.2, 0.3, False)
    ('not supported', 'undecided at this size')
    """
    if flat:
        return "undecided at this size"
    if all_equal < SIGNIFICANT and p < SIGNIFICANT:
        return "supported"
    return "not supported" if all_equal >= 0.5 else "undecided at this size"


def _different(evidence: Evidence, gate: str) -> ClaimVerdict:
    found = [item for name in DATA_SETS
             if (item := evidence.best(name, lambda one: float(len(one.layers(gate))))) is not None]
    shared = sorted(set.intersection(*(set(item.layers(gate)) for item in found))) if found else []
    curves = [(item, curve) for item in found if (curve := layer_curve(item, gate, [float(k) for k in shared]))
              and len(curve.seeds) > 1 and len(curve.places) >= LEAST_PLACES]
    measured = tuple(item.data_set for item, _ in curves)
    missing = [f"{PURPOSE[name]}: DLFA ({gate}) and last layer over {LEAST_PLACES} layers or more that all tasks have, "
               f"{PLANNED_SEEDS} seeds" for name in DATA_SETS if name not in measured]
    base = ClaimVerdict("C7", evidence.encoder, f"{gate} gate", "not tested here",
                        "Fewer than two tasks have curves over the same layers.", missing=tuple(missing))
    if len(curves) < 2:
        return base
    part, flat = _agreement(curves)
    verdict = part.verdict
    if verdict == "not supported" and len(curves) < len(DATA_SETS):
        verdict = "not tested here"
    why = part.why + (f" {', '.join(flat)} flat within noise." if flat else "")
    return ClaimVerdict("C7", evidence.encoder, base.variant, verdict, why, (part,), measured,
                        settle=part.settle if verdict == "undecided at this size" else None, missing=tuple(missing),
                        remarks=remarks(evidence, measured))


def _agreement(curves: Sequence[tuple[Comparison, Curve]]) -> tuple[Part, list[str]]:
    peaks = [optimum(curve.places, curve.values) for _, curve in curves]
    agreement = peak_agreement(peaks, [curve.mean for _, curve in curves])
    interaction = interaction_test([curve.by_seed for _, curve in curves])
    flat = [PURPOSE[item.data_set] for item, curve in curves if fit_curves(curve.places, curve.by_seed).best == "flat"]
    seeds = tuple(sorted(set.intersection(*(set(curve.seeds) for _, curve in curves))))
    verdict, few = with_enough_seeds(
        different_layers_rule(agreement.all_equal, interaction.p_value, bool(flat)),
        min((curve.seeds for _, curve in curves), key=len))
    best = ", ".join(f"{PURPOSE[item.data_set]} k = {peak.place:g}"
                     for (item, _), peak in zip(curves, peaks, strict=True))
    pairs = agreement.correlations[np.triu_indices(len(curves), 1)]
    needed = _seeds_to_tell_peaks(curves) if verdict == "undecided at this size" else None
    told = f" {needed} seeds are expected to tell the tasks' best layers from the best of all." if needed else ""
    why = (f"Best layers: {best}; all the same in {agreement.all_equal:.0%} of draws; task x layer "
           f"{probability(interaction.p_value)}; rank correlation of curves {pairs.mean():.2f} on average.{few}{told}")
    figures = (
        Figure("all best layers agree", agreement.all_equal, None, None, "probability", seeds, (),
               "bootstrap over seeds and languages, tasks independent"),
        Figure("p of the interaction of task and layer", interaction.p_value, None, None, "probability", seeds, (),
               f"likelihood ratio, {interaction.permutations:,} permutations of task labels"),
    )
    return Part("tasks", "", verdict, why, figures, needed), flat


def _seeds_to_tell_peaks(curves: Sequence[tuple[Comparison, Curve]]) -> int | None:
    """Seeds with which each task's best layer would be told from the layer that is best for all tasks together."""
    common = int(np.argmax(np.mean([curve.mean for _, curve in curves], axis=0)))
    needed = [_seeds_to_tell(item, curve.systems[best], curve.systems[common])
              for item, curve in curves if (best := int(np.argmax(curve.mean))) != common]
    known = [count for count in needed if count is not None]
    return max(known) if known and len(known) == len(needed) else None


def remarks(evidence: Evidence, data_sets: Sequence[str]) -> tuple[str, ...]:
    """What rows of these data sets say beside every table."""
    found = [remark for name in data_sets for item in evidence.comparisons.get(name, ()) for remark in item.remarks]
    return tuple(dict.fromkeys(found))
