"""C9: whether languages of one family are alike in which layers help them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.languages.language import find_variant
from sprachbund.results.claims.curve_data import LEAST_PLACES, Curve, layer_curve
from sprachbund.results.claims.evidence import GATES, Comparison, Evidence
from sprachbund.results.claims.layers import remarks
from sprachbund.results.claims.measures import probability, with_enough_seeds
from sprachbund.results.claims.records import ClaimVerdict, Figure, Part, Verdict
from sprachbund.results.claims.rules import SIGNIFICANT
from sprachbund.results.claims.statements import DATA_SETS, PLANNED_SEEDS, PURPOSE
from sprachbund.statistics.association import WithinBetween, within_between
from sprachbund.statistics.comparisons import holm
from sprachbund.statistics.distributions import t_quantile
from sprachbund.statistics.intervals import LEVEL
from sprachbund.statistics.repetitions import Floats

_FLAT = 1e-9
_LEAST_LANGUAGES = 4
_TOLD = 1e-6
"""Share of \"same family\" that controls must leave untold."""


@dataclass(frozen=True, slots=True)
class _Test:
    """Both tests of one task, all families and without the source's own, with their languages and intervals."""

    comparison: Comparison
    curve: Curve
    all_families: WithinBetween
    without_source: WithinBetween
    languages: tuple[str, ...]
    others: tuple[str, ...]
    interval: tuple[float, float]
    interval_without: tuple[float, float]


def alike_within_families(evidence: Evidence) -> list[ClaimVerdict]:
    """C9: languages of one family have similar curves of D_k over k. One verdict a gate.

    A language's curve is centred over its layers, and two languages are as alike as their curves correlate. Within
    families they must be more alike than between (permutation of languages, p < 0.05 after Holm over the tasks), with
    script and resources kept fixed: same script or not, and the difference of the last layer's scores, which stands in
    for sizes of pretraining corpora. And it must still hold without the source's own family. Data sets with no two
    languages of one other family cannot be asked. Supported where all that can be asked say so; not supported where
    within is no more alike than between on all of them; else undecided.
    """
    return [_verdict(evidence, gate) for gate in GATES]


def family_rule(p_all: float, p_without: float, difference: float) -> Verdict:
    """One task: both tests significant, or no difference in the claimed direction at all.

    >>> family_rule(0.01, 0.03, 0.2), family_rule(0.01, 0.3, 0.2), family_rule(0.8, 0.9, -0.1)
    ('supported', 'undecided at this size', 'not supported')
    """
    if difference <= 0:
        return "not supported"
    return "supported" if max(p_all, p_without) < SIGNIFICANT else "undecided at this size"


def _verdict(evidence: Evidence, gate: str) -> ClaimVerdict:
    missing: list[str] = ["sizes of the languages' pretraining corpora (the last layer's scores stand in)"]
    tests = [item for name in DATA_SETS if (item := _test(evidence, name, gate, missing)) is not None]
    corrected = [holm([getattr(item, which).p_value for item in tests]) for which in ("all_families", "without_source")]
    parts = [_part(item, float(one), float(other)) for item, one, other in zip(tests, *corrected, strict=True)]
    kinds = {part.verdict for part in parts}
    verdict: Verdict = "not tested here" if not parts else kinds.pop() if len(kinds) == 1 else "undecided at this size"
    told = "; ".join(f"{part.name} {part.verdict}" for part in parts)
    measured = tuple(item.comparison.data_set for item in tests)
    why = f"Curves over layers within against between families: {told}." if parts else "No data set can be asked."
    if verdict == "undecided at this size":
        why += " More languages of the same families, not seeds, would settle it."
    return ClaimVerdict("C9", evidence.encoder, f"{gate} gate", verdict, why, tuple(parts), measured,
                        missing=tuple(missing), remarks=remarks(evidence, measured))


def _test(evidence: Evidence, data_set: str, gate: str, missing: list[str]) -> _Test | None:
    found = evidence.best(data_set, lambda item: float(len(item.layers(gate))))
    curve = layer_curve(found, gate) if found else None
    if found is None or curve is None or len(curve.places) < LEAST_PLACES:
        missing.append(f"{PURPOSE[data_set]}: DLFA ({gate}) and last layer over {LEAST_PLACES} layers or more, "
                       f"{PLANNED_SEEDS} seeds")
        return None
    curves = curve.by_language - curve.by_language.mean(axis=1, keepdims=True)
    moving = np.flatnonzero(np.abs(curves).max(axis=1) > _FLAT)
    languages = [found.scores.chosen.languages[place] for place in moving]
    heights = found.values(found.baseline, curve.seeds).mean(axis=0)[moving]
    source = find_variant(found.part.test.source).language.family
    others = [place for place, code in enumerate(languages) if find_variant(code).language.family != source]
    everyone = list(range(len(languages)))
    both = [_within(curves[moving], languages, heights, chosen) for chosen in (everyone, others)]
    if both[0] is None or both[1] is None:
        missing.append(f"{PURPOSE[data_set]}: two languages or more of a family that is not the source's, beside "
                       "others, in scripts that do not tell the families")
        return None
    intervals = [_interval(curves[moving], languages, heights, chosen, test.difference)
                 for chosen, test in zip((everyone, others), both, strict=True) if test is not None]
    return _Test(found, curve, both[0], both[1], tuple(languages), tuple(languages[place] for place in others),
                 intervals[0], intervals[1])


def _interval(
    curves: Floats, languages: Sequence[str], heights: Floats, chosen: Sequence[int], difference: float
) -> tuple[float, float]:
    """Student's interval of the difference by the jackknife over languages (Efron and Tibshirani 1993, chapter 11)."""
    left_out = [_within(curves, languages, heights, [other for other in chosen if other != one], permutations=1)
                for one in chosen]
    values = np.array([found.difference for found in left_out if found is not None])
    if len(values) < _LEAST_LANGUAGES:
        return math.nan, math.nan
    error = math.sqrt((len(values) - 1) / len(values) * float(((values - values.mean()) ** 2).sum()))
    half = t_quantile(0.5 + LEVEL / 2, len(values) - 1) * error
    return difference - half, difference + half


def _within(
    curves: Floats, languages: Sequence[str], heights: Floats, chosen: Sequence[int], permutations: int = 10_000
) -> WithinBetween | None:
    """The partial Mantel test among the chosen languages.

    None where there is no pair within or none between, or where script and score alone say which pairs are within.
    """
    families = [find_variant(languages[place]).language.family for place in chosen]
    pairs = len(families) * (len(families) - 1) // 2
    within = sum(families[one] == families[other] for one in range(len(families)) for other in range(one))
    if not 0 < within < pairs:
        return None
    scripts = np.array([find_variant(languages[place]).script for place in chosen])
    script = (scripts[:, None] == scripts[None, :]).astype(np.float64)
    size = np.abs(heights[chosen][:, None] - heights[chosen][None, :])
    upper = np.triu_indices(len(chosen), 1)
    varying = [matrix for matrix in (script, size) if np.ptp(matrix[upper]) > _FLAT]
    same = np.equal.outer(families, families)[upper].astype(np.float64)
    known = np.column_stack([np.ones_like(same), *(matrix[upper] for matrix in varying)])
    left = same - known @ np.linalg.lstsq(known, same, rcond=None)[0]
    if (left**2).sum() < _TOLD * same.sum():
        return None
    return within_between(np.asarray(np.corrcoef(curves[chosen])), families, controls=varying,
                          permutations=permutations)


def _part(item: _Test, p_all: float, p_without: float) -> Part:
    verdict, few = with_enough_seeds(family_rule(p_all, p_without, item.all_families.difference), item.curve.seeds)
    one, other = item.all_families, item.without_source
    why = (f"Correlation of curves {one.within:.2f} within and {one.between:.2f} between families ({one.pairs} pairs "
           f"within), {probability(p_all)}; without the source's family {probability(p_without)} ({other.pairs} pairs "
           f"within), script and the last layer's score kept fixed, Holm over tasks.{few}")
    method = "jackknife over languages; the test permutes languages"
    told = "correlation within minus between families, script and score taken out"
    figures = (
        Figure(told, one.difference, *item.interval, "correlation", item.curve.seeds, item.languages, method),
        Figure(f"{told}, without the source's family", other.difference, *item.interval_without, "correlation",
               item.curve.seeds, item.others, method),
    )
    return Part(PURPOSE[item.comparison.data_set], "", verdict, why, figures)
