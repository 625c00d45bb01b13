"""The table of heads and their configs."""

from __future__ import annotations

import pytest
import torch

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError
from sprachbund.models.heads.head import HEADS, HeadConfig, build_head, readout


@pytest.mark.parametrize("name", sorted(HEADS.built_in))
def test_each_head_is_built_from_its_config(name: str) -> None:
    config = HeadConfig(type=name, n_labels=5)
    head = build_head(config, 8)
    assert head.name == name
    assert head.config is config
    assert head.width == 8
    state, mask = torch.randn(2, 3, 8), torch.ones(2, 3, dtype=torch.bool)
    assert head(state, mask, torch.tensor([0, 4])).shape == (2, 5)


def test_the_readout_starts_small() -> None:
    linear = readout(400, 100)
    assert float(linear.weight.detach().std()) == pytest.approx(0.02, rel=0.05)
    assert not bool(linear.bias.any())


def test_impossible_heads_are_told() -> None:
    with pytest.raises(ConfigError) as caught:
        validate({"type": "token_label", "n_labels": 0, "dropout": 1.0}, HeadConfig, "head.yaml")
    told = str(caught.value)
    assert "3 faults in head.yaml" in told
    assert "'token_labels', 'sequence_label', 'span', 'joint' or 'choice', got 'token_label' (did you mean" in told


@pytest.mark.parametrize("name", sorted(HEADS.built_in))
def test_a_norm_before_the_head_where_asked_for(name: str) -> None:
    config = HeadConfig(type=name, n_labels=5, normalisation="layer")
    head, plain = build_head(config, 8).eval(), build_head(HeadConfig(type=name, n_labels=5), 8).eval()
    assert set(head.state_dict()) - set(plain.state_dict()) == {"norm.weight", "norm.bias"}
    state, mask, words = 7 * torch.randn(2, 3, 8) + 2, torch.ones(2, 3, dtype=torch.bool), torch.tensor([0, 3])
    plain.load_state_dict({key: value for key, value in head.state_dict().items() if "norm" not in key})
    normed = torch.nn.functional.layer_norm(state, (8,))
    torch.testing.assert_close(head(state, mask, words), plain(normed, mask, words))
    torch.testing.assert_close(head(10 * state, mask, words), head(state, mask, words), atol=1e-4, rtol=1e-4)
