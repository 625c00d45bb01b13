"""Which layer source dev chooses, which one the test set would have, and what a choice gains by luck alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sprachbund.results.findings import Estimate
from sprachbund.results.sweep_findings import LayerChoice, LuckOfChoice, SweepSystem
from sprachbund.results.sweep_scores import PartScores
from sprachbund.statistics.selection import BestOfNull, best_of_null

_BINS = 32


def choose(
    aggregator: str, candidates: Sequence[SweepSystem], baseline: str, scores: PartScores
) -> LayerChoice | None:
    """Choose the layer of one aggregator.

    Args:
        aggregator: its name.
        candidates: its systems, by layer.
        baseline: what gains are over.
        scores: of the test rows.

    Returns:
        None where fewer than two candidates, or candidates that share no seed on source dev, cannot be chosen among,
        or a candidate shares no test seed with the baseline.
    """
    dev = [(system, system.dev) for system in candidates if system.dev is not None]
    seeds = tuple(sorted(set.intersection(*(set(estimate.seeds) for _, estimate in dev)))) if dev else ()
    if len(dev) < 2 or not seeds:
        return None
    gains = {system.name: scores.gain(system.name, baseline) for system in candidates}
    table = np.array([[_of_seed(estimate, seed) for seed in seeds] for _, estimate in dev])
    means = table.mean(axis=1)
    best = _best(means)
    names = [system.name for system, _ in dev]
    known = {name: gain.mean for name, gain in gains.items() if gain}
    if len(known) < len(candidates):
        return None
    oracle = max(known, key=lambda name: known[name])
    oracle_gain, lost = gains[oracle], scores.gain(oracle, names[best])
    if oracle_gain is None or lost is None:
        return None
    return LayerChoice(
        aggregator=aggregator, candidates=tuple(names), chosen=names[best],
        margin=float(means[best] - np.delete(means, best).max()),
        by_seed=tuple(names[_best(table[:, place])] for place in range(len(seeds))), seeds=seeds,
        oracle=oracle, oracle_gain=oracle_gain, lost=lost,
        luck=_luck([system.name for system in candidates], baseline, scores),
    )


def _of_seed(estimate: Estimate, seed: int) -> float:
    return estimate.per_seed[estimate.seeds.index(seed)]


def _best(values: np.ndarray) -> int:
    """The place of the largest; of equals the last, which is nearest to the last layer."""
    return int(len(values) - 1 - np.argmax(values[::-1]))


def _luck(names: Sequence[str], baseline: str, scores: PartScores) -> LuckOfChoice | None:
    seeds = scores.common(baseline, *names)
    if not seeds:
        return None
    gains = np.array([scores.means(name, seeds) - scores.means(baseline, seeds) for name in names])
    nothing = best_of_null(gains, with_baseline=True)
    alike = best_of_null(gains) if len(seeds) > 1 else None
    noise = best_of_null(_luck_of_seeds(gains), with_baseline=True).expected if len(seeds) > 1 else None
    counts, edges = _histogram(nothing)
    return LuckOfChoice(
        candidates=len(names), seeds=seeds, observed=nothing.gain, expected=nothing.expected,
        high=float(np.quantile(nothing.null, scores.level)), p=nothing.p_value,
        p_layers=alike.p_value if alike else None, noise=noise, permutations=len(nothing.null),
        edges=tuple(map(float, edges)), counts=tuple(map(int, counts)),
    )


def _luck_of_seeds(gains: np.ndarray) -> np.ndarray:
    """Deviations from each layer's mean over seeds, with the variance that taking the mean away has cost."""
    seeds = gains.shape[1]
    return np.asarray((gains - gains.mean(axis=1, keepdims=True)) * np.sqrt(seeds / (seeds - 1)))


def _histogram(found: BestOfNull) -> tuple[np.ndarray, np.ndarray]:
    low, high = float(found.null.min()), float(found.null.max())
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    return np.histogram(found.null, bins=_BINS, range=(low, high))
