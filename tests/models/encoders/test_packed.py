"""Models without padding against transformers' own forward and backward pass."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import Mock

import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel, XLMRobertaConfig, XLMRobertaModel

from sprachbund.models.dropout_stream import DropoutStream
from sprachbund.models.encoders import plain_layer, text
from sprachbund.models.encoders.packed import can_be_packed
from sprachbund.models.encoders.packed_layer import LayerOptions
from sprachbund.models.encoders.text import TextEncoder

KINDS = {"bert": (BertModel, BertConfig), "roberta": (RobertaModel, RobertaConfig),
         "xlm-roberta": (XLMRobertaModel, XLMRobertaConfig)}
SIZES = {"vocab_size": 60, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 40,
         "type_vocab_size": 2}
LENGTHS = torch.tensor([9, 3, 1, 7, 9])


def make(kind="bert", dropout=0.0, **options):
    torch.manual_seed(0)
    model_class, config_class = KINDS[kind]
    config = config_class(**{**SIZES, "hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout,
                             **options})
    model = model_class(config, add_pooling_layer=False)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)  # biases and norms too, so that each of them matters
    return TextEncoder(model.double())


def batch(lengths=LENGTHS):
    torch.manual_seed(1)
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    ids = torch.randint(3, 60, mask.shape).masked_fill_(~mask, 1)
    types = torch.randint(0, 2, mask.shape) * mask
    return ids, mask, types


def states_and_gradients(encoder, monkeypatch, *, packed, types, layers=(0, 2, 3)):
    ids, mask, type_ids = batch()
    with monkeypatch.context() as patch:
        if not packed:
            patch.setattr(text, "can_be_packed", lambda model: False)
        encoder.zero_grad()
        states = encoder(ids, mask, layers, type_ids if types else None)
        real = [states.by_layer[layer][mask] for layer in layers]
        sum((state.sin() ** 2).sum() for state in real).backward()
    return real, {name: parameter.grad for name, parameter in encoder.named_parameters() if parameter.grad is not None}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("types", [False, True])
def test_states_and_all_gradients_are_those_of_transformers(monkeypatch, kind, training, types):
    if types and kind != "bert":
        pytest.skip("the others have one segment")
    encoder = make(kind).train(training)
    assert can_be_packed(encoder.model)
    states, gradients = states_and_gradients(encoder, monkeypatch, packed=True, types=types)
    expected, expected_gradients = states_and_gradients(encoder, monkeypatch, packed=False, types=types)
    for state, other in zip(states, expected, strict=True):
        torch.testing.assert_close(state, other, rtol=1e-10, atol=1e-10)
    assert gradients.keys() == expected_gradients.keys()
    for name in gradients:
        torch.testing.assert_close(gradients[name], expected_gradients[name], rtol=1e-8, atol=1e-9, msg=name)


def test_the_backward_pass_is_the_derivative_with_dropout_too():
    encoder = make(dropout=0.3).train()
    ids, mask, _ = batch(torch.tensor([3, 2]))
    parameter = dict(encoder.named_parameters())["model.encoder.layer.0.attention.self.query.weight"]

    def loss(weight):
        with torch.no_grad():
            parameter.copy_(weight)
        return (encoder(ids, mask, [3], stream=DropoutStream(7)).by_layer[3][mask] ** 2).sum()

    start = parameter.detach().clone()
    loss(start).backward()
    direction = torch.randn_like(start)
    direction /= direction.norm()
    step = 1e-5
    with torch.enable_grad():
        slope = (loss(start + step * direction) - loss(start - step * direction)) / (2 * step)
    torch.testing.assert_close((parameter.grad * direction).sum(), slope.detach(), rtol=1e-5, atol=1e-7)


def test_the_stream_decides_the_masks_and_without_one_torch_does():
    encoder = make(dropout=0.3).train()
    ids, mask, _ = batch()

    def run(stream=None):
        return encoder(ids, mask, [3], stream=stream).by_layer[3]

    assert torch.equal(run(DropoutStream(1)), run(DropoutStream(1)))
    assert not torch.equal(run(DropoutStream(1)), run(DropoutStream(2)))
    torch.manual_seed(4)
    first, second = run(), run()
    torch.manual_seed(4)
    assert torch.equal(first, run())
    assert not torch.equal(first, second)
    encoder.eval()
    assert torch.equal(run(DropoutStream(1)), run(DropoutStream(2)))


def test_dropout_of_each_kind_is_read_from_the_model():
    ids, mask, _ = batch()
    for part in ("embeddings.dropout", "encoder.layer.1.attention.self.dropout",
                 "encoder.layer.1.attention.output.dropout", "encoder.layer.1.output.dropout"):
        encoder = make().train()
        before = encoder(ids, mask, [3], stream=DropoutStream(1)).by_layer[3]
        encoder.model.get_submodule(part).p = 0.5
        assert not torch.equal(before, encoder(ids, mask, [3], stream=DropoutStream(1)).by_layer[3]), part


def test_padded_positions_are_zeros_and_change_nothing():
    encoder = make().eval()
    ids, mask, _ = batch()
    states = encoder(ids, mask, [1, 3])
    other = encoder(ids.masked_fill(~mask, 50), mask, [1, 3])
    for layer in (1, 3):
        assert torch.equal(states.by_layer[layer], other.by_layer[layer])
        assert (states.by_layer[layer][~mask] == 0).all()


@pytest.mark.parametrize("training", [False, True])
def test_a_row_of_padding_gives_numbers(training):
    encoder = make(dropout=0.1).train(training)
    ids, mask, _ = batch(torch.tensor([4, 0, 2]))
    state = encoder(ids, mask, [3]).by_layer[3]
    state.sum().backward()
    assert torch.isfinite(state).all()
    assert all(torch.isfinite(parameter.grad).all() for parameter in encoder.parameters()
               if parameter.grad is not None)


def test_a_single_piece():
    encoder = make(dropout=0.1).train()
    state = encoder(torch.tensor([[5]]), torch.tensor([[True]]), [3]).by_layer[3]
    state.sum().backward()
    assert torch.isfinite(state).all()


@pytest.mark.parametrize("training", [False, True])
def test_bf16_stays_near_single_precision(training):
    encoder = make().float().train(training)
    ids, mask, _ = batch()
    for parameter in encoder.parameters():
        nn.init.normal_(parameter, std=0.05)
    exact = encoder(ids, mask, [1, 3]).by_layer
    exact[3][mask].sin().sum().backward()
    expected = encoder.layers[0].get_submodule("intermediate.dense").weight.grad.clone()
    encoder.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = encoder(ids, mask, [1, 3]).by_layer
    half[3][mask].sin().sum().backward()
    found = encoder.layers[0].get_submodule("intermediate.dense").weight.grad
    assert half[3].dtype is torch.float32
    assert found.dtype is torch.float32
    torch.testing.assert_close(half[3], exact[3], rtol=0.05, atol=0.03)
    torch.testing.assert_close(found, expected, rtol=0.1, atol=0.03 * float(expected.abs().max()))


def test_lower_layers_frozen_or_all_of_them():
    encoder = make(dropout=0.1).train()
    ids, mask, _ = batch()
    for parameter in (*encoder.model.embeddings.parameters(), *encoder.layers[0].parameters()):
        parameter.requires_grad_(False)
    encoder(ids, mask, [3]).by_layer[3].sum().backward()
    assert encoder.layers[0].get_submodule("output.dense").weight.grad is None
    assert encoder.layers[1].get_submodule("output.dense").weight.grad is not None
    encoder.requires_grad_(False)
    assert not encoder(ids, mask, [3]).by_layer[3].requires_grad


def change_a_part(encoder):
    layer = encoder.layers[1].get_submodule("intermediate")
    layer.dense = nn.Sequential(layer.dense)


def hook_a_part(encoder):
    encoder.layers[1].get_submodule("output.dense").register_forward_hook(lambda module, args, output: output)


def checkpoint(encoder):
    model = encoder.model  # transformers renamed it within version 5
    getattr(model, "activation_checkpointing_enable", model.gradient_checkpointing_enable)()


@pytest.mark.parametrize("change", [change_a_part, hook_a_part, checkpoint])
def test_a_changed_model_is_run_by_transformers(change):
    encoder = make().train()
    ids, mask, _ = batch()
    before = encoder(ids, mask, [3]).by_layer[3]
    assert encoder.takes_streams
    change(encoder)
    assert not encoder.takes_streams
    torch.testing.assert_close(encoder(ids, mask, [3]).by_layer[3][mask], before[mask])


@pytest.mark.parametrize("options", [{"hidden_act": "relu"}, {"is_decoder": True}])
def test_other_models_are_run_by_transformers(options):
    encoder = make(**options)
    ids, mask, _ = batch()
    assert not encoder.takes_streams
    assert encoder(ids, mask, [3]).by_layer[3].shape == (*mask.shape, 24)


def attention_of_each_row(query, key, value, query_ends, key_ends, longest, longest_key):
    """What torch's `varlen_attn` computes on GPUs, a row at a time."""
    assert query_ends.dtype == key_ends.dtype == torch.int32
    assert (query_ends.diff() <= longest).all()
    assert query.stride(-1) == key.stride(-1) == value.stride(-1) == 1  # flash attention asks for that
    rows = []
    for first, last in pairwise(query_ends.tolist()):
        parts = (part[first:last].transpose(0, 1) for part in (query, key, value))
        rows.append(nn.functional.scaled_dot_product_attention(*parts).transpose(0, 1))
    return torch.cat(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_attention_without_padding_gives_the_same_states_and_gradients(monkeypatch, kind):
    varlen = Mock(side_effect=attention_of_each_row)
    encoder = make(kind).train(False)
    padded = states_and_gradients(encoder, monkeypatch, packed=True, types=False)
    with monkeypatch.context() as patch:
        patch.setattr("torch.nn.attention.varlen.varlen_attn", varlen)
        patch.setattr(plain_layer, "_without_padding", lambda projected, options: True)
        without = states_and_gradients(encoder, monkeypatch, packed=True, types=False)
    assert varlen.call_count == 3  # layers
    torch.testing.assert_close(without, padded)


class OnGpu:
    """What `_without_padding` reads of a tensor on a GPU."""

    is_cuda = True

    def __init__(self, dtype, width):
        self.dtype, self.shape = dtype, (10, 3 * width)


@pytest.mark.parametrize(("dtype", "width", "dropout", "there", "expected"), [
    (torch.bfloat16, 64, 0.0, True, True), (torch.float32, 64, 0.0, True, False),
    (torch.bfloat16, 64, 0.1, True, False),
    (torch.bfloat16, 24, 0.0, True, False),  # heads of 6
    (torch.bfloat16, 4 * 264, 0.0, True, False),
    (torch.bfloat16, 64, 0.0, False, False),  # an older torch, or one without flash attention
])
def test_where_attention_runs_without_padding(monkeypatch, dtype, width, dropout, there, expected):
    monkeypatch.setattr(plain_layer, "has_varlen_attention", lambda: there)
    options = LayerOptions(4, (1e-5, 1e-5), dropout, (0.1, 0.1))
    assert plain_layer._without_padding(OnGpu(dtype, width), options) is expected


def test_a_torch_without_such_attention_is_noticed(monkeypatch):
    plain_layer.has_varlen_attention.cache_clear()
    monkeypatch.setattr(torch.backends.cuda, "is_flash_attention_available", lambda: True)
    monkeypatch.setattr(plain_layer, "find_spec", lambda name: None)
    assert not plain_layer.has_varlen_attention()
    plain_layer.has_varlen_attention.cache_clear()
