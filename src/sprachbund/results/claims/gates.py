"""C13: whether AIF's gate depends on the task, and whether it matters that it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sprachbund.results.claims.effects import Trained, changes, largest_system, trained_models
from sprachbund.results.claims.evidence import DLFA, GATES, Comparison, Evidence
from sprachbund.results.claims.gate_means import GateMeans
from sprachbund.results.claims.measures import measure, points, span, with_enough_seeds
from sprachbund.results.claims.records import ClaimVerdict, Figure, Part, Verdict
from sprachbund.results.claims.rules import of_all, of_most
from sprachbund.results.claims.statements import DATA_SETS, PLANNED_SEEDS, PURPOSE, SMALLEST_EFFECT
from sprachbund.statistics.intervals import Interval
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.variance_components import variance_components

_FROZEN, _STATIC = "frozen scalar gate", "static_gate"
_Table = dict[str, dict[int, Mapping[str, float]]]
"""Data set -> seed -> language -> mean of the gate."""


def depends_on_the_task(evidence: Evidence) -> list[ClaimVerdict]:
    """C13: AIF obtains information dynamically according to the task. One verdict a gate.

    Two halves, both of which must hold. The gate's mean by task, language and seed (seeds within tasks, since seed 1
    of one task is another model than seed 1 of another): task must explain more of its variance than seeds do, with the
    interval of the ratio of variance components above 1. And a gate frozen at its mean, one number for all, must lose
    at least 0.5 points on the target languages, interval below 0, on at least 3 of 4 tasks. Not supported where the
    ratio lies below 1, or where freezing loses less than 0.5 points on too many tasks. Where a gate that cannot move
    was trained in its place (`static_gate` of the sweep `mechanism`), what the moving one gains over it stands beside.
    """
    return [_verdict(evidence, gate) for gate in GATES]


def ratio_rule(interval: Interval) -> Verdict:
    """The ratio of two variance components: supported above 1, not supported below it."""
    if interval.low > 1:
        return "supported"
    return "not supported" if interval.high < 1 else "undecided at this size"


def frozen_rule(change: float, low: float, high: float) -> Verdict:
    """What freezing does to a score: supported if it loses 0.5 points or more, interval below 0.

    >>> frozen_rule(-0.8, -1.4, -0.2), frozen_rule(-0.1, -0.3, 0.1), frozen_rule(-0.4, -0.9, 0.1)
    ('supported', 'not supported', 'undecided at this size')
    """
    if low > -SMALLEST_EFFECT:
        return "not supported"
    return "supported" if change <= -SMALLEST_EFFECT and high < 0 else "undecided at this size"


def _verdict(evidence: Evidence, gate: str) -> ClaimVerdict:
    models = [item for item in trained_models(evidence) if item.model.fusion == DLFA and item.model.gate == gate]
    missing: list[str] = []
    spread = _spread([item for item in evidence.gates if (item.fusion, item.gate) == (DLFA, gate)], gate, missing)
    frozen = [part for name in DATA_SETS if (part := _frozen(evidence, name, models, gate, missing)) is not None]
    halves: list[Verdict] = []
    if spread is not None:
        halves.append(spread.verdict)
    if frozen:
        halves.append(of_most([part.verdict for part in frozen], len(DATA_SETS)))
    parts = (*((spread,) if spread else ()), *frozen)
    told = "; ".join(f"{part.name} {part.verdict}" for part in parts) or f"No probe of DLFA ({gate}) was read"
    measured = tuple(name for name in DATA_SETS if f"frozen on {PURPOSE[name]}" in {part.name for part in frozen})
    return ClaimVerdict("C13", evidence.encoder, f"{gate} gate", of_all(halves, 2), f"{told}.", parts, measured,
                        missing=tuple(missing))


def _spread(gates: Sequence[GateMeans], gate: str, missing: list[str]) -> Part | None:
    """The variance of the gate's mean by task, language and seed, at the layers that most models have."""
    tables: dict[tuple[int, ...], _Table] = {}
    for item in gates:
        tables.setdefault(item.layers, {}).setdefault(item.data_set, {})[item.seed] = item.means
    found = max((_layout(tables[layers]) for layers in sorted(tables)), key=lambda layout: layout[0].size,
                default=(np.zeros((0, 0, 0)), (), (), ()))
    values, tasks, languages, seeds = found
    if min(values.shape) < 2:
        missing.append(f"gates of DLFA ({gate}) at one layer on two tasks or more, {PLANNED_SEEDS} seeds each, with "
                       "two languages in common")
        return None
    components = variance_components(values, ("task", "language", "seed"), nested={"seed": "task"})
    ratio, interval = components.ratio("task", "seed:task")
    verdict, few = with_enough_seeds(ratio_rule(interval), seeds)
    named = ", ".join(PURPOSE.get(name, name) for name in tasks)
    why = (f"Over {named} and {len(languages)} languages, variance of the gate's mean by task over that by seed "
           f"{ratio:.2f} ({interval.low:.2f} to {interval.high:.2f}).{few}")
    figure = Figure("variance of the gate by task over that by seed", ratio, interval.low, interval.high, "ratio",
                    seeds, languages, interval.method)
    return Part("gate by task", "", verdict, why, (figure,))


def _layout(table: _Table) -> tuple[Floats, tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """(task, language, seed) values: languages that all models have, as many seeds as the task with fewest."""
    tasks = sorted(table)
    count = min(len(table[name]) for name in tasks)
    chosen = {name: sorted(table[name])[:count] for name in tasks}
    languages = sorted(set.intersection(*(set(table[name][seed]) for name in tasks for seed in chosen[name])))
    values = np.array([[[table[name][seed][code] for seed in chosen[name]] for code in languages] for name in tasks])
    seeds = tuple(sorted({seed for name in tasks for seed in chosen[name]}))
    return values.reshape(len(tasks), len(languages), count), tuple(tasks), tuple(languages), seeds


def _frozen(
    evidence: Evidence, data_set: str, models: Sequence[Trained], gate: str, missing: list[str]
) -> Part | None:
    members = largest_system(models, data_set, _FROZEN)
    found = changes(members, data_set, _FROZEN) if members else None
    if found is None:
        missing.append(f"{PURPOSE[data_set]}: scores of DLFA ({gate}) with its gate frozen at its mean, "
                       f"{PLANNED_SEEDS} seeds")
        return None
    figure = found.figure("score with the gate frozen at one number minus score")
    assert figure.low is not None
    assert figure.high is not None
    verdict, few = with_enough_seeds(frozen_rule(figure.value, figure.low, figure.high), found.seeds)
    by_channel = changes(members, data_set, "frozen gate")
    figures = [figure]
    if by_channel is not None:
        figures.append(by_channel.figure("score with each channel frozen at its mean minus score"))
    figures += over_static(evidence, data_set, gate)
    why = f"Freezing changes the score by {points(figure.value)} ({span(figure.low, figure.high)}).{few}"
    return Part(f"frozen on {PURPOSE[data_set]}", members[0].model.system, verdict, why, tuple(figures))


def over_static(evidence: Evidence, data_set: str, gate: str) -> tuple[Figure, ...]:
    """DLFA minus a gate that was trained as one number a channel, at the highest layer that both were trained at; empty
    where no study has both."""
    found = evidence.best(data_set, lambda item: float(len(_beside_static(item, gate))))
    if found is None:
        return ()
    moving, static = _beside_static(found, gate)[-1]
    measured = measure(found, moving, static)
    return measured.figures[:1] if measured else ()


def _beside_static(comparison: Comparison, gate: str) -> list[tuple[str, str]]:
    """(DLFA, static gate) of each layer that both have, ascending."""
    static = {facts.layer: facts.name for facts in comparison.part.systems
              if comparison.fusion(facts.name) == _STATIC}
    return [(facts.name, static[k]) for k, facts in comparison.layers(gate).items() if k in static]
