"""Settings that have nothing to act on are told."""

from __future__ import annotations

from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
from sprachbund.training.unused import unused_settings

DLFA = {"type": "dlfa", "layer": 1}


def test_a_rate_for_a_fusion_without_weights():
    config = TrainingConfig(fusion_learning_rate=1e-2)
    assert unused_settings(toy_model(), config) == (
        "fusion_learning_rate has no effect: last layer has no weights to learn",)
    assert unused_settings(toy_model(fusion=DLFA), config) == ()


def test_new_layers_above_the_highest_that_is_run():
    config = TrainingConfig(reinitialised_layers=1)
    model = toy_model(fusion={"type": "average", "over": [0, 1]})
    (told,) = unused_settings(model, config)
    assert told.startswith("reinitialised_layers has no effect: the layers drawn anew, from 2 on, are not run by")
    assert unused_settings(model, TrainingConfig(reinitialised_layers=2)) == ()
    assert unused_settings(toy_model(), config) == ()


def test_it_stands_in_the_notes_of_the_training():
    config = TrainingConfig(fusion_learning_rate=1e-2, precision="fp32")
    result = train(toy_model(), toy_corpus(8), toy_space(), config, seed=1)
    assert "fusion_learning_rate has no effect: last layer has no weights to learn" in result.notes
