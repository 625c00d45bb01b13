"""Examples as readers give them: text, gold labels, an identity, and the place they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sprachbund.core.source import Location

INTENT = "intent:"
"""What the label of an intent begins with wherever intents and slots stand in one list."""


@dataclass(frozen=True, slots=True)
class TokenExample:
    """A sentence as words, each with at most one label (tagging, spans as BIO).

    Args:
        identity: unique within its corpus; the file's own id (`sent_id`) where it has one,
            else the position from 1 ("17").
        words: the words as the file has them; never empty.
        labels: one label a word, or None for text without gold labels.
        location: where the sentence begins.
    """

    identity: str
    words: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class FrameExample(TokenExample):
    """A sentence as words with a slot label each, and one intent for the whole of it: its semantic frame.

    Args:
        identity, words, location: as in TokenExample.
        labels: slots as span labels (BIO and its relatives), or None.
        intent: what the speaker wants, or None.
    """

    intent: str | None = None

    @property
    def frame(self) -> tuple[str | None, ...]:
        """(words + 1,) the intent, marked with `INTENT`, then a slot label for each word; None for what is not given.

        >>> FrameExample("1", ("wake", "me"), ("O", "O"), intent="alarm").frame
        ('intent:alarm', 'O', 'O')
        """
        intent = None if self.intent is None else INTENT + self.intent
        return (intent, *(self.labels if self.labels is not None else (None,) * len(self.words)))


@dataclass(frozen=True, slots=True)
class TextExample:
    """A text or a pair of texts with at most one label (classification).

    Args:
        identity: as in TokenExample.
        text: the first or only text.
        text_pair: the second text of a pair (hypothesis, second sentence), else None.
        label: the gold label, or None.
        location: where the example begins.
    """

    identity: str
    text: str
    text_pair: str | None = None
    label: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that stands in a context.

    Args:
        text: as it stands there.
        start: index of its first character in the context, in Unicode code points.
    """

    text: str
    start: int

    @property
    def end(self) -> int:
        """Index after its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class QuestionExample:
    """A question about a context that holds its answer (span question answering).

    Args:
        identity: as in TokenExample.
        question: the question.
        context: the text that is searched.
        answers: gold answers, each of which is right (training takes the first); none where the context is
            known to hold no answer; None for a question without gold answers.
        location: where the question begins.
    """

    identity: str
    question: str
    context: str
    answers: tuple[Answer, ...] | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class ChoiceExample:
    """A question with several choices, one of which is right (multiple choice).

    Args:
        identity: as in TokenExample.
        context: what the question is about ("" where the question stands alone).
        question: the question ("" where the choices continue the context); at least one of the two is there.
        choices: two or more.
        answer: index of the right choice from 0, or None where nobody says.
        location: where the example begins.
    """

    identity: str
    context: str
    question: str
    choices: tuple[str, ...]
    answer: int | None = None
    location: Location | None = None

    @property
    def label(self) -> str | None:
        """The number of the right choice from 1, as text."""
        return None if self.answer is None else str(self.answer + 1)

    @property
    def first(self) -> str:
        """What all choices share and what is read before them: the context, or the question that stands alone."""
        return self.context or self.question

    @property
    def seconds(self) -> tuple[str, ...]:
        """What is read after it, one text a choice: the question, where there is a context, and the choice.

        >>> ChoiceExample("1", "It rained.", "What happened as a result?", ("I sang.", "The street got wet.")).seconds
        ('What happened as a result? I sang.', 'What happened as a result? The street got wet.')
        """
        asked = f"{self.question} " if self.context and self.question else ""
        return tuple(asked + choice for choice in self.choices)


Example = TokenExample | TextExample | QuestionExample | ChoiceExample


def shown(example: Example) -> str:
    """The example on one line, for people: words with a space between them, both texts of a pair, or the question
    (of choices with what it is about).

    >>> shown(TextExample("1", "A dog sleeps.", "An animal rests."))
    'A dog sleeps. | An animal rests.'
    """
    if isinstance(example, TokenExample):
        return " ".join(example.words)
    if isinstance(example, QuestionExample):
        return example.question
    if isinstance(example, ChoiceExample):
        return f"{example.first} | {' / '.join(example.seconds)}"
    return example.text if example.text_pair is None else f"{example.text} | {example.text_pair}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """The examples of one language and split of one data set.

    Args:
        data_set: name of the data set ("ud_pos").
        language: the language code as sprachbund.languages knows it, or a variant ("de-CH").
        split: "train", "dev" or "test".
        examples: all of one class: words, words with an intent, texts, questions or choices.
        fingerprint: sha256 over the bytes read and the reader's version; changes when the data do.
        notes: counted things a reader did (`{"multiword_lines": 12, "blank_labels": 3}`), shown in results.
    """

    data_set: str
    language: str
    split: str
    examples: Sequence[Example]
    fingerprint: str
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExampleStream:
    """A corpus while it is read: the examples come one at a time and can be taken once.

    Args:
        data_set, language, split, fingerprint: as in `Corpus`.
        examples: in order; a fault of the file is raised where it stands.
        notes: as in `Corpus`; complete once the examples have come to their end.
    """

    data_set: str
    language: str
    split: str
    fingerprint: str
    examples: Iterator[Example]
    notes: Counter[str] = field(default_factory=Counter)

    def whole(self) -> Corpus:
        """Read what is left into memory.

        Raises:
            FormatError, DataError: from reading.
        """
        examples = tuple(self.examples)
        return Corpus(self.data_set, self.language, self.split, examples, self.fingerprint, dict(self.notes))
