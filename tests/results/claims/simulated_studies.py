"""Studies of simulated rows and probes with known effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sprachbund.results.claims.evidence import Evidence, Study, gather
from sprachbund.results.records import ScoreRow
from sprachbund.testing.simulated_sweep import LAST_LAYER, SimulatedSystem, control, dlfa, simulate_sweep

TASKS = {"xnli": "classification", "pawsx": "classification", "panx": "tagging", "ud_pos": "tagging"}
TARGETS = {"de": 82.0, "nl": 81.0, "ru": 71.0, "fi": 66.0, "et": 65.0, "tr": 58.0, "th": 45.0}


def simulate(
    systems: Sequence[SimulatedSystem], data_sets: Sequence[str] = tuple(TASKS), **options: Any
) -> list[ScoreRow]:
    """Rows of systems on data sets; small, paired, five seeds unless told otherwise."""
    given = {"targets": TARGETS, "seeds": (1, 2, 3, 4, 5), "examples": 120, "words": 20, "seed_sd": 0.1, **options}
    return [row for name in data_sets for row in simulate_sweep(systems, task=TASKS[name], data_set=name, **given)]


def systems(
    gains: Mapping[int, float], *, over_control: float = 0.0, gate: str = "literal",
    dev: Mapping[int, float] | None = None,
) -> list[SimulatedSystem]:
    """Last layer, control and D_k; source dev prefers the layers of `dev`, by default the one that gains most."""
    preferred = dev or {max(gains, key=lambda k: gains[k]): 3.0}
    return [LAST_LAYER, control(over_control), *dlfa(gains, preferred, gate)]


def evidence_of(*rows: ScoreRow, study: str = "study", **fields: Any) -> Evidence:
    """Evidence of one study and encoder; `fields` replace those of every row."""
    (found,) = gather([Study(study, [replace(row, **fields) for row in rows])])
    return found

