"""Label spaces: what kind of output, which labels in which order, what happens to a label not seen in the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from sprachbund.core.config import Config
from sprachbund.core.errors import LabelError
from sprachbund.data.examples import INTENT, ChoiceExample, Example, FrameExample, QuestionExample, TokenExample

Kind = Literal["tokens", "sequence", "span", "joint", "choice"]
POOLED: tuple[Kind, ...] = ("sequence", "joint", "choice")
"""Kinds that have an output for each row of a batch, read from its pooled states."""
UnknownLabels = Literal["fail", "ignore"]
OUTSIDE = "O"
BOUNDARIES = ("start", "end")
"""The labels of spans, which are the same for all data: a logit for each at every place."""
_SPANS: tuple[Kind, ...] = ("tokens", "joint")
RIGHT = ("right",)
"""The label of choices, which is the same for all data: one logit for each, how right it is."""
IGNORED = -100  # the label id that losses and scores leave out, as torch's cross entropy has it


class LabelSpace(Config):
    """The labels of a task in a fixed order, owned here and nowhere else.

    The order is: "O" first where spans are tagged, then the rest sorted by code point, so that it
    does not depend on the order of the training file. The intents of a joint space, which bear their mark
    (`examples.INTENT`), follow the slots.
    """

    kind: Kind
    """"tokens": a label a word; "sequence": a label a text; "span": where in a text an answer starts and ends;
    "joint": a label a word (slots) and one for the whole sentence (its intent); "choice": which of some choices is
    right."""
    labels: tuple[str, ...]
    """All labels known from the source language's training data."""

    @property
    def spans(self) -> bool:
        """Whether the labels tag spans (B-X, I-X, O and their relatives)."""
        return self.kind == "tokens" and is_span_scheme(self.labels)

    @property
    def intents(self) -> tuple[str, ...]:
        """Of a joint space, the labels of whole sentences, with their mark; the last ones of `labels`."""
        return tuple(label for label in self.labels if label.startswith(INTENT)) if self.kind == "joint" else ()

    def ids(self) -> dict[str, int]:
        """Label -> position in `labels`."""
        return {label: position for position, label in enumerate(self.labels)}


def is_span_scheme(labels: Iterable[str]) -> bool:
    """Say whether labels follow a span scheme: every one is "O" or has a prefix B-, I-, E-, S-, L- or U-.

    >>> is_span_scheme(["O", "B-PER", "I-PER"]), is_span_scheme(["NOUN", "X"])
    (True, False)
    """
    seen = [label for label in labels if label != OUTSIDE]
    return bool(seen) and all(label[:2] in {"B-", "I-", "E-", "S-", "L-", "U-"} for label in seen)


def label_space_of(examples: Sequence[Example]) -> LabelSpace:
    """Collect the label space from the source language's training examples.

    Raises:
        LabelError: no example has a label.
    """
    kind: Kind = "tokens" if examples and isinstance(examples[0], TokenExample) else "sequence"
    kind = "joint" if examples and isinstance(examples[0], FrameExample) else kind
    seen: set[str] = set()
    for example in examples:
        if isinstance(example, FrameExample):
            seen.update(label for label in example.frame if label is not None)
        elif isinstance(example, TokenExample):
            seen.update(example.labels or ())
        elif isinstance(example, QuestionExample):
            raise LabelError("questions have answers, not labels", remedy="use the task span_qa")
        elif isinstance(example, ChoiceExample):
            raise LabelError("questions with choices have no labels", remedy="use the task multiple_choice")
        elif example.label is not None:
            seen.add(example.label)
    return label_space(kind, seen)


class LabelWitnesses:
    """The few examples that show every label of a corpus, kept while its examples pass by.

    Their label space is that of the whole corpus, without the corpus.

    Attributes:
        examples: in order, each that had a label (or lacked one) for the first time.
    """

    def __init__(self) -> None:
        self.examples: list[Example] = []
        self._seen: set[str | None] = set()

    def watch(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Yield the examples as they are."""
        for example in examples:
            shown = _gold(example) or (None,)
            if not self._seen.issuperset(shown):
                self._seen.update(shown)
                self.examples.append(example)
            yield example


def label_space(kind: Kind, labels: Iterable[str]) -> LabelSpace:
    """Put labels into the order of `LabelSpace`; span labels always include "O".

    Raises:
        LabelError: there is no label.
    """
    seen = set(labels)
    if not seen:
        raise LabelError("no training example has a label", remedy="check the columns of the training file")
    if kind == "joint" or (kind == "tokens" and is_span_scheme(seen)):
        seen.add(OUTSIDE)
    intents = {label for label in seen if kind == "joint" and label.startswith(INTENT)}
    ordered = sorted(seen, key=lambda label: (label in intents, label != OUTSIDE or kind not in _SPANS, label))
    return LabelSpace(kind=kind, labels=tuple(ordered))


def joined_space(spaces: Iterable[LabelSpace]) -> LabelSpace:
    """The label space of several corpora of one task: all of their labels, in the usual order.

    Args:
        spaces: at least one.
    """
    first, *others = spaces
    if all(set(first.labels).issuperset(other.labels) for other in others):
        return first
    return label_space(first.kind, {label for space in (first, *others) for label in space.labels})


def first_unknown(examples: Iterable[Example], space: LabelSpace) -> Example | None:
    """The first example with a gold label that the label space lacks, or None."""
    known = set(space.labels)
    for example in examples:
        if any(label is not None and label not in known for label in _gold(example)):
            return example
    return None


def _gold(example: Example) -> tuple[str | None, ...]:
    """The labels of an example, an intent among them; an answer is none, nor is the number of a choice."""
    if isinstance(example, FrameExample):
        return example.frame
    if isinstance(example, TokenExample):
        return example.labels or ()
    return () if isinstance(example, QuestionExample | ChoiceExample) else (example.label,)
