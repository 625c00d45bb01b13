from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.canonical import digest
from sprachbund.core.errors import ConfigError
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.pipeline.config import RunConfig, read_run_config, run_config


def test_names_alone_are_enough() -> None:
    config = run_config({"task": "tagging", "data": "ud_pos"})
    assert config.data.name == "ud_pos"
    assert [fusion.type for fusion in config.fusion] == ["last_layer"]
    assert config.seeds == (1,)


def test_defaults_written_out_are_the_same_config() -> None:
    short = run_config({"data": "ud_pos", "fusion": ["last_layer", {"type": "dlfa", "layer": 10}]})
    long = run_config(short.model_dump())
    assert digest(short) == digest(long)


def test_result_neutral_fields_do_not_change_the_digest() -> None:
    plain = run_config({"data": "ud_pos"})
    named = run_config({"data": "ud_pos", "name": "mine", "data_dir": "elsewhere", "training": {"threads": 1}})
    other = run_config({"data": "ud_pos", "training": {"epochs": 2}})
    assert digest(plain) == digest(named)
    assert digest(plain) != digest(other)


def test_norwegian_is_a_language_and_not_false(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("data: ud_pos\ntargets: [no, de]\ntraining: {learning_rate: 1e-5}\n", encoding="utf-8")
    config = read_run_config(path)
    assert config.targets == ("no", "de")
    assert config.training.learning_rate == pytest.approx(1e-5)


def test_one_target_needs_no_list(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("data: ud_pos\ntargets: no\n", encoding="utf-8")
    assert read_run_config(path).targets == ("no",)


def test_languages_may_be_named_in_words() -> None:
    assert run_config({"data": "ud_pos", "targets": ["German", "zho"]}).targets == ("de", "zh")


FAULTY = """\
task: taging
data: ud_pos
source: Englisch
targets: [de, qqq]
fusion:
  - last_layer
  - type: dlfa
    layer: 10
    gatte: sigmoid
  - dfla
  - dlfa
training:
  epoch: 2
  warmup: 3
seeds: [1, 1]
"""


def test_all_faults_of_a_config_are_told_at_once_with_line_and_near_matches(tmp_path: Path) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_run_config(path)
    message = str(caught.value)
    for line, fragment in [
        (1, "did you mean tagging?"),
        (3, "English"),
        (4, "qqq"),
        (9, "did you mean gate?"),
        (10, "did you mean dlfa?"),
        (11, "fusion.3.layer: is required and missing"),
        (13, "did you mean epochs?"),
        (14, "less than or equal to 1"),
        (15, "a seed is repeated"),
    ]:
        assert any(f"line {line}" in row and fragment in row for row in message.splitlines()), (line, fragment, message)
    assert caught.value.exit_code == 2


def test_the_same_system_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="the same system stands twice"):
        run_config({"data": "ud_pos", "fusion": ["last_layer", "last_layer"]})


def test_a_config_that_is_already_built_passes_through() -> None:
    fusion = fusion_config({"type": "dlfa", "layer": 3})
    assert RunConfig(data={"name": "x"}, fusion=(fusion,)).fusion == (fusion,)  # type: ignore[arg-type]
