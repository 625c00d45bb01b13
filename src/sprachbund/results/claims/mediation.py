"""C8, beside its verdict: how much of DLFA's gain over the last layer its probes account for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sprachbund.results.claims.effects import LEAST_CLUSTERS, LEAST_UNITS, Trained
from sprachbund.results.claims.evidence import DLFA, Evidence
from sprachbund.results.claims.measures import points, span
from sprachbund.results.claims.records import Figure, Part
from sprachbund.results.claims.statements import PURPOSE
from sprachbund.statistics.mediation import Mediated, Mediation, paired_mediation

_LAST, _GATE = "last_layer", "literal"
_Unit = tuple[int, str]
"""Seed and language."""


def with_mediation(
    part: Part, evidence: Evidence, data_set: str, models: Sequence[Trained], missing: list[str]
) -> Part:
    """A part of C8 with the figures of mediation, which no rule asks for.

    Units are pairs of seed and target language that a DLFA and the last layer of the same study have both; of several
    the one (literal gate) that source dev chooses is taken, where it is among them, else the one with most units.

    Args:
        part: of a data set.
        evidence: its rows choose the layer.
        data_set: what was scored.
        models: all that were probed.
        missing: is told what lacks.
    """
    found = _pairs(evidence, data_set, models)
    if found is None:
        missing.append(f"{PURPOSE[data_set]}: mediation (no part of the rule): probes of the last layer and of DLFA in "
                       f"one study, {LEAST_UNITS} pairs of seed and language, {LEAST_CLUSTERS} languages")
        return part
    system, units, last, fused = found
    mediation = paired_mediation(
        (last[:, 2], fused[:, 2]), (last[:, :2], fused[:, :2]), groups=[code for _, code in units],
        repetitions=[seed for seed, _ in units])
    return replace(part, why=f"{part.why} {_told(system, mediation)}",
                   figures=(*part.figures, *_figures(system, mediation, units)))


def _pairs(
    evidence: Evidence, data_set: str, models: Sequence[Trained]
) -> tuple[str, list[_Unit], np.ndarray, np.ndarray] | None:
    """A DLFA, its units, and (units, 3) retrieval, parts of speech and score of the last layer and of it."""
    tables: dict[tuple[str, str, int, str], dict[_Unit, tuple[float, float, float]]] = {}
    fusions: dict[str, str] = {}
    for one in models:
        about = one.model
        place = (one.study, about.train_data, about.train_examples, about.system)
        fusions[about.system] = about.fusion
        values = {(about.seed, code): found for code, found in one.features(data_set).items()}
        tables.setdefault(place, {}).update(values)
    bases = {place[:3]: table for place, table in tables.items() if fusions[place[3]] == _LAST}
    shared = {place: sorted(set(table) & set(bases.get(place[:3], ()))) for place, table in tables.items()
              if fusions[place[3]] == DLFA}
    enough = {place: units for place, units in shared.items()
              if len(units) >= LEAST_UNITS and len({code for _, code in units}) >= LEAST_CLUSTERS}
    if not enough:
        return None
    chosen = _chosen(evidence, data_set)
    place = min(enough, key=lambda one: (one[3] != chosen, -len(enough[one]), one))
    units = enough[place]
    last, fused = (np.array([table[unit] for unit in units]) for table in (bases[place[:3]], tables[place]))
    return place[3], units, last, fused


def _chosen(evidence: Evidence, data_set: str) -> str | None:
    comparison = evidence.best(data_set, lambda item: float(len(item.layers(_GATE))))
    choice = comparison.choice(_GATE) if comparison else None
    return choice.chosen if choice else None


def _told(system: str, found: Mediation) -> str:
    return (f"{system} minus last layer {_bounds(found.total)}, of which retrieval and parts of speech carry "
            f"{_bounds(found.carried)}.")


def _bounds(one: Mediated) -> str:
    return f"{points(one.value)} ({span(one.interval.low, one.interval.high)})"


def _figures(system: str, found: Mediation, units: Sequence[_Unit]) -> list[Figure]:
    seeds = tuple(sorted({seed for seed, _ in units}))
    languages = tuple(sorted({code for _, code in units}))
    parts = ((f"{system} minus last layer, of the models that were probed", found.total),
             ("part of it that retrieval and parts of speech of the fused state carry", found.carried),
             ("part of it that they do not", found.direct))
    return [Figure(what, one.value, one.interval.low, one.interval.high, "points", seeds, languages,
                   one.interval.method) for what, one in parts]
