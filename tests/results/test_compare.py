from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sprachbund.core.errors import ConfigError, DataError
from sprachbund.results.compare import compare_runs

A, B = "last layer", "DLFA"


def test_examples_that_are_decided_differently_are_named(row):
    first = [row([1, 1, 0, 0], target="de"), row([1, 1, 1, 1], target="en")]
    second = [row([1, 0, 1, 0], target="de", system=B), row([1, 1, 1, 1], target="en", system=B)]
    (found,) = compare_runs(first, second)
    assert (found.first, found.second, found.metric, found.seeds) == (A, B, "accuracy", 1)
    german = next(item for item in found.decisions if item.target == "de")
    assert (german.both, german.only_first, german.only_second, german.neither) == (1, 1, 1, 1)
    assert [(item.target, item.identity, item.right_first, item.right_second) for item in found.examples] == [
        ("de", "2", 1, 0), ("de", "3", 0, 1)
    ]
    assert found.findings.differences[0].baseline == A


def test_partly_right_examples_come_by_how_much_they_differ(row):
    counts = [np.array([[4, 4], [4, 4]]), np.array([[3, 4], [0, 4]])]
    (found,) = compare_runs([row([1, 1], counts=counts[0])], [row([1, 1], counts=counts[1], system=B)])
    assert [(item.identity, item.score_first, item.score_second) for item in found.examples] == [
        ("2", 100.0, 0.0), ("1", 100.0, 75.0)
    ]


def test_several_seeds_are_counted_together(row):
    first = [row([1, 0], seed=1), row([1, 1], seed=2)]
    second = [row([1, 0], seed=1, system=B), row([0, 0], seed=2, system=B)]
    (found,) = compare_runs(first, second)
    (german,) = found.decisions
    assert (german.both, german.only_first, german.only_second, german.neither) == (1, 2, 0, 1)
    assert [(item.identity, item.right_first, item.right_second) for item in found.examples] == [
        ("1", 2, 1), ("2", 1, 0)
    ]


def test_runs_of_one_system_get_their_runs_names(row):
    (found,) = compare_runs([row([1, 0], run="small")], [row([1, 1], run="large")])
    assert (found.first, found.second) == (f"{A} [small]", f"{A} [large]")
    (found,) = compare_runs([row([1, 0])], [row([1, 1])])
    assert (found.first, found.second) == (f"{A} [first]", f"{A} [second]")


def test_systems_of_the_same_name_are_paired(row):
    rows = [row([1, 0], system=name) for name in (A, B)]
    found = compare_runs(rows, [replace(item, run="again", stage="x") for item in rows])
    assert [(item.first, item.second) for item in found] == [(f"{n} [toy]", f"{n} [again]") for n in (A, B)]


def test_two_systems_of_one_run_are_compared_by_name(row):
    rows = [row([1, 0]), row([1, 1], system=B)]
    (found,) = compare_runs(rows, rows, first_system=A, second_system=B)
    assert (found.first, found.second) == (A, B)


def test_runs_without_a_common_system_ask_for_names(row):
    first = [row([1], system=name) for name in ("a", "b")]
    second = [row([1], system=name) for name in ("c", "d")]
    with pytest.raises(ConfigError, match=r"no system stands in both runs: the first has a or b, the second c or d"):
        compare_runs(first, second)


def test_a_system_that_is_not_there_is_told_with_near_matches(row):
    with pytest.raises(ConfigError, match=r"the first run has no system 'last_layr'; it has last layer"):
        compare_runs([row([1])], [row([1])], first_system="last_layr")


def test_runs_without_a_common_seed_are_paired_in_order_and_say_so(row):
    first = [row([1, 0], seed=1), row([1, 1], seed=2)]
    second = [row([1, 1], seed=seed, system=B) for seed in (7, 9, 11)]
    (found,) = compare_runs(first, second)
    assert found.seeds == 2
    assert any("seeds were paired in order (1 with 7, 2 with 9)" in note for note in found.findings.notes)


def test_languages_of_one_run_only_are_named(row):
    first = [row([1, 0], target=target) for target in ("de", "fi")]
    (found,) = compare_runs(first, [row([1, 1], target="de", system=B)])
    assert [item.target for item in found.decisions] == ["de"]
    assert "Only one of the two runs has fi: not compared." in found.findings.notes


def test_nothing_in_common_is_refused(row):
    with pytest.raises(DataError, match="the two runs have no target language in common"):
        compare_runs([row([1])], [row([1], target="fi")])
    with pytest.raises(DataError, match=r"no metric in common: accuracy and macro_f1"):
        compare_runs([row([1])], [row([1], metric="macro_f1")])
    with pytest.raises(DataError, match="the second run has no score rows"):
        compare_runs([row([1])], [])


def test_other_data_are_refused_with_both_fingerprints(row):
    with pytest.raises(DataError, match=r"fingerprint one in .*, two in"):
        compare_runs([row([1], fingerprint="one")], [row([1], fingerprint="two", system=B)])
