"""An example with the labels that a model gave it."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.data.examples import Example


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a model says of one example.

    Args:
        example: the example as it was read.
        labels: one label a word (None where a word has no piece that could be read), or one label; of choices the
            number of the chosen one from 1.
        confidence: probability of each label, 0 to 1; 0 where there is none.
        span: of a question, whose answer is its one label ("" for "there is none"), the characters of the context
            where it stands; None for other examples and where there is no answer.
        intent: of a sentence whose intent was asked for beside the labels of its words; None for other examples.
        intent_confidence: its probability.
    """

    example: Example
    labels: tuple[str | None, ...]
    confidence: tuple[float, ...]
    span: tuple[int, int] | None = None
    intent: str | None = None
    intent_confidence: float = 0.0
