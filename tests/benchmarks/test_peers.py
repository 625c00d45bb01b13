import argparse
import json
from pathlib import Path

import pytest

from benchmarks.peers import BUNDLED, DYNAMIC, FIXED, OURS, STRONGEST, Prepared, ours, toolkits, trainers, wanted
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.training.config import BATCH_PIECES, TrainingConfig

PREPARED = Prepared(Path("data"), {"pieces": 12})


def specification(system):
    return json.loads(system.command[-1])


def test_ours_runs_with_the_defaults_and_our_own_environment():
    system = ours(PREPARED, threads=2, seed=3)
    given = specification(system)
    assert given["encoder"] == BUNDLED
    assert TrainingConfig.model_validate(given["training"]) == TrainingConfig(threads=2, batch_pieces=BATCH_PIECES)
    assert (given["seed"], given["sampling"]) == (3, "window")
    assert dict(system.environment) == TORCH_ENVIRONMENT


def test_the_three_forms_of_the_trainer():
    systems = trainers(PREPARED, {"batch": 32, "bf16": False}, threads=2, seed=1)
    dynamic, strongest, fixed = map(specification, systems)
    assert [system.name for system in systems] == [DYNAMIC, STRONGEST, FIXED]
    assert (dynamic["batch"], dynamic["grouped"], dynamic["pad_to"]) == (8, False, None)
    assert (strongest["batch"], strongest["grouped"], strongest["fused"]) == (32, True, True)
    assert (fixed["batch"], fixed["pad_to"], fixed["accumulation"]) == (8, 128, 4)
    assert all(system.environment[name] is None for system in systems for name in TORCH_ENVIRONMENT)
    assert "fp32, batch 32" in systems[1].title


def test_toolkits_run_where_their_environments_are_named():
    options = argparse.Namespace(flair=None, machamp=Path("there"), machamp_python=Path("python"), threads=None)
    (machamp,) = toolkits(options, PREPARED, seed=0, dev=True)
    assert machamp.command[:3] == ("python", "-m", "benchmarks.systems.machamp_tagger")
    assert specification(machamp)["checkout"] == "there"


def test_only_some_systems_and_no_unknown_ones():
    systems = [ours(PREPARED), *trainers(PREPARED, {"batch": 8, "bf16": True})]
    chosen = wanted(argparse.Namespace(only=[OURS, FIXED]), systems)
    assert [system.name for system in chosen] == [OURS, FIXED]
    assert wanted(argparse.Namespace(only=None), systems) == systems
    with pytest.raises(SystemExit, match="no system nobody"):
        wanted(argparse.Namespace(only=["nobody"]), systems)
