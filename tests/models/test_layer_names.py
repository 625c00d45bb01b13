from __future__ import annotations

import pytest

from sprachbund.core.errors import ModelError
from sprachbund.models.layer_names import check_states, state_names


def test_states_come_in_the_models_order_each_once() -> None:
    assert state_names(2, fused=False) == ("0", "1", "2")
    assert check_states(("fused", "2", "0", "2"), 2, fused=True) == ("0", "2", "fused")
    assert check_states(None, 1, fused=True) == ("0", "1", "fused")


@pytest.mark.parametrize(("chosen", "fused", "told"), [
    (("13",), False, "there is no layer 13 in this model\n  → it has 0 (embeddings) to 12"),
    (("13", "x"), True, "there is no layer 13 or x in this model\n  → it has 0 (embeddings) to 12 and fused"),
    (("fused",), False, "an encoder has no fused state; it has 0 (embeddings) to 12"),
])
def test_states_that_are_not_there(chosen: tuple[str, ...], fused: bool, told: str) -> None:
    with pytest.raises(ModelError) as fault:
        check_states(chosen, 12, fused=fused)
    assert told in str(fault.value)
