"""The contract of a task, runnable on a stranger's class.

    from sprachbund.testing.check_task import check_task

    def test_my_task():
        check_task(MyTask(), [TextExample("1", "good", label="yes"), TextExample("2", "bad", label="no")])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.examples import (
    ChoiceExample,
    Example,
    FrameExample,
    QuestionExample,
    TextExample,
    TokenExample,
)
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.metrics.metric import METRICS
from sprachbund.tasks.task import Task

_WRONG: dict[str, Example] = {
    "tokens": TextExample("wrong", "a whole text", label="yes", location=Location("wrong.tsv", 7)),
    "sequence": TokenExample("wrong", ("a", "word"), ("O", "O"), location=Location("wrong.tsv", 7)),
    "joint": TokenExample("wrong", ("a", "word"), ("O", "O"), location=Location("wrong.tsv", 7)),
    "span": TextExample("wrong", "a whole text", label="yes", location=Location("wrong.tsv", 7)),
    "choice": TextExample("wrong", "a whole text", label="yes", location=Location("wrong.tsv", 7)),
}


def check_task(task: Task, examples: Sequence[Example]) -> None:
    """Check that a task says what is asked and refuses what it cannot use.

    Args:
        task: an instance.
        examples: labelled examples of its kind, with two labels or more.

    Raises:
        AssertionError: names the part of the contract that is broken.
    """
    assert task.name, "name says how runs ask for the task"
    assert isinstance(task.version, int), "version is an integer"
    assert task.kind in _WRONG, f"kind is tokens, sequence, span, joint or choice: {task.kind}"
    assert task.formats, "formats name the readers whose examples the task understands"
    for name in task.formats:
        READERS.load(name)
    assert isinstance(task.reader_options(ReaderOptions()), ReaderOptions), "reader_options gives options back"
    assert list(task.checked(examples, needs_labels=True)) == list(examples), "checked yields what it was given"
    _check_refusals(task, examples)
    _check_labels(task, examples)


def _check_refusals(task: Task, examples: Sequence[Example]) -> None:
    bare = [_without_label(example) for example in examples]
    assert list(task.checked(bare, needs_labels=False)) == bare, "labels are not needed where they are not asked for"
    for what, given in (
        ("an example of the other kind", [*examples, _WRONG[task.kind]]),
        ("an example without label where labels are needed", [*examples, replace(bare[0], location=Location("a", 7))]),
    ):
        fault = _fault(task, given)
        assert fault is not None, f"{what} is refused with a DataError"
        assert fault.where is not None, f"{what} is told with its place"
        assert fault.where.line == 7, f"{what} is told with its own place, not another's: {fault.where}"
        assert fault.remedy, f"{what} is told with what to do"
    assert _fault(task, []) is not None, "a corpus without examples is refused with a DataError"


def _fault(task: Task, examples: Sequence[Example]) -> DataError | None:
    try:
        list(task.checked(iter(examples), needs_labels=True))
    except DataError as error:
        return error
    return None


def _without_label(example: Example) -> Example:
    if isinstance(example, QuestionExample):
        return replace(example, answers=None)
    if isinstance(example, FrameExample):
        return replace(example, labels=None, intent=None)
    if isinstance(example, ChoiceExample):
        return replace(example, answer=None)
    return replace(example, labels=None) if isinstance(example, TokenExample) else replace(example, label=None)


def _check_labels(task: Task, examples: Sequence[Example]) -> None:
    space = task.label_space(examples)
    assert space.kind == task.kind, "the label space is of the task's kind"
    assert len(space.labels) >= 2 or task.kind == "choice", "the examples should have two labels or more"
    assert task.label_space(list(reversed(examples))) == space, "the label space does not depend on the order"
    metrics = task.metrics(space)
    assert metrics, "a task has a metric"
    assert len(set(metrics)) == len(metrics), f"metrics are named once each: {metrics}"
    for name in metrics:
        METRICS.load(name)
