"""The config of a probe: which model, which measures, on what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from sprachbund.core.config import Config, neutral
from sprachbund.core.errors import LanguageError
from sprachbund.data.locations import DataConfig
from sprachbund.languages.language import find_variant
from sprachbund.languages.sets import language_set
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.pipeline.config import listed, named
from sprachbund.training.config import Precision

Measure = Literal["retrieval", "cka", "language_identity", "similarity", "pos", "removal", "gates"]
MEASURES: tuple[Measure, ...] = (
    "retrieval", "cka", "language_identity", "similarity", "pos", "removal", "gates",
)
OF_TEXTS: frozenset[Measure] = frozenset({"retrieval", "cka", "language_identity", "similarity", "removal"})
"""Measures that need parallel text."""
OF_WORDS: frozenset[Measure] = frozenset({"pos", "removal"})
"""Measures that need words with labels."""

_LEAST_RANK = 16


class ProbeSettings(Config):
    """What is measured, and on what: the same for one model and for all models of a sweep."""

    measures: Annotated[tuple[Measure, ...] | None, BeforeValidator(listed)] = Field(None, min_length=1)
    """What is measured; None: all that the data at hand allow."""
    data: Annotated[DataConfig, BeforeValidator(named)] = DataConfig(name="tatoeba")
    """Parallel text: a sentence and its translation into the source language in every row."""
    words: Annotated[DataConfig, BeforeValidator(named)] = DataConfig(name="ud_pos")
    """Words with labels, training data in the source language among them."""
    languages: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = None
    """Codes, names, or sets ("xnli", "family:Uralic"); None: XTREME's, as far as the parallel text has them."""
    sentences: int = Field(500, ge=2)
    """Pairs of a language; a seeded sample."""
    training_sentences: int = Field(1000, ge=2)
    """Sentences that each draw of the probe of words is trained on."""
    word_sentences: int = Field(100, ge=1)
    """Sentences of a language on which the probe of words is scored."""
    task_sentences: int = Field(200, ge=1)
    """Examples of a language on which a trained model's changes are scored."""
    draws: int = Field(3, ge=1)
    """Probes of words, each trained on sentences of its own; and random subspaces."""
    rank: int | None = Field(None, ge=1)
    """Dimensions that are taken out, at most a quarter of the width; None: two for each language, since a classifier of
    languages has about as many directions as there are languages, and at least 16."""
    seed: int = 0
    """Of random subspaces."""
    max_pieces: int = Field(128, ge=8)
    """Longest window, special pieces included."""

    @field_validator("languages")
    @classmethod
    def _expanded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(dict.fromkeys(code for text in value for code in expanded(text)))

    def rank_for(self, languages: int) -> int:
        """Dimensions that are taken out where so many languages are probed beside the source language."""
        return self.rank or max(_LEAST_RANK, 2 * languages)


class ProbeConfig(ProbeSettings):
    """Everything that decides what a probe finds, and a few things that do not."""

    model: str
    """An encoder (`bundled:...`, hub id, folder), or a trained model (folder)."""
    before: str | None = None
    """The encoder before fine-tuning, probed beside a trained model; None: the one that the model names; "": none."""
    task_data: Annotated[DataConfig | None, BeforeValidator(named)] = None
    """What a trained model is scored on; None: the data set that it was trained on, or that one's test data."""
    source: str = "en"
    """The language of all translations, in which probes of words are trained."""
    precision: Precision = "auto"
    """Number format of the encoder's matrix products."""
    allow_pickle: bool = False
    """Read pickled weights where there are no safetensors: they can run code."""
    trust_remote_code: str | None = None
    """Repeat the model's name here to run code that comes with it; off otherwise."""
    data_dir: str | None = neutral(None)
    """Folder that holds data sets."""
    device: str = neutral("auto")
    """auto: a GPU if there is one, else the processor."""
    threads: int | None = neutral(None)
    """Processor threads; None: as many cores as the executor gives."""
    name: str = neutral("")
    """Name of the probe's folder; "" gives one made of the model's."""

    @field_validator("source")
    @classmethod
    def _known_source(cls, value: str) -> str:
        return find_variant(value).code

    @property
    def label(self) -> str:
        """The probe's name in folders."""
        return self.name or f"probe-{Path(self.model).name.replace('bundled:', '')}"

    def encoder_config(self, name: str | None = None) -> EncoderConfig:
        """The model seen as an encoder, or another one that is opened under the same permissions."""
        return EncoderConfig(name=name or self.model, trust_remote_code=self.trust_remote_code,
                             allow_pickle=self.allow_pickle)


def expanded(text: str) -> tuple[str, ...]:
    """The languages that a code, a name or a set names.

    Raises:
        LanguageError: it names neither.

    >>> expanded("German"), expanded("pawsx")
    (('de',), ('de', 'en', 'es', 'fr', 'ja', 'ko', 'zh'))
    """
    try:
        return (find_variant(text).code,)
    except LanguageError as unknown:
        try:
            return language_set(text)
        except LanguageError:
            raise unknown from None
