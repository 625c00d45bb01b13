"""What a corpus holds, counted in one pass: examples, words, labels, lengths, letters, and marks of wrong encodings.

Memory does not grow with the texts: of each example a digest of 8 bytes is kept, to find it again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from sprachbund.data.examples import (
    ChoiceExample,
    Example,
    FrameExample,
    QuestionExample,
    TextExample,
    TokenExample,
)
from sprachbund.data.scripts import scripts_of
from sprachbund.data.splits import content

_SHOWN = 5
_REPLACEMENT = "\ufffd"
_SIGNS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what Windows-1252 has where ISO 8859-1 has control characters
_AFTER_CAPITALS = "‚„…‘’“”•–—™‹›«»·°¿¡ªº¹²³§®©´¨¸¯\u00a0\u00ad"
_TWICE_ENCODED = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{_SIGNS}]{{1,3}}")


@dataclass(frozen=True, slots=True)
class Places:
    """Examples that something was found in: how many, and the first few."""

    count: int = 0
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What one language and split holds.

    Args:
        language, split: which.
        examples: how many.
        words: words of token examples; words separated by blanks of texts (few in scripts without blanks).
        characters: of all texts, in code points.
        labels: label (of choices: number of the right one) -> how often, the most frequent first; of frames slots and,
            with their mark, intents.
        unlabelled: words, texts or questions without a label or answer; of frames words and sentences.
        lengths: words of an example -> how many examples are that long.
        letters: first word of a letter's Unicode name ("LATIN") -> how many letters.
        notes: what the reader counted.
        repeated: examples that repeat an earlier one, labels aside.
        in_training: examples that stand in training data too.
        damaged: examples with the character that stands for lost bytes (U+FFFD).
        twice_encoded: examples with UTF-8 that was read as Windows-1252 and encoded again ("Ã©" for "é").
    """

    language: str
    split: str
    examples: int
    words: int
    characters: int
    labels: Counter[str]
    unlabelled: int
    lengths: Counter[int]
    letters: Counter[str]
    notes: dict[str, int]
    repeated: Places = Places()
    in_training: Places = Places()
    damaged: Places = Places()
    twice_encoded: Places = Places()


@dataclass
class Tally:
    """Counts that grow while examples pass by.

    Args:
        known: digests of training examples; `watch` looks examples up there, or, with `collects`, adds them.
        collects: whether the examples are training data.
    """

    known: set[bytes]
    collects: bool
    examples: int = 0
    words: int = 0
    characters: int = 0
    unlabelled: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    repeated: list[str] = field(default_factory=list)
    in_training: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    twice_encoded: list[str] = field(default_factory=list)
    _characters: Counter[str] = field(default_factory=Counter)
    _seen: set[bytes] = field(default_factory=set)

    def watch(self, examples: Iterator[Example]) -> Iterator[Example]:
        """Count examples and yield them as they are."""
        for example in examples:
            self.add(example)
            yield example

    def add(self, example: Example) -> None:
        """Count one example."""
        self.examples += 1
        texts = list(example_texts(example))
        words = len(texts) if isinstance(example, TokenExample) else sum(len(text.split()) for text in texts)
        self.words += words
        self.lengths[words] += 1
        self.characters += sum(map(len, texts))
        self._characters.update("".join(texts))
        self._labels(example)
        self._compare(example)
        joined = " ".join(texts)
        if _REPLACEMENT in joined:
            self.damaged.append(example.identity)
        if twice_encoded(joined):
            self.twice_encoded.append(example.identity)

    def counts(self, language: str, split: str, notes: dict[str, int]) -> Counts:
        """What was counted so far."""
        return Counts(
            language, split, self.examples, self.words, self.characters, Counter(dict(self.labels.most_common())),
            self.unlabelled, self.lengths, scripts_of(self._characters), notes, _places(self.repeated),
            _places(self.in_training), _places(self.damaged), _places(self.twice_encoded),
        )

    def _labels(self, example: Example) -> None:
        if isinstance(example, FrameExample):
            self.labels.update(label for label in example.frame if label is not None)
            self.unlabelled += example.frame.count(None)
        elif isinstance(example, TokenExample):
            self.labels.update(example.labels or ())
            self.unlabelled += 0 if example.labels else len(example.words)
        elif isinstance(example, TextExample | ChoiceExample):
            if example.label is None:
                self.unlabelled += 1
            else:
                self.labels[example.label] += 1
        else:
            answers = example.answers
            self.unlabelled += answers is None or bool(answers and not any(answer.text for answer in answers))

    def _compare(self, example: Example) -> None:
        digest = blake2b("\0".join(content(example)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if digest in self._seen:
            self.repeated.append(example.identity)
        self._seen.add(digest)
        if self.collects:
            self.known.add(digest)
        elif digest in self.known:
            self.in_training.append(example.identity)


def example_texts(example: Example) -> Iterator[str]:
    """The words of a sentence, the texts of a pair, question and context, or context, question and choices."""
    if isinstance(example, TokenExample):
        yield from example.words
    elif isinstance(example, QuestionExample):
        yield example.question
        yield example.context
    elif isinstance(example, ChoiceExample):
        yield from filter(None, (example.context, example.question, *example.choices))
    else:
        yield example.text
        if example.text_pair is not None:
            yield example.text_pair


def twice_encoded(text: str) -> bool:
    """Say whether UTF-8 bytes were read as Windows-1252 somewhere, and the result encoded again.

    >>> twice_encoded("cafÃ©"), twice_encoded("«Été»")
    (True, False)
    """
    if text.isascii():
        return False
    found = [match[0] for match in _TWICE_ENCODED.finditer(text) if _undone(match[0])]
    return len(found) > 1 or any(_sure(match) for match in found)


def _sure(match: str) -> bool:
    """Whether a match is no capital letter before a sign, as in “CAFÉ”."""
    return match[0] in "ÂÃ" or not (len(match) == 2 and match[1] in _AFTER_CAPITALS)


def _undone(text: str) -> bool:
    try:
        raw = b"".join(character.encode("cp1252" if character in _SIGNS else "latin-1") for character in text)
        return bool(raw.decode("utf-8"))
    except UnicodeError:
        return False


def _places(identities: list[str]) -> Places:
    return Places(len(identities), tuple(identities[:_SHOWN]))
