from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from sprachbund.training.selection import (
    Selection,
    averaged_steps,
    evaluation_steps,
    load_weights,
    trained_weights,
)


@pytest.mark.parametrize(("steps", "evaluations", "expected"), [
    (10, 0, {10}), (10, 1, {10}), (10, 2, {5, 10}), (10, 5, {2, 4, 6, 8, 10}), (2, 5, {1, 2}), (7, 3, {2, 5, 7})])
def test_evaluations_are_evenly_spaced_and_one_is_at_the_end(steps, evaluations, expected):
    assert evaluation_steps(steps, evaluations) == expected


def filled(value):
    layer = nn.Linear(2, 2)
    nn.init.constant_(layer.weight, value)
    return layer


def test_the_best_is_kept_and_of_equals_the_earlier():
    selection, layer = Selection(keeps=True), filled(0.0)
    for step, (score, value) in enumerate([(70.0, 1.0), (80.0, 2.0), (80.0, 3.0), (75.0, 4.0)], start=1):
        nn.init.constant_(layer.weight, value)
        selection.offer(score, step, layer)
    selection.settle(layer)
    assert (selection.score, selection.step) == (80.0, 2)
    assert (layer.weight == 2.0).all()


def test_with_one_evaluation_nothing_is_copied():
    selection, layer = Selection(keeps=False), filled(1.0)
    selection.offer(50.0, 9, layer)
    assert selection.weights == {}
    selection.settle(layer)
    assert (layer.weight == 1.0).all()


def test_a_score_that_is_no_number_never_wins():
    selection, layer = Selection(keeps=True), filled(0.0)
    selection.offer(math.nan, 1, layer)
    selection.offer(40.0, 2, layer)
    selection.offer(math.nan, 3, layer)
    assert (selection.score, selection.step) == (40.0, 2)


def test_weights_are_what_training_changes():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    model[0].weight.requires_grad_(False)
    weights = trained_weights(model)
    assert set(weights) == {"0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"}
    load_weights(model, {"0.bias": torch.tensor([5.0, 6.0])})
    assert model[0].bias.tolist() == [5.0, 6.0]


@pytest.mark.parametrize(("evaluations", "count", "expected"), [
    (5, 0, set()), (5, 1, {10}), (5, 2, {8, 10}), (5, 5, {2, 4, 6, 8, 10}), (20, 20, set(range(1, 11))), (0, 1, {10})])
def test_the_last_evaluation_points_are_averaged(evaluations, count, expected):
    assert averaged_steps(10, evaluations, count) == expected


def test_a_mean_of_weights_and_the_last_counts():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    selection = Selection(keeps=False)
    for value, count in ((1.0, 3), (2.0, 5), (6.0, 8)):
        nn.init.constant_(model[0].weight, value)
        model[1].running_mean.fill_(value)
        model[1].num_batches_tracked.fill_(count)
        selection.add(model)
    nn.init.constant_(model[0].weight, 100.0)
    selection.settle(model)
    assert (model[0].weight == 3.0).all()
    assert (model[1].running_mean == 3.0).all()
    assert model[1].num_batches_tracked == 8
