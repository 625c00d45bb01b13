"""Tagging: a label for each word; parts of speech, named entities and slots as BIO spans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Example, TokenExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import Kind, LabelSpace, label_space_of
from sprachbund.tasks.examples_there import at_least_one


class Tagging:
    """A label for each word.

    Where labels tag spans (BIO and its relatives), the primary metric is `span_f1`; else it is token
    `accuracy`, with XTREME's own figure for parts of speech beside it under its own name.
    """

    name: ClassVar[str] = "tagging"
    version: ClassVar[int] = 1
    kind: ClassVar[Kind] = "tokens"
    formats: ClassVar[tuple[str, ...]] = ("conllu", "token_columns", "frame_words")

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """The options as they are: each reader knows where its labels stand."""
        return options

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield sentences of words, with a label for each word if labels are needed.

        Raises:
            DataError: with the place of the first example that is none, or at the end if there was not one.
        """
        for example in at_least_one(examples, "sentence"):
            if not isinstance(example, TokenExample):
                raise DataError("tagging needs words, found a whole text", where=example.location,
                                remedy="give CoNLL-U or token columns, or use the task classification")
            if needs_labels and example.labels is None:
                raise DataError(f"the sentence {example.identity} has no labels", where=example.location,
                                remedy="label it, or name the column that holds the labels (reader: label_column); "
                                       "copies made by XTREME's script have no test labels")
            yield example

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """The label space of the training examples.

        Raises:
            LabelError: none of them has a label.
        """
        return label_space_of(training)

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """`span_f1` and `accuracy` for spans, else `accuracy` and `xtreme_f1`; the primary one first."""
        return ("span_f1", "accuracy") if space.spans else ("accuracy", "xtreme_f1")
