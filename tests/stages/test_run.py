"""Run what the targets need, and nothing else."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.core.errors import FormatError, Interrupted, StageError
from sprachbund.stages.events import Event, Progress, StageEvent
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.executors.processes import ProcessExecutor
from sprachbund.stages.executors.schedule import Schedule
from sprachbund.stages.keys import stage_key
from sprachbund.stages.run import RunSummary, run_stages
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store


def run(store: Store, *targets: Stage, events: list[Event] | None = None, keep_going: bool = False) -> RunSummary:
    emit = (lambda event: None) if events is None else events.append
    return run_stages(targets, store, InlineExecutor(), emit, keep_going=keep_going)


def chain(folder: Path) -> tuple[Stage, Stage, Stage]:
    prepare = toys.stage(folder, name="prepare", kind="prepare")
    train = toys.stage(folder, name="train", kind="train", inputs={"data": prepare})
    return prepare, train, toys.stage(folder, name="score", kind="score", inputs={"model": train, "data": prepare})


def test_everything_runs_once_and_then_nothing(store: Store, tmp_path: Path) -> None:
    *_, score = chain(tmp_path)
    events: list[Event] = []
    first = run(store, score, events=events)
    assert [(one.kind, one.label) for one in first.executed] == [
        ("prepare", "prepare prepare"), ("train", "train train"), ("score", "score score"),
    ]
    assert first.hits == ()
    assert [(output / "text.txt").read_text() for output in first.outputs] == ["score(prepare(),train(prepare()))"]
    assert first.seconds >= sum(one.seconds for one in first.executed)
    again = run(Store(store.root), score, events=events)
    assert (again.executed, [one.key for one in again.hits]) == ((), [stage_key(score)])
    assert again.outputs == first.outputs
    assert toys.executions(tmp_path) == ["prepare", "train", "score"]
    states = [event.state for event in events if isinstance(event, StageEvent)]
    assert states == ["started", "finished"] * 3 + ["hit"]


def test_nothing_behind_a_stored_stage_is_run_even_if_its_output_is_gone(store: Store, tmp_path: Path) -> None:
    prepare, train, score = chain(tmp_path)
    run(store, score)
    store.remove(stage_key(train))
    store.remove(stage_key(prepare))
    assert run(store, score).executed == ()
    assert toys.executions(tmp_path) == ["prepare", "train", "score"]


def test_only_what_is_missing_is_run(store: Store, tmp_path: Path) -> None:
    *_, score = chain(tmp_path)
    run(store, score)
    store.remove(stage_key(score))
    summary = run(store, score)
    assert [one.kind for one in summary.executed] == ["score"]
    assert [one.kind for one in summary.hits] == ["prepare", "train"]
    assert toys.executions(tmp_path) == ["prepare", "train", "score", "score"]


def test_another_label_setting_or_function_address_runs_nothing(store: Store, tmp_path: Path) -> None:
    run(store, toys.stage(tmp_path))
    again = toys.stage(tmp_path, "report", label="renamed", settings={"data_dir": "elsewhere"})
    assert run(store, again).executed == ()
    assert toys.executions(tmp_path) == ["a"]


def test_a_sweep_shares_what_its_runs_have_in_common(store: Store, tmp_path: Path) -> None:
    prepare, *_ = chain(tmp_path)
    models = [toys.stage(tmp_path, name=f"train{seed}", inputs={"data": prepare}) for seed in range(3)]
    assert len(run(store, *models).executed) == 4
    assert toys.executions(tmp_path).count("prepare") == 1


def test_damaged_output_of_a_target_is_built_anew(store: Store, tmp_path: Path) -> None:
    *_, score = chain(tmp_path)
    (output,) = run(store, score).outputs
    (output / "text.txt").write_text("score(prepare(),train(PREPARE()))")
    events: list[Event] = []
    summary = run(Store(store.root), score, events=events)
    assert [one.kind for one in summary.executed] == ["score"]
    assert (output / "text.txt").read_text() == "score(prepare(),train(prepare()))"
    (note,) = [event.note for event in events if isinstance(event, Progress)]
    assert f"{output / 'text.txt'}: a stored file has the sha256" in note


def test_damaged_output_of_an_input_is_built_anew_only_if_it_is_needed(store: Store, tmp_path: Path) -> None:
    _, train, score = chain(tmp_path)
    run(store, score)
    (store.open(train) / "text.txt").unlink()
    assert run(Store(store.root), score).executed == ()
    store.remove(stage_key(score))
    assert [one.kind for one in run(Store(store.root), score).executed] == ["train", "score"]


def test_a_failure_stops_what_has_not_begun(store: Store, tmp_path: Path) -> None:
    broken = toys.stage(tmp_path, "raise_format_error", name="broken")
    with pytest.raises(FormatError, match="three columns"):
        run(store, broken, toys.stage(tmp_path, name="b"))
    assert toys.executions(tmp_path) == ["broken"]


def test_keep_going_runs_whatever_does_not_need_the_failed_stage(store: Store, tmp_path: Path) -> None:
    broken = toys.stage(tmp_path, "raise_format_error", name="broken")
    worse = toys.stage(tmp_path, "raise_value_error", name="worse")
    after = toys.stage(tmp_path, name="after", inputs={"from": broken})
    with pytest.raises(FormatError, match="three columns"):
        run(store, after, worse, toys.stage(tmp_path, name="other"), keep_going=True)
    assert toys.executions(tmp_path) == ["broken", "worse", "other"]
    with pytest.raises(StageError, match="seven is not a language"):
        run(store, worse, keep_going=True)


def test_ctrl_c_becomes_interrupted_with_what_to_do(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toys, "write", lambda job: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Interrupted) as caught:
        run(store, toys.stage(tmp_path))
    assert str(caught.value) == (
        "interrupted; what is finished is kept\n  → run the same command again: it goes on from the last checkpoint"
    )
    assert caught.value.exit_code == 130


def test_sigterm_acts_as_ctrl_c_while_stages_run_and_only_then(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert before is signal.SIG_DFL
    monkeypatch.setattr(toys, "write", lambda job: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Interrupted):
        run(store, toys.stage(tmp_path))
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_handler_of_the_application_stays(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    try:
        monkeypatch.setattr(toys, "write", lambda job: os.kill(os.getpid(), signal.SIGTERM))
        run(store, toys.stage(tmp_path))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert received == [signal.SIGTERM]


def test_stages_can_run_outside_the_main_thread(store: Store, tmp_path: Path) -> None:
    summaries: list[RunSummary] = []
    thread = threading.Thread(target=lambda: summaries.append(run(store, toys.stage(tmp_path))))
    thread.start()
    thread.join(timeout=10)
    assert len(summaries[0].executed) == 1


def test_what_another_process_built_meanwhile_is_a_hit(store: Store, tmp_path: Path) -> None:
    stage = toys.stage(tmp_path)

    class Late(InlineExecutor):
        def execute(self, schedule: Schedule, store: Store, emit: object) -> None:
            run(Store(store.root), stage)
            super().execute(schedule, store, lambda event: None)

    summary = run_stages([stage], store, Late())
    assert (summary.executed, [one.label for one in summary.hits]) == ((), ["toy a"])
    assert toys.executions(tmp_path) == ["a"]


@pytest.mark.parametrize("executor", [InlineExecutor, ProcessExecutor])
def test_a_check_that_fails_keeps_what_comes_after_it_from_starting(
    store: Store, tmp_path: Path, executor: type[Executor]
) -> None:
    check = toys.stage(tmp_path, "raise_format_error", name="check")
    training = toys.stage(tmp_path, name="training", after=(check,))
    with pytest.raises(FormatError):
        run_stages([training], store, executor(), keep_going=True)
    assert toys.executions(tmp_path) == ["check"]


@pytest.mark.parametrize("executor", [InlineExecutor(), ProcessExecutor(workers=1)])
def test_what_may_not_start_is_left_for_a_later_call(store: Store, tmp_path: Path, executor: Executor) -> None:
    *_, score = chain(tmp_path)
    other = toys.stage(tmp_path, name="other")
    summary = run_stages([score, other], store, executor, may_start=lambda key: not toys.executions(tmp_path))
    assert toys.executions(tmp_path) == ["prepare"]
    assert [one.label for one in summary.executed] == ["prepare prepare"]
    assert summary.outputs == ()
    assert len(run(store, score, other).outputs) == 2
    assert sorted(toys.executions(tmp_path)) == ["other", "prepare", "score", "train"]
