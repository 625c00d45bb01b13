"""Every registered task keeps the contract, and the contract can be broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import pytest

from sprachbund.data.examples import (
    Answer,
    ChoiceExample,
    Example,
    FrameExample,
    QuestionExample,
    TextExample,
    TokenExample,
)
from sprachbund.data.labels import LabelSpace
from sprachbund.tasks.classification import Classification
from sprachbund.tasks.task import TASKS
from sprachbund.testing.check_task import check_task

EXAMPLES: dict[str, list[Example]] = {
    "tokens": [TokenExample("1", ("Hej", "!"), ("INTJ", "PUNCT")), TokenExample("2", ("Ja",), ("X",))],
    "sequence": [TextExample("1", "Ja", label="gut"), TextExample("2", "Nein", label="schlecht")],
    "joint": [FrameExample("1", ("Hej", "du"), ("O", "B-who"), intent="greet"),
              FrameExample("2", ("Ja",), ("O",), intent="agree")],
    "span": [QuestionExample("1", "Wer?", "Eva ging.", (Answer("Eva", 0),)),
             QuestionExample("2", "Was?", "Nichts.", ())],
    "choice": [ChoiceExample("1", "Eva ging.", "Warum?", ("Es war spät.", "Es war gut."), 0),
               ChoiceExample("2", "", "Was ist rot?", ("Gras", "Blut", "Eis"), 1)],
}


@pytest.mark.parametrize("name", TASKS.built_in)
def test_every_task_keeps_the_contract(name: str) -> None:
    task = TASKS.load(name).value()
    check_task(task, EXAMPLES[task.kind])


class AcceptsAnything(Classification):
    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        yield from examples


class LosesTheLast(Classification):
    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        yield from list(super().checked(examples, needs_labels=needs_labels))[:-1]


class OrderOfTheFile(Classification):
    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        labels = tuple(example.label for example in training if isinstance(example, TextExample) and example.label)
        return LabelSpace(kind="sequence", labels=labels)


class NoMetric(Classification):
    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        return ()


class NoFormat(Classification):
    formats: ClassVar[tuple[str, ...]] = ()


@pytest.mark.parametrize(("task", "message"), [
    (AcceptsAnything, "an example of the other kind is refused"),
    (LosesTheLast, "checked yields what it was given"),
    (OrderOfTheFile, "does not depend on the order"),
    (NoMetric, "a task has a metric"),
    (NoFormat, "formats name the readers"),
])
def test_broken_tasks_are_found(task: type[Classification], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_task(task(), EXAMPLES["sequence"])
