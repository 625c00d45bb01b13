"""A corpus of another tokenizer is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sprachbund.core.errors import DataError
from sprachbund.testing.toy_task import toy_corpus, toy_encoder
from sprachbund.tokenization.origin import check_tokenizer


def test_the_models_own_corpora_pass() -> None:
    check_tokenizer([toy_corpus(2), toy_corpus(3, language="de")], toy_encoder().tokenizer, "tiny-bert")


def test_a_corpus_of_another_tokenizer_is_named_with_both_fingerprints() -> None:
    tokenizer = toy_encoder().tokenizer
    other = replace(toy_corpus(2, language="de"), tokenizer="0123456789abcdef" * 4)
    with pytest.raises(DataError) as caught:
        check_tokenizer([toy_corpus(2), other], tokenizer, "tiny-bert")
    assert caught.value.what == (
        "toy de train was encoded with another tokenizer (fingerprint 0123456789abcdef) than that of tiny-bert "
        f"({tokenizer.fingerprint[:16]})"
    )
    assert caught.value.remedy == "encode it again with the tokenizer of tiny-bert"
