"""What moves and how: frozen parts, dropout, parameter groups, the optimiser, the learning rate of each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast

import torch
from torch import Tensor, nn

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.taps import check_layer
from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.config import TrainingConfig

_FUSED_DEVICES = {"cpu", "cuda", "mps", "xpu"}
_ATTENTION_DROPOUT = ("attention_dropout", "dropout", "dropout_rate")  # where families keep it as a number


_LEAST = 1e-6  # as torch's own clipping adds to the norm

T = TypeVar("T")


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


@contextmanager
def layers_recomputed(encoder: Encoder) -> Iterator[None]:
    """Let an encoder compute the inside of its layers again in the backward pass (Chen et al. 2016, 1604.06174).

    Raises:
        ModelError: the encoder is no transformers model, or one that cannot do it.
    """
    model: Any = getattr(encoder, "model", None)
    if not getattr(model, "supports_gradient_checkpointing", False):
        raise ModelError(f"the layers of {type(model or encoder).__name__} cannot be computed again in the backward "
                         "pass", remedy="leave recompute_layers off, and lower batch_pieces")
    switch = "activation" if hasattr(model, "activation_checkpointing_enable") else "gradient"  # renamed in 5.x
    getattr(model, f"{switch}_checkpointing_enable")()
    try:
        yield
    finally:
        getattr(model, f"{switch}_checkpointing_disable")()


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
    parts: tuple[tuple[str, nn.Module, float], ...] = (
        ("encoder", model.encoder, config.learning_rate),
        ("fusion", model.fusion, config.fusion_learning_rate or config.head_learning_rate),
        ("head", model.head, config.head_learning_rate),
    )
    for part, module, rate in parts:
        for parameter in module.parameters():
            matrix = parameter.ndim >= 2 and id(parameter) not in embeddings and part != "head"
            if parameter.requires_grad:
                decay = config.weight_decay if matrix else 0.0
                groups.setdefault((part, rate, decay), []).append(parameter)
    return [
        {"params": parameters, "name": part, "peak": rate, "lr": rate, "weight_decay": decay}
        for (part, rate, decay), parameters in groups.items()
    ]


class Optimiser:
    """AdamW (Loshchilov and Hutter, 2019) with the norm of all gradients bounded, in several threads at once.

    Adam's update reads and writes every parameter and its moments: seven passes over memory that one processor
    core cannot fill. The parameters are dealt out in parts of about equal size, each with an AdamW of its own
    (fused where the device has it); the parts share `state`. Every parameter is updated as one AdamW would.

    Args:
        groups: see `parameter_groups`.
        device: where the parameters are.
        parts: how many threads of the pool are to be kept busy.
        pool: runs the parts.

    Attributes:
        state: moments of each parameter, as torch's optimisers keep them.
        param_groups: groups of all parts.
    """

    def __init__(
        self, groups: Sequence[Mapping[str, Any]], device: torch.device, *, parts: int = 1, pool: Executor | None = None
    ) -> None:
        self._pool = pool
        self._fused = device.type in _FUSED_DEVICES
        self._order = [parameter for group in groups for parameter in group["params"]]
        self._parts = [torch.optim.AdamW(part, fused=self._fused) for part in _dealt(groups, parts)]
        self.state: dict[Tensor, dict[str, Tensor]] = defaultdict(dict)
        for part in self._parts:
            part.state = cast("Any", self.state)
        self.param_groups = [group for part in self._parts for group in part.param_groups]

    def step(self, factor: float, clip_norm: float) -> None:
        """Update every parameter that has a gradient, and drop the gradients.

        Args:
            factor: each group's rate is its peak rate times this.
            clip_norm: gradients are scaled down together where their common norm is larger.
        """
        for group in self.param_groups:
            group["lr"] = group["peak"] * factor
        scale = torch.clamp((self.norm() + _LEAST) / clip_norm, min=1.0)  # what every gradient is divided by
        self._map(lambda part: self._update(part, scale))

    def norm(self) -> Tensor:
        """The norm of all gradients together; added up in an order that the parts do not change."""
        norms: dict[Tensor, Tensor] = {}
        for part in self._map(_norms):
            norms |= part
        together: Tensor = torch.linalg.vector_norm(torch.stack([norms[one] for one in self._order if one in norms]))
        return together

    def _update(self, part: torch.optim.AdamW, scale: Tensor) -> None:
        if self._fused:  # the kernel divides as it reads, so that gradients are not written once more
            cast("Any", part).grad_scale = scale
        else:
            torch._foreach_div_(_gradients(part), scale)
        part.step()
        part.zero_grad(set_to_none=True)

    def _map(self, work: Callable[[torch.optim.AdamW], T]) -> list[T]:
        if self._pool is None or len(self._parts) == 1:
            return [work(part) for part in self._parts]
        return list(self._pool.map(work, self._parts))


def build_optimiser(
    model: TransferModel, config: TrainingConfig, device: torch.device, *, parts: int = 1, pool: Executor | None = None
) -> Optimiser:
    """An `Optimiser` over `parameter_groups`."""
    return Optimiser(parameter_groups(model, config), device, parts=parts, pool=pool)


def dealt(sizes: Sequence[int], parts: int) -> list[list[int]]:
    """Deal things out so that the parts are about equal: numbers of the things in each part, ascending; none empty.

    >>> dealt([5, 1, 4, 1, 3], 2)
    [[0, 1, 3], [2, 4]]
    """
    loads = [0] * parts
    dealt_out: list[list[int]] = [[] for _ in range(parts)]
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        lightest = loads.index(min(loads))
        loads[lightest] += sizes[number]
        dealt_out[lightest].append(number)
    return [sorted(part) for part in dealt_out if part]


def _dealt(groups: Sequence[Mapping[str, Any]], parts: int) -> list[list[dict[str, Any]]]:
    """Parameter groups for each part."""
    flat = [(group, parameter) for group in groups for parameter in group["params"]]
    result = []
    for numbers in dealt([parameter.numel() for _, parameter in flat], parts):
        own: dict[int, list[Tensor]] = {}
        for number in numbers:
            own.setdefault(id(flat[number][0]), []).append(flat[number][1])
        result.append([{**group, "params": own[id(group)]} for group in groups if id(group) in own])
    return result


def _gradients(part: torch.optim.AdamW) -> list[Tensor]:
    return [parameter.grad for group in part.param_groups for parameter in group["params"]
            if parameter.grad is not None]


def _norms(part: torch.optim.AdamW) -> dict[Tensor, Tensor]:
    """The norm of each parameter's gradient."""
    moved = [parameter for group in part.param_groups for parameter in group["params"] if parameter.grad is not None]
    return dict(zip(moved, torch._foreach_norm([cast("Tensor", parameter.grad) for parameter in moved]), strict=True))


def rate_factor(step: int, steps: int, warmup: float) -> float:
    """Share of the peak learning rate at a step (from 0): a linear rise, then a linear fall to 0.

    >>> [round(rate_factor(step, 10, 0.2), 3) for step in range(10)]
    [0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
    """
    rising = round(steps * warmup)
    if step < rising:
        return (step + 1) / rising
    return (steps - step) / max(steps - rising, 1)
