"""What a training is made of: its head, and the settings that decide its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.pipeline.config import read_run_config
from sprachbund.pipeline.plan import plan_run
from sprachbund.pipeline.prepare import load_task
from sprachbund.pipeline.train import head_config
from sprachbund.stages.keys import stage_key
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.testing.toy_task import toy_space
from sprachbund.training.config import TrainingConfig

SENTENCE = "1\tthe\t_\tDET" + "\t_" * 6 + "\n\n"
SETTINGS = ("training: {fusion_learning_rate: 1e-2}", "training: {reinitialised_layers: 1}",
            "training: {evaluations: 2}", "training: {evaluations: 2, averaged_checkpoints: 2}",
            "head_normalisation: layer", "fusion: {type: dlfa, layer: 1}",
            "fusion: {type: dlfa, layer: 1, identity_start: true}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_tiny_encoder(tmp_path / "encoder", "bert")
    for name in ("en/train", "en/dev", "de/test"):
        path = tmp_path / "data" / f"{name}.conllu"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SENTENCE, encoding="utf-8")
    return tmp_path


def train_key(folder: Path, text: str) -> str:
    path = folder / "run.yaml"
    path.write_text(f"data: {folder / 'data'}\nencoder: {folder / 'encoder'}\n{text}\n", encoding="utf-8")
    (scores,) = plan_run(read_run_config(path)).scores
    return stage_key(scores.inputs["predictions"].inputs["model"])


def test_every_setting_of_a_run_file_decides_the_key_of_its_training(folder: Path) -> None:
    keys = [train_key(folder, text) for text in ("", *SETTINGS)]
    assert len(set(keys)) == len(keys)
    defaults = ("training: {fusion_learning_rate: null, reinitialised_layers: 0, averaged_checkpoints: 0}\n"
                "head_normalisation: none\nfusion: {type: last_layer, identity_start: false}")
    assert train_key(folder, defaults) == keys[0]


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
@pytest.mark.parametrize("normalisation", ["none", "layer"])
def test_the_head_a_run_asks_for(kind: Any, normalisation: str) -> None:
    task = load_task("tagging" if kind == "tokens" else "classification")
    head = head_config(task, toy_space(kind), TrainingConfig(head_dropout=0.3), "mean", normalisation)
    assert head.type == ("token_labels" if kind == "tokens" else "sequence_label")
    assert (head.n_labels, head.dropout, head.normalisation) == (2, 0.3, normalisation)
    assert head.pooling == ("first" if kind == "tokens" else "mean")
