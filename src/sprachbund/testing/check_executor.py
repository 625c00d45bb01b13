"""The contract of an executor, runnable on a stranger's class.

    from sprachbund.testing.check_executor import check_executor

    def test_my_executor(tmp_path):
        check_executor(MyExecutor, tmp_path)

The toy stages stand in this file, so that whatever process the executor uses can import them.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sprachbund.core.canonical import Json
from sprachbund.core.errors import FormatError, StageError
from sprachbund.core.source import Location
from sprachbund.stages.events import Event, Progress, StageEvent
from sprachbund.stages.executors.executor import Executor
from sprachbund.stages.keys import stage_key
from sprachbund.stages.run import RunSummary, run_stages
from sprachbund.stages.stage import Job, Resources, Stage
from sprachbund.stages.store import Store

_VARIABLE = "SPRACHBUND_CHECK_EXECUTOR"
_AT_IMPORT = os.environ.get(_VARIABLE)
_TEXT = "text.txt"


def check_executor(make: Callable[[], Executor], folder: Path) -> None:
    """Check that an executor runs stages as `Executor.execute` says.

    Args:
        make: gives a fresh executor: the class, or a function where it needs arguments.
        folder: an empty folder that the executor's processes can reach.

    Raises:
        AssertionError: names the part of the contract that is broken.
    """
    checks = (
        _check_order_and_inputs,
        _check_runs_once,
        _check_events,
        _check_own_error,
        _check_foreign_error,
        _check_failure_stops_what_needs_it,
        _check_work_folder_survives,
        _check_cores,
        _check_gpu,
    )
    for check in checks:
        check(make, _room(folder, check.__name__))
    if make().in_children:
        _check_environment(make, _room(folder, "environment"))
        _check_killed_worker(make, _room(folder, "killed"))


def _check_order_and_inputs(make: Callable[[], Executor], folder: Path) -> None:
    first = _stage(folder, "a")
    middle = [_stage(folder, name, inputs={"from": first}) for name in ("b", "c")]
    last = _stage(folder, "d", inputs={"left": middle[0], "right": middle[1]})
    summary = _run(make, folder, last, first)
    texts = [(output / _TEXT).read_text(encoding="utf-8") for output in summary.outputs]
    _expect(texts == ["d(b(a()),c(a()))", "a()"], f"outputs of inputs reach a stage by name; got {texts}")
    _expect(len(summary.executed) == 4, f"stages of equal key run once; {len(summary.executed)} ran, 4 expected")


def _check_runs_once(make: Callable[[], Executor], folder: Path) -> None:
    stages = [_stage(folder, name) for name in ("a", "b")]
    _run(make, folder, *stages)
    again = _run(make, folder, *stages)
    _expect(_executions(folder) == ["a", "b"], f"stored stages are not run again; ran: {_executions(folder)}")
    _expect(len(again.hits) == 2 and not again.executed, "the second run finds both stages stored")


def _check_events(make: Callable[[], Executor], folder: Path) -> None:
    events: list[Event] = []
    threads: set[int] = set()

    def emit(event: Event) -> None:
        events.append(event)
        threads.add(threading.get_ident())

    _run(make, folder, _stage(folder, "a"), emit=emit)
    states = [event.state for event in events if isinstance(event, StageEvent)]
    _expect(states == ["started", "finished"], f"events started and finished, in this order; got {states}")
    steps = [event for event in events if isinstance(event, Progress) and event.unit == "steps"]
    _expect(bool(steps) and steps[-1].done == 3, f"progress arrives, the last step always; got {steps}")
    _expect(steps[-1].values == {"loss": 0.25}, f"figures arrive with progress; got {steps[-1].values}")
    _expect(threads == {threading.get_ident()}, "events are emitted in the thread that calls execute")


def _check_own_error(make: Callable[[], Executor], folder: Path) -> None:
    try:
        _run(make, folder, _stage(folder, "a", "format_error"))
    except FormatError as error:
        fields = (error.what, error.where, error.remedy)
        expected = ("three columns, two expected", Location("de.tsv", 3, 7), "cut one")
        _expect(fields == expected, f"an error keeps its fields; got {fields}")
    else:
        raise AssertionError("a FormatError raised by a stage is raised at the end of the run")


def _check_foreign_error(make: Callable[[], Executor], folder: Path) -> None:
    try:
        _run(make, folder, _stage(folder, "a", "value_error"))
    except StageError as error:
        _expect(error.cause_type == "ValueError", f"StageError.cause_type is ValueError; got {error.cause_type!r}")
        _expect("in value_error" in error.details, f"StageError.details has the traceback; got {error.details!r}")
        _expect(error.stage == "toy a", f"StageError.stage is the label; got {error.stage!r}")
    else:
        raise AssertionError("a ValueError raised by a stage is raised as a StageError at the end of the run")


def _check_failure_stops_what_needs_it(make: Callable[[], Executor], folder: Path) -> None:
    broken = _stage(folder, "a", "value_error")
    after, other = _stage(folder, "b", inputs={"from": broken}), _stage(folder, "c")
    try:
        _run(make, folder, after, other, keep_going=True)
    except StageError:
        pass
    else:
        raise AssertionError("the failure of one stage is raised at the end of the run")
    store = Store(folder / "store")
    _expect(not store.has(stage_key(broken)), "a failed stage leaves no output")
    _expect("b" not in _executions(folder), "a stage whose input failed is not run")
    _expect(store.has(stage_key(other)), "with keep_going, a stage that does not need the failed one runs")


def _check_work_folder_survives(make: Callable[[], Executor], folder: Path) -> None:
    stage = _stage(folder, "a", "fail_first")
    for attempt in (1, 2):
        try:
            _run(make, folder, stage)
        except StageError:
            _expect(attempt == 1, "a stage finds in its work folder what its failed try left there")
    store = Store(folder / "store")
    _expect(store.unfinished() == [], "the work folder is removed once the output is stored")


def _check_cores(make: Callable[[], Executor], folder: Path) -> None:
    wanted = [Resources(cpus=1), Resources(cpus=1, elastic=True)]
    stages = [_stage(folder, name, "cores", one) for name, one in zip("ab", wanted, strict=True)]
    one, elastic = (int((output / _TEXT).read_text(encoding="utf-8")) for output in _run(make, folder, *stages).outputs)
    _expect(one == 1, f"a stage has the cores it asks for, unless it is elastic; 1 was asked for, it has {one}")
    _expect(elastic >= 1, f"an elastic stage has at least the cores it asks for; 1 was asked for, it has {elastic}")


def _check_gpu(make: Callable[[], Executor], folder: Path) -> None:
    _run(make, folder, *(_stage(folder, name, "alone", Resources(cpus=0.1, gpu=True)) for name in "abc"))
    _expect(len(_executions(folder)) == 3, "stages that use a GPU run")


def _check_environment(make: Callable[[], Executor], folder: Path) -> None:
    stage = _stage(folder, "a", "environment", Resources(environment={_VARIABLE: "set before import"}))
    (output,) = _run(make, folder, stage).outputs
    text = (output / _TEXT).read_text(encoding="utf-8")
    _expect(text == "set before import", f"variables stand there before the stage's module is imported; got {text!r}")
    _expect(_VARIABLE not in os.environ, "the caller's own environment stays as it is")


def _check_killed_worker(make: Callable[[], Executor], folder: Path) -> None:
    stage, other = _stage(folder, "a", "die"), _stage(folder, "b")
    events: list[Event] = []
    try:
        _run(make, folder, stage, other, keep_going=True, emit=events.append)
    except StageError as error:
        _expect("toy a" in str(error), f"the message names the stage whose worker died; got {error}")
        _expect("SIGKILL" in str(error), f"the message names the signal; got {error}")
    else:
        raise AssertionError("a killed worker is raised as a StageError")
    failed = [event.label for event in events if isinstance(event, StageEvent) and event.state == "failed"]
    _expect(failed == ["toy a"], f"a killed worker makes an event failed; got {failed}")
    _expect(Store(folder / "store").has(stage_key(other)), "a killed worker does not take other stages with it")
    summary = _run(make, folder, stage)
    _expect(len(summary.executed) == 1, "the next run builds what the killed worker did not")


def write(job: Job) -> None:
    """A toy stage: write its name and its inputs' texts."""
    _count(job)
    for step in range(4):
        job.emit(Progress(job.key, "toy", step, 3, "steps", {"loss": 1 / (step + 1)}))
    texts = ",".join((folder / _TEXT).read_text(encoding="utf-8") for _, folder in sorted(job.inputs.items()))
    (job.output / _TEXT).write_text(f"{job.config['name']}({texts})", encoding="utf-8")


def format_error(job: Job) -> None:
    """A toy stage: fail with an error of ours, half-way."""
    (job.output / _TEXT).write_text("half", encoding="utf-8")
    raise FormatError("three columns, two expected", where=Location("de.tsv", 3, 7), remedy="cut one")


def value_error(job: Job) -> None:
    """A toy stage: fail with an error of Python's."""
    raise ValueError(f"{job.config['name']} is not a number")


def fail_first(job: Job) -> None:
    """A toy stage: fail the first time."""
    if not (job.work / "tried").exists():
        (job.work / "tried").touch()
        raise ValueError("the first try")
    write(job)


def environment(job: Job) -> None:
    """A toy stage: write what stood in the environment when this module was imported."""
    (job.output / _TEXT).write_text(_AT_IMPORT or "nothing", encoding="utf-8")


def cores(job: Job) -> None:
    """A toy stage: write how many cores it has."""
    (job.output / _TEXT).write_text(str(job.cpus), encoding="utf-8")


def alone(job: Job) -> None:
    """A toy stage: fail if another one of these is at work."""
    mark = Path(str(job.settings["counter"])).with_name("at work")
    mark.mkdir()  # raises if it is there
    time.sleep(0.1)
    mark.rmdir()
    write(job)


def die(job: Job) -> None:
    """A toy stage: kill its own process the first time."""
    if not (job.work / "died").exists():
        (job.work / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    write(job)


def _stage(
    folder: Path,
    name: str,
    function: str = "write",
    resources: Resources | None = None,
    inputs: Mapping[str, Stage] | None = None,
) -> Stage:
    settings: dict[str, Json] = {"counter": str(folder / "executions.txt")}
    return Stage(
        kind="toy",
        version=1,
        function=f"{__name__}:{function}",
        config={"name": name},
        inputs=inputs or {},
        settings=settings,
        label=f"toy {name}",
        resources=resources or Resources(),
    )


def _run(
    make: Callable[[], Executor],
    folder: Path,
    *stages: Stage,
    keep_going: bool = False,
    emit: Callable[[Event], None] = lambda event: None,
) -> RunSummary:
    return run_stages(stages, Store(folder / "store"), make(), emit, keep_going=keep_going)


def _count(job: Job) -> None:
    with Path(str(job.settings["counter"])).open("a", encoding="utf-8") as file:
        file.write(f"{job.config['name']}\n")


def _executions(folder: Path) -> list[str]:
    counter = folder / "executions.txt"
    return sorted(counter.read_text(encoding="utf-8").split()) if counter.exists() else []


def _room(folder: Path, name: str) -> Path:
    room = folder / name.strip("_")
    room.mkdir(parents=True)
    return room


def _expect(condition: bool, contract: str) -> None:
    if not condition:
        raise AssertionError(contract)
