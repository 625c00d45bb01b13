"""The table of fusions and how configs are read."""

from __future__ import annotations

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.models.fusion.fusion import FUSIONS, Fusion, FusionConfig, fusion_config


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
