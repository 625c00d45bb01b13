"""Tiny tokenizers: a SentencePiece-like one with a bare word mark, and a WordPiece one with segment ids."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from sprachbund.tokenization.tokenizer import PieceTokenizer


@pytest.fixture(scope="session")
def unigram() -> PieceTokenizer:
    """`<s> A </s>`; the pieces "▁" (5), "▁a", "▁b", single letters and characters; U+200D is deleted."""
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), (".", -2.0), ("▁", -2.0),
                  ("▁a", -2.5), ("▁b", -2.5), ("漢", -3.0), ("字", -3.0), *((letter, -4.0) for letter in "abcdefg")]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace("\u200d", "")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return PieceTokenizer(tokenizer, 1, frozenset({5}), 512, False, len(vocabulary), "unigram")


@pytest.fixture(scope="session")
def wordpiece() -> PieceTokenizer:
    """BERT's frame: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]` with segment ids 0 and 1."""
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "##a", "##b", "##c"]
    tokenizer = Tokenizer(models.WordPiece({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PieceTokenizer(tokenizer, 0, frozenset(), 512, True, len(names), "wordpiece")
