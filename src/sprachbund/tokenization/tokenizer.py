"""What this package needs to know of a tokenizer; `models.encoders` makes one from any encoder."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer


@dataclass(frozen=True)
class PieceTokenizer:
    """A fast tokenizer with the few facts that its file does not say.

    Args:
        tokenizer: truncation and padding switched off; its post-processor adds the special pieces.
            Unicode normalisation is part of it.
        pad_id: id of the padding piece.
        bare_pieces: ids of pieces that are only a word-boundary mark (`▁` of SentencePiece, `Ġ` of
            byte-level BPE). A label never sits on one if the word has any other piece.
        max_pieces: longest input the encoder takes, special pieces included.
        uses_type_ids: whether the encoder wants segment ids.
        vocabulary_size: rows of the embedding matrix that ids can name.
        fingerprint: sha256 over everything that can change the pieces of a text.
        notes: sentences for the user (for example what is done with `<s>` inside text).
    """

    tokenizer: Tokenizer
    pad_id: int
    bare_pieces: frozenset[int]
    max_pieces: int
    uses_type_ids: bool
    vocabulary_size: int
    fingerprint: str
    notes: tuple[str, ...] = ()
