"""Rows that papers report: every figure with its source, means as XTREME takes them."""

import csv
from importlib.resources import files

import pytest

from sprachbund.results.published_suites import OVERALL, reported_scores
from sprachbund.studies.suite_config import SUITES, read_suite


@pytest.mark.parametrize("name", SUITES)
def test_every_figure_is_of_a_task_and_has_a_source(name: str) -> None:
    tasks = {*read_suite(name).tasks, OVERALL}
    rows = reported_scores(name)
    assert rows
    for row in rows:
        assert set(row.scores) <= tasks
        assert row.system
        assert ", " in row.paper
        assert all(0 < value < 100 for values in row.scores.values() for value in values.values())


def test_figures_are_the_papers() -> None:
    rembert = next(row for row in reported_scores("xtreme") if row.system == "RemBERT" and "Table 16" in row.paper)
    assert rembert.score("xnli") == 80.8
    assert rembert.scores["xquad"] == {"f1": 79.6, "exact_match": 64.0}
    assert rembert.score("xquad") == pytest.approx(71.8)
    f1_alone = next(row for row in reported_scores("xtreme") if row.system == "mBERT")
    assert f1_alone.score("xquad") is None
    assert f1_alone.score("bucc2018") is None


def test_no_figure_stands_twice() -> None:
    text = (files("sprachbund.results") / "published_suites.csv").read_text(encoding="utf-8")
    rows = [tuple(row[:5]) + tuple(row[6:]) for row in csv.reader(text.splitlines())]
    assert len(rows) == len(set(rows))
