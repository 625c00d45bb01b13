"""The AIF module against equations (1) and (2): by hand, and against another implementation in float64."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sprachbund.models.fusion.aif import AIF
from sprachbund.models.fusion.ms_cam import RealBatchNorm

Array = NDArray[np.float64]
VARIANTS = list(product(("literal", "sigmoid"), ("mean", "sum"), ("batch", "layer")))
LENGTHS = (4, 1, 0, 6)


def states(lengths: tuple[int, ...] = LENGTHS, width: int = 12, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Two layers and their mask; padded positions hold large numbers."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    two = torch.randn(2, *mask.shape, width, generator=generator, dtype=torch.float64) * 2 + 0.3
    two[:, ~mask] = 500.0
    return two[0], two[1], mask


def randomised(module: AIF, seed: int = 3) -> AIF:
    """Every parameter and running statistic away from its initial value, the same in every run."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in module.state_dict().items():
        if value.is_floating_point():
            noise = torch.randn(value.shape, generator=generator, dtype=torch.float64)
            value.copy_(noise.abs() + 0.5 if "var" in name else 0.5 * noise)
    return module


# --- the reference: written from the equations, in numpy, sentence by sentence -------------------------------


def reference_norm(rows: Array, weights: dict[str, Array], kind: str, training: bool) -> Array:
    if kind == "layer":
        mean, variance = rows.mean(1, keepdims=True), rows.var(1, keepdims=True)
    elif training and len(rows) > 1:
        mean, variance = rows.mean(0), rows.var(0)
    else:
        mean, variance = weights["running_mean"], weights["running_var"]
    return (rows - mean) / np.sqrt(variance + 1e-5) * weights["weight"] + weights["bias"]


def reference_branch(rows: Array, layers: list[dict[str, Array]], kind: str, training: bool) -> Array:
    squeezed = np.array([layers[0]["weight"] @ row + layers[0]["bias"] for row in rows])
    active = np.maximum(reference_norm(squeezed, layers[1], kind, training), 0.0)
    expanded = np.array([layers[3]["weight"] @ row + layers[3]["bias"] for row in active])
    return reference_norm(expanded, layers[4], kind, training)


def reference(module: AIF, last: Array, lower: Array, mask: Array, kind: str) -> list[Array]:
    """The fused state of each sentence, (tokens, width), padding left out."""
    divisor = 2.0 if module.integration == "mean" else 1.0
    branches = []
    for branch in (module.global_branch, module.local_branch):
        branches.append([{key: value.detach().numpy() for key, value in layer.state_dict().items()}
                         for layer in branch])
    sentences = [(last[b][mask[b]], lower[b][mask[b]]) for b in range(len(mask)) if mask[b].any()]
    integrated = [(one + two) / divisor for one, two in sentences]
    pooled = np.array([tokens.mean(0) for tokens in integrated])
    context = reference_branch(pooled, branches[0], kind, module.training)
    local = reference_branch(np.concatenate(integrated), branches[1], kind, module.training)
    fused, start = [], 0
    for number, ((one, two), tokens) in enumerate(zip(sentences, integrated, strict=True)):
        attention = 1.0 / (1.0 + np.exp(-(context[number] + local[start : start + len(tokens)])))
        weights = attention * tokens if module.gate == "literal" else attention
        fused.append(one * weights + two * (1.0 - weights))
        start += len(tokens)
    return fused


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize(("gate", "integration", "normalisation"), VARIANTS)
def test_equals_an_independent_float64_reference(
    gate: str, integration: str, normalisation: str, training: bool
) -> None:
    module = AIF(12, gate=gate, integration=integration, normalisation=normalisation, reduction=3).double()
    randomised(module).train(training)
    last, lower, mask = states()
    expected = reference(module, last.numpy(), lower.numpy(), mask.numpy(), normalisation)
    fused = module(last, lower, mask)
    np.testing.assert_allclose(fused[mask].detach().numpy(), np.concatenate(expected), atol=1e-9, rtol=0)
    single = module.float()(last.float(), lower.float(), mask)[mask].detach().double().numpy()
    size = max(1.0, float(np.abs(np.concatenate(expected)).max()))
    np.testing.assert_allclose(single, np.concatenate(expected), atol=1e-5 * size, rtol=0)


def hand_made(gate: str, integration: str = "mean") -> AIF:
    """E = 4, r = 2, norms that change nothing; global = ln 3 * relu(mean of W_1), local = ln 3 * relu(W_2)."""
    module = AIF(4, reduction=2, gate=gate, integration=integration).double().eval()
    for branch, channel in ((module.global_branch, 0), (module.local_branch, 1)):
        for layer in branch:
            if isinstance(layer, RealBatchNorm):
                layer.eps = 0.0
            elif isinstance(layer, nn.Linear):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)
        with torch.no_grad():
            branch[0].weight[0, channel] = 1.0
            branch[3].weight[:, 0] = math.log(3.0)
    return module


def test_hand_computed_case() -> None:
    """2 sentences x 3 positions x 4 channels; the last position of the second is padding.

    First sentence: W_1 is 2, -3, 1 (mean 0, g = 0); W_2 is 0, 1, -1 (l = 0, ln 3, 0): sigmoid 1/2, 3/4, 1/2.
    Second: W_1 is 0, 2 (mean 1, g = ln 3); W_2 is 0, 1 (l = 0, ln 3): sigmoid 3/4 and, of 2 ln 3, 9/10.
    """
    last = torch.tensor([
        [[2.0, 0.0, 4.0, 1.0], [-3.0, 2.0, 1.0, 0.0], [1.0, -1.0, 0.0, 3.0]],
        [[0.0, 0.0, 1.0, 2.0], [4.0, 2.0, 0.0, -1.0], [9.0, 9.0, 9.0, 9.0]],
    ], dtype=torch.float64)
    lower = torch.tensor([
        [[2.0, 0.0, 0.0, 3.0], [-3.0, 0.0, 3.0, 4.0], [1.0, -1.0, 2.0, -3.0]],
        [[0.0, 0.0, 3.0, 0.0], [0.0, 0.0, 4.0, 1.0], [7.0, 7.0, 7.0, 7.0]],
    ], dtype=torch.float64)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    weights = torch.tensor([  # W' = sigmoid * W
        [[1.0, 0.0, 1.0, 1.0], [-2.25, 0.75, 1.5, 1.5], [0.5, -0.5, 0.5, 0.0]],
        [[0.0, 0.0, 1.5, 0.75], [1.8, 0.9, 1.8, 0.0], [0.0, 0.0, 0.0, 0.0]],
    ], dtype=torch.float64)
    literal = torch.tensor([  # L1 W' + L2 (1 - W')
        [[2.0, 0.0, 4.0, 1.0], [-3.0, 1.5, 0.0, -2.0], [1.0, -1.0, 1.0, -3.0]],
        [[0.0, 0.0, 0.0, 1.5], [7.2, 1.8, -3.2, 1.0], [7.0, 7.0, 7.0, 7.0]],
    ], dtype=torch.float64)
    plain = torch.tensor([  # with sigmoid alone as the weight
        [[2.0, 0.0, 2.0, 2.0], [-3.0, 1.5, 1.5, 1.0], [1.0, -1.0, 1.0, 0.0]],
        [[0.0, 0.0, 1.5, 1.5], [3.6, 1.8, 0.4, -0.8], [7.0, 7.0, 7.0, 7.0]],
    ], dtype=torch.float64)
    module = hand_made("literal")
    torch.testing.assert_close(module.weights(last, lower, mask), weights, atol=1e-12, rtol=0)
    torch.testing.assert_close(module(last, lower, mask), literal, atol=1e-12, rtol=0)
    torch.testing.assert_close(hand_made("sigmoid")(last, lower, mask), plain, atol=1e-12, rtol=0)


def test_sum_and_mean_differ_by_a_factor_in_the_product() -> None:
    last, lower, mask = states(width=8)
    ratios = []
    for integration in ("mean", "sum"):
        module = AIF(8, integration=integration).double().eval()
        for branch in (module.global_branch, module.local_branch):
            nn.init.zeros_(branch[3].weight)
            nn.init.zeros_(branch[3].bias)
        ratios.append(module.weights(last, lower, mask))  # sigmoid(0) * W
    torch.testing.assert_close(ratios[1], 2 * ratios[0])


@pytest.mark.parametrize("gate", ["literal", "sigmoid"])
def test_equal_layers_come_back_unchanged(gate: str) -> None:
    last, _, mask = states()
    module = randomised(AIF(12, gate=gate)).train()
    assert torch.equal(module(last.float(), last.float(), mask), last.float())


@pytest.mark.parametrize(("width", "reduction", "expected"), [(768, 4, 595_584), (768, 16, 152_352), (384, 4, 150_336)])
def test_parameter_counts(width: int, reduction: int, expected: int) -> None:
    inner = width // reduction
    branch = 2 * width * inner + inner + width + 2 * inner + 2 * width
    counted = sum(parameter.numel() for parameter in AIF(width, reduction=reduction).parameters())
    assert counted == 2 * branch == expected


def test_squeeze_and_expansion_with_two_convolutions_a_branch() -> None:
    module = AIF(768, reduction=4)
    branches = [module.global_branch, module.local_branch]
    assert list(module.children()) == branches
    for branch in branches:
        maps = [layer for layer in branch if isinstance(layer, nn.Linear)]
        assert [(layer.in_features, layer.out_features) for layer in maps] == [(768, 192), (192, 768)]
        assert [type(layer).__name__ for layer in branch] == [
            "Linear", "RealBatchNorm", "ReLU", "Linear", "RealBatchNorm"
        ]


def test_a_reduction_beyond_the_width_leaves_one_channel() -> None:
    assert AIF(8, reduction=100).local_branch[0].out_features == 1


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_permuting_tokens_permutes_the_result(training: bool) -> None:
    last, lower, mask = states(lengths=(6, 6))
    module = randomised(AIF(12).double()).train(training)
    order = torch.tensor([3, 1, 5, 0, 4, 2])
    expected = module(last, lower, mask)[:, order]
    torch.testing.assert_close(module(last[:, order], lower[:, order], mask), expected)


def test_the_literal_gate_leaves_the_unit_interval_and_the_sigmoid_gate_does_not() -> None:
    last, lower, mask = states()
    literal = randomised(AIF(12, gate="literal").double()).weights(last, lower, mask)[mask]
    assert bool((literal < 0).any())
    assert bool((literal > 1).any())
    sigmoid = randomised(AIF(12, gate="sigmoid").double()).weights(last, lower, mask)[mask]
    assert bool(((sigmoid > 0) & (sigmoid < 1)).all())


def test_gradients_are_those_of_finite_differences() -> None:
    module = randomised(AIF(4, reduction=2).double()).train()
    last, lower, mask = states(lengths=(3, 2), width=4)
    last, lower = last.requires_grad_(), lower.requires_grad_()
    assert torch.autograd.gradcheck(lambda one, two: module(one, two, mask)[mask], (last, lower))


# --- batch statistics ----------------------------------------------------------------------------------------


def norms(module: AIF, branch: str) -> list[RealBatchNorm]:
    return [layer for layer in getattr(module, branch) if isinstance(layer, RealBatchNorm)]


def test_running_statistics_are_those_of_real_tokens_alone() -> None:
    last, lower, mask = states()
    module = AIF(12).double().train()
    module(last, lower, mask)
    integrated = (last + lower)[mask] / 2
    squeezed = module.local_branch[0](integrated)
    local = norms(module, "local_branch")[0]
    torch.testing.assert_close(local.running_mean, 0.1 * squeezed.mean(0))
    torch.testing.assert_close(local.running_var, 0.9 + 0.1 * squeezed.var(0))  # unbiased, as torch's
    pooled = torch.stack([(last + lower)[row][mask[row]].mean(0) / 2 for row in range(4) if mask[row].any()])
    squeezed = module.global_branch[0](pooled)
    context = norms(module, "global_branch")[0]
    torch.testing.assert_close(context.running_mean, 0.1 * squeezed.mean(0))
    torch.testing.assert_close(context.running_var, 0.9 + 0.1 * squeezed.var(0))


def test_one_sentence_trains_by_the_running_statistics() -> None:
    last, lower, mask = states(lengths=(5,))
    module = randomised(AIF(12).double()).train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    fused = module(last, lower, mask)
    fused.square().sum().backward()
    for key, value in module.state_dict().items():
        moves = key.startswith("local_branch") and ("running" in key or "tracked" in key)
        assert torch.equal(value, before[key]) is not moves, key
    for parameter in module.parameters():
        assert parameter.grad is not None
        assert bool(parameter.grad.isfinite().all())
    assert bool(module.global_branch[0].weight.grad.any())


def test_one_token_trains_and_moves_no_statistic() -> None:
    last, lower, mask = states(lengths=(1, 0))
    module = AIF(12).double().train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    assert bool(module(last, lower, mask).isfinite().all())
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_nothing_but_padding_gives_numbers_and_moves_no_statistic() -> None:
    last, lower, mask = states(lengths=(3, 2))
    module = AIF(12).double().train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    assert torch.equal(module(last, lower, torch.zeros_like(mask)), lower)
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


def test_statistics_are_single_precision_under_autocast() -> None:
    """Values around 300 with deviation 1: in bfloat16 (steps of 2) the variance would be lost."""
    norm = RealBatchNorm(3)
    rows = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0)) * 8 + 300
    with torch.autocast("cpu", torch.bfloat16):
        out = norm.train()(rows.bfloat16())
    assert out.dtype == torch.float32
    rounded = rows.bfloat16().double()
    expected = (rounded - rounded.mean(0)) / (rounded.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(out.double(), expected, atol=1e-4, rtol=0)
