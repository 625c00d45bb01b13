from __future__ import annotations

import pytest

from sprachbund.cli.options import run_values, scalar
from sprachbund.core.errors import ConfigError


def test_flags_become_values_of_the_config() -> None:
    flags = {"task": "tagging", "data": "ud_pos", "seeds": "1,2", "targets": "de, no", "epochs": 2.0}
    assert run_values(flags, {}) == {
        "task": "tagging",
        "data": {"name": "ud_pos"},
        "seeds": [1, 2],
        "targets": ["de", "no"],
        "training": {"epochs": 2.0},
    }


def test_a_flag_changes_one_part_of_a_group_and_keeps_the_rest() -> None:
    base = {"training": {"epochs": 3, "dropout": 0.0}, "encoder": "xlm-roberta-base"}
    values = run_values({"epochs": 1.0, "allow_pickle": True}, base)
    assert values["training"] == {"epochs": 1.0, "dropout": 0.0}
    assert values["encoder"] == {"name": "xlm-roberta-base", "allow_pickle": True}


def test_labels_beyond_one_source_are_set_by_flags_and_their_parts_by_set() -> None:
    flags = {"more_sources": "de, ru", "few_shot": 5, "translate_train": "mt/{language}.tsv",
             "set": ["few_shot.split=dev", "translate_train.limit=9"]}
    assert run_values(flags, {}) == {
        "more_sources": ["de", "ru"], "few_shot": {"examples": 5, "split": "dev"},
        "translate_train": {"data": "mt/{language}.tsv", "limit": 9}}
    assert run_values({"set": ["few_shot.split=dev"]}, {"few_shot": 10}) == {
        "few_shot": {"examples": 10, "split": "dev"}}
    assert run_values({"few_shot": 3}, {"few_shot": {"examples": 10, "split": "dev"}}) == {
        "few_shot": {"examples": 3, "split": "dev"}}


def test_layer_goes_to_the_fusions_that_have_one() -> None:
    values = run_values({"fusion": ["last_layer", "dlfa", "dlfa:layer=3,gate=sigmoid"], "layer": 10}, {})
    assert values["fusion"] == [
        {"type": "last_layer"},
        {"type": "dlfa", "layer": 10},
        {"type": "dlfa", "layer": 3, "gate": "sigmoid"},
    ]


def test_an_option_that_no_fusion_has_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"--gate: no fusion of this run has the option 'gate' \(last_layer\)"):
        run_values({"fusion": ["last_layer"], "gate": "sigmoid"}, {})


def test_seeds_must_be_whole_numbers() -> None:
    with pytest.raises(ConfigError, match=r"--seeds: expected whole numbers such as 1,2,3, got '1,two'"):
        run_values({"seeds": "1,two"}, {})


def test_set_reaches_any_setting_and_reads_yaml_1_2() -> None:
    values = run_values({"set": ["training.dropout=0", "targets=[de, no]", "source=no"]}, {})
    assert values == {"training": {"dropout": 0}, "targets": ["de", "no"], "source": "no"}
    assert scalar("no") == "no"


def test_set_reaches_settings_at_any_depth_and_keeps_what_stands_beside_them() -> None:
    base = {"data": {"name": "tags", "reader": {"label_column": "xpos"}}}
    values = run_values({"set": ["data.reader.empty_tokens=drop"], "multiword": "words"}, base)
    reader = {"label_column": "xpos", "multiword": "words", "empty_tokens": "drop"}
    assert values == {"data": {"name": "tags", "reader": reader}}


@pytest.mark.parametrize(("base", "fragment"), [
    ({"training": 3}, "training: expected `key: value` lines, got 3"),
    ({"fusion": ["dlfa", 5]}, "fusion: expected a name, or options with a type, got 5"),
    ({"fusion": {"layer": 3}}, "fusion: expected a name, or options with a type, got {'layer': 3}"),
    ({}, r"--layer: no fusion of this run has the option 'layer' (last_layer)"),
])
def test_a_flag_beside_a_setting_of_another_shape_is_told(base: dict[str, object], fragment: str) -> None:
    with pytest.raises(ConfigError) as caught:
        run_values({"epochs": 1.0, "layer": 2}, base)
    assert fragment in str(caught.value)


def test_set_without_a_value_says_what_it_wants() -> None:
    with pytest.raises(ConfigError, match=r"expected KEY=VALUE, got 'training\.dropout'"):
        run_values({"set": ["training.dropout"]}, {})
