"""What moves and how: frozen parts, dropout, parameter groups, the optimiser, the learning rate of each step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.taps import check_layer
from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.config import TrainingConfig

_FUSED_DEVICES = {"cpu", "cuda", "mps", "xpu"}
_ATTENTION_DROPOUT = ("attention_dropout", "dropout", "dropout_rate")  # where families keep it as a number


class _Layered(Protocol):
    layers: nn.ModuleList


def freeze(model: TransferModel, config: TrainingConfig) -> None:
    """Take frozen parameters out of training: `freeze_encoder`, or embeddings and `frozen_layers` lower layers.

    Raises:
        ModelError: more layers than the encoder has, or an encoder that does not say which its layers are.
    """
    if config.freeze_encoder:
        model.encoder.requires_grad_(False)
    elif config.frozen_layers:
        check_layer(config.frozen_layers, model.encoder.n_layers, role="frozen_layers")
        for parameter in _lower_part(model.encoder, config.frozen_layers):
            parameter.requires_grad_(False)


def _lower_part(encoder: Encoder, n_layers: int) -> Iterator[nn.Parameter]:
    """Parameters of the embeddings and of the lower layers.

    Embeddings are: every `nn.Embedding`, and what the model registers before its first layer (norms,
    projections of the embedding block). What comes after the layers, such as a final norm, is not.
    """
    layers = getattr(encoder, "layers", None)
    if not isinstance(layers, nn.ModuleList):
        raise ModelError(f"{type(encoder).__name__} does not say which its layers are, so none can be frozen",
                         remedy="give the encoder an attribute `layers`, or set frozen_layers to 0")
    first = next(cast("_Layered", encoder).layers.parameters())
    for parameter in encoder.parameters():
        if parameter is first:
            break
        yield parameter
    for module in (*layers[:n_layers], *(module for module in encoder.modules() if isinstance(module, nn.Embedding))):
        yield from module.parameters()


def set_dropout(encoder: Encoder, probability: float) -> None:
    """Set every dropout inside the encoder, attention dropout included."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = probability
        for name in _ATTENTION_DROPOUT:
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, probability)


def parameter_groups(model: TransferModel, config: TrainingConfig) -> list[dict[str, Any]]:
    """Sort the trained parameters into groups of one learning rate and one weight decay.

    Weight decay pulls on matrices of encoder layers and fusion only. Embeddings have none, so that
    rows that do not occur stay exactly as they are; biases, norms and the head have none either.
    """
    embeddings = {id(module.weight) for module in model.encoder.modules() if isinstance(module, nn.Embedding)}
    groups: dict[tuple[str, float, float], list[Tensor]] = {}
    for part, module in (("encoder", model.encoder), ("fusion", model.fusion), ("head", model.head)):
        rate = config.learning_rate if part == "encoder" else config.head_learning_rate
        for parameter in module.parameters():
            matrix = parameter.ndim >= 2 and id(parameter) not in embeddings and part != "head"
            if parameter.requires_grad:
                decay = config.weight_decay if matrix else 0.0
                groups.setdefault((part, rate, decay), []).append(parameter)
    return [
        {"params": parameters, "name": part, "peak": rate, "lr": rate, "weight_decay": decay}
        for (part, rate, decay), parameters in groups.items()
    ]


def build_optimiser(model: TransferModel, config: TrainingConfig, device: torch.device) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter, 2019) over `parameter_groups`, fused where the device has it."""
    return torch.optim.AdamW(parameter_groups(model, config), fused=device.type in _FUSED_DEVICES)


def rate_factor(step: int, steps: int, warmup: float) -> float:
    """Share of the peak learning rate at a step (from 0): a linear rise, then a linear fall to 0.

    >>> [round(rate_factor(step, 10, 0.2), 3) for step in range(10)]
    [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
    """
    rising = round(steps * warmup)
    if step < rising:
        return (step + 1) / rising
    return (steps - step) / max(steps - rising, 1)


def set_learning_rate(optimiser: torch.optim.Optimizer, factor: float) -> None:
    """Give every group its peak rate times `factor`."""
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor
