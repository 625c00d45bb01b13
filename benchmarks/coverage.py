"""How often 95 % intervals of a mean gain over languages hold the truth, in simulated studies of the sizes in use."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.coverage_designs import EXAMPLES, Design, Deviations, measured
from benchmarks.coverage_methods import CHOSEN, RESAMPLES, SCOPES
from benchmarks.harness import Summary, System, paired
from benchmarks.options import add_shared
from benchmarks.peers import child, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table

BUILT = Deviations()
TOLD = {"these groups": "these languages", "groups like these": "languages like these"}
ROWS = Path("results/pos-en-ewt/rows.parquet")


def designs() -> list[Design]:
    """The studies in use: 32 languages of POS, 14 of XNLI and 6 of PAWS-X, 3, 5 and 10 seeds."""
    pos = [Design(f"POS, {seeds} seeds, gain {effect:g}", "xtreme-pos", seeds, effect, BUILT)
           for seeds in (3, 5, 10) for effect in (0.0, 1.0)]
    alone = Deviations(family=0.0, seed_family=0.0)
    seeds_rule = Deviations(family=0.0, language=0.3, seed=0.6, seed_family=0.0, seed_language=0.3)
    return [
        *pos,
        Design("POS, 5 seeds, families alike", "xtreme-pos", 5, 0.0, alone),
        Design("POS, 3 seeds, seeds differ most", "xtreme-pos", 3, 0.0, seeds_rule),
        Design("POS, 5 seeds, heavy tails", "xtreme-pos", 5, 1.0, BUILT, heavy=True),
        Design("XNLI, 5 seeds, translations", "xnli", 5, 0.0, BUILT, parallel=True),
        Design("PAWS-X, 3 seeds, translations", "pawsx", 3, 1.0, BUILT, parallel=True),
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks coverage`."""
    add_shared(parser, "coverage", rounds=1)
    parser.add_argument("--studies", type=int, default=2000, help="simulated studies of each design")
    parser.add_argument("--rows", type=Path, default=ROWS,
                        help="rows of one system with two seeds, beside whose spread the simulated one is shown")


def run(options: argparse.Namespace) -> int:
    """Simulate, and leave the table behind."""
    record = Record("coverage", options, {"studies": options.studies})
    record.sections["designs"] = [design.to_json() for design in designs()]
    if options.rows.exists():
        record.sections["measured"] = measured(options.rows)
    paired(wanted(options, systems_of(options)), options.rounds, timeout=options.timeout, done=record.runs,
           told=record.add)
    return finish(record)


def systems_of(options: argparse.Namespace) -> list[System]:
    """One child a design."""
    return [child(design.name, "coverage_design", {"design": design.to_json(), "studies": options.studies},
                  environment={"OMP_NUM_THREADS": "1"}) for design in designs()]


def finish(record: Record) -> int:
    """Write tables and picture."""
    found = {run.system: {(one["scope"], one["method"]): one for one in run.values["methods"]}
             for run in record.runs if not run.error}
    parts, panels = [_introduction(record)], []
    for scope in SCOPES:
        names = list(dict.fromkeys(name for each in found.values() for place, name in each if place == scope))
        coverage = {name: {design: 100 * each[scope, name]["coverage"] for design, each in found.items()}
                    for name in names}
        width = {name: {design: each[scope, name]["width"] / each[scope, CHOSEN]["width"]
                        for design, each in found.items()} for name in names}
        parts += [f"## {TOLD[scope].capitalize()}", "Coverage, %:", _table(coverage, found, 1),
                  f"Median width, as a multiple of “{CHOSEN}”:", _table(width, found, 2)]
        panels.append(Panel(f"{TOLD[scope]}: coverage in % (median and range over designs)",
                            [(name, _summary(values.values())) for name, values in coverage.items()],
                            ours=frozenset({CHOSEN}), from_zero=False))
    picture = panels_picture(panels, title="Coverage of 95 % intervals",
                             description="Median and range over designs of the share of intervals that hold the truth.")
    return record.finish("Coverage of 95 % intervals of a mean gain", parts, picture)


def _introduction(record: Record) -> str:
    built = ", ".join(f"{name.replace('_', ' x ')} {value:g}" for name, value in record.sections["designs"][0]
                      ["deviations"].items())
    told = record.sections.get("measured")
    seen = "" if told is None else (
        " Two seeds of one system in recorded rows differ like this: "
        + ", ".join(f"{name.replace('_', ' x ')} {value:.2f}" for name, value in told.items())
        + "; the other deviations are not in such rows and are stated.")
    return (
        f"{record.settings['studies']:,} simulated studies of each design, {EXAMPLES} examples a language, families as "
        "in the language table, English left out. Each study has two systems, each trained with each seed, scored on "
        f"the same examples; {RESAMPLES} resamples where a way draws some. Standard deviations in points unless a "
        f"design says otherwise: {built}.{seen} “{CHOSEN}” is what the package uses: Student's t of each source of "
        "variance, added up (`sprachbund.statistics.means`).")


def _table(values: dict[str, dict[str, float]], found: dict[str, Any], decimals: int) -> str:
    return markdown_table(["design", *values], [
        [design, *(f"{by_design[design]:.{decimals}f}" for by_design in values.values())] for design in found])


def _summary(values: Iterable[float]) -> Summary:
    every = list(values)
    return Summary(statistics.median(every), min(every), max(every), len(every))
