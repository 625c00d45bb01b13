from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.threads import worker_threads
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
from sprachbund.training.optimisation import (
    build_optimiser,
    dealt,
    freeze,
    layers_recomputed,
    parameter_groups,
    rate_factor,
    set_dropout,
)

CPU = torch.device("cpu")


def settings_by_name(model, config):
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {
        names[id(parameter)]: (group["name"], group["lr"], group["weight_decay"])
        for group in parameter_groups(model, config)
        for parameter in group["params"]
    }


def test_weight_decay_pulls_on_matrices_of_layers_and_fusion_only():
    config = TrainingConfig(learning_rate=1e-4, head_learning_rate=1e-3, weight_decay=0.01)
    found = settings_by_name(toy_model(fusion={"type": "dlfa", "layer": 1}), config)
    layer = "encoder.model.encoder.layer.0."
    assert found[layer + "attention.self.query.weight"] == ("encoder", 1e-4, 0.01)
    assert found[layer + "attention.self.query.bias"] == ("encoder", 1e-4, 0.0)
    assert found[layer + "output.LayerNorm.weight"] == ("encoder", 1e-4, 0.0)
    for table in ("word", "position", "token_type"):
        assert found[f"encoder.model.embeddings.{table}_embeddings.weight"] == ("encoder", 1e-4, 0.0)
    fusion = {name: value for name, value in found.items() if name.startswith("fusion.")}
    assert {value[1] for value in fusion.values()} == {1e-3}
    assert {value[2] for value in fusion.values()} == {0.0, 0.01}
    assert {value for name, value in found.items() if name.startswith("head.")} == {("head", 1e-3, 0.0)}


def test_a_fusion_has_a_rate_of_its_own_where_one_is_given():
    model = toy_model(fusion={"type": "dlfa", "layer": 1})
    for rate, expected in ((None, 1e-3), (5e-3, 5e-3)):
        found = settings_by_name(model, TrainingConfig(fusion_learning_rate=rate))
        rates = {part: {value[1] for name, value in found.items() if name.startswith(part)}
                 for part in ("encoder.", "fusion.", "head.")}
        assert rates == {"encoder.": {1e-4}, "fusion.": {expected}, "head.": {1e-3}}


def test_every_trained_parameter_stands_in_one_group():
    model = toy_model(fusion={"type": "dlfa", "layer": 1})
    listed = [id(p) for group in parameter_groups(model, TrainingConfig()) for p in group["params"]]
    assert sorted(listed) == sorted(id(parameter) for parameter in model.parameters())


@pytest.mark.parametrize("family", ["bert", "modernbert", "deberta_v2", "t5", "llama"])
def test_frozen_layers_freeze_embeddings_and_lower_layers(family):
    model = toy_model(family=family)
    freeze(model, TrainingConfig(frozen_layers=1))
    lower, upper = model.encoder.layers
    assert not any(parameter.requires_grad for parameter in lower.parameters())
    trained = [name for name, parameter in upper.named_parameters() if parameter.requires_grad]
    assert trained
    assert not model.encoder.word_embeddings.weight.requires_grad
    outside = [name for name, parameter in model.encoder.model.named_parameters()
               if parameter.requires_grad and ".1." not in name and "layers.1" not in name]
    assert all("norm" in name.lower() for name in outside), outside  # a final norm goes on learning
    assert all(parameter.requires_grad for parameter in model.head.parameters())


def test_freeze_encoder_leaves_fusion_and_head():
    model = toy_model(fusion={"type": "dlfa", "layer": 1})
    freeze(model, TrainingConfig(freeze_encoder=True))
    assert {name.split(".")[0] for name, p in model.named_parameters() if p.requires_grad} == {"fusion", "head"}


def test_more_frozen_layers_than_there_are():
    with pytest.raises(ModelError, match=r"frozen_layers 3 does not exist: the encoder has .* layers 1 to 2"):
        freeze(toy_model(), TrainingConfig(frozen_layers=3))


def test_an_encoder_that_does_not_show_its_layers():
    class Closed(Encoder):
        n_layers = 2

        def forward(self, piece_ids, mask, layers, type_ids=None):
            raise NotImplementedError

        @property
        def word_embeddings(self):
            raise NotImplementedError

    model = toy_model()
    model.encoder = Closed()
    with pytest.raises(ModelError, match=r"Closed does not say which its layers are.*\n.*attribute `layers`"):
        freeze(model, TrainingConfig(frozen_layers=1))


@pytest.mark.parametrize("family", ["bert", "modernbert", "t5", "llama", "distilbert"])
def test_dropout_is_set_everywhere_in_the_encoder(family):
    encoder = toy_model(family=family).encoder
    set_dropout(encoder, 0.0)
    encoder.train()
    pieces = torch.tensor([[5, 6, 7, 8]])
    first, second = (encoder(pieces, pieces > 0, [2]).by_layer[2] for _ in range(2))
    assert torch.equal(first, second)
    set_dropout(encoder, 0.5)
    assert not torch.equal(encoder(pieces, pieces > 0, [2]).by_layer[2], first)


def test_the_learning_rate_rises_and_falls():
    factors = [rate_factor(step, 100, 0.1) for step in range(100)]
    assert factors[0] == 0.1
    assert factors[9] == factors[10] == 1.0
    assert factors[99] == pytest.approx(1 / 90)
    assert all(later <= earlier for earlier, later in pairwise(factors[10:]))
    assert rate_factor(0, 1, 0.0) == rate_factor(0, 1, 1.0) == 1.0


def with_gradients(seed=0, size=1.0):
    model = toy_model()
    torch.manual_seed(seed)
    for parameter in model.parameters():
        parameter.grad = size * torch.randn_like(parameter)
    return model


def test_every_group_keeps_its_own_peak():
    model = with_gradients()
    optimiser = build_optimiser(model, TrainingConfig(), CPU)
    optimiser.step(0.5, 1.0)
    assert {group["name"]: group["lr"] for group in optimiser.param_groups} == {"encoder": 5e-5, "head": 5e-4}
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("size", [1e-5, 3.0])
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_parts_update_as_one_adamw_with_torchs_own_clipping_does(size, parts):
    config, ours, theirs = TrainingConfig(), toy_model(), toy_model()
    reference = torch.optim.AdamW(parameter_groups(theirs, config))
    with worker_threads(parts) as pool:
        optimiser = build_optimiser(ours, config, CPU, parts=parts, pool=pool)
        for step in range(3):
            for model in (ours, theirs):
                torch.manual_seed(step)
                for parameter in model.parameters():
                    parameter.grad = size * torch.randn_like(parameter)
            optimiser.step(1.0, 1.0)
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
            reference.step()
    for (name, parameter), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(parameter, other, rtol=2e-5, atol=1e-7, msg=name)
    assert len(optimiser.state) == len(list(ours.parameters()))


def test_the_parts_do_not_change_a_bit():
    norms, models = [], []
    for parts in (1, 2, 4):
        model = with_gradients(size=5.0)
        with worker_threads(parts) as pool:
            optimiser = build_optimiser(model, TrainingConfig(), CPU, parts=parts, pool=pool)
            norms.append(float(optimiser.norm()))
            optimiser.step(1.0, 1.0)
        models.append(model.state_dict())
    assert norms[0] == norms[1] == norms[2]
    for name, value in models[0].items():
        assert torch.equal(value, models[1][name]), name
        assert torch.equal(value, models[2][name]), name


def test_parameters_without_a_gradient_stay():
    model = with_gradients()
    for parameter in model.head.parameters():
        parameter.grad = None
    weights = [parameter.clone() for parameter in model.head.parameters()]
    build_optimiser(model, TrainingConfig(), CPU).step(1.0, 1.0)
    assert all(map(torch.equal, weights, model.head.parameters()))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=20), st.integers(1, 5))
def test_things_are_dealt_out_once_and_evenly(sizes, parts):
    result = dealt(sizes, parts)
    assert sorted(number for part in result for number in part) == list(range(len(sizes)))
    assert all(part == sorted(part) and part for part in result)
    loads = [sum(sizes[number] for number in part) for part in result]
    assert max(loads) <= sum(sizes) / parts + max(sizes)


def test_layers_computed_again_give_the_same_training():
    trained = []
    for again in (False, True):
        model = toy_model()
        config = TrainingConfig(batch_pieces=60, precision="fp32", dropout=0.0, head_dropout=0.0,
                                recompute_layers=again)
        train(model, toy_corpus(20), toy_space(), config, seed=1)
        assert model.encoder.takes_streams  # switched off again
        trained.append(model.state_dict())
    for name, value in trained[0].items():
        torch.testing.assert_close(value, trained[1][name], rtol=1e-3, atol=2e-5, msg=name)


def test_layers_that_cannot_be_computed_again_are_refused():
    encoder = toy_model().encoder
    encoder.model.supports_gradient_checkpointing = False
    with pytest.raises(ModelError, match=r"BertModel cannot be computed again.*\n.*recompute_layers"), \
            layers_recomputed(encoder):
        pass
