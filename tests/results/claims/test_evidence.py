"""What may be judged together: one encoder, one study and data set at a time, in any order of files."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from simulated_studies import simulate, systems

from sprachbund.core.errors import DataError
from sprachbund.results.claims.evidence import Study, gather
from sprachbund.results.claims.gains import extra_information

ROWS = simulate(systems({1: 0.2, 5: 2.0}), ("panx", "ud_pos"))


def test_encoders_are_never_mixed() -> None:
    other = [replace(row, encoder="another", provenance="another one") for row in simulate(systems({1: 0.0, 5: 0.0}))]
    first, second = gather([Study("s", [*ROWS, *other])])
    assert (first.encoder, second.encoder) == ("another", "tiny")
    assert first.provenance == "another one"
    assert extra_information(first)[0].verdict == "not supported"
    assert {part.verdict for part in extra_information(second)[0].parts} == {"supported"}
    assert set(first.comparisons) == {"xnli", "pawsx", "panx", "ud_pos"}
    assert set(second.comparisons) == {"panx", "ud_pos"}


def test_the_order_of_files_and_rows_changes_nothing() -> None:
    shuffled = list(ROWS)
    random.Random(5).shuffle(shuffled)
    extra = simulate(systems({1: 0.1, 5: 1.0}), ("ud_pos",), stream=1)
    one = gather([Study("a", ROWS), Study("b", extra)])
    other = gather([Study("b", extra[::-1]), Study("a", shuffled)])
    assert [extra_information(item) for item in one] == [extra_information(item) for item in other]
    assert [item.notes for item in one] == [item.notes for item in other]


def test_studies_are_not_mixed_and_the_others_are_named() -> None:
    small = simulate(systems({1: 0.0, 5: 0.0}), ("ud_pos",), seeds=(1, 2, 3), stream=1)
    (found,) = gather([Study("small", small), Study("large", ROWS)])
    assert [item.study for item in found.comparisons["ud_pos"]] == ["large", "small"]
    assert extra_information(found)[0].parts[-1].verdict == "supported"
    assert "large (ud_pos, 4,000 examples); small (ud_pos, 4,000 examples)" in found.notes[0]


def test_a_copy_of_a_study_counts_once() -> None:
    once, twice = gather([Study("s", ROWS)]), gather([Study("t", ROWS[::-1]), Study("s", ROWS)])
    assert [extra_information(item) for item in once] == [extra_information(item) for item in twice]
    assert [item.notes for item in once] == [item.notes for item in twice]


def test_a_rule_takes_the_study_that_has_what_it_needs() -> None:
    baseline_only = [row for row in simulate(systems({1: 0.2, 5: 2.0}), ("ud_pos",), examples=400)
                     if row.fusion == "last_layer"]
    (found,) = gather([Study("baseline", baseline_only), Study("sweep", ROWS)])
    chosen = found.best("ud_pos", lambda item: float(len(item.layers("literal"))))
    assert chosen is not None
    assert chosen.study == "sweep"
    assert found.best("ud_pos", lambda item: float(len(item.layers("sigmoid")))) is None


def test_training_sets_of_one_folder_are_kept_apart() -> None:
    fewer = [replace(row, train_examples=1000, stage=f"{row.stage}|1000") for row in ROWS if row.data_set == "ud_pos"]
    (found,) = gather([Study("s", [*ROWS, *fewer])])
    told = {item.trained_on for item in found.comparisons["ud_pos"]}
    assert told == {"ud_pos, 4,000 examples", "ud_pos, 1,000 examples"}


def test_what_no_claim_is_about_is_left_out_with_the_reason() -> None:
    odd = [replace(row, intermediate=("boolq",), stage=f"{row.stage}|i") for row in ROWS[:40]]
    dev_only = [replace(row, train_data="elsewhere") for row in ROWS if row.split == "dev"]
    no_base = [replace(row, train_data="third") for row in ROWS if row.fusion == "dlfa"]
    (found,) = gather([Study("s", [*ROWS, *odd, *dev_only, *no_base])])
    told = " ".join(found.notes)
    assert "intermediate tasks (boolq)" in told
    assert "rows of dev only (trained on elsewhere)" in told
    assert "rows without the last layer (trained on third)" in told
    assert len(found.comparisons["ud_pos"]) == 1


def test_other_data_in_one_study_are_refused_with_both_fingerprints() -> None:
    changed = [replace(row, fingerprint="another") if row.fusion == "dlfa" else row for row in ROWS]
    with pytest.raises(DataError, match="fingerprint"):
        gather([Study("s", changed)])


def test_nothing_at_all_is_no_evidence() -> None:
    assert gather([]) == []
