"""Stages in child processes, several at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.core.errors import ConfigError, FormatError, SprachbundError, StageError
from sprachbund.stages.events import Event, Progress, StageEvent
from sprachbund.stages.executors import processes as module
from sprachbund.stages.executors.processes import ProcessExecutor
from sprachbund.stages.run import run_stages
from sprachbund.stages.stage import Resources
from sprachbund.stages.store import Store


def fail(store: Store, folder: Path, function: str, **config: object) -> SprachbundError:
    with pytest.raises(SprachbundError) as caught:
        run_stages([toys.stage(folder, function, config=config)], store, ProcessExecutor())
    return caught.value


def test_light_stages_of_a_kind_share_a_process(store: Store, tmp_path: Path) -> None:
    heavy = Resources(environment={"TOY_CACHE": "16"})
    targets = [toys.stage(tmp_path, name=name) for name in ("a1", "a2")]
    targets += [toys.stage(tmp_path, name="b1", resources=heavy)]
    targets += [toys.stage(tmp_path, name="c1", kind="other")]
    run_stages(targets, store, ProcessExecutor(workers=1))
    pid = dict(zip(toys.executions(tmp_path), toys.processes(tmp_path), strict=True))
    assert pid["a1"] == pid["a2"]
    assert len({os.getpid(), pid["a1"], pid["b1"], pid["c1"]}) == 4


def test_variables_stand_in_the_environment_before_the_module_is_imported(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_INHERITED", "yes")
    asked = [("TOY_CACHE", {"TOY_CACHE": "16"}), ("TOY_CACHE", {"TOY_CACHE": "32"}), ("TOY_INHERITED", {}),
             ("TOY_CACHE", {})]
    targets = [
        toys.stage(tmp_path, "environment", name=str(number), config={"variable": variable},
                   resources=Resources(environment=wanted))
        for number, (variable, wanted) in enumerate(asked)
    ]
    outputs = run_stages(targets, store, ProcessExecutor()).outputs
    assert [(output / "text.txt").read_text() for output in outputs] == ["16", "32", "yes", "(not set)"]
    assert "TOY_CACHE" not in os.environ


def test_independent_stages_run_at_the_same_time_within_the_budget(store: Store, tmp_path: Path) -> None:
    targets = [toys.stage(tmp_path, "meet", name=name) for name in "abcd"]
    outputs = run_stages(targets, store, ProcessExecutor(cpus=2)).outputs
    at_work = [int((output / "text.txt").read_text()) for output in outputs]
    assert max(at_work) == 2


@pytest.mark.parametrize(("count", "cores"), [(1, {4}), (2, {2}), (4, {1}), (6, {1})])
def test_elastic_stages_share_the_cores_and_are_told_how_many_they_have(
    store: Store, tmp_path: Path, count: int, cores: set[int]
) -> None:
    wanted = Resources(elastic=True, memory_gib=0.1)
    data = toys.stage(tmp_path, name="data")
    targets = [toys.stage(tmp_path, "cores", name=str(number), resources=wanted, inputs={"data": data})
               for number in range(count)]
    events: list[Event] = []
    outputs = run_stages(targets, store, ProcessExecutor(cpus=4), events.append).outputs
    assert {int((output / "text.txt").read_text()) for output in outputs} == cores
    told = {event.cpus for event in events if isinstance(event, StageEvent) and event.label != "toy data"}
    assert told == cores


def test_stages_that_ask_for_the_same_variables_share_a_process(store: Store, tmp_path: Path) -> None:
    heavy = Resources(environment={"TOY_CACHE": "16"}, elastic=True)
    model = toys.stage(tmp_path, name="model", kind="train", resources=heavy)
    predictions = toys.stage(tmp_path, name="predictions", kind="predict", resources=heavy, inputs={"model": model})
    run_stages([predictions], store, ProcessExecutor())
    assert len(set(toys.processes(tmp_path))) == 1


def test_four_trainings_on_two_cores_share_two_processes(store: Store, tmp_path: Path) -> None:
    heavy = Resources(environment={"TOY_CACHE": "16"}, elastic=True)
    targets = [toys.stage(tmp_path, "pause", name=str(number), resources=heavy) for number in range(4)]
    run_stages(targets, store, ProcessExecutor(cpus=2))
    assert len(set(toys.processes(tmp_path))) == 2


def test_events_come_home_in_order_and_prints_go_to_stderr(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events: list[Event] = []
    run_stages([toys.stage(tmp_path, "report")], store, ProcessExecutor(), events.append)
    assert [event.state for event in events if isinstance(event, StageEvent)] == ["started", "finished"]
    progress = [event for event in events if isinstance(event, Progress)]
    assert (progress[0].done, progress[-2].done, progress[-1].note) == (1, 10, "a note")
    assert progress[-2].values == {"loss": 0.1}
    captured = capsys.readouterr()
    assert "printed by a stage" in captured.err
    assert "warned by a stage" in captured.err
    assert captured.out == ""


def test_errors_cross_the_process_boundary_with_their_fields(store: Store, tmp_path: Path) -> None:
    assert str(fail(store, tmp_path, "raise_format_error")) == (
        "de.tsv, line 3, column 7: three columns, two expected\n  → cut one"
    )
    error = fail(store, tmp_path, "raise_config_error")
    assert isinstance(error, ConfigError)
    assert (error.faults[0].suggestions, error.exit_code) == (("10", "11"), 2)
    foreign = fail(store, tmp_path, "raise_value_error")
    assert isinstance(foreign, StageError)
    assert foreign.cause_type == "ValueError"
    assert 'raise ValueError("seven is not a language")' in foreign.details
    strange = fail(store, tmp_path, "raise_strange_error")
    assert isinstance(strange, StageError)
    assert (str(strange), strange.cause_type) == ("strange\n  → none", "StrangeError")
    assert isinstance(fail(store, tmp_path, "leave"), StageError)


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGSEGV"])
def test_a_child_that_dies_is_told_with_its_signal_and_last_words(store: Store, tmp_path: Path, signal: str) -> None:
    error = fail(store, tmp_path, "die", signal=signal)
    assert isinstance(error, StageError)
    assert error.cause_type == signal
    assert "the process of the stage 'toy a' was " in error.what
    assert signal in error.what
    assert error.details == "last words"
    assert "it goes on from the last checkpoint" in str(error.remedy)


def test_a_process_in_which_a_stage_failed_takes_no_other(store: Store, tmp_path: Path) -> None:
    targets = [toys.stage(tmp_path, "raise_format_error", name="a"), toys.stage(tmp_path, name="b")]
    with pytest.raises(FormatError):
        run_stages(targets, store, ProcessExecutor(workers=1), keep_going=True)
    assert len(set(toys.processes(tmp_path))) == 2


def test_no_child_outlives_the_run(store: Store, tmp_path: Path) -> None:
    targets = [toys.stage(tmp_path, "raise_value_error", name="a"), toys.stage(tmp_path, name="b", kind="other")]
    with pytest.raises(StageError):
        run_stages(targets, store, ProcessExecutor())
    for pid in toys.processes(tmp_path):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_an_error_of_the_display_ends_the_children(store: Store, tmp_path: Path) -> None:
    def broken(event: Event) -> None:
        raise RuntimeError("a broken display")

    with pytest.raises(RuntimeError, match="a broken display"):
        run_stages([toys.stage(tmp_path, "report")], store, ProcessExecutor(grace_seconds=5), broken)


def test_a_process_that_cannot_be_started_fails_the_stage(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    events: list[Event] = []
    with pytest.raises(StageError, match="no process could be started for the stage 'toy a'"):
        run_stages([toys.stage(tmp_path)], store, ProcessExecutor(), events.append)
    assert [event.state for event in events if isinstance(event, StageEvent)] == ["failed"]


def test_a_stage_that_ignores_the_interruption_is_killed_in_the_end(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FAREWELL_SECONDS", 0.1)
    stage = toys.stage(tmp_path, "ignore_interruptions")

    def interrupt(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 1:
            raise KeyboardInterrupt

    with pytest.raises(SprachbundError, match="interrupted"):
        run_stages([stage], store, ProcessExecutor(grace_seconds=0.2), interrupt)
    (pid,) = toys.processes(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
