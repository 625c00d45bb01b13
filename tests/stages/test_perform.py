"""Lock, look, call, store."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
import toy_stages as toys

from sprachbund.core.errors import ConfigError, FormatError, IntegrityError, SprachbundError, StageError, StorageError
from sprachbund.stages.assignment import Assignment, assign
from sprachbund.stages.events import Event, Progress, StageEvent
from sprachbund.stages.keys import Keys
from sprachbund.stages.perform import Outcome, find_function, perform
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store


class Machine:
    """Performs toy stages and keeps the events."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "store")
        self.events: list[Event] = []

    def __call__(self, stage: Stage) -> Outcome:
        return perform(self.assign(stage), self.store, self.events.append)

    def assign(self, stage: Stage) -> Assignment:
        return assign(stage, Keys())

    def stage(self, function: str = "write", **more: Any) -> Stage:
        return toys.stage(self.folder, function, **more)

    def fail(self, error: type[SprachbundError], function: str, **config: Any) -> Any:
        with pytest.raises(error) as caught:
            self(self.stage(function, config=config))
        return caught.value

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, StageEvent)]

    @property
    def notes(self) -> list[str]:
        return [event.note for event in self.events if isinstance(event, Progress)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_function_gets_its_job_and_its_output_is_stored(machine: Machine) -> None:
    source = machine.stage(name="b")
    machine(source)
    outcome = machine(machine.stage(inputs={"from": source}))
    assert outcome.executed
    assert outcome.seconds > 0
    folder = machine.store.open(outcome.key)
    assert (folder / "text.txt").read_text() == "a(b())"
    assert set(machine.store.manifest(outcome.key).files) == {"text.txt", "below/more.bin"}
    assert machine.states == ["started", "finished"] * 2
    assert machine.store.unfinished() == []


def test_what_is_stored_is_not_run_again(machine: Machine) -> None:
    machine(machine.stage())
    outcome = machine(machine.stage(label="another name", settings={"more": 1}))
    assert (outcome.executed, outcome.seconds) == (False, 0.0)
    assert toys.executions(machine.folder) == ["a"]
    assert machine.states == ["started", "finished", "hit"]


def test_damaged_output_is_told_and_built_anew(machine: Machine) -> None:
    outcome = machine(machine.stage())
    path = machine.store.open(outcome.key) / "below" / "more.bin"
    path.write_bytes(b"\1" + path.read_bytes()[1:])
    assert machine(machine.stage()).executed
    assert path.read_bytes() == bytes(range(256)) * 40
    assert toys.executions(machine.folder) == ["a", "a"]
    assert len(machine.notes) == 1
    assert machine.notes[0].startswith(f"stored output is damaged and built anew ({path}: a stored file has the sha256")


def test_an_error_of_ours_is_raised_as_it_is(machine: Machine) -> None:
    error = machine.fail(FormatError, "raise_format_error")
    assert str(error) == "de.tsv, line 3, column 7: three columns, two expected\n  → cut one"
    assert machine.states == ["started", "failed"]
    failed = machine.events[-1]
    assert isinstance(failed, StageEvent)
    assert failed.message == str(error)
    assert machine.fail(ConfigError, "raise_config_error").faults[0].suggestions == ("10", "11")


def test_a_failed_stage_stores_nothing_and_keeps_its_work(machine: Machine) -> None:
    machine.fail(FormatError, "raise_format_error")
    key = machine.assign(machine.stage("raise_format_error")).key
    assert machine.store.keys() == []
    assert list((machine.store.root / "toy").iterdir()) == []
    assert (machine.store.work_folder(key) / "kept.txt").read_text() == "kept"


def test_another_error_becomes_a_stage_error_with_its_traceback(machine: Machine) -> None:
    error = machine.fail(StageError, "raise_value_error")
    assert str(error) == (
        "the stage 'toy a' failed: ValueError: seven is not a language\n"
        "  → finished stages are kept; mend the cause and run the same command again"
    )
    assert (error.stage, error.cause_type) == ("toy a", "ValueError")
    assert 'raise ValueError("seven is not a language")' in error.details
    assert machine.fail(StageError, "leave").cause_type == "SystemExit"


@pytest.mark.parametrize("how", ["os", "safetensors", "pyarrow"])
def test_a_full_disk_is_a_storage_error_however_it_is_reported(machine: Machine, how: str) -> None:
    error = machine.fail(StorageError, "fill_disk", how=how)
    assert error.what == "no space left on the disk"
    assert error.remedy == "free some space or choose another folder; nothing half-written was left"
    assert list((machine.store.root / "toy").iterdir()) == []


@pytest.mark.parametrize(("function", "message"), [
    ("absent", "AttributeError: module 'toy_stages' has no attribute 'absent'"),
    ("not_a_function", "TypeError: toy_stages:not_a_function is a int, not a function"),
])
def test_a_function_that_is_not_there_is_told(machine: Machine, function: str, message: str) -> None:
    assert message in str(machine.fail(StageError, function))


def test_an_address_needs_a_colon() -> None:
    with pytest.raises(ValueError, match="'toy_stages' is no address of a function: module:function is expected"):
        find_function("toy_stages")


def test_damaged_input_stops_the_stage(machine: Machine) -> None:
    source = machine.stage(name="b")
    folder = machine.store.open(machine(source).key)
    (folder / "text.txt").write_text("c()")
    with pytest.raises(IntegrityError, match=r"text\.txt"):
        machine(machine.stage(inputs={"from": source}))
    shutil.rmtree(folder)
    with pytest.raises(StorageError, match="holds nothing under the key"):
        machine(machine.stage(inputs={"from": source}))


def test_an_interruption_keeps_the_work_and_is_raised(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toys, "_wait", lambda settings, step: (_ for _ in ()).throw(KeyboardInterrupt))
    stage = machine.stage("train", config={"steps": 2}, settings={"steps_done": str(machine.folder / "done")})
    with pytest.raises(KeyboardInterrupt):
        machine(stage)
    assert machine.states == ["started", "stopped"]
    assert (machine.store.work_folder(machine.assign(stage).key) / "checkpoint.txt").read_text() == "0 0"
    assert machine.store.keys() == []


def test_half_filled_folders_of_killed_tries_are_cleared_away(machine: Machine) -> None:
    key = machine.assign(machine.stage()).key
    partial = machine.store.root / "toy" / f".{key}.host.1.abc.partial"
    partial.mkdir(parents=True)
    machine(machine.stage())
    assert [path.name for path in (machine.store.root / "toy").iterdir()] == [key]


def test_whoever_comes_second_waits_says_so_and_finds_it_stored(machine: Machine) -> None:
    stage = machine.stage()
    late = Machine(machine.folder)
    told = threading.Event()
    outcomes: list[Outcome] = []

    def emit(event: Event) -> None:
        late.events.append(event)
        told.set()

    def come_late() -> None:
        outcomes.append(perform(late.assign(stage), late.store, emit))

    with machine.store.lock(machine.assign(stage).key):
        thread = threading.Thread(target=come_late)
        thread.start()
        assert told.wait(timeout=5)
        assert late.notes == ["another process is building it; waiting for that"]
        (machine.store.root / "toy").mkdir(parents=True)
        assert toys.executions(machine.folder) == []
    thread.join(timeout=5)
    assert outcomes[0].executed
    assert not machine(stage).executed
    assert toys.executions(machine.folder) == ["a"]
