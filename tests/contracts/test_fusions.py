"""Every registered fusion keeps the contract of `sprachbund.testing.check_fusion`."""

from __future__ import annotations

from typing import Any

import pytest

from sprachbund.models.fusion.fusion import FUSIONS
from sprachbund.testing.check_fusion import check_fusion

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "last_layer": [{}],
    "average": [{}, {"over": [0, 3]}],
    "dlfa": [
        {"layer": 1},
        {"layer": 0, "gate": "sigmoid", "reduction": 2},
        {"layer": 3, "integration": "sum", "normalisation": "layer"},
    ],
}
CASES = [(name, options) for name in FUSIONS.names() for options in OPTIONS.get(name, [{}])]


def test_no_built_in_is_left_out() -> None:
    assert set(FUSIONS.built_in) <= {name for name, _ in CASES}


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_contract(name: str, options: dict[str, Any]) -> None:
    check_fusion(name, options)
