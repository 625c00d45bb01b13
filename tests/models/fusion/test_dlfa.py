"""DLFA's config and its streams."""

from __future__ import annotations

import pytest
import torch

from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.dlfa import DLFA, DLFAConfig
from sprachbund.models.fusion.fusion import build_fusion, fusion_config


def test_the_last_layer_comes_first() -> None:
    assert DLFAConfig(layer=10).layers(12) == (12, 10)
    assert DLFAConfig(layer=0).layers(12) == (12, 0)


def test_labels_name_every_choice() -> None:
    assert DLFAConfig(layer=10).label() == "DLFA (k=10, literal)"
    other = DLFAConfig(layer=3, gate="sigmoid", integration="sum", normalisation="layer", reduction=8)
    assert other.label() == "DLFA (k=3, sigmoid, sum, layer norm, r=8)"


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(ModelError, match=r"lower layer 13 does not exist: .* layers 1 to 12"):
        DLFAConfig(layer=13).layers(12)
    with pytest.raises(ModelError, match="lower layer 12 is the last layer itself") as caught:
        DLFAConfig(layer=12).layers(12)
    assert caught.value.remedy == "choose a lower layer from 0 to 11"


def test_faulty_options_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        fusion_config({"type": "dlfa", "gate": "literl", "reduction": 0})
    told = str(caught.value)
    assert "3 faults" in told
    assert "layer: is required and missing" in told
    assert "did you mean literal?" in told
    assert "reduction: " in told


def test_two_streams_exactly() -> None:
    with pytest.raises(ModelError, match=r"DLFA fuses two streams.*was given 3"):
        DLFA(DLFAConfig(layer=1), 8, 3)


def test_options_reach_the_module() -> None:
    config = fusion_config({"type": "dlfa", "layer": 1, "gate": "sigmoid", "integration": "sum",
                            "normalisation": "layer", "reduction": 2})
    fusion = build_fusion(config, 8, n_layers=2)
    assert isinstance(fusion, DLFA)
    assert (fusion.aif.gate, fusion.aif.integration) == ("sigmoid", "sum")
    assert fusion.aif.local_branch[0].out_features == 4
    assert isinstance(fusion.aif.local_branch[1], torch.nn.LayerNorm)


def test_the_order_of_streams_matters() -> None:
    fusion = build_fusion(fusion_config({"type": "dlfa", "layer": 1}), 8, n_layers=2).eval()
    last, lower = torch.randn(2, 1, 3, 8, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(1, 3, dtype=torch.bool)
    assert not torch.allclose(fusion([last, lower], mask), fusion([lower, last], mask))


def test_what_may_be_left_open_is_named_and_reaches_the_module() -> None:
    config = fusion_config({"type": "dlfa", "layer": 3, "upper": 9, "kernel": 3, "normalisation": "none",
                            "branches": "local", "identity_start": True})
    assert config.label() == "DLFA (k=3 with 9, literal, no norm, kernel 3, local branch, identity start)"
    assert config.aggregator() == "DLFA (literal, no norm, kernel 3, local branch, identity start)"
    fusion = DLFA(config, 8, 2)
    assert fusion.aif.global_branch is None
    assert fusion.aif.local_branch[0].in_features == 24
    assert DLFAConfig(layer=3, branches="global", convolutions=1).label() == (
        "DLFA (k=3, literal, global branch, one convolution a branch)")
    assert DLFA(DLFAConfig(layer=3, branches="global"), 8, 2).aif.local_branch is None
