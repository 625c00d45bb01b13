from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
import torch

from sprachbund.core.errors import Interrupted
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training import session
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
from sprachbund.training.resume import CHECKPOINT, Interruption

CONFIG = TrainingConfig(batch_pieces=60, epochs=2, threads=1, precision="fp32", evaluations=4, checkpoint_seconds=1e-9)
DLFA = {"type": "dlfa", "layer": 1}  # batch statistics must come back too


@pytest.fixture(autouse=True)
def _told_at_every_step(monkeypatch):
    monkeypatch.setattr(session, "EMIT_SECONDS", 0)


class Killed(BaseException):
    """Nothing catches this: what a kill leaves is the last checkpoint."""


def score(model):
    """A dev score that goes up and down, and depends on the weights."""
    return float(model.head.classifier.weight.detach().abs().sum()) * 1e4 % 100


def run(work=None, *, config=CONFIG, stop=None, how=None, seed=1, corpus=None, fusion=DLFA):
    """Train; after step `stop` do `how`. Returns the weights, the result and the notes."""
    model, notes = toy_model(fusion=fusion), []

    def emit(progress):
        if progress.note:
            notes.append(progress.note)
        elif progress.step == stop:
            how()

    result = train(model, corpus or toy_corpus(), toy_space(), config, seed, work=work, emit=emit, score_dev=score)
    return {name: value.clone() for name, value in model.state_dict().items()}, result, notes


def kill():
    raise Killed


def ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


def assert_same(one, other):
    for name, value in other[0].items():
        assert torch.equal(one[0][name], value), name
    assert one[1].history == other[1].history
    assert (one[1].dev, one[1].best_step, one[1].steps) == (other[1].dev, other[1].best_step, other[1].steps)


@pytest.mark.parametrize("stop", [1, 7, 13])
def test_a_killed_training_goes_on_to_the_same_bits(tmp_path, stop):
    whole = run()
    with pytest.raises(Killed):
        run(tmp_path, stop=stop, how=kill)
    again = run(tmp_path)
    assert again[2] == [f"going on from step {stop}"]
    assert_same(again, whole)


def test_a_killed_training_with_averaged_weights_goes_on_to_the_same_bits(tmp_path):
    config = CONFIG.model_copy(update={"averaged_checkpoints": 3})
    expected = run(config=config)
    for stop in (expected[1].steps // 2 + 1, expected[1].steps - 1):
        with pytest.raises(Killed):
            run(tmp_path, config=config, stop=stop, how=kill)
    assert_same(run(tmp_path, config=config), expected)


def test_layers_dropped_out_of_a_fusion_are_the_same_after_a_kill(tmp_path):
    fusion = {"type": "aif_all", "over": [0, 1], "layer_dropout": 0.5, "identity_start": True}
    with pytest.raises(Killed):
        run(tmp_path, fusion=fusion, stop=7, how=kill)
    assert_same(run(tmp_path, fusion=fusion), run(fusion=fusion))


def test_being_killed_more_than_once(tmp_path):
    for stop in (3, 4, 11):
        with pytest.raises(Killed):
            run(tmp_path, stop=stop, how=kill)
    assert_same(run(tmp_path), run())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_after_the_step_with_a_checkpoint(tmp_path, number):
    config = CONFIG.model_copy(update={"checkpoint_seconds": 1e9})
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match=r"training was stopped after step 6 of \d+\n.*goes on from there") as caught:
        run(tmp_path, config=config, stop=5, how=lambda: os.kill(os.getpid(), number))
    assert caught.value.exit_code == 130
    assert signal.getsignal(number) is before
    again = run(tmp_path, config=config)
    assert again[2] == ["going on from step 6"]
    assert_same(again, run())


def test_without_a_work_folder_a_signal_promises_nothing():
    with pytest.raises(Interrupted) as caught:
        run(stop=5, how=ctrl_c)
    assert caught.value.remedy is None


def test_a_second_signal_interrupts_at_once():
    with Interruption() as interruption:
        ctrl_c()
        assert interruption.asked
        with pytest.raises(KeyboardInterrupt):
            ctrl_c()


def test_other_threads_keep_their_hands_off_signals():
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with Interruption() as interruption:
            seen.append((signal.getsignal(signal.SIGINT), interruption.asked))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


def test_neutral_settings_do_not_matter_to_a_checkpoint(tmp_path):
    with pytest.raises(Killed):
        run(tmp_path, stop=5, how=kill)
    other = CONFIG.model_copy(update={"checkpoint_seconds": 50.0})
    assert run(tmp_path, config=other)[2] == ["going on from step 5"]


@pytest.mark.parametrize("change", [
    {"config": CONFIG.model_copy(update={"learning_rate": 2e-4})},
    {"config": CONFIG.model_copy(update={"trim_vocabulary": False})},
    {"seed": 2},
    {"corpus": replace(toy_corpus(), fingerprint="other")},
])
def test_a_checkpoint_of_another_training_is_not_used(tmp_path, change):
    with pytest.raises(Killed):
        run(tmp_path, stop=5, how=kill)
    again = run(tmp_path, **change)
    assert again[2] == ["the checkpoint belongs to another training: training starts from the beginning"]
    assert_same(again, run(**change))


def flip(data):
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


@pytest.mark.parametrize(("damage", "reason"), [
    (lambda data: data[: len(data) // 2], "cannot be read"),
    (lambda data: b"", "cannot be read"),
    (flip, "the checksum of .* is wrong"),
])
def test_a_damaged_checkpoint_is_not_used(tmp_path, damage, reason):
    with pytest.raises(Killed):
        run(tmp_path, stop=5, how=kill)
    path = tmp_path / CHECKPOINT
    path.write_bytes(damage(path.read_bytes()))
    again = run(tmp_path)
    assert len(again[2]) == 1
    assert again[2][0].endswith("training starts from the beginning")
    assert re.search(reason, again[2][0])
    assert_same(again, run())


def test_nothing_but_the_checkpoint_is_left(tmp_path):
    with pytest.raises(Killed):
        run(tmp_path, stop=5, how=kill)
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


SCRIPT = """
import os, signal, sys
from pathlib import Path
import torch
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training import session
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
session.EMIT_SECONDS = 0
def emit(progress):
    if progress.step == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
model = toy_model()
config = TrainingConfig(batch_pieces=60, epochs=2, threads=1, precision="fp32", checkpoint_seconds=1e-9)
train(model, toy_corpus(), toy_space(), config, 1, work=Path(sys.argv[1]), emit=emit)
torch.save(model.state_dict(), Path(sys.argv[1]) / "trained.pt")
"""


@pytest.mark.slow
def test_a_process_that_was_killed(tmp_path):
    """The real thing: SIGKILL in the middle, then the same command again, against one that was left alone."""
    def start(folder, stop):
        folder.mkdir(exist_ok=True)
        return subprocess.run([sys.executable, "-c", SCRIPT, folder, str(stop)], check=False).returncode

    assert start(tmp_path / "killed", 8) == -signal.SIGKILL
    assert start(tmp_path / "killed", 0) == start(tmp_path / "whole", 0) == 0
    one, other = (torch.load(tmp_path / name / "trained.pt") for name in ("killed", "whole"))
    assert all(torch.equal(one[name], other[name]) for name in other)
