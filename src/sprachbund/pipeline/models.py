"""Find the trained models behind the score rows of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sprachbund.core.errors import DataError, SprachbundError, join_or
from sprachbund.results.records import ScoreRow
from sprachbund.stages.store import Store


def trained_model(
    rows: Sequence[ScoreRow], store: Store, *, system: str | None = None, seed: int | None = None
) -> Path:
    """The folder of one trained model of a run.

    Args:
        rows: the run's score rows; they name their stages.
        store: where the stages' outputs lie.
        system: which system; None: the only one.
        seed: which seed; None: the smallest.

    Raises:
        DataError: no such system or seed, several systems and none named, or a model that the store
            no longer holds.
    """
    systems = list(dict.fromkeys(row.system for row in rows))
    if system is None and len(systems) > 1:
        raise DataError(f"this run has several systems: {join_or(systems)}", remedy="name one with --system")
    wanted = [row for row in rows if system in (None, row.system) and seed in (None, row.seed)]
    if not wanted:
        seeds = ", ".join(map(str, sorted({row.seed for row in rows})))
        raise DataError(f"this run has no model of system {system!r} and seed {seed}",
                        remedy=f"systems: {', '.join(systems)}; seeds: {seeds}")
    row = min(wanted, key=lambda item: item.seed)
    gone = DataError(f"the store no longer holds the model of {row.system}, seed {row.seed}",
                     remedy="run the same command again: it trains only what is missing")
    try:
        predictions = store.manifest(row.stage).input_keys()["predictions"]
        model = store.manifest(predictions).input_keys().get("model")
    except SprachbundError:
        raise gone from None
    if model is None:
        raise DataError("this run scored a model trained elsewhere", remedy="name that model's folder or hub id")
    folder = store.folder(model)
    if folder is None:
        raise gone
    return folder / "model"
