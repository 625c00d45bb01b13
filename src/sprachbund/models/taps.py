"""Hidden states and the one rule of layer numbers.

Layer 0 is what the embedding block gives; 1..N are the outputs of the N transformer layers, as
papers count. `HiddenStates.normed_last` records whether layer N carries a final norm that
the lower layers do not have (pre-norm families: ModernBERT, T5, decoder models).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from sprachbund.core.errors import ModelError


@dataclass(frozen=True, slots=True)
class HiddenStates:
    """The states of the layers that were asked for, and of no others.

    Args:
        by_layer: layer number -> (batch, positions, width).
        n_layers: N of the encoder.
        normed_last: whether layer N is after a final norm.
    """

    by_layer: Mapping[int, Float[Tensor, "batch positions width"]]
    n_layers: int
    normed_last: bool

    def select(self, layers: Sequence[int]) -> list[Float[Tensor, "batch positions width"]]:
        """The states of `layers` in that order."""
        return [self.by_layer[layer] for layer in layers]


def check_layer(layer: int, n_layers: int, *, role: str = "layer") -> int:
    """Return `layer` if the encoder has it.

    Raises:
        ModelError: with the range that the encoder has.
    """
    if isinstance(layer, bool) or not 0 <= layer <= n_layers:
        raise ModelError(
            f"{role} {layer} does not exist: the encoder has the embedding layer 0 and layers 1 to {n_layers}",
            remedy=f"choose a {role} from 0 to {n_layers}",
        )
    return layer
