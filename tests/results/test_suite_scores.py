"""Means of a suite: over all languages, tasks and groups, and none where anything is missing."""

import json

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.results.suite_scores import SuiteScores, TaskScores, scores_from_json, scores_json

XNLI = TaskScores("xnli", "XNLI", ("en", "de"), {"accuracy": {"en": 80.0, "de": 70.0}})
XQUAD = TaskScores("xquad", "XQuAD", ("en",), {"exact_match": {"en": 40.0}, "f1": {"en": 60.0}}, qa=True)
GROUPS = {"classification": ("xnli",), "qa": ("xquad",)}


def test_means_are_over_languages_then_tasks() -> None:
    scores = SuiteScores("s", "S", "x", (XNLI, XQUAD), {}, GROUPS)
    assert (XNLI.mean, XQUAD.mean) == (75.0, 50.0)
    assert scores.group_mean("classification") == 75.0
    assert scores.overall == 62.5


def test_a_missing_language_or_task_leaves_no_mean() -> None:
    partial = TaskScores("xnli", "XNLI", ("en", "de", "fr"), XNLI.scores)
    scores = SuiteScores("s", "S", "x", (partial,), {"xquad": "no folder"}, GROUPS)
    assert partial.missing == ("fr",)
    assert partial.mean is partial.mean_of("accuracy") is scores.overall is scores.group_mean("qa") is None
    assert SuiteScores("s", "S", "x", (XNLI,), {"xquad": "no folder"}, GROUPS).overall is None
    assert TaskScores("x", "X", ("en",), {}).missing == ("en",)


def test_there_and_back() -> None:
    scores = SuiteScores("s", "S", "x", (XNLI, XQUAD), {"a": "b"}, GROUPS, ("fault",), ("note",))
    values = json.loads(json.dumps(scores_json(scores)))
    assert scores_from_json(values, "scores.json") == scores
    assert values["tasks"]["xquad"] == {"score": 50.0, "exact_match": 40.0, "f1": 60.0, "missing": []}
    for damaged in (None, {}, {"scores": {"suite": 1}}):
        with pytest.raises(FormatError, match="not the scores of a suite"):
            scores_from_json(damaged, "scores.json")
