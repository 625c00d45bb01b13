"""Top layers drawn anew."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.testing.tiny import FAMILIES
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_model, toy_space
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
from sprachbund.training.reinitialisation import reinitialise


def values(encoder):
    return {name: value.clone() for name, value in encoder.state_dict().items()}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_matrices_of_the_top_layer_change_and_nothing_else(family):
    encoder = toy_encoder(family).encoder
    for parameter in encoder.layers.parameters():
        nn.init.constant_(parameter, 0.5)
    before, random = values(encoder), torch.get_rng_state()
    reinitialise(encoder, 1, seed=3)
    assert torch.equal(torch.get_rng_state(), random)
    top = encoder.layers_path + ".1."
    for name, value in values(encoder).items():
        assert bool(value.isfinite().all()), name
        assert torch.equal(value, before[name]) is not name.startswith("model." + top), name
    matrices = [value for value in encoder.layers[1].parameters() if value.ndim == 2 and value.numel() > 100]
    assert matrices
    assert all(0.001 < float(value.detach().std()) < 2 for value in matrices)


def test_the_seed_decides():
    drawn = []
    for seed in (1, 1, 2):
        encoder = toy_encoder().encoder
        reinitialise(encoder, 2, seed)
        drawn.append(encoder.layers[0].attention.self.query.weight)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_as_the_model_itself_draws():
    encoder = toy_encoder().encoder
    encoder.model.config.initializer_range = 0.5
    reinitialise(encoder, 1, seed=0)
    layer = encoder.layers[1]
    assert 0.4 < float(layer.intermediate.dense.weight.detach().std()) < 0.6
    assert bool((layer.output.LayerNorm.weight == 1).all())
    assert not bool(layer.output.dense.bias.any())


def test_more_layers_than_there_are():
    with pytest.raises(ModelError, match=r"reinitialised_layers 3 does not exist: .* layers 1 to 2"):
        reinitialise(toy_encoder().encoder, 3, seed=0)


class Layer(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.map = nn.Linear(2, 2)
        if scale:
            self.scale = nn.Parameter(torch.ones(2))


class Plain(Encoder):
    """An encoder of a stranger, no transformers model."""

    n_layers = 2

    def __init__(self, scale=False):
        super().__init__()
        self.layers = nn.ModuleList([Layer(scale), Layer(scale)])

    def forward(self, piece_ids, mask, layers, type_ids=None):
        raise NotImplementedError

    @property
    def word_embeddings(self):
        raise NotImplementedError


def test_a_strangers_encoder_is_drawn_as_torch_does():
    encoder = Plain()
    before = values(encoder)
    reinitialise(encoder, 1, seed=0)
    changed = {name for name, value in values(encoder).items() if not torch.equal(value, before[name])}
    assert changed == {"layers.1.map.weight", "layers.1.map.bias"}


def test_what_nobody_can_draw_is_refused():
    with pytest.raises(ModelError, match="nothing says how scale of Layer is drawn"):
        reinitialise(Plain(scale=True), 1, seed=0)
    encoder = Plain()
    encoder.layers = nn.Sequential(*encoder.layers)
    with pytest.raises(ModelError, match=r"Plain does not say which its layers are.*\n.*attribute `layers`"):
        reinitialise(encoder, 1, seed=0)


def test_a_training_starts_from_the_new_layers():
    model = toy_model()
    old = values(model.encoder)
    config = TrainingConfig(reinitialised_layers=1, learning_rate=1e-12, head_learning_rate=1e-12, weight_decay=0,
                            batch_pieces=60, precision="fp32")
    train(model, toy_corpus(8), toy_space(), config, seed=1)
    name = "model.encoder.layer.{}.attention.self.query.weight"
    torch.testing.assert_close(values(model.encoder)[name.format(0)], old[name.format(0)])
    assert not torch.allclose(values(model.encoder)[name.format(1)], old[name.format(1)])


def test_layers_that_are_new_and_frozen_are_refused():
    with pytest.raises(ConfigError, match="freeze_encoder: layers drawn anew would never learn"):
        validate({"reinitialised_layers": 1, "freeze_encoder": True}, TrainingConfig, "run.yaml")
    with pytest.raises(ModelError, match=r"frozen_layers 1 and reinitialised_layers 2 overlap: .* 2 layers"):
        train(toy_model(), toy_corpus(8), toy_space(), TrainingConfig(reinitialised_layers=2, frozen_layers=1), seed=1)
