"""A cell's stages: shared where cells share, dev on its own, test never behind a dev score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.pipeline.cells import CellStages, plan_cell
from sprachbund.pipeline.config import TransferConfig
from sprachbund.pipeline.groundwork import Groundwork, lay_groundwork
from sprachbund.stages.graph import build_graph
from sprachbund.stages.keys import stage_key
from sprachbund.testing.tiny import make_tiny_encoder

SENTENCE = "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n\n"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture
def ground(tmp_path: Path, encoder: Path) -> Groundwork:
    for place in ("en/train", "en/dev", "en/test", "de/test"):
        path = tmp_path / "tags" / f"{place}.conllu"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SENTENCE, encoding="utf-8")
    return lay_groundwork(_config(tmp_path, encoder))


def _config(folder: Path, encoder: Path, **training: object) -> TransferConfig:
    return TransferConfig.model_validate({
        "data": str(folder / "tags"), "encoder": {"name": str(encoder)}, "training": training})


def _cell(ground: Groundwork, config: TransferConfig | None = None, seed: int = 1) -> CellStages:
    return plan_cell(ground, config or ground.config, fusion_config({"type": "last_layer"}), seed, f"seed {seed}")


def test_two_cells_share_their_corpora_and_nothing_else(ground: Groundwork) -> None:
    one, other = _cell(ground), _cell(ground, seed=2)
    kinds = [stage.kind for stage in build_graph([one.dev, one.test, other.dev, other.test]).assignments.values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "prepare": 4, "check": 1, "train": 2, "predict": 4, "score": 4}


def test_a_dev_score_needs_no_test_data(ground: Groundwork) -> None:
    behind = build_graph([_cell(ground).dev]).assignments.values()
    scored = {role for one in behind if one.kind in {"train", "predict", "score"} for role in one.inputs}
    assert scored == {"train", "model", "predictions", "corpus en"}
    (dev,) = [one for one in behind if one.label.endswith("en dev")]
    assert all(one.inputs["corpus en"] == dev.key for one in behind if one.kind in {"predict", "score"})


def test_a_training_scores_dev_only_where_it_chooses_by_it(ground: Groundwork, tmp_path: Path, encoder: Path) -> None:
    assert "dev" not in _cell(ground).train.inputs
    assert "dev" in _cell(ground, _config(tmp_path, encoder, evaluations=2)).train.inputs


def test_equal_cells_are_the_same_stages_whatever_they_are_called(ground: Groundwork) -> None:
    fusion = fusion_config({"type": "last_layer"})
    one, other = (plan_cell(ground, ground.config, fusion, 1, name) for name in ("tuning", "final"))
    for stage in ("train", "dev", "test"):
        assert stage_key(getattr(one, stage)) == stage_key(getattr(other, stage))


def test_without_dev_data_nothing_can_be_chosen(ground: Groundwork) -> None:
    with pytest.raises(DataError, match=r"tagging-tags has no dev data in en: layers and settings .* chosen on them"):
        _cell(replace(ground, dev=None))
