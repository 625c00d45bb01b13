"""Repetitions: how draws over examples, made for each seed apart, become draws of the mean over seeds.

Where an experiment is repeated with S seeds over the same n examples, its mean score varies with the
examples, with the seeds, and with what is particular to an example under a seed:

    variance = examples / n + seeds / S + both / (n S)

Redrawing examples shows the first and the third part. Redrawing seeds would show the second and the
third, and redrawing both at once counts the third part three times, so that differences are found too
seldom; no bootstrap of crossed units gets it right (McCullagh 2000; Owen 2007). So examples alone are
redrawn, and the seeds' part is added with its variance estimated by moments: what the seeds' scores
differ by beyond what the third part explains,

    seeds / S = variance between seeds / S - both / (n S), at least 0

Since it is known from S scores only, it enters as Student's t with S - 1 degrees of freedom.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed

Floats = NDArray[np.float64]


def fold(draws: Floats) -> Floats:
    """Draws of the mean over repetitions, with the spread that examples and repetitions give it.

    Differences and averages are taken before this, resample by resample: what is folded can no longer
    be subtracted.

    Args:
        draws: (..., S, R) draws over examples, the same for each of S repetitions; or (R,) of one.

    Returns:
        (..., R), or (R,); NaN where one of the S is NaN.
    """
    if draws.ndim == 1 or draws.shape[-2] == 1:
        return draws if draws.ndim == 1 else draws[..., 0, :]
    repetitions, resamples = draws.shape[-2:]
    means = draws.mean(axis=-2)
    complete = ~np.isnan(means)
    known = np.where(complete[..., None, :], draws, 0.0)
    count = np.maximum(complete.sum(axis=-1), 1)
    centres = known.sum(axis=-1) / count[..., None]
    deviations = np.where(complete[..., None, :], draws - centres[..., None], 0.0)
    single = (deviations**2).sum(axis=-1).mean(axis=-1) / count
    joint = (deviations.mean(axis=-2) ** 2).sum(axis=-1) / count
    both = (single - joint) / (repetitions - 1)
    own = np.maximum(centres.var(axis=-1, ddof=1) / repetitions - both, 0.0)
    rng = np.random.default_rng(derive_seed(0, "repetitions"))
    return np.asarray(means + np.sqrt(own)[..., None] * rng.standard_t(repetitions - 1, size=resamples))
