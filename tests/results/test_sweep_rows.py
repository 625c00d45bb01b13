from __future__ import annotations

from dataclasses import replace

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.results.records import write_rows
from sprachbund.results.sweep_rows import read_sweep_rows, sort_rows
from sprachbund.testing.simulated_sweep import LAST_LAYER, SimulatedSystem, control, dlfa, simulate_sweep

SMALL = {"targets": {"de": 70.0, "fi": 50.0}, "seeds": (1, 2), "examples": 12}


def test_a_part_has_the_baseline_first_then_controls_then_layers_ascending():
    systems = [*dlfa({9: 1.0, 3: 0.0}), SimulatedSystem("bottleneck", "bottleneck", "bottleneck", (12,)), LAST_LAYER,
               control()]
    (part,) = sort_rows(simulate_sweep(systems, **SMALL))
    assert [facts.name for facts in part.systems] == [
        "last layer", "MS-CAM on the last layer", "bottleneck", "DLFA (k=3, literal)", "DLFA (k=9, literal)"]
    assert [facts.control for facts in part.systems] == [False, True, True, False, False]
    assert [facts.layer for facts in part.systems] == [None, None, None, 3, 9]
    assert part.test.systems[0] == "last layer"
    assert part.metric == "accuracy"


def test_the_last_layer_alone_is_no_control_where_it_ends_a_sweep_over_single_layers():
    single = [SimulatedSystem(f"layer {layer}", "single layer", "single_layer", (layer,)) for layer in (6, 12)]
    (part,) = sort_rows(simulate_sweep([LAST_LAYER, *single], **SMALL))
    assert [(facts.name, facts.layer, facts.control) for facts in part.systems[1:]] == [
        ("layer 6", 6, False), ("layer 12", 12, False)]


def test_all_layers_at_once_have_no_layer_number():
    mix = SimulatedSystem("scalar mix", "scalar mix", "scalar_mix", tuple(range(1, 13)))
    (part,) = sort_rows(simulate_sweep([LAST_LAYER, mix], **SMALL))
    assert part.systems[1].layer is None


def test_parts_are_tasks_and_data_sets_each_with_its_own_dev():
    rows = simulate_sweep([LAST_LAYER], data_set="panx", **SMALL) + simulate_sweep([LAST_LAYER], **SMALL)
    parts = sort_rows(rows)
    assert [part.data_set for part in parts] == ["panx", "ud_pos"]
    for part in parts:
        assert part.dev is not None
        assert {row.train_data for row in part.dev.rows()} == {part.data_set}


def test_dev_is_found_by_the_training_data_where_it_comes_from_another_data_set():
    rows = [replace(row, data_set="nli_train", train_data="nli_train") if row.split == "dev"
            else replace(row, data_set="xnli", train_data="nli_train") for row in simulate_sweep([LAST_LAYER], **SMALL)]
    (part,) = sort_rows(rows)
    assert part.data_set == "xnli"
    assert part.dev is not None
    assert part.dev.targets_of("dev") == ("en",)


def test_tuning_candidates_are_counted_and_left_out():
    tuned = [replace(LAST_LAYER, settings=settings) for settings in ("", "head 0.005", "head 0.01")]
    rows = [row for system in tuned for row in simulate_sweep([system], **SMALL)
            if system.settings == "head 0.005" or row.split == "dev"]
    (part,) = sort_rows([*rows, *simulate_sweep(dlfa({9: 0.0}), **SMALL)])
    baseline, other = part.systems
    assert (baseline.name, baseline.settings, baseline.settings_tried) == ("last layer", "head 0.005", 3)
    assert other.settings_tried == 1
    assert part.dev is not None
    assert {row.settings for row in part.dev.rows() if row.system == "last layer"} == {"head 0.005"}


def test_one_label_with_two_settings_on_test_is_two_systems():
    rows = [row for settings in ("", "averaged") for row in simulate_sweep(
        [replace(LAST_LAYER, settings=settings)], **SMALL)]
    (part,) = sort_rows(rows)
    assert {facts.name for facts in part.systems} == {"last layer [defaults]", "last layer [averaged]"}
    assert {facts.aggregator for facts in part.systems} == {"last layer [defaults]", "last layer [averaged]"}


def test_systems_of_dev_alone_are_named():
    rows = simulate_sweep([LAST_LAYER], **SMALL)
    rows += [row for row in simulate_sweep(dlfa({9: 0.0}), **SMALL) if row.split == "dev"]
    (part,) = sort_rows(rows)
    assert part.untested == ("DLFA (k=9, literal)",)
    assert [facts.name for facts in part.systems] == ["last layer"]


@pytest.mark.parametrize(("field", "value", "said"), [
    ("train_data", "ewt", "train data: ud_pos in .* ewt in"),
    ("train_examples", 12, "train examples: 4000 in .* 12 in"),
    ("encoder", "mbert", "encoder: tiny in .* mbert in"),
    ("intermediate", ("mrpc",), "intermediate: none in .* mrpc in"),
])
def test_systems_of_other_training_are_refused_with_both_fingerprints(field, value, said):
    rows = simulate_sweep([LAST_LAYER, *dlfa({9: 0.0})], **SMALL)
    rows = [replace(row, **{field: value, "fingerprint": "other data"}) if row.layers == (9, 12) else row
            for row in rows]
    with pytest.raises(DataError, match=said) as caught:
        sort_rows(rows)
    assert "fingerprint ud_pos en test" in str(caught.value)
    assert "fingerprint other data" in str(caught.value)


@pytest.mark.parametrize(("field", "value", "said"), [
    ("fingerprint", "other", "scored on different data: fingerprint ud_pos fi test in .* other in"),
    ("metric_version", 2, "different versions of the metric: version 1 in .* 2 in"),
])
@pytest.mark.parametrize("split", ["test", "dev"])
def test_rows_of_other_data_or_metrics_are_refused_on_test_and_on_dev(field, value, said, split):
    rows = simulate_sweep([LAST_LAYER, *dlfa({9: 0.0})], **SMALL)
    rows = [replace(row, **{field: value}) if (row.layers, row.split) == ((9, 12), split)
            and row.target == ("fi" if split == "test" else "en") else row for row in rows]
    said = said.replace("ud_pos fi test", "ud_pos en dev") if split == "dev" else said
    with pytest.raises(DataError, match=said):
        sort_rows(rows)


def test_without_test_rows_or_a_baseline_there_is_nothing_to_say():
    rows = simulate_sweep(dlfa({3: 0.0, 9: 0.0}), **SMALL)
    with pytest.raises(DataError, match="no score rows of a test split"):
        sort_rows([row for row in rows if row.split == "dev"])
    with pytest.raises(DataError, match=r"nothing on ud_pos can be the baseline.*there is DLFA"):
        sort_rows(rows)
    with pytest.raises(DataError, match="no system on ud_pos is called 'last'"):
        sort_rows(rows, baseline="last")
    (part,) = sort_rows(rows, baseline="DLFA (k=9, literal)")
    assert part.systems[0].name == "DLFA (k=9, literal)"


def test_the_plainest_of_several_last_layers_is_the_baseline():
    longer = replace(LAST_LAYER, name="last layer, weights averaged", aggregator="last layer, weights averaged")
    (part,) = sort_rows(simulate_sweep([longer, LAST_LAYER], **SMALL))
    assert [(facts.name, facts.control) for facts in part.systems] == [
        ("last layer", False), ("last layer, weights averaged", True)]


def test_rows_are_read_from_files_and_folders_with_identities_shared(tmp_path):
    rows = simulate_sweep([LAST_LAYER, *dlfa({9: 0.0})], **SMALL)
    (tmp_path / "rows").mkdir()
    write_rows(tmp_path / "rows" / "one.parquet", rows[:3])
    write_rows(tmp_path / "rows" / "two.parquet", rows[3:])
    read = read_sweep_rows([tmp_path])
    assert [(row.system, row.seed, row.target, row.split) for row in read] == [
        (row.system, row.seed, row.target, row.split) for row in rows]
    assert len({id(row.identities) for row in read}) == len({row.identities for row in rows})


def test_missing_and_broken_row_files_are_named(tmp_path):
    with pytest.raises(DataError, match="no score rows here"):
        read_sweep_rows([tmp_path])
    with pytest.raises(DataError, match="no score rows here"):
        read_sweep_rows([tmp_path / "absent.parquet"])
    (tmp_path / "broken.parquet").write_text("no parquet")
    with pytest.raises(FormatError, match=r"broken\.parquet"):
        read_sweep_rows([tmp_path])
