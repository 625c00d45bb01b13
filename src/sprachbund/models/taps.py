"""Hidden states, the one rule of layer numbers, and the hooks that read them.

Layer 0 is what the embedding block gives; 1..N are the outputs of the N transformer layers, as
papers count. `HiddenStates.normed_last` records whether layer N carries a final norm that
the lower layers do not have (pre-norm families: ModernBERT, T5, decoder models).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

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


def check_layers(wanted: Collection[int], n_layers: int) -> frozenset[int]:
    """Return the layers wanted, each once, if there is at least one and the encoder has them all.

    Raises:
        ModelError: no layer wanted, or one that does not exist.
    """
    if not wanted:
        raise ModelError("no layer was asked for", remedy=f"ask for at least one layer from 0 to {n_layers}")
    return frozenset(check_layer(layer, n_layers) for layer in wanted)


class _Reached(BaseException):
    """The highest layer wanted is reached: leave the model's forward. Not an Exception, lest a model catch it."""


def run_with_taps(
    layers: Sequence[nn.Module],
    wanted: Collection[int],
    run: Callable[[], Float[Tensor, "batch positions width"]],
) -> dict[int, Float[Tensor, "batch positions width"]]:
    """Run a model and keep the states of the layers wanted.

    State k < N is what layer k + 1 gets as its input: this is the embedding block's output for k = 0
    and the output of layer k otherwise, whatever a family does in between (scaling, dropout, DeBERTa's
    convolution). State N is the model's own result, final norm included. The layers above the
    highest one wanted do not run. Hooks live only during the call, so that nothing is left on a model
    that is copied, saved or exported, and gradient checkpointing recomputes without them.

    Args:
        layers: the N layers in the order in which `run` calls them.
        wanted: layer numbers 0..N, at least one.
        run: runs the model and returns state N.

    Raises:
        ModelError: no layer wanted, or one that does not exist.
    """
    top = max(check_layers(wanted, len(layers)))
    states: dict[int, Tensor] = {}
    with ExitStack() as hooks:
        for number in sorted({*wanted, top} - {len(layers)}):
            hook = _reader(states, number, last=number == top)
            hooks.callback(layers[number].register_forward_pre_hook(hook, with_kwargs=True).remove)
        with suppress(_Reached):
            states[len(layers)] = run()
    if top < len(layers):
        states.pop(len(layers), None)
    return states


def _reader(states: dict[int, Tensor], number: int, *, last: bool) -> Callable[..., None]:
    def read(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        states[number] = args[0] if args else kwargs["hidden_states"]
        if last:
            raise _Reached

    return read
