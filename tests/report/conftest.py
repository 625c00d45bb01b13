"""Findings of a small study (two systems, four languages and a variant, three seeds) and of simulated sweeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from sprachbund.report.run_info import DataNote, RunInfo
from sprachbund.results.findings import Findings
from sprachbund.results.records import ScoreRow
from sprachbund.results.sweep_findings import SweepFindings
from sprachbund.results.sweeps import sweep_findings
from sprachbund.results.transfer import find
from sprachbund.testing.simulated_sweep import LAST_LAYER, SimulatedSystem, control, dlfa, simulate_sweep

REMARK = "Stand-in training set: SNLI for MultiNLI"
PROVENANCE = "multilingual-e5-small, dequantised from 4 bit: not mBERT"
RATES = {"en": 0.95, "de": 0.8, "de-CH": 0.6, "fi": 0.5, "th": 0.3}


def _row(right: Sequence[int], **given: Any) -> ScoreRow:
    n = len(right)
    zeros = np.zeros(n, dtype=np.int64)
    values: dict[str, Any] = {
        "task": "classification", "data_set": "toy", "split": "test", "fingerprint": "f" * 64, "metric": "accuracy",
        "metric_version": 1, "primary": True, "encoder": "bundled:multilingual-e5-small", "provenance": PROVENANCE,
        "fusion": "last_layer", "layers": (12,), "gate": "", "intermediate": (), "train_data": "toy",
        "train_examples": 1200, "source": "en", "run": "toy", "columns": ("correct", "total"),
        "identities": tuple(map(str, range(n))), "counts": np.stack([np.asarray(right), zeros + 1], axis=-1),
        "words": zeros + 1, "windowed": zeros, "unpredicted": zeros, "repaired": zeros, "ignored": zeros, "notes": {},
    }
    return ScoreRow(**values | given, stage=f"{given['system']}-{given['seed']}")


@pytest.fixture(scope="session")
def study() -> Callable[..., Findings]:
    """Makes findings; `gains` are the systems' advantages, the first is the baseline."""

    def make(
        gains: dict[str, float] | None = None, *, rates: dict[str, float] | None = None,
        seeds: Sequence[int] = (1, 2, 3), n: int = 150, drop: Callable[[ScoreRow], bool] = lambda row: False,
        draws: int = 400, **given: Any,
    ) -> Findings:
        rng = np.random.default_rng(5)
        rows = []
        difficulty = {target: rng.random(n) for target in rates or RATES}
        for system, gain in (gains or {"last layer": 0.0, "DLFA (k=10, literal)": 0.02}).items():
            for seed in seeds:
                for target, rate in (rates or RATES).items():
                    right = difficulty[target] + rng.normal(0, 0.02, n) < rate + gain
                    rows.append(_row(right.astype(np.int64).tolist(), system=system, seed=seed, target=target, **given))
        return find([row for row in rows if not drop(row)], draws=draws)

    return make


@pytest.fixture(scope="session")
def findings(study: Callable[..., Findings]) -> Findings:
    """Two systems that hardly differ."""
    return study()


@pytest.fixture(scope="session")
def wide_findings(study: Callable[..., Findings]) -> Findings:
    """Two systems in 52 languages and variants."""
    line = ("en de nl sv da nb is af fr es it pt ro ca gl pl ru uk cs sk bg sr hr sl lt lv cy ga el hi ne bn fa fi hu "
            "et ar he tr zh ko ja vi th ml ta eu id sq de-CH zh-HK sr-Latn")
    codes = line.split()
    rates = {code: 0.2 + 0.7 * ((7 * place) % 52) / 52 for place, code in enumerate(codes)}
    return study(rates=rates, seeds=(1,), n=40)


@pytest.fixture
def info() -> RunInfo:
    """What is known of the run."""
    return RunInfo(
        title="A <small> study & its report", command="sprachbund run 'my study.yaml'",
        settings={"task": "classification", "training": {"learning_rate": 1e-4}, "seeds": [1, 2, 3]},
        versions={"sprachbund": "0.1.0", "torch": "2.13.0"}, timings={"train last layer, seed 1": 75.2},
        cards=(DataNote("toy", "Made by chance.", "CC0-1.0", "Nobody (2026)", "https://example.org/toy"),
               DataNote("other")),
        notes=("There are no dev data in en.",), hardware="two cores", created="2026-11-21",
    )


@pytest.fixture(scope="session")
def sweep() -> SweepFindings:
    """Two tasks: a gain of three points at layer 9, and none with a stand-in training set and a missing cell."""
    rows = []
    for data_set, gain in (("ud_pos", 3.0), ("xnli", 0.0)):
        single = [SimulatedSystem(f"layer {layer}", "single layer", "single_layer", (layer,), -1.0) for layer in (6, 9)]
        mix = SimulatedSystem("scalar mix", "scalar mix", "scalar_mix", tuple(range(1, 13)))
        rows += simulate_sweep([LAST_LAYER, control(), *dlfa({3: 0.0, 9: gain, 11: gain / 2}, {9: 0.5}), *single, mix],
                               data_set=data_set, seed_sd=0.1, examples=60, remark="" if gain else REMARK)
    rows = [row for row in rows if (row.data_set, row.system, row.seed) != ("xnli", "layer 6", 3)]
    return sweep_findings(rows, planned=("panx: last layer, seed 1",))


@pytest.fixture(scope="session")
def small_sweep() -> Callable[..., SweepFindings]:
    """Makes a sweep with hardly anything in it."""

    def make(
        *, seeds: Sequence[int] = (1,), targets: Sequence[str] = ("de",), layers: Sequence[int] = (9,), dev: bool = True
    ) -> SweepFindings:
        systems = [LAST_LAYER, *dlfa(dict.fromkeys(layers, 1.0))]
        return sweep_findings(simulate_sweep(systems, seeds=seeds, examples=30, dev=dev,
                                             targets=dict.fromkeys(targets, 60.0)))

    return make
