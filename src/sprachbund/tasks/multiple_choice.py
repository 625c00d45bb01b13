"""Multiple choice: which of several choices answers a question or continues a context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from sprachbund.core.errors import DataError
from sprachbund.data.examples import ChoiceExample, Example
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import RIGHT, Kind, LabelSpace
from sprachbund.tasks.examples_there import at_least_one


class MultipleChoice:
    """One of several choices, scored by accuracy; examples may differ in the number of their choices."""

    name: ClassVar[str] = "multiple_choice"
    version: ClassVar[int] = 1
    kind: ClassVar[Kind] = "choice"
    formats: ClassVar[tuple[str, ...]] = ("choices",)

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """The options as they are: the keys of the objects say what they hold."""
        return options

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield questions with choices, with the right one if it is needed.

        Raises:
            DataError: with the place of the first example that is none, or at the end if there was not one.
        """
        for example in at_least_one(examples, "question"):
            if not isinstance(example, ChoiceExample):
                raise DataError("multiple_choice needs questions with choices, found words, a text or a question "
                                "about a passage", where=example.location,
                                remedy="give JSON lines with choices, or choose another task")
            if needs_labels and example.answer is None:
                raise DataError(f"nobody says which choice of the question {example.identity} is right",
                                where=example.location,
                                remedy="fill in its label, or take it out; published test sets often have no labels: "
                                       "score the dev set in their place (--split dev)")
            yield example

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """One label for each choice, how right it is, whatever the training data."""
        return LabelSpace(kind="choice", labels=RIGHT)

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """`accuracy`: the share of questions for which the right choice has the highest score."""
        return ("accuracy",)
