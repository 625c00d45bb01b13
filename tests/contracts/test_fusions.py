"""Every registered fusion keeps the contract of `sprachbund.testing.check_fusion`."""

from __future__ import annotations

from typing import Any

import pytest

from sprachbund.models.fusion.fusion import FUSIONS
from sprachbund.testing.check_fusion import POINTWISE, check_fusion

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "single_layer": [{"layer": 2}, {"layer": 0}],
    "average": [{}, {"over": [3, 0]}, {"layer": 1, "integration": "sum"}],
    "scalar_mix": [{}, {"layer": 1, "layer_norm": True}, {"over": [0, 2], "per": "token", "layer_dropout": 0.5}],
    "concat": [{}, {"layer": 2, "initial": "random"}],
    "dlfa": [
        {"layer": 1},
        {"layer": 0, "gate": "sigmoid", "reduction": 2},
        {"layer": 3, "integration": "sum", "normalisation": "layer"},
        {"layer": 1, "upper": 3, "kernel": 3},
        {"layer": 1, "normalisation": "none", "kernel": 3, "branches": "local"},
        {"layer": 2, "branches": "global", "convolutions": 1},
    ],
    "aff": [{"layer": 1}, {"layer": 2, "normalisation": "layer", "reduction": 8}],
    "iaff": [{"layer": 1}, {"layer": 2, "normalisation": "none"}],
    "static_gate": [{"layer": 1}],
    "fixed_mix": [{"layer": 1, "alpha": 0.3}],
    "residual": [{"layer": 1}, {"layer": 0, "upper": 2, "dropout": 0.1}],
    "squeeze_excitation": [{}, {"layer": 1, "reduction": 100}],
    "dwatt": [{}, {"over": [0, 2, 3], "layer_dropout": 0.3}],
    "aif_all": [{}, {"weighing": "sigmoid", "normalisation": "layer", "layer_dropout": 0.3},
                {"over": [0, 2], "branches": "local"}],
    "refined_last": [{}, {"normalisation": "none"}],
    "bottleneck": [{}, {"reduction": 8}],
}
GATED = {"scalar_mix", "dlfa", "aff", "iaff", "static_gate", "squeeze_excitation", "dwatt", "aif_all"}
CASES = [(name, options) for name in FUSIONS.names() for options in OPTIONS.get(name, [{}])]


def test_no_built_in_is_left_out() -> None:
    assert set(FUSIONS.built_in) <= {name for name, _ in CASES}


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_contract(name: str, options: dict[str, Any]) -> None:
    held = check_fusion(name, options)
    assert (POINTWISE in held) is (options.get("kernel", 1) == 1)
    assert ("identity start" in held) is (name != "last_layer")
    assert ("gate" in held) is (name in GATED)
