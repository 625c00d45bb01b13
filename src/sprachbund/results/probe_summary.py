"""Findings of a probe: means over languages, how curves go over layers, relatives against others; with intervals.

Everything is made of what was measured on each model (`Probed`); no weights are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.languages.language import find_variant
from sprachbund.results.probe_findings import (
    Average,
    Contrast,
    Point,
    Probed,
    ProbedLanguage,
    ProbeFindings,
    Role,
    Similarity,
    Trend,
)
from sprachbund.statistics.association import rank_correlation, within_between
from sprachbund.statistics.intervals import LEVEL, Interval, percentile_interval
from sprachbund.statistics.resampling import RESAMPLES, resampled_groups

Floats = NDArray[np.float64]
_LEAST_LANGUAGES = 3


def summarise(
    probed: Sequence[Probed], source: str, *, not_tested: Sequence[str] = (), notes: Sequence[str] = (),
    settings: Mapping[str, str] | None = None, command: str = "",
) -> ProbeFindings:
    """Put the findings of one or two models together.

    Args:
        probed: "before" first.
        source: the language of all translations.
        not_tested, notes: sentences for the reader.
        settings, command: how it was asked for.
    """
    points = tuple(point for one in probed for point in one.points)
    alike = tuple(matrix for one in probed for matrix in one.similarities)
    curves = list(_curves(points, source))
    told = dict.fromkeys([*notes, *(note for one in probed for note in one.notes)])
    return ProbeFindings(
        models=tuple(one.model for one in probed),
        source=source,
        languages=_languages(probed),
        level=LEVEL,
        points=points,
        averages=tuple(average for curve in curves for average in curve.averages()),
        trends=tuple(trend for curve in curves if (trend := curve.trend()) is not None),
        similarities=alike,
        contrasts=tuple(contrast for matrix in alike for contrast in contrasts(matrix)),
        removals=tuple(removal for one in probed for removal in one.removals),
        task_effects=tuple(effect for one in probed for effect in one.task_effects),
        gates=tuple(gate for one in probed for gate in one.gates),
        not_tested=tuple(not_tested),
        notes=tuple(told),
        settings=settings or {},
        command=command,
    )


def _languages(probed: Sequence[Probed]) -> tuple[ProbedLanguage, ...]:
    codes: set[str] = set()
    for one in probed:
        for items in (one.points, one.task_effects, one.gates, one.removals):
            codes.update(item.language for item in items)
        codes.update(code for matrix in one.similarities for code in matrix.languages)
    return tuple(probed_language(code) for code in sorted(codes))


def probed_language(code: str) -> ProbedLanguage:
    """What is known of a language.

    Raises:
        LanguageError: an unknown code.
    """
    variant = find_variant(code)
    return ProbedLanguage(code, variant.name, variant.language.family, variant.script)


@dataclass(frozen=True)
class _Curve:
    """One measure over states, for all languages that have it in every one of these states."""

    model: Role
    measure: str
    variant: str
    states: tuple[str, ...]
    languages: tuple[str, ...]
    values: Floats  # (languages, states)

    def averages(self) -> list[Average]:
        """The mean over languages in each state."""
        bounds: Iterable[tuple[float | None, float | None]] = [(None, None)] * len(self.states)
        if len(self.languages) >= _LEAST_LANGUAGES:
            bounds = [_bounds(percentile_interval(draws)) for draws in self._drawn()]
        return [Average(self.model, self.measure, self.variant, state, self.languages, float(mean), low, high)
                for state, mean, (low, high) in zip(self.states, self.values.mean(0), bounds, strict=True)]

    def trend(self) -> Trend | None:
        """How it goes over the layers; None with fewer than three layers or two languages."""
        places = [place for place, state in enumerate(self.states) if state.isdigit() and int(state) > 0]
        layers = [int(self.states[place]) for place in places]
        if len(layers) < 3 or len(self.languages) < 2:
            return None
        values = self.values[:, places]
        upper = [number for number, layer in enumerate(layers) if layer >= max(layers) // 2]
        whole = rank_correlation(layers, values, draws=RESAMPLES)
        top = rank_correlation([layers[number] for number in upper], values[:, upper], draws=RESAMPLES) if (
            len(upper) >= 3) else whole
        peak = int(np.argmax(values.mean(0)))
        near = np.abs(self._drawn()[places].argmax(0) - peak) <= 1
        return Trend(self.model, self.measure, self.variant, _number(whole.value), *_bounds(whole.interval),
                     _number(top.value), *_bounds(top.interval), layers[peak], float(near.mean()), len(self.languages))

    def _drawn(self) -> Floats:
        """(states, R) draws of the mean over languages."""
        return resampled_groups(self.values)


def _curves(points: Sequence[Point], source: str) -> Iterable[_Curve]:
    """Points by model, measure and variant; a state that not all languages have is a curve of its own."""
    found: dict[tuple[Role, str, str], dict[str, dict[str, float]]] = {}
    for point in points:
        if point.language != source or point.measure == "language_identity":
            curve = found.setdefault((point.model, point.measure, point.variant), {})
            curve.setdefault(point.state, {})[point.language] = point.value
    for key, states in found.items():
        sets: dict[tuple[str, ...], list[str]] = {}
        for state, values in states.items():
            sets.setdefault(tuple(sorted(values)), []).append(state)
        for languages, alike in sets.items():
            matrix = np.array([[states[state][code] for state in alike] for code in languages])
            yield _Curve(*key, tuple(alike), languages, matrix)


def mean_over_languages(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """The mean of one value a language, and its interval with languages redrawn; no bounds below three languages."""
    numbers = np.asarray(values, dtype=np.float64)
    if len(numbers) < _LEAST_LANGUAGES:
        return float(numbers.mean()), None, None
    return float(numbers.mean()), *_bounds(percentile_interval(resampled_groups(numbers)))


def contrasts(similarity: Similarity) -> list[Contrast]:
    """Languages of one family, then of one script, against others; where there are pairs of both kinds."""
    matrix = np.array([[np.nan if value is None else value for value in row] for row in similarity.matrix])
    known = np.isfinite(np.diag(matrix))
    codes = [code for code, there in zip(similarity.languages, known, strict=True) if there]
    matrix = matrix[np.ix_(known, known)]
    infos = [probed_language(code) for code in codes]
    labels = {"family": [info.family for info in infos], "script": [info.script for info in infos]}
    results = []
    for grouping, other in (("family", "script"), ("script", "family")):
        same = np.equal.outer(labels[grouping], labels[grouping])
        upper = np.triu(np.ones_like(same), 1)
        inside, outside = upper & same, upper & ~same
        if not inside.any() or not outside.any():
            continue
        within, across = float(matrix[inside].mean()), float(matrix[outside].mean())
        low, high = _bounds(_redrawn(matrix, inside, outside))
        results.append(Contrast(
            similarity.model, similarity.state, "family" if grouping == "family" else "script", within, across,
            within - across, low, high, _p(matrix, labels[grouping], labels[other]), int(inside.sum()),
            int(outside.sum()),
        ))
    return results


def _p(matrix: Floats, groups: Sequence[str], others: Sequence[str]) -> float | None:
    """By permutation, the other grouping kept fixed; without it where it says the same."""
    control = np.equal.outer(others, others).astype(np.float64)
    for controls in ([control], []):
        try:
            return within_between(matrix, groups, controls=controls, permutations=RESAMPLES).p_value
        except ValueError:
            continue
    return None


def _redrawn(matrix: Floats, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> Interval:
    """The interval of within minus across; languages are redrawn, and one is not compared with itself."""
    count = len(matrix)
    rng = np.random.default_rng(derive_seed(0, "languages"))
    weights = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)
    draws = np.zeros(RESAMPLES)
    for sign, chosen in ((1, inside), (-1, outside)):
        total = ((weights @ np.where(chosen, matrix, 0.0)) * weights).sum(1)
        pairs = ((weights @ chosen.astype(np.float64)) * weights).sum(1)
        draws += sign * total / np.where(pairs > 0, pairs, np.nan)
    return percentile_interval(draws, method=f"percentile bootstrap over {count} languages")


def _bounds(interval: Interval) -> tuple[float | None, float | None]:
    return _finite(interval.low), _finite(interval.high)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _number(value: float) -> float:
    """A correlation; that of a curve which does not vary is 0."""
    return float(value) if np.isfinite(value) else 0.0
