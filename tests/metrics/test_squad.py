"""Scores of answers equal those of the official scripts, on stored cases and on random ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.metrics.metric import ANSWER_METRICS, METRICS
from sprachbund.metrics.squad import UNIT, SquadExactMatch, SquadF1, mlqa_tokens, squad_tokens

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "answers.json").read_text(encoding="utf-8"))
"""Random answers in seven languages with the figures of the scripts that `source` names."""


def _score(name: str, case: dict[str, Any]) -> float:
    metric = METRICS.load(name).value()
    return float(metric.value(metric.count([case["gold"]], [case["predicted"]], case["language"])[0]))


@pytest.mark.parametrize("name", ANSWER_METRICS)
def test_scores_equal_those_of_the_scripts(name: str) -> None:
    assert {case["language"] for case in GOLDEN["cases"]} == {"ar", "de", "en", "es", "hi", "vi", "zh"}
    for case in GOLDEN["cases"]:
        assert _score(name, case) == pytest.approx(case[name], abs=1e-6), case
        if name.startswith("squad") and all(squad_tokens(answer) for answer in case["gold"]):
            assert _score(name, case) == pytest.approx(case[name.replace("squad", "squad2")], abs=1e-6), case


def test_a_corpus_has_the_mean_of_its_questions() -> None:
    """As the scripts average; the sum of counts loses nothing."""
    cases = [case for case in GOLDEN["cases"] if case["language"] == "de"]
    for name in ANSWER_METRICS:
        metric = METRICS.load(name).value()
        counts = metric.count([case["gold"] for case in cases], [case["predicted"] for case in cases], "de")
        assert metric.value(counts.sum(axis=0)) == pytest.approx(np.mean([case[name] for case in cases]), abs=1e-6)


@pytest.mark.parametrize("metric", [SquadF1(), SquadExactMatch()])
def test_a_question_that_cannot_be_answered_wants_silence(metric: SquadF1 | SquadExactMatch) -> None:
    """SQuAD 2.0's rule; what is nothing but an article counts as silence there too."""
    counts = metric.count([[], [], [], []], ["", "The", "Oslo", None], "en")
    assert metric.value(counts).tolist() == [100.0, 100.0, 0.0, 0.0]


def test_gold_answers_of_nothing_but_articles_stay_as_in_the_script_of_squad_1() -> None:
    """SQuAD 2.0's script drops them, and would call "" right: the one known difference."""
    assert SquadExactMatch().count([["The"]], ["a"], "en").tolist() == [[1, 1]]
    assert SquadF1().count([["The"]], ["a"], "en").tolist() == [[0, 1]]


def test_a_third_language_keeps_its_articles_and_a_variant_has_those_of_its_language() -> None:
    assert mlqa_tokens("The «Louvre»", "fr") == ["the", "louvre"]
    assert mlqa_tokens("Die Brücke", "de-CH") == ["brücke"]
    assert mlqa_tokens("ABC公司", "zh-TW") == ["abc", "公", "司"]


_TEXTS = st.text(alphabet="the an Oslo 1,. 中文«»ال", max_size=20)


@given(_TEXTS, _TEXTS, st.sampled_from(["en", "zh", "ar", "th"]))
def test_f1_is_symmetric_and_1_for_the_same_tokens(one: str, other: str, language: str) -> None:
    for name, tokens in (("squad_f1", squad_tokens), ("mlqa_f1", _in(language))):
        metric = METRICS.load(name).value()
        forth, back = (metric.count([[a]], [b], language)[0, 0] for a, b in ((one, other), (other, one)))
        assert forth == back
        assert (forth == UNIT) == (bool(tokens(one)) and sorted(tokens(one)) == sorted(tokens(other)))


def _in(language: str) -> Callable[[str], list[str]]:
    return lambda text: mlqa_tokens(text, language)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="1 questions have gold answers, 2 have predictions"):
        SquadF1().count([["a"]], ["a", "b"], "en")
