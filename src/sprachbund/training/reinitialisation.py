"""Top layers of an encoder drawn anew before training.

Layers near the top specialise in what an encoder was pre-trained for; drawing them anew lets a task shape them, while
the layers below, which align languages, stay (2101.11109: breaking top layers hurts transfer little or helps it,
breaking the first ones ruins it).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.taps import check_layer


@torch.no_grad()
def reinitialise(encoder: Encoder, n_layers: int, seed: int, *, frozen: int = 0) -> None:
    """Draw the top layers anew, as the encoder's own model initialises them; 0 does nothing.

    Args:
        encoder: changed in place. What stands after its layers, such as a final norm, stays.
        n_layers: how many, from the top.
        seed: of the new weights; torch's random state is left as it was.
        frozen: lower layers that will not be trained.

    Raises:
        ModelError: more layers than the encoder has, some of them frozen, an encoder that does not say which its
            layers are, or parameters of which nothing says how they are drawn.
    """
    if not n_layers:
        return
    check_layer(n_layers, encoder.n_layers, role="reinitialised_layers")
    if n_layers + frozen > encoder.n_layers:
        raise ModelError(f"frozen_layers {frozen} and reinitialised_layers {n_layers} overlap: the encoder has "
                         f"{encoder.n_layers} layers", remedy="lower one of them: layers drawn anew have to learn")
    layers = getattr(encoder, "layers", None)
    if not isinstance(layers, nn.ModuleList):
        raise ModelError(f"{type(encoder).__name__} does not say which its layers are, so none can be drawn anew",
                         remedy="give the encoder an attribute `layers`, or set reinitialised_layers to 0")
    initialise = getattr(getattr(encoder, "model", None), "_init_weights", _reset)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        for layer in layers[-n_layers:]:
            _draw(layer, initialise)


def _draw(layer: nn.Module, initialise: Callable[[nn.Module], object]) -> None:
    for parameter in layer.parameters():
        parameter.fill_(torch.nan)  # so that what nobody draws is found
        parameter.__dict__.pop("_is_hf_initialized", None)  # else transformers leaves alone what it has loaded
    layer.apply(initialise)  # type: ignore[arg-type]
    left = [name for name, parameter in layer.named_parameters() if bool(parameter.isnan().any())]
    if left:
        raise ModelError(f"nothing says how {left[0]} of {type(layer).__name__} is drawn",
                         remedy="set reinitialised_layers to 0 with this encoder")


def _reset(module: nn.Module) -> None:
    reset = getattr(module, "reset_parameters", None)
    if reset is not None:
        reset()
