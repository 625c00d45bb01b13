"""Running text from which a tiny encoder learns in seconds: each word is always followed by the same other one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np

from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.masked_language import MaskedLanguageModel, open_masked_language_model
from sprachbund.testing.toy_task import toy_encoder, toy_folder
from sprachbund.tokenization.masking import Masker, MaskingConfig, special_pieces
from sprachbund.tokenization.piece_text import PieceText, write_piece_text
from sprachbund.training.masked_text import MaskedText, pieces_of

_WORDS = ("apple", "boat", "cat", "dog", "fish", "green", "house", "island", "jar", "key", "lion", "moon")


def toy_lines(count: int, *, seed: int = 0) -> Iterator[str]:
    """Lines of 3 to 9 words; every word says which comes next."""
    random = Random(seed)
    for _ in range(count):
        first = random.randrange(len(_WORDS))
        yield " ".join(_WORDS[(first + 5 * place) % len(_WORDS)] for place in range(random.randint(3, 9)))


def toy_text(
    folder: Path, count: int = 60, *, family: str = "bert", language: str = "en", held_out: float = 0.2,
    packed: bool = False, seed: int = 0,
) -> PieceText:
    """Tokenise such lines into a folder.

    Args:
        folder: to write.
        count: of lines.
        family: family of the tiny encoder whose tokenizer is used.
        language: what the text calls itself.
        held_out, packed: as in `write_piece_text`.
        seed: of the lines.
    """
    facts = {"name": "toy", "language": language, "fingerprint": f"toy-{language}-{seed}-{count}", "spaced": True}
    write_piece_text(toy_lines(count, seed=seed), toy_encoder(family).tokenizer, folder, facts, Counter(),
                     max_pieces=32, packed=packed, held_out=held_out)
    return PieceText.load(folder)


def toy_masked_model(
    texts: tuple[PieceText, ...], *, family: str = "bert", full: bool = False, seed: int = 1,
    masking: MaskingConfig | None = None,
) -> tuple[MaskedLanguageModel, MaskedText]:
    """A tiny encoder with a new head, and texts as it learns from them.

    Args:
        texts: of that family.
        family: of the encoder.
        full: the output vocabulary is the whole one.
        seed: of the head.
        masking: None: the defaults.
    """
    tokenizer = toy_encoder(family).tokenizer
    special = special_pieces(tokenizer)
    opened = open_masked_language_model(
        EncoderConfig(name=str(toy_folder(family))),
        lambda n_rows: np.arange(n_rows) if full else pieces_of(texts, special, n_rows), seed)
    rows = opened.head.rows.numpy()
    return opened, MaskedText(texts, Masker.of(masking or MaskingConfig(), tokenizer, rows), rows)
