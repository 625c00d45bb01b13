"""The task interface and the table of tasks: what is asked, in which label space, by which metrics; no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Protocol

from sprachbund.core.registry import Registry
from sprachbund.data.examples import Example
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import Kind, LabelSpace


class Task(Protocol):
    """What is asked of a model."""

    name: ClassVar[str]
    version: ClassVar[int]
    kind: ClassVar[Kind]
    formats: ClassVar[tuple[str, ...]]
    """Readers whose examples this task understands, in the order in which files are looked for."""

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """Fill in what this task always wants from a reader."""
        ...

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield the examples as they are; raise DataError with the place of the first that this task cannot use."""
        ...

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """The label space of the source language's training data.

        Args:
            training: examples in which every label of the training data occurs, perhaps not all examples.
        """
        ...

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """Names of the metrics, the primary one first (it chooses checkpoints and heads the tables)."""
        ...


TASKS = Registry(
    "task",
    "sprachbund.tasks",
    {
        "tagging": "sprachbund.tasks.tagging:Tagging",
        "classification": "sprachbund.tasks.classification:Classification",
        "span_qa": "sprachbund.tasks.span_qa:SpanQa",
        "intent_slots": "sprachbund.tasks.intent_slots:IntentSlots",
        "multiple_choice": "sprachbund.tasks.multiple_choice:MultipleChoice",
    },
)
