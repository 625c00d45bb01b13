"""What a report says of the floor: the rate measured in every round, the seconds, the share that each run reaches."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.floor import FORWARD, PASSES, Operations, Shape, floors
from benchmarks.harness import Measurement, System
from benchmarks.peers import child

PRODUCTS = "products"


def products(
    shape: Shape, *, pieces: int, bf16: bool = False, threads: int | None = None,
    passes: tuple[str, ...] = PASSES, name: str = PRODUCTS,
) -> System:
    """The child that measures the rate of a run's own matrix products; once a round, beside the run.

    Args:
        shape: of the model.
        pieces: of a batch.
        bf16: the number format; False: fp32.
        threads: None: torch's choice.
        passes: what is computed of each product.
        name: of the system.
    """
    given = [list(one) for one in shape.products()]
    return child(name, "gemm", {"pieces": pieces, "products": given, "repeats": 15, "bf16": bf16, "threads": threads,
                                "passes": list(passes)})


def floor_of(
    runs: Iterable[Measurement], operations: Operations, spent: Mapping[str, Mapping[int, float | None]], *,
    measured: str = PRODUCTS,
) -> dict[str, Any]:
    """The floor in every round, and the share of it that each system reaches.

    Args:
        runs: of the benchmark, those of the child `gemm` among them.
        operations: of one run.
        spent: system -> round -> its seconds, None where it failed.
        measured: name of the child's runs.

    Returns:
        "gflop", "gflop_attention", "backward", and "rounds": by round "seconds", "gflop_per_second", "floor_seconds"
        and "shares" by system.
    """
    rounds = []
    for run in runs:
        if run.system != measured or run.error:
            continue
        found = floors(operations, run.values)
        shares = {name: found["floor_seconds"] / seconds for name, by_round in spent.items()
                  if (seconds := by_round.get(run.round))}
        if shares:
            rounds.append({"round": run.round, **found, "shares": shares})
    return {"gflop": operations.total / 1e9, "gflop_attention": operations.attention / 1e9,
            "backward": operations.passes != FORWARD, "rounds": rounds}


def seconds_by_round(runs: Iterable[Measurement], system: str, figure: str = "seconds") -> dict[int, float | None]:
    """Round -> a figure of a system."""
    return {run.round: run.value(figure) for run in runs if run.system == system}


def floor_text(floor: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A paragraph about the floor.

    Args:
        floor: as `floor_of` makes it.
        titles: of the systems that are named, in order.
    """
    rounds: Sequence[Mapping[str, Any]] = floor["rounds"]
    if not rounds:
        return "No floor: the runs or the measurement of the matrix products failed."
    rates = ", ".join(f"{statistics.median(one['gflop_per_second'][setting] for one in rounds):.0f} GFLOP/s ({setting})"
                      for setting in rounds[0]["gflop_per_second"])
    seconds = statistics.median(one["floor_seconds"] for one in rounds)
    reached = "; ".join(f"{title} {_shares([one['shares'][name] for one in rounds if name in one['shares']])}"
                        for name, title in titles.items() if any(name in one["shares"] for one in rounds))
    return (
        f"**Floor.** {floor['gflop']:,.0f} GFLOP ({floor['gflop_attention']:,.1f} of them attention), "
        f"{'forward and backward' if floor['backward'] else 'forward'}, real pieces only. At the rate measured in "
        f"every round on the run's own matrix shapes ({rates}; medians, the fastest library at each shape) they take "
        f"{seconds:,.3g} s. Share of that rate: {reached}."
    )


def _shares(shares: Sequence[float]) -> str:
    points = [100 * one for one in shares]
    shown = f"{statistics.median(points):.0f} %"
    return shown if len(points) < 2 else f"{shown} ({min(points):.0f} to {max(points):.0f})"
