"""What 2205.08497 says of its attention module, as checks that run on ours (DLFA with its AIF) in milliseconds.

Each check returns what it saw, in a sentence, and raises AssertionError with the promise that is broken. They run
without gradients where they do not ask for them.
"""

from __future__ import annotations

import math
from itertools import product

import torch
from torch import Tensor, nn

from sprachbund.models.fusion.aif import AIF, Gate
from sprachbund.models.fusion.average import Integration
from sprachbund.models.fusion.dlfa import DLFA, DLFAConfig
from sprachbund.models.fusion.ms_cam import Branch, Kernel

WIDTH, REDUCTION = 16, 4
GATES: tuple[Gate, ...] = ("literal", "sigmoid")
LENGTHS = (6, 6, 3)


def two_layers_one_state() -> str:
    """Two states of one shape give one of that shape; the weights depend on the input; both layers get gradients."""
    for gate in GATES:
        module, (last, lower, mask) = _module(gate), _states()
        with torch.enable_grad():
            last, lower = last.requires_grad_(), lower.requires_grad_()
            fused = module([last, lower], mask)
            assert fused.shape == last.shape, f"states {tuple(last.shape)} give {tuple(fused.shape)} ({gate} gate)"
            fused[mask].square().sum().backward()
        for name, state in (("last", last), ("lower", lower)):
            assert state.grad is not None, f"no gradient reaches the {name} layer ({gate} gate)"
            reached = bool(state.grad[mask].any(dim=-1).all())
            assert reached, f"tokens of the {name} layer get no gradient ({gate} gate)"
        inputs = ((last, lower), (2 * last, lower - 1))
        first, second = (module.aif.weights(one, other, mask)[mask] for one, other in inputs)
        assert not torch.allclose(first, second), f"another input gives the same weights ({gate} gate)"
    return "either gate, states of 3 x 6 x 16"


def the_last_layer_fused_with_itself() -> str:
    """With L2 = L1 the module gives back the last layer, to 1e-6 relative in float32, for either gate."""
    largest = 0.0
    for gate, training in product(GATES, (True, False)):
        module, (last, _, mask) = _module(gate).float().train(training), _states()
        last = last.float()
        difference = (module([last, last], mask) - last)[mask].abs().max() / last[mask].abs().max()
        largest = max(largest, float(difference))
    assert largest <= 1e-6, f"the last layer fused with itself differs from it by {largest:.2g} relative"
    return f"largest relative difference {largest:.1g}"


def equations_by_hand() -> str:
    """Equations (1) and (2) on 2 sentences x 3 positions x 4 channels, with sigmoids of 1/2, 3/4 and 9/10 by hand.

    The global branch gives ln 3 times the mean of channel 2 over the sentence's tokens where that is positive, the
    local one ln 3 times channel 3 of each token where that is positive; norms change nothing.
    First sentence: W_2 is 1, -4, 0 (mean -1, g = 0); W_3 is 1, 0, -2 (l = ln 3, 0, 0): sigmoid 3/4, 1/2, 1/2.
    Second: W_2 is 3, -1 (mean 1, g = ln 3); W_3 is -1, 1 (l = 0, ln 3): sigmoid 3/4 and, of 2 ln 3, 9/10.
    """
    last = torch.tensor([
        [[2.0, 0.0, 1.0, 0.0], [0.0, 4.0, -4.0, 0.0], [1.0, 1.0, 2.0, -1.0]],
        [[0.0, 2.0, 4.0, -1.0], [2.0, 0.0, -2.0, 1.0], [8.0, 8.0, 8.0, 8.0]]], dtype=torch.float64)
    lower = torch.tensor([
        [[2.0, 4.0, 1.0, 2.0], [4.0, 0.0, -4.0, 0.0], [1.0, -1.0, -2.0, -3.0]],
        [[4.0, 2.0, 2.0, -1.0], [0.0, 0.0, 0.0, 1.0], [6.0, 6.0, 6.0, 6.0]]], dtype=torch.float64)
    weights = torch.tensor([  # sigmoid times W
        [[1.5, 1.5, 0.75, 0.75], [1.0, 1.0, -2.0, 0.0], [0.5, 0.0, 0.0, -1.0]],
        [[1.5, 1.5, 2.25, -0.75], [0.9, 0.0, -0.9, 0.9], [0.0, 0.0, 0.0, 0.0]]], dtype=torch.float64)
    literal = torch.tensor([  # L1 W' + L2 (1 - W')
        [[2.0, -2.0, 1.0, 0.5], [0.0, 4.0, -4.0, 0.0], [1.0, -1.0, -2.0, -5.0]],
        [[-2.0, 2.0, 6.5, -1.0], [1.8, 0.0, 1.8, 1.0], [6.0, 6.0, 6.0, 6.0]]], dtype=torch.float64)
    sigmoid = torch.tensor([
        [[2.0, 1.0, 1.0, 0.5], [2.0, 2.0, -4.0, 0.0], [1.0, 0.0, 0.0, -2.0]],
        [[1.0, 2.0, 3.5, -1.0], [1.8, 0.0, -1.8, 1.0], [6.0, 6.0, 6.0, 6.0]]], dtype=torch.float64)
    mask = torch.tensor([[True, True, True], [True, True, False]])
    largest = max(
        float((_by_hand("literal").aif.weights(last, lower, mask) - weights).abs().max()),
        float((_by_hand("literal")([last, lower], mask) - literal).abs().max()),
        float((_by_hand("sigmoid")([last, lower], mask) - sigmoid).abs().max()),
    )
    assert largest <= 1e-12, f"the module differs from the equations by {largest:.2g} on the case computed by hand"
    return f"largest difference {largest:.1g}"


def range_of_the_gate() -> str:
    """The literal gate leaves [0, 1] on random states, the sigmoid gate never does."""
    last, lower, mask = _states()
    literal = _module("literal").aif.weights(last, lower, mask)[mask]
    sigmoid = _module("sigmoid").aif.weights(last, lower, mask)[mask]
    low, high = float(literal.min()), float(literal.max())
    assert low < 0 and high > 1, f"the literal gate lies in {low:.2f} to {high:.2f} on random states"  # noqa: PT018
    assert bool(((sigmoid >= 0) & (sigmoid <= 1)).all()), "the sigmoid gate leaves [0, 1]"
    return (f"literal {low:.2f} to {high:.2f}, sigmoid {float(sigmoid.min()):.2f} to {float(sigmoid.max()):.2f}")


def squeeze_and_expansion() -> str:
    """A branch maps E to E/r, then E/r to E; a sigmoid comes last; parameters are 2 E (E/r), biases and norms."""
    for width, reduction in ((768, 4), (768, 16), (384, 4)):
        module, inner = AIF(width, reduction=reduction), width // reduction
        for branch in _branches(module):
            maps = [(layer.in_features, layer.out_features) for layer in branch if isinstance(layer, nn.Linear)]
            assert maps == [(width, inner), (inner, width)], f"a branch maps {maps}, not {width} to {inner} and back"
        expected = 2 * (2 * width * inner + inner + width + 2 * inner + 2 * width)
        counted = sum(parameter.numel() for parameter in module.parameters())
        assert counted == expected, f"E = {width}, r = {reduction}: {counted:,} parameters, expected {expected:,}"
    counted = sum(parameter.numel() for parameter in AIF(768, reduction=4).parameters())
    assert counted == 595_584, f"E = 768, r = 4: {counted:,} parameters, expected 595,584"
    sigmoid, (last, lower, mask) = _module("sigmoid").aif, _states(lengths=(6,))
    rows = ((last + lower) / 2)[0]
    context, local = _branches(sigmoid)
    attention = torch.sigmoid(context(rows.mean(0, keepdim=True)) + local(rows))
    assert torch.allclose(sigmoid.weights(last, lower, mask)[0], attention), "a sigmoid of both branches is not last"
    return f"{counted:,} parameters for E = 768, r = 4"


def two_convolutions_a_branch() -> str:
    """Two convolutions (of kernel 1: linear maps) in each branch, four in the module."""
    inside, *counts = (sum(isinstance(layer, nn.Linear | nn.Conv1d) for layer in part.modules())
                       for part in (AIF(8), *_branches(AIF(8))))
    assert counts == [2, 2], f"{counts} convolutions in the branches, expected two in each"
    assert inside == sum(counts), f"{inside - sum(counts)} convolutions outside of the branches"
    return "2 in a branch, 4 in the module; the wording would also bear 2 in all"


def sum_and_mean_as_input() -> str:
    """W as sum and as mean: with batch norms the sigmoids agree, so the literal products differ by the factor 2."""
    last, lower, mask = _states()
    ratios = {}
    for gate in GATES:
        mean, total = _module(gate, "mean").train(), _module(gate, "sum").train()
        for layer in [*mean.modules(), *total.modules()]:
            if isinstance(layer, nn.BatchNorm1d):
                layer.eps = 1e-14
        one, two = mean.aif.weights(last, lower, mask)[mask], total.aif.weights(last, lower, mask)[mask]
        factor = 2.0 if gate == "literal" else 1.0
        ratios[gate] = float((two - factor * one).abs().max() / one.abs().max())
        assert ratios[gate] <= 1e-6, f"sum and mean differ by another factor than {factor:g} ({gate} gate)"
    return "factor 2 with the literal gate, 1 with the sigmoid gate"


def two_branches() -> str:
    """Two branches; one reads a mean over the sentence's tokens, the other every token by itself.

    Permuted tokens give permuted states, in training and in evaluation. The option of a kernel of 3, with which the
    local branch sees neighbours, breaks that by design, and it is checked that it does.
    """
    module, (last, lower, mask) = _module("literal"), _states(lengths=(6, 6))
    branches = _branches(module.aif)
    assert len(branches) == 2, f"{len(branches)} branches"
    rows: dict[str, int] = {}
    for name, branch in zip(("global", "local"), branches, strict=True):
        branch.register_forward_pre_hook(lambda _, given, name=name: rows.update({name: given[0].shape[0]}))
    module.train()([last, lower], mask)
    assert rows == {"global": 2, "local": 12}, f"2 sentences of 6 tokens: rows read by the branches are {rows}"
    for training in (True, False):
        moved = _moved_by_permutation(module.train(training))
        assert moved <= 1e-9, f"permuted tokens change the states by {moved:.2g}"
    moved = _moved_by_permutation(_module("literal", kernel=3))
    assert moved > 1e-3, "a local branch that sees neighbours was not noticed"
    return f"one pooled over positions; permuted tokens permute states; with a kernel of 3 they move by {moved:.1g}"


def _moved_by_permutation(module: DLFA) -> float:
    last, lower, mask = _states(lengths=(6, 6))
    order = torch.tensor([3, 1, 5, 0, 4, 2])
    expected = module([last, lower], mask)[:, order]
    return float((module([last[:, order], lower[:, order]], mask) - expected).abs().max())


def _branches(module: AIF) -> list[Branch]:
    """The global branch, then the local one."""
    return [part for part in module.children() if isinstance(part, Branch)]


def _module(gate: Gate, integration: Integration = "mean", kernel: Kernel = 1) -> DLFA:
    """A fusion whose every weight and running statistic is away from where it starts, in float64, in evaluation."""
    config = DLFAConfig(layer=1, gate=gate, integration=integration, reduction=REDUCTION, kernel=kernel)
    module = DLFA(config, WIDTH, 2).double().eval()
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                noise = torch.randn(value.shape, generator=generator, dtype=torch.float64)
                value.copy_(noise.abs() + 0.5 if "var" in name else 0.5 * noise)
    return module


def _by_hand(gate: Gate) -> DLFA:
    """E = 4, r = 2, norms that change nothing; global = ln 3 relu(mean of W_2), local = ln 3 relu(W_3)."""
    module = DLFA(DLFAConfig(layer=1, gate=gate, reduction=2), 4, 2).double().eval()
    with torch.no_grad():
        for branch, channel in zip(_branches(module.aif), (2, 3), strict=True):
            for layer in branch:
                if isinstance(layer, nn.BatchNorm1d):
                    layer.eps = 0.0
            squeeze, expand = (layer for layer in branch if isinstance(layer, nn.Linear))
            for value in (*squeeze.parameters(), *expand.parameters()):
                value.zero_()
            squeeze.weight[0, channel] = 1.0
            expand.weight[:, 0] = math.log(3.0)
    return module


def _states(lengths: tuple[int, ...] = LENGTHS) -> tuple[Tensor, Tensor, Tensor]:
    """Two random layers in float64 and their mask; padded positions hold large numbers."""
    generator = torch.Generator().manual_seed(5)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    two = torch.randn(2, *mask.shape, WIDTH, generator=generator, dtype=torch.float64) * 2
    two[:, ~mask] = 300.0
    return two[0], two[1], mask
