"""From a `tokenizers.Tokenizer` and an encoder's config to a `PieceTokenizer`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tokenizers import Tokenizer, models, normalizers

from sprachbund.tokenization.tokenizer import PieceTokenizer

_ROBERTA_KIN = {
    "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "xmod", "data2vec-text", "roberta-prelayernorm",
    "longformer", "mpnet", "ibert",
}
"""Model types whose positions begin behind the pad id, so that that many rows of the table are no positions."""
_UNBOUNDED = 512
"""Longest input where the config names no bound (T5: relative positions, trained on 512)."""
_SURE_BOUND = 1_000_000
"""transformers writes 1e30 as model_max_length where nobody set one."""
_PROBE = ("on", "the", "way")


def piece_tokenizer(
    tokenizer: Tokenizer, config: Mapping[str, Any], tokenizer_config: Mapping[str, Any], *,
    notes: tuple[str, ...] = (),
) -> PieceTokenizer:
    """Find out what the tokenizer's file does not say.

    Args:
        tokenizer: as read; padding and truncation are switched off here.
        config: the encoder's `config.json`.
        tokenizer_config: its `tokenizer_config.json`, or {}.
        notes: sentences for the user.
    """
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if not _marks_words(tokenizer):
        # Byte-level vocabularies mark a word by the space before it, which words given one by one lack.
        before = [normalizers.Prepend(" ")]
        tokenizer.normalizer = normalizers.Sequence(before + ([tokenizer.normalizer] if tokenizer.normalizer else []))
        notes = (*notes, "a space is put before every word and text, since this tokenizer marks words by it")
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    return PieceTokenizer(
        tokenizer=tokenizer,
        pad_id=_pad_id(vocabulary, config, tokenizer_config),
        bare_pieces=_bare_pieces(tokenizer, vocabulary),
        max_pieces=_max_pieces(config, tokenizer_config),
        uses_type_ids=int(config.get("type_vocab_size") or 0) > 1 and any(tokenizer.encode("a", "a").type_ids),
        vocabulary_size=max(vocabulary.values()) + 1,
        fingerprint=hashlib.sha256(tokenizer.to_str().encode()).hexdigest(),
        notes=notes,
    )


def _marks_words(tokenizer: Tokenizer) -> bool:
    """Whether words given one by one become the same pieces as in running text."""
    running = tokenizer.encode(" ".join(_PROBE), add_special_tokens=False).ids
    alone = tokenizer.encode(list(_PROBE), is_pretokenized=True, add_special_tokens=False).ids
    return running == alone


def _pad_id(vocabulary: Mapping[str, int], config: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> int:
    for name in ("pad_token", "eos_token"):  # decoder models often have no pad piece: any id will do under the mask
        token = tokenizer_config.get(name)
        content = token.get("content") if isinstance(token, Mapping) else token
        if isinstance(content, str) and content in vocabulary:
            return vocabulary[content]
        number = config.get(f"{name}_id")
        if isinstance(number, int) and number >= 0:
            return number
    return 0


def _bare_pieces(tokenizer: Tokenizer, vocabulary: Mapping[str, int]) -> frozenset[int]:
    """Pieces made of word-boundary marks only.

    `Ġ` is a mark in byte-level vocabularies only: in XLM-R's it is a letter of Maltese. WordPiece
    marks the inside of words instead.
    """
    if isinstance(tokenizer.model, models.WordPiece):
        return frozenset()
    parts = (tokenizer.pre_tokenizer, tokenizer.decoder)
    byte_level = any(part is not None and b'"ByteLevel"' in part.__getstate__() for part in parts)
    mark = "Ġ" if byte_level else "▁"
    return frozenset(number for piece, number in vocabulary.items() if piece and not piece.strip(mark))


def _max_pieces(config: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> int:
    bounds = [_SURE_BOUND]
    positions = next((config[name] for name in ("max_position_embeddings", "n_positions")
                      if isinstance(config.get(name), int) and config[name] > 0), None)
    if positions is not None:
        offset = int(config.get("pad_token_id") or 0) + 1 if config.get("model_type") in _ROBERTA_KIN else 0
        bounds.append(positions - offset)
    longest = tokenizer_config.get("model_max_length")
    if isinstance(longest, int | float) and 0 < longest < _SURE_BOUND:
        bounds.append(int(longest))
    return min(bounds) if len(bounds) > 1 else _UNBOUNDED
