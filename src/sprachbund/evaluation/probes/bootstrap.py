"""Values and differences with their intervals over sentences, many at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.statistics.intervals import percentile_interval
from sprachbund.statistics.resampling import Value, observed_scores, resampled_scores

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its bounds; None where there are too few sentences to tell."""

    value: float
    low: float | None
    high: float | None


def measured(counts: NDArray[np.int64], value: Value, name: str) -> list[Measured]:
    """Scores of several systems on the same sentences.

    Args:
        counts: (systems, repetitions, sentences, K).
        value: sums (..., K) to scores (...).
        name: of the random stream: the language, so that its draws do not hang on others.

    Returns:
        One a system: the mean over repetitions, with a percentile bootstrap over sentences.
    """
    observed = values_of(counts, value)
    draws = resampled_scores([counts], value, names=[name], resamples=RESAMPLES)[0]
    return [_measured(one, drawn) for one, drawn in zip(observed, draws, strict=True)]


def values_of(counts: NDArray[np.int64], value: Value) -> NDArray[np.float64]:
    """(systems,) the scores alone, mean over repetitions; arguments as in `measured`."""
    return np.asarray(observed_scores(counts, value).mean(axis=-1))


def differences(counts: NDArray[np.int64], value: Value, name: str) -> list[Measured]:
    """Each system less the first, paired by sentence and repetition; arguments as in `measured`.

    Returns:
        One for each system but the first.
    """
    observed = values_of(counts, value)
    draws = resampled_scores([counts], value, names=[name], resamples=RESAMPLES)[0]
    return [_measured(observed[number] - observed[0], draws[number] - draws[0])
            for number in range(1, len(counts))]


def _measured(observed: float, draws: NDArray[np.float64]) -> Measured:
    interval = percentile_interval(draws)
    return Measured(float(observed), bound(interval.low), bound(interval.high))


def bound(value: float) -> float | None:
    """A bound as records keep it: None where it is no number."""
    return float(value) if math.isfinite(value) else None


def share(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 2) sums of hits and of tries to per cent (...)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * sums[..., 0] / sums[..., 1])
