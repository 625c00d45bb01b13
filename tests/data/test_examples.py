from __future__ import annotations

import pickle

from sprachbund.core.source import Location
from sprachbund.data.examples import Corpus, TextExample, TokenExample


def test_examples_compare_by_value_and_cross_processes() -> None:
    token = TokenExample("1", ("a", "b"), ("X", "Y"), Location("f", 1))
    text = TextExample("1", "a", "b", "yes")
    corpus = Corpus("set", "de", "test", (token,), "0" * 64, {"blank_labels": 1})
    for value in (token, text, corpus):
        assert pickle.loads(pickle.dumps(value)) == value
    assert TextExample("1", "a") != TextExample("1", "a", "")
