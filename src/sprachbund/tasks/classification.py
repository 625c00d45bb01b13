"""Classification: one label for a text or a pair of texts; intents, inference, paraphrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Example, TextExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import Kind, LabelSpace, label_space_of


class Classification:
    """One label for a text or a pair of texts, scored by accuracy and by F1 averaged over labels."""

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 1
    kind: ClassVar[Kind] = "sequence"
    formats: ClassVar[tuple[str, ...]] = ("tsv", "csv", "jsonl", "quoted_tsv", "frame_texts")

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """The options as they are: each reader knows the usual names of its columns."""
        return options

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield texts, or pairs throughout, with a label if labels are needed.

        Raises:
            DataError: with the place of the first example that is none, or at the end if there was not one.
        """
        pairs: bool | None = None
        for example in examples:
            if not isinstance(example, TextExample):
                raise DataError("classification needs whole texts, found words", where=example.location,
                                remedy="give TSV, CSV or JSONL, or use the task tagging")
            if needs_labels and example.label is None:
                raise DataError(f"the example {example.identity} has no label", where=example.location,
                                remedy="label it, take it out, or name the column that holds the labels (reader: "
                                       "label_column); copies made by XTREME's script have no test labels")
            if pairs is None:
                pairs = example.text_pair is not None
            elif pairs != (example.text_pair is not None):
                raise DataError("single texts and pairs of texts are mixed", where=example.location,
                                remedy="keep them in data sets of their own")
            yield example
        if pairs is None:
            raise DataError("there is not one text", remedy="check the file")

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """The label space of the training examples.

        Raises:
            LabelError: none of them has a label.
        """
        return label_space_of(training)

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """`accuracy`, then `macro_f1`."""
        return ("accuracy", "macro_f1")
