"""Score rows made by hand or by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from sprachbund.results.records import ScoreRow

MakeRow = Callable[..., ScoreRow]


def make_row(right: Sequence[int], **given: Any) -> ScoreRow:
    """A row of a classification by accuracy: 1 where an example is right, else 0."""
    n = len(right)
    counts = np.stack([np.asarray(right, dtype=np.int64), np.ones(n, dtype=np.int64)], axis=-1)
    zeros = np.zeros(n, dtype=np.int64)
    values: dict[str, Any] = {
        "task": "classification", "data_set": "toy", "split": "test", "fingerprint": f"data of {given.get('target')}",
        "metric": "accuracy", "metric_version": 1, "primary": True, "encoder": "bundled:multilingual-e5-small",
        "provenance": "multilingual-e5-small, dequantised from 4 bit: not mBERT", "fusion": "last_layer",
        "system": "last layer", "layers": (12,), "gate": "", "intermediate": (), "train_data": "toy",
        "train_examples": 100, "source": "en", "target": "de", "seed": 1, "run": "toy", "columns": ("correct", "total"),
        "identities": tuple(str(number) for number in range(1, n + 1)), "counts": counts,
        "words": np.ones(n, dtype=np.int64), "windowed": zeros, "unpredicted": zeros, "repaired": zeros,
        "ignored": zeros, "notes": {},
    }
    values |= given
    values.setdefault("stage", f"{values['system']}-{values['seed']}-{values['run']}")
    return ScoreRow(**values)


@pytest.fixture
def row() -> MakeRow:
    """Makes a row of 0s and 1s; every other field by keyword."""
    return make_row


@pytest.fixture
def random_rows() -> Callable[..., list[ScoreRow]]:
    """Makes rows of several systems, seeds and targets; `rates` is the probability of being right by target."""

    def make(
        rates: dict[str, float], systems: dict[str, float] | None = None, seeds: Sequence[int] = (1, 2, 3), n: int = 60,
        **given: Any,
    ) -> list[ScoreRow]:
        rng = np.random.default_rng(7)
        rows = []
        difficulty = {target: rng.random(n) for target in rates}
        for system, gain in (systems or {"last layer": 0.0}).items():
            for seed in seeds:
                for target, rate in rates.items():
                    noise = rng.normal(0, 0.05, n) + rng.normal(0, 0.02)
                    right = (difficulty[target] + noise < rate + gain).astype(int)
                    rows.append(make_row(right.tolist(), system=system, seed=seed, target=target, **given))
        return rows

    return make
