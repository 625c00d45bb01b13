"""What an encoder was adapted on without labels, and how well it finds hidden pieces before and after: the record.

It lies beside the adapted weights (`adaptation.json`); its sentence stands beside every later table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from sprachbund.core.config import Config
from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location


class Guess(Config):
    """How well hidden pieces of held-out text are found.

    Args:
        loss: mean negative log likelihood, in nats, of pieces hidden as in training.
        pseudo_loss: the same of pieces that are hidden one at a time (Salazar et al. 2020), or None.
    """

    loss: float = Field(ge=0)
    pseudo_loss: float | None = Field(None, ge=0)

    @property
    def pseudo_perplexity(self) -> float | None:
        """The exponential of `pseudo_loss`, infinite where it is too large."""
        if self.pseudo_loss is None:
            return None
        return math.exp(self.pseudo_loss) if self.pseudo_loss < 700 else math.inf


class AdaptedText(Config):
    """One text, and what is found of its held-out part.

    Args:
        name, language: of the text; "" for a language that nobody says.
        texts, pieces: that were trained on, each once an epoch; special pieces left out.
        held_out_texts: that were not.
        by_frequency: loss on all held-out pieces of who knows only how often each piece stands in the text.
        guessed, guessed_alone: held-out pieces hidden for `loss` and for `pseudo_loss`.
        before, after: the training; None without held-out text.
        notes: what the reader counted.
    """

    name: str
    language: str
    texts: int
    pieces: int
    held_out_texts: int = 0
    by_frequency: float | None = None
    guessed: int = 0
    guessed_alone: int = 0
    before: Guess | None = None
    after: Guess | None = None
    notes: dict[str, int] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """What tables call it."""
        return f"{self.name} {self.language}".strip()


class Adaptation(Config):
    """What was done to an encoder."""

    format: int = Field(1, ge=1, le=1)
    encoder: str
    """Name of the encoder as given."""
    encoder_provenance: str = ""
    """Its own sentence for tables."""
    provenance: str = ""
    """The sentence for tables of the encoder that came out: see `provenance_of`."""
    own_head: bool
    """Whether the head came with the encoder's weights; else it was new."""
    head_stored: bool
    """Whether the head lies beside the adapted weights."""
    texts: tuple[AdaptedText, ...] = Field(min_length=1)
    steps: int
    """Optimiser steps."""
    epochs: float
    """Passes over the text."""
    output_vocabulary: int
    """Pieces that the softmax was over."""
    vocabulary: int
    """Rows of the embedding matrix."""
    masking: str
    """How pieces were hidden, in words."""
    seed: int

    @property
    def pieces(self) -> int:
        """Pieces of all texts."""
        return sum(text.pieces for text in self.texts)

    def in_words(self) -> str:
        """What stands where intermediate tasks are named."""
        return f"masked language on {_sources(self)}"

    def whole(self) -> AdaptedText:
        """All texts as one: losses are means over pieces."""
        return AdaptedText(
            name="all", language="", texts=sum(text.texts for text in self.texts), pieces=self.pieces,
            held_out_texts=sum(text.held_out_texts for text in self.texts),
            by_frequency=_mean([(text.guessed, text.by_frequency) for text in self.texts]),
            guessed=sum(text.guessed for text in self.texts),
            guessed_alone=sum(text.guessed_alone for text in self.texts),
            before=_together([(text.guessed, text.guessed_alone, text.before) for text in self.texts]),
            after=_together([(text.guessed, text.guessed_alone, text.after) for text in self.texts]),
        )

    def notes(self) -> tuple[str, ...]:
        """Sentences for the user about what was found and done."""
        told = []
        if not self.own_head:
            told.append("the encoder came without a masked-language head: its embeddings are the output matrix, and "
                        "the transform before it is new; the loss before is that of a head that has learnt nothing")
        if self.output_vocabulary < self.vocabulary:
            told.append(f"the softmax was over the {self.output_vocabulary:,} pieces that the text uses, of "
                        f"{self.vocabulary:,}: the other embeddings are as they were")
        if not self.head_stored:
            told.append("the head is not stored with the encoder, which has no place for it here")
        empty = [text.label for text in self.texts if text.after is None]
        if empty:
            told.append(f"nothing is held out of {', '.join(empty)}: too little text, or held_out is 0")
        return tuple(told)


def provenance_of(adaptation: Adaptation) -> str:
    """The sentence that every table of an adapted encoder repeats.

    Args:
        adaptation: what was done; its own `provenance` is not looked at.
    """
    whole = adaptation.whole()
    measured = ""
    if whole.before is not None and whole.after is not None:
        measured = (f", masked-language loss on held-out text {whole.before.loss:.2f} before and "
                    f"{whole.after.loss:.2f} after")
        if whole.before.pseudo_perplexity is not None and whole.after.pseudo_perplexity is not None:
            measured += (f", pseudo-perplexity {short(whole.before.pseudo_perplexity)} and "
                         f"{short(whole.after.pseudo_perplexity)}")
    epochs = f"{adaptation.epochs:g} epoch" + ("" if adaptation.epochs == 1 else "s")
    sentence = f"adapted on {adaptation.pieces:,} pieces of {_sources(adaptation)} in {epochs}{measured}"
    own = adaptation.encoder_provenance
    return f"{own}; {sentence}" if own else sentence


def short(value: float) -> str:
    """A pseudo-perplexity with about three digits.

    >>> short(4.567), short(123.4), short(56789.1)
    ('4.57', '123', '56,800')
    """
    if not math.isfinite(value):
        return "infinite"
    digits = 2 - math.floor(math.log10(value)) if value > 0 else 2
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def _sources(adaptation: Adaptation) -> str:
    """Names of the texts, each with its languages."""
    names: dict[str, list[str]] = {}
    for text in adaptation.texts:
        names.setdefault(text.name, []).append(text.language)
    return "; ".join(f"{name} ({_few(languages)})" if any(languages) else name for name, languages in names.items())


def _few(languages: Sequence[str]) -> str:
    shown = [language or "?" for language in languages]
    return ", ".join(shown) if len(shown) <= 6 else f"{', '.join(shown[:5])} and {len(shown) - 5} more"


def _mean(parts: Sequence[tuple[int, float | None]]) -> float | None:
    there = [(count, value) for count, value in parts if count and value is not None]
    total = sum(count for count, _ in there)
    return sum(count * value for count, value in there) / total if total else None


def _together(parts: Sequence[tuple[int, int, Guess | None]]) -> Guess | None:
    """Means over pieces."""
    there = [(count, alone, guess) for count, alone, guess in parts if guess is not None and count]
    if not there:
        return None
    loss = sum(count * guess.loss for count, _, guess in there) / sum(count for count, _, _ in there)
    return Guess(loss=loss, pseudo_loss=_mean([(alone, guess.pseudo_loss) for _, alone, guess in there]))


def read_adaptation(path: Path) -> Adaptation:
    """Read the record that lies beside adapted weights.

    Raises:
        FormatError: it is not there, or no such record.
    """
    try:
        return Adaptation.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise FormatError(f"not a record of an adaptation: {reason}", where=Location(str(path)),
                          remedy="adapt the encoder again") from None
