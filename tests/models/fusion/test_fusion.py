"""The table of fusions and how configs are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from sprachbund.core.errors import ModelError, RegistryError
from sprachbund.models.fusion.fusion import (
    FUSIONS,
    Fusion,
    FusionConfig,
    IdentityStart,
    build_fusion,
    fusion_config,
)
from sprachbund.models.saved_facts import ModelDescription
from sprachbund.models.saved_model import load_model, save_model
from sprachbund.testing.toy_task import toy_encoder, toy_model, toy_space


def test_an_unknown_name_is_told_with_near_matches() -> None:
    with pytest.raises(RegistryError, match="there is no fusion named 'dfla'") as caught:
        fusion_config({"type": "dfla"})
    assert "did you mean dlfa?" in str(caught.value)


@pytest.mark.parametrize("name", sorted(FUSIONS.built_in))
def test_each_built_in_says_what_it_is(name: str) -> None:
    fusion = FUSIONS.load(name).value
    assert issubclass(fusion, Fusion)
    assert issubclass(fusion.config_class, FusionConfig)
    assert fusion.name == name
    assert fusion.summary


OPTIONS = {"layer": 1}
STARTED = [name for name in FUSIONS.built_in if name != "last_layer"]


def started(name: str, **more: object) -> FusionConfig:
    config_class = FUSIONS.load(name).value.config_class
    needed = {key: value for key, value in OPTIONS.items()
              if key in config_class.model_fields and config_class.model_fields[key].is_required()}
    return fusion_config({"type": name, **needed, "identity_start": True, **more})


@pytest.mark.parametrize("name", STARTED)
def test_every_aggregator_can_start_as_the_last_layer_and_then_learns(name: str, streams: Any) -> None:
    config = started(name)
    fusion = build_fusion(config, 8, n_layers=3).float()
    wanted = config.streams(3)
    states, mask = streams(len(wanted))
    states = [state.float().requires_grad_() for state in states]
    last = states[wanted.index(3)]
    assert torch.equal(fusion(states, mask)[mask], last[mask])
    weights = torch.randn(last.shape, generator=torch.Generator().manual_seed(0))
    optimiser = torch.optim.AdamW(fusion.parameters(), lr=1e-2)
    for _ in range(3):
        optimiser.zero_grad()
        (fusion(states, mask) * weights)[mask].sum().backward()
        optimiser.step()
    assert not torch.allclose(fusion(states, mask)[mask], last[mask])
    assert all(bool(parameter.grad.isfinite().all()) for parameter in fusion.parameters())


def test_the_last_layer_is_asked_for_only_where_it_is_not_there() -> None:
    assert started("single_layer").streams(3) == (1, 3)
    assert started("single_layer", layer=3).streams(3) == (3,)
    assert started("dlfa").streams(3) == (3, 1)
    assert started("dlfa", layer=0, upper=2).streams(3) == (2, 0, 3)
    assert started("average").streams(3) == (1, 2, 3)
    assert fusion_config({"type": "single_layer", "layer": 1}).streams(3) == (1,)


def test_a_gain_lets_through_the_difference(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(started("dlfa", layer=0, upper=2), 8, n_layers=3).double().eval()
    assert isinstance(fusion, IdentityStart)
    assert fusion.inner.n_streams == 2
    with torch.no_grad():
        fusion.gain.copy_(torch.linspace(0, 1, 8))
    inside = fusion.inner(states[:2], mask)
    torch.testing.assert_close(fusion(states, mask), states[2] + fusion.gain * (inside - states[2]))


def test_a_fusion_without_a_gate_says_so(streams: Any) -> None:
    states, mask = streams(3)
    fusion = build_fusion(fusion_config({"type": "average"}), 8, n_layers=3)
    assert fusion.gate_channels is None
    assert fusion.read_gate(states, mask) is None
    with pytest.raises(ModelError, match="the fusion average has no gate"):
        fusion.apply_gate(states, mask, torch.ones(1, 1, 8).double())


def test_controls_are_marked() -> None:
    assert {name for name in FUSIONS.built_in if FUSIONS.load(name).value.control} == {"refined_last", "bottleneck"}


def test_a_model_with_an_identity_start_gives_what_the_last_layer_gives_and_is_saved_whole(tmp_path: Path) -> None:
    options = {"type": "single_layer", "layer": 1, "identity_start": True}
    model, plain = toy_model(fusion=options).eval(), toy_model().eval()
    assert model.layers == (1, 2)
    pieces = torch.tensor([[5, 6, 7]])
    assert torch.equal(model.fused(pieces, pieces > 0), plain.fused(pieces, pieces > 0))
    with torch.no_grad():
        model.fusion.gain.fill_(0.7)
    description = ModelDescription(task="tagging")
    save_model(model, tmp_path / "model", tokenizer=toy_encoder().tokenizer, labels=toy_space(),
               description=description)
    again = load_model(tmp_path / "model").model
    assert torch.equal(again.fused(pieces, pieces > 0), model.fused(pieces, pieces > 0))
    assert again.layers == (1, 2)
