"""What a reader must know before the numbers of a sweep: missing cells, unequal seeds, unequal tuning, one seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sprachbund.results.sweep_findings import LayerChoice, SweepSystem
from sprachbund.results.sweep_rows import DEV, TEST, PartRows
from sprachbund.results.table import Cell


def missing_cells(rows: PartRows) -> tuple[str, ...]:
    """Every system and seed without test rows, or without those of some languages; and systems of dev rows only."""
    table = rows.test
    targets = table.targets_of(TEST)
    missing = []
    for facts in rows.systems:
        for seed in table.seeds:
            absent = [code for code in targets
                      if table.row(Cell(facts.name, seed, code, rows.metric, TEST)) is None]
            if len(absent) == len(targets):
                missing.append(f"{rows.data_set}: {facts.name}, seed {seed}: no test row")
            elif absent:
                missing.append(f"{rows.data_set}: {facts.name}, seed {seed}: no test row of {', '.join(absent)}")
            if rows.dev and rows.dev.row(Cell(facts.name, seed, rows.dev.targets[0], rows.metric, DEV)) is None:
                missing.append(f"{rows.data_set}: {facts.name}, seed {seed}: no row of source dev")
    return (*missing, *(f"{rows.data_set}: {name}: scored on source dev, not on test" for name in rows.untested))


def notes_of(
    rows: PartRows, systems: Sequence[SweepSystem], choices: Sequence[LayerChoice],
    families: Mapping[str, Sequence[SweepSystem]],
) -> Iterator[str]:
    """Sentences about one part."""
    yield from _about_seeds(systems)
    tried = {system.settings_tried for system in systems}
    if len(tried) > 1:
        told = ", ".join(f"{system.name} {system.settings_tried}" for system in systems
                         if system.settings_tried != systems[0].settings_tried)
        yield (f"Tuning was unequal: {systems[0].name} was scored on source dev with "
               f"{systems[0].settings_tried} settings, but {told}. A gain over it may be one of tuning.")
    if not any(system.control for system in systems):
        yield "No control sees the last layer alone with as many parameters: a gain may be one of parameters."
    chosen = {choice.aggregator for choice in choices}
    for aggregator, members in families.items():
        if len(members) > 1 and aggregator not in chosen:
            yield f"No layer of {aggregator} could be chosen, since its systems share no seed on source dev and test."
    for choice in choices:
        absent = [system.name for system in families[choice.aggregator] if system.name not in choice.candidates]
        if absent:
            yield f"Not to be chosen, since not scored on source dev: {', '.join(absent)}."


def _about_seeds(systems: Sequence[SweepSystem]) -> Iterator[str]:
    if all(len(system.seeds) == 1 for system in systems):
        yield ("One seed: intervals cover the choice of test examples, not the luck of training; another seed may "
               "change a gain by more than its interval.")
    baseline = systems[0]
    for system in systems[1:]:
        common = [seed for seed in baseline.seeds if seed in system.seeds]
        if not common:
            yield f"{system.name} shares no seed with {baseline.name}, so the two are not compared."
        elif len(common) < max(len(baseline.seeds), len(system.seeds)):
            yield (f"Unequal seeds: {system.name} has {', '.join(map(str, system.seeds))}, {baseline.name} "
                   f"{', '.join(map(str, baseline.seeds))}; compared over {', '.join(map(str, common))}.")
