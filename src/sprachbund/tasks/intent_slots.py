"""Intents and slots: what a sentence asks for, and which of its words say what about it; one model for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Example, FrameExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.labels import OUTSIDE, Kind, LabelSpace, is_span_scheme, label_space_of
from sprachbund.metrics.metric import FRAME_METRICS
from sprachbund.tasks.examples_there import at_least_one


class IntentSlots:
    """One intent for a sentence and a slot label for each of its words (van der Goot et al. 2021, xSID).

    The primary metric is `frame_accuracy`, the share of sentences with nothing wrong in them: it stands and falls
    with both halves, so it heads the tables and chooses checkpoints on dev. `slot_f1` and `intent_accuracy`, the
    figures of the xSID paper, stand beside it.
    """

    name: ClassVar[str] = "intent_slots"
    version: ClassVar[int] = 1
    kind: ClassVar[Kind] = "joint"
    formats: ClassVar[tuple[str, ...]] = ("frame_columns", "frame_jsonl")

    def reader_options(self, options: ReaderOptions) -> ReaderOptions:
        """The options as they are: each reader knows where intents and slots stand."""
        return options

    def checked(self, examples: Iterable[Example], *, needs_labels: bool) -> Iterator[Example]:
        """Yield sentences of words, with an intent and a span label for each word if labels are needed.

        Raises:
            DataError: with the place of the first example that is none, or at the end if there was not one.
        """
        for example in at_least_one(examples, "sentence"):
            if not isinstance(example, FrameExample):
                raise DataError("intent_slots needs words with an intent, found words, a text or a question alone",
                                where=example.location, remedy="give token columns with a line `# intent = ...` before "
                                "each sentence, or JSON lines; or choose the task tagging or classification")
            if needs_labels and example.intent is None:
                raise DataError(f"the sentence {example.identity} has no intent", where=example.location,
                                remedy="give it one (`# intent = ...` before its words), take it out, or use the task "
                                       "tagging, which needs the slots alone")
            if needs_labels and example.labels is None:
                raise DataError(f"the sentence {example.identity} has no slots", where=example.location,
                                remedy="label its words (O outside of slots), name the column (reader: label_column), "
                                       "or use the task classification, which needs the intents alone")
            wrong = [label for label in example.labels or () if label != OUTSIDE and not is_span_scheme([label])]
            if wrong:
                raise DataError(f"the slot label {wrong[0]!r} is no span label", where=example.location,
                                remedy="write O outside of slots, B-NAME where one begins and I-NAME where it goes on; "
                                       "or name the column of the slots (reader: label_column)")
            yield example

    def label_space(self, training: Sequence[Example]) -> LabelSpace:
        """The slots, then the intents of the training examples.

        Raises:
            LabelError: none of them has a label.
        """
        return label_space_of(training)

    def metrics(self, space: LabelSpace) -> tuple[str, ...]:
        """`frame_accuracy`, `slot_f1`, `intent_accuracy`."""
        return FRAME_METRICS
