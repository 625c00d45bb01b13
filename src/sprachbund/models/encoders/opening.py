"""Open an encoder, or only what is needed of it, by its name."""

from __future__ import annotations

from pathlib import Path

from sprachbund.models.encoders.source import ENCODERS, EncoderConfig, EncoderInfo, EncoderSource, OpenedEncoder
from sprachbund.tokenization.tokenizer import PieceTokenizer

__all__ = [
    "EncoderInfo", "OpenedEncoder", "encoder_fingerprint", "encoder_info", "open_encoder", "open_tokenizer",
]


def open_encoder(config: EncoderConfig | str) -> OpenedEncoder:
    """Read an encoder's weights and its tokenizer.

    Args:
        config: an encoder config, or just a name.

    Raises:
        ModelError: the encoder is not there, is of an unknown type, or needs a permission that the config
            does not give (remote code, pickled weights).
        IntegrityError: a weight file that is damaged.
        RegistryError: a name such as `kind:rest` of an unknown kind.
    """
    source = encoder_source(config)
    return OpenedEncoder(source.encoder(), source.tokenizer())


def open_tokenizer(config: EncoderConfig | str) -> PieceTokenizer:
    """Read an encoder's tokenizer only; raises as `open_encoder` does."""
    return encoder_source(config).tokenizer()


def encoder_fingerprint(config: EncoderConfig | str) -> str:
    """A text that changes whenever the encoder's weights, config or tokenizer do; raises as `open_encoder` does."""
    return encoder_source(config).fingerprint()


def encoder_info(config: EncoderConfig | str) -> EncoderInfo:
    """Number of layers, width and provenance, from the config file alone; raises as `open_encoder` does."""
    return encoder_source(config).info()


def encoder_source(config: EncoderConfig | str) -> EncoderSource:
    """The place that an encoder comes from, by the word before the colon of its name.

    Raises:
        RegistryError: an unknown kind of encoder.
    """
    config = EncoderConfig(name=config) if isinstance(config, str) else config
    kind, colon, _ = config.name.partition(":")
    named = bool(colon) and len(kind) > 1 and not Path(config.name).exists()  # one letter: a drive of Windows
    source: EncoderSource = ENCODERS.load(kind if named else "hub").value(config)
    return source
