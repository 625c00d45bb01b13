"""Span question answering: the answer to a question as a span of a given context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Example, QuestionExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import BOUNDARIES, Kind, LabelSpace
from sprachbund.metrics.metric import ANSWER_METRICS
from sprachbund.tasks.examples_there import at_least_one


class SpanQa:
    """An answer that stands in the context, scored by exact match and by F1 of its tokens.

    The primary metric is `squad_f1`, by which XTREME scores XQuAD and TyDiQA; `mlqa_f1` stands beside it.
    """

    name: ClassVar[str] = "span_qa"
    version: ClassVar[int] = 1
    kind: ClassVar[Kind] = "span"
    formats: ClassVar[tuple[str, ...]] = ("squad",)

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """The options as they are: SQuAD's format has no columns to choose."""
        return options

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield questions, with answers (or the knowledge that there is none) if they are needed.

        Raises:
            DataError: with the place of the first example that is none, or at the end if there was not one.
        """
        for example in at_least_one(examples, "question"):
            if not isinstance(example, QuestionExample):
                raise DataError("span_qa needs questions with a context, found words or a text with a label",
                                where=example.location, remedy="give SQuAD's JSON, or choose another task")
            if needs_labels and example.answers is None:
                raise DataError(
                    f"the question {example.identity} has no answer, or a blank one", where=example.location,
                    remedy="copies of test sets made by XTREME's script have blank answers: take the original files; "
                           "a question that the context does not answer says is_impossible: true")
            yield example

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """Start and end, whatever the training data."""
        return LabelSpace(kind="span", labels=BOUNDARIES)

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """F1 and exact match after SQuAD's script, then after MLQA's."""
        return ANSWER_METRICS
