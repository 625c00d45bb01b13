"""A corpus to the arrays of `EncodedCorpus`, part by part: what each chunk of examples adds to every array."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import (
    ChoiceExample,
    Example,
    FrameExample,
    QuestionExample,
    TextExample,
    TokenExample,
)
from sprachbund.data.labels import Kind
from sprachbund.tokenization.choices import encode_choices
from sprachbund.tokenization.chunks import ChunkEncoder, EncodedChunk
from sprachbund.tokenization.questions import QuestionChunk, encode_questions
from sprachbund.tokenization.ragged import Integers
from sprachbund.tokenization.texts import Texts

CHUNK = 2048
"""Examples tokenised in one call: enough for the tokenizer's own threads, little enough for flat memory."""

NO_LABEL = -1
NO_ANSWERS = -1
"""Number of gold answers of a question that has none; 0 is that of one which cannot be answered."""

Part = dict[str, NDArray[Any]]
"""Name of an array -> what stands at its end next."""


class PartEncoder:
    """Encodes examples chunk by chunk; indices and offsets count over all chunks.

    Args:
        encoder: of the chunks.
        answers: windows of questions; None: the defaults.

    Attributes:
        kind: by the first example; "tokens" before there was one.
        examples: how many there were.
        notes: what the chunks counted.
        label_names: gold labels that occurred, in order of appearance.
        typed: whether a segment id other than 0 occurred.
    """

    def __init__(self, encoder: ChunkEncoder, answers: AnswerConfig | None = None) -> None:
        self.encoder = encoder
        self.answers = answers or AnswerConfig()
        self.kind: Kind = "tokens"
        self.examples = 0
        self.notes = Counter[str]()
        self.typed = False
        self._words = 0
        self._ends = dict.fromkeys(("window_offsets", "read_offsets", "word_offsets", "identity_offsets",
                                    "context_offsets", "answer_offsets"), 0)
        self._numbers: dict[str | None, int] = {None: NO_LABEL}

    @property
    def label_names(self) -> tuple[str, ...]:
        """See the class."""
        return tuple(name for name in self._numbers if name is not None)

    def parts(self, examples: Iterable[Example]) -> Iterator[Part]:
        """Yield a part a chunk; joined they are the arrays. Without examples there is no part.

        Raises:
            DataError: the encoder's windows have no room beside the special pieces.
        """
        iterator = iter(examples)
        while chunk := list(islice(iterator, CHUNK)):
            yield self._part(chunk)

    def _part(self, examples: Sequence[Example]) -> Part:
        if not self.examples:
            self.kind = _KINDS[type(examples[0])]
        questions = [example for example in examples if isinstance(example, QuestionExample)]
        asked = encode_questions(self.encoder, questions, self.answers) if questions else None
        chunk = asked.chunk if asked else self._chunk(examples)
        self.notes.update(chunk.notes)
        self.typed = self.typed or bool(chunk.type_ids.any())
        identities = Texts.of(example.identity for example in examples)
        part = self._arrays(chunk, examples, identities)
        if asked:
            part |= self._question_arrays(asked, questions)
        self.examples += len(examples)
        self._words += int(chunk.word_counts.sum())
        return part

    def _chunk(self, examples: Sequence[Example]) -> EncodedChunk:
        """Everything but questions about passages."""
        sentences = [example for example in examples if isinstance(example, TokenExample)]
        choices = [example for example in examples if isinstance(example, ChoiceExample)]
        if choices:
            return encode_choices(self.encoder, choices)
        if sentences:
            return self.encoder.frames(sentences) if self.kind == "joint" else self.encoder.sentences(sentences)
        return self.encoder.texts([example for example in examples if isinstance(example, TextExample)])

    def _arrays(self, chunk: EncodedChunk, examples: Sequence[Example], identities: Texts) -> Part:
        return {
            "identity_bytes": identities.utf8,
            "identity_offsets": self._offsets("identity_offsets", np.diff(identities.offsets)),
            "piece_ids": chunk.piece_ids,
            "type_ids": chunk.type_ids,
            "window_offsets": self._offsets("window_offsets", chunk.window_lengths),
            "window_examples": chunk.window_examples + self.examples,
            "read_offsets": self._offsets("read_offsets", chunk.read_counts),
            "read_positions": chunk.read_positions,
            "read_words": chunk.read_words + self._words,
            "word_offsets": self._offsets("word_offsets", chunk.word_counts),
            "gold_ids": self._gold(examples, int(chunk.word_counts.sum())),
            "windowed": chunk.windowed,
            "unpredicted": chunk.unpredicted,
        }

    def _question_arrays(self, asked: QuestionChunk, questions: Sequence[QuestionExample]) -> Part:
        """What only questions have, and their gold ids, which are not names of labels."""
        contexts = Texts.of(example.context for example in questions)
        answers = Texts.of(answer.text for example in questions for answer in example.answers or ())
        counts = [NO_ANSWERS if example.answers is None else len(example.answers) for example in questions]
        return {
            "gold_ids": asked.gold_ids,
            "char_starts": asked.char_starts,
            "char_ends": asked.char_ends,
            "context_bytes": contexts.utf8,
            "context_offsets": self._offsets("context_offsets", np.diff(contexts.offsets)),
            "answer_bytes": answers.utf8,
            "answer_offsets": self._offsets("answer_offsets", np.diff(answers.offsets)),
            "answer_counts": np.array(counts, dtype=np.int32),
        }

    def _offsets(self, name: str, lengths: Integers) -> Integers:
        """The ends of some rows, counted from the corpus's beginning; before the first row also that beginning, 0."""
        ends = self._ends[name] + np.cumsum(lengths, dtype=np.int64)
        if len(ends):
            self._ends[name] = int(ends[-1])
        return ends if self.examples else np.concatenate([np.zeros(1, dtype=np.int64), ends])

    def _gold(self, examples: Sequence[Example], n_words: int) -> NDArray[np.int32]:
        """An index into `label_names` for every word, -1 where there is no label."""
        if self.kind == "span":
            return np.full(n_words, NO_LABEL, dtype=np.int32)
        labels = chain.from_iterable(_labels(example) for example in examples)
        return np.fromiter(map(self._number, labels), dtype=np.int32, count=n_words)

    def _number(self, label: str | None) -> int:
        return self._numbers.setdefault(label, len(self._numbers) - 1)


_KINDS: dict[type[Example], Kind] = {TokenExample: "tokens", TextExample: "sequence", QuestionExample: "span",
                                     FrameExample: "joint", ChoiceExample: "choice"}


def _labels(example: Example) -> Sequence[str | None]:
    if isinstance(example, QuestionExample):
        return ()
    if isinstance(example, TextExample | ChoiceExample):
        return (example.label,)
    if isinstance(example, FrameExample):
        return example.frame
    return example.labels if example.labels is not None else (None,) * len(example.words)
