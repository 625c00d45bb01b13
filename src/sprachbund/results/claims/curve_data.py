"""Curves of one comparison as arrays: scores of D_k over the layer k, and of a fixed mix over its weight alpha."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.results.claims.evidence import Comparison
from sprachbund.statistics.repetitions import Floats

_ALPHA = re.compile(r"alpha=([0-9.]+)")
_MIX, _SINGLE = "fixed_mix", "single_layer"
LEAST_PLACES = 4
"""A quadratic curve needs more places than it has coefficients."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Gains over the last layer at several places.

    Args:
        places: (K,) layers, or weights alpha, ascending.
        systems: what stands at each place.
        seeds: those that every system and the last layer share.
        values: (S, G, K) gains over the last layer in points, G base languages.
    """

    places: tuple[float, ...]
    systems: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Floats

    @property
    def by_seed(self) -> Floats:
        """(S, K) gains on the mean over languages."""
        return np.asarray(self.values.mean(axis=1))

    @property
    def mean(self) -> Floats:
        """(K,) over seeds and languages."""
        return np.asarray(self.by_seed.mean(axis=0))

    @property
    def by_language(self) -> Floats:
        """(G, K) over seeds."""
        return np.asarray(self.values.mean(axis=0))


def layer_curve(comparison: Comparison, gate: str, places: Sequence[float] | None = None) -> Curve | None:
    """D_k over k; None where systems share no seed or there are fewer than two places.

    Args:
        comparison: the rows.
        gate: of DLFA.
        places: only these layers.
    """
    layers = {float(k): facts.name for k, facts in comparison.layers(gate).items() if places is None or k in places}
    return _curve(comparison, layers)


def mix_curve(comparison: Comparison) -> tuple[int, Curve] | None:
    """A fixed mix over alpha, at the lower layer that has most weights; None where there is none.

    The last layer stands for alpha = 0 and the lower layer alone for alpha = 1 where these were not run as mixes: they
    are the same models.
    """
    found: dict[int, dict[float, str]] = {}
    alone: dict[int, str] = {}
    for facts in comparison.part.systems:
        told = _ALPHA.search(facts.name)
        if facts.layer is None:
            continue
        if comparison.fusion(facts.name) == _MIX and told:
            found.setdefault(facts.layer, {})[float(told[1])] = facts.name
        elif comparison.fusion(facts.name) == _SINGLE:
            alone[facts.layer] = facts.name
    if not found:
        return None
    layer = max(found, key=lambda k: (len(found[k]), k))
    weights = {0.0: comparison.baseline, **({1.0: alone[layer]} if layer in alone else {}), **found[layer]}
    curve = _curve(comparison, weights)
    return None if curve is None else (layer, curve)


def _curve(comparison: Comparison, systems: dict[float, str]) -> Curve | None:
    places = tuple(sorted(systems))
    names = tuple(systems[place] for place in places)
    if len(places) < 2:
        return None
    seeds = comparison.scores.common(comparison.baseline, *names)
    if not seeds:
        return None
    base = comparison.values(comparison.baseline, seeds)
    values = np.stack([comparison.values(name, seeds) - base for name in names], axis=2)
    return Curve(places, names, seeds, values)
