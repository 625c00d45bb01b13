"""Hooks that keep the layers wanted, and rest above."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sprachbund.core.errors import ModelError
from sprachbund.models.taps import HiddenStates, check_layer, run_with_taps


class Toy(nn.Module):
    """Three layers of +1 and a final norm of x100; the second layer gets its input by name."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(PlusOne() for _ in range(3))

    def forward(self, state):
        state = self.layers[0](state)
        state = self.layers[1](hidden_states=state)
        state = self.layers[2](state)
        return state * 100


class PlusOne(nn.Module):
    def __init__(self):
        super().__init__()
        self.runs = 0

    def forward(self, hidden_states):
        self.runs += 1
        return hidden_states + 1


def tapped(toy, wanted):
    states = run_with_taps(list(toy.layers), wanted, lambda: toy(torch.zeros(1, 1, 1)))
    return {layer: float(state) for layer, state in states.items()}


@pytest.mark.parametrize("wanted", [{0}, {1}, {2}, {3}, {0, 2}, {1, 3}, {0, 1, 2, 3}])
def test_keeps_what_is_wanted_and_nothing_else(wanted):
    assert tapped(Toy(), wanted) == {layer: (300.0 if layer == 3 else float(layer)) for layer in wanted}


@pytest.mark.parametrize(("top", "runs"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1])])
def test_layers_above_the_highest_do_not_run(top, runs):
    toy = Toy()
    tapped(toy, {0, top})
    assert [layer.runs for layer in toy.layers] == runs


def test_no_hook_stays_behind_even_after_an_error():
    toy = Toy()
    tapped(toy, {0, 1})
    with pytest.raises(ZeroDivisionError):
        run_with_taps(list(toy.layers), {1}, lambda: 1 / 0)
    assert not any(layer._forward_pre_hooks or layer._forward_hooks for layer in toy.layers)


@pytest.mark.parametrize("wanted", [{-1}, {4}, {True}])
def test_layers_that_are_not_there_are_refused(wanted):
    with pytest.raises(ModelError, match="the encoder has the embedding layer 0 and layers 1 to 3"):
        tapped(Toy(), wanted)


def test_no_layer_at_all_is_refused():
    with pytest.raises(ModelError, match="no layer was asked for"):
        tapped(Toy(), set())


def test_check_layer_names_the_role():
    assert check_layer(2, 3) == 2
    with pytest.raises(ModelError, match="lower layer 9 does not exist") as caught:
        check_layer(9, 3, role="lower layer")
    assert "choose a lower layer from 0 to 3" in str(caught.value)


def test_select_gives_the_order_asked_for():
    one, two = torch.ones(1), torch.zeros(1)
    states = HiddenStates({1: one, 2: two}, 2, False)
    assert states.select([2, 1, 2]) == [two, one, two]
