"""Which weights are kept: the last, the best on development data of the source language (never of a target), or the
mean of several evaluation points (checkpoint averaging within one run, 2305.16834)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

Weights = dict[str, Tensor]


def evaluation_steps(steps: int, evaluations: int) -> frozenset[int]:
    """Steps after which dev is scored: evenly spaced, the last one at the end; always at the end.

    >>> sorted(evaluation_steps(10, 3)), sorted(evaluation_steps(10, 0))
    ([3, 7, 10], [10])
    """
    count = max(1, min(evaluations, steps))
    return frozenset(round(steps * number / count) for number in range(1, count + 1))


def averaged_steps(steps: int, evaluations: int, count: int) -> frozenset[int]:
    """Steps after which weights are added to the mean: the last `count` of `evaluation_steps`.

    >>> sorted(averaged_steps(10, 5, 3)), sorted(averaged_steps(10, 5, 0))
    ([6, 8, 10], [])
    """
    points = sorted(evaluation_steps(steps, evaluations))
    return frozenset(points[max(0, len(points) - count):] if count else ())


def trained_weights(model: nn.Module) -> Weights:
    """What training changes, by name, not copied: trained parameters and persistent buffers (running statistics)."""
    fixed = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
    return {name: value for name, value in model.state_dict().items() if name not in fixed}


def load_weights(model: nn.Module, weights: Weights) -> None:
    """Copy weights that `trained_weights` gave back into the model."""
    own = model.state_dict()
    with torch.no_grad():
        for name, value in weights.items():
            own[name].copy_(value)


@dataclass
class Selection:
    """The best weights so far, or the sum of those that are averaged.

    Args:
        keeps: whether weights are kept at all; with one evaluation, at the end, there is nothing to choose.
        score: the best dev score so far; NaN before the first.
        step: the step it was reached after.
        weights: a copy of the weights, on the processor; empty where none are kept.
        sums: the sum of the weights added so far, on the processor; of whole numbers (counts) the last ones.
        summed: how many were added.
    """

    keeps: bool
    score: float = math.nan
    step: int = 0
    weights: Weights = field(default_factory=dict)
    sums: Weights = field(default_factory=dict)
    summed: int = 0

    def offer(self, score: float, step: int, model: nn.Module) -> None:
        """Keep the model's weights if the score is better than the best; of equals the earlier stays."""
        if score <= self.score or (math.isnan(score) and self.step):
            return
        self.score, self.step = score, step
        if self.keeps:
            self.weights = {name: value.detach().cpu().clone() for name, value in trained_weights(model).items()}

    def add(self, model: nn.Module) -> None:
        """Add the model's weights to those that are averaged."""
        for name, value in trained_weights(model).items():
            weights = value.detach().cpu()
            if self.summed and weights.is_floating_point():
                self.sums[name] += weights
            else:
                self.sums[name] = weights.clone()
        self.summed += 1

    def settle(self, model: nn.Module) -> None:
        """Put the mean of what was added, or else the kept weights, into the model."""
        if self.summed:
            load_weights(model, {name: value / self.summed if value.is_floating_point() else value
                                 for name, value in self.sums.items()})
        elif self.weights:
            load_weights(model, self.weights)
