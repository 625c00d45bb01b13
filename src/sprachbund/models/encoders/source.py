"""How an encoder is named, what is known of it before its weights are read, and the table of places it comes from.

This module imports no model library: planning and tokenising need no more than it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sprachbund.core.config import Config
from sprachbund.core.registry import Registry
from sprachbund.tokenization.tokenizer import PieceTokenizer

if TYPE_CHECKING:
    from sprachbund.models.encoders.encoder import Encoder

BUNDLED = "bundled:multilingual-e5-small"


class EncoderConfig(Config):
    """Which encoder, and what may be done to open it.

    In YAML also a bare name: `encoder: bert-base-multilingual-cased`.
    """

    name: str = BUNDLED
    """`bundled:multilingual-e5-small`, a hub id, or a local folder in hub layout."""
    revision: str | None = None
    """Hub revision (branch, tag or commit)."""
    trust_remote_code: str | None = None
    """Repeat the encoder's name here to run code that comes with it; off otherwise."""
    allow_pickle: bool = False
    """Read pickled weights (`pytorch_model.bin`) where there are no safetensors: they can run code."""


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """What is known of an encoder before its weights are read.

    Args:
        name: as in the config.
        n_layers: N, layers above the embeddings.
        width: E.
        provenance: the sentence that every table and report repeats, or "".
    """

    name: str
    n_layers: int
    width: int
    provenance: str


@dataclass(frozen=True, slots=True)
class OpenedEncoder:
    """An encoder with its weights, in float32 and evaluation mode, and its tokenizer."""

    encoder: Encoder
    tokenizer: PieceTokenizer


class EncoderSource(ABC):
    """A kind of place that encoders come from; made for one encoder.

    `info`, `fingerprint` and `tokenizer` read no weights (a digest of their files apart) and import no
    model library: planning and tokenising need no more.
    """

    def __init__(self, config: EncoderConfig) -> None:
        self.config = config

    @abstractmethod
    def info(self) -> EncoderInfo:
        """Number of layers, width and provenance."""

    @abstractmethod
    def fingerprint(self) -> str:
        """A text that changes whenever the weights, the config or the tokenizer do."""

    @abstractmethod
    def tokenizer(self) -> PieceTokenizer:
        """The tokenizer alone."""

    @abstractmethod
    def encoder(self) -> Encoder:
        """The encoder with its weights, in float32 and evaluation mode."""

    def folder(self) -> Path | None:
        """The folder in hub layout that the weights lie in; None where there is none."""
        return None


ENCODERS = Registry(
    "kind of encoder",
    "sprachbund.encoders",
    {
        "bundled": "sprachbund.models.encoders.bundled:BundledSource",
        "hub": "sprachbund.models.encoders.hub:HubSource",
    },
)
"""The word before the colon of an encoder's name -> its `EncoderSource`; a name without one means `hub`."""
