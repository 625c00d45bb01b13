from __future__ import annotations

import pytest

from sprachbund.languages.language import LANGUAGES
from sprachbund.languages.pretraining import pretraining


@pytest.mark.parametrize(
    ("encoder", "name"),
    [
        ("bundled:multilingual-e5-small", "xlmr"), ("intfloat/multilingual-e5-base", "xlmr"),
        ("microsoft/Multilingual-MiniLM-L12-H384", "xlmr"), ("FacebookAI/xlm-roberta-large", "xlmr"),
        ("xlm-roberta-base", "xlmr"), ("facebook/xlm-roberta-xl", "xlmr"),
        ("bert-base-multilingual-cased", "mbert"), ("google-bert/bert-base-multilingual-cased", "mbert"),
        ("distilbert-base-multilingual-cased", "mbert"),
    ],
)
def test_known_encoders(encoder, name):
    found = pretraining(encoder)
    assert found.name == name
    assert found.source
    assert found.languages <= set(LANGUAGES)


@pytest.mark.parametrize("encoder", ["bert-base-multilingual-uncased", "bert-base-cased", "runs/my-encoder", ""])
def test_what_is_not_known_is_not_guessed(encoder):
    assert pretraining(encoder) is None


def test_yoruba_is_in_mberts_wikipedias_and_not_in_cc100():
    assert "yo" in pretraining("bert-base-multilingual-cased").languages
    assert "yo" not in pretraining("xlm-roberta-base").languages


def test_norwegian_counts_by_either_name_and_chinese_in_both_scripts():
    for encoder in ("bert-base-multilingual-cased", "xlm-roberta-base"):
        found = pretraining(encoder)
        assert {"no", "nb", "nn"} <= found.languages
        assert {"Hans", "Hant", "Latn", "Cyrl"} <= found.scripts
    assert "Ethi" not in pretraining("bert-base-multilingual-cased").scripts
    assert "Ethi" in pretraining("xlm-roberta-base").scripts
