"""The mean of layers."""

from __future__ import annotations

import pytest
import torch

from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.fusion.average import AverageConfig
from sprachbund.models.fusion.fusion import build_fusion, fusion_config


def test_layers_and_labels() -> None:
    assert AverageConfig().layers(3) == (1, 2, 3)
    assert AverageConfig().label() == "average of all layers"
    assert AverageConfig(over=(9, 12)).layers(12) == (9, 12)
    assert AverageConfig(over=(9, 12)).label() == "average of 9, 12"


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(ModelError, match=r"layer 12 does not exist: .* layers 1 to 6"):
        AverageConfig(over=(2, 12)).layers(6)


@pytest.mark.parametrize(("over", "told"), [([2, 2], "a layer stands twice"), ([], "at least 2 items"),
                                            ([-1], "greater than or equal to 0")])
def test_impossible_choices(over: list[int], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        fusion_config({"type": "average", "over": over})


def test_the_mean_is_taken_in_single_precision() -> None:
    fusion = build_fusion(AverageConfig(), 4, n_layers=3)
    streams = [torch.full((1, 2, 4), value) for value in (256.0, 1.0, 1.0)]
    mask = torch.ones(1, 2, dtype=torch.bool)
    assert torch.equal(fusion(streams, mask), torch.full((1, 2, 4), 86.0))
    # 256 + 1 + 1 in bfloat16 stays 256
    assert float(fusion([stream.bfloat16() for stream in streams], mask)[0, 0, 0]) == 86.0
