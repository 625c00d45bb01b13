"""The layer that source dev chooses, beside the one that is best on test, which nobody could have chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sprachbund.results.sweep_rows import DEV, PartRows
from sprachbund.results.sweep_scores import PartScores, dev_estimate
from sprachbund.statistics.selection import best_of_null


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several systems goes in.

    Args:
        candidates: systems with rows of source dev, by layer.
        chosen: the best mean on source dev over the seeds that all share; of equals the one nearest the last layer.
        oracle: the best on the target mean of the test set.
        oracle_gain: its gain over the last layer by the primary metric, in points.
        lost: how much of it the choice loses, in points.
        among: how many systems the oracle was the best of.
        luck, luck_p: what the best of so many gains where none is better than the last layer (labels permuted within
            seed, the last layer dealt as one more), and the share of permutations that gain as much as the oracle; None
            with one seed.
    """

    candidates: tuple[str, ...]
    chosen: str
    oracle: str
    oracle_gain: float
    lost: float
    among: int
    luck: float | None
    luck_p: float | None


def choose(part: PartRows, scores: PartScores, layers: Mapping[int, str], baseline: str) -> Choice | None:
    """Choose among systems by layer; None where fewer than two share a seed on source dev, or none on test.

    Args:
        part, scores: the rows.
        layers: layer -> system.
        baseline: what gains are over.
    """
    names = list(layers.values())
    dev = {name: estimate for name in names
           if (estimate := dev_estimate(part.dev, name, part.metric, DEV, scores.level)) is not None}
    seeds = sorted(set.intersection(*(set(estimate.seeds) for estimate in dev.values()))) if dev else []
    shared = scores.common(baseline, *names)
    if len(dev) < 2 or not seeds or not shared:
        return None
    candidates = tuple(dev)
    means = [np.mean([estimate.per_seed[estimate.seeds.index(seed)] for seed in seeds]) for estimate in dev.values()]
    chosen = candidates[len(means) - 1 - int(np.argmax(means[::-1]))]
    gains = np.array([scores.means(name, shared) - scores.means(baseline, shared) for name in names])
    by_name = dict(zip(names, gains.mean(axis=1), strict=True))
    oracle = max(names, key=lambda name: by_name[name])
    null = best_of_null(gains, with_baseline=True) if len(shared) > 1 else None
    return Choice(candidates, chosen, oracle, float(by_name[oracle]), float(by_name[oracle] - by_name[chosen]),
                  len(names), null.expected if null else None, null.p_value if null else None)
