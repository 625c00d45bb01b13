"""Devices and number formats: where a model runs, and whether its matrix products are in bf16.

Weights stay in fp32 always (master weights); bf16 is autocast around forward passes. It stands on
this floor because training and evaluation both need it.
"""

from __future__ import annotations

import platform
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch
from accelerate import PartialState
from torch.nn.attention import SDPBackend, sdpa_kernel

from sprachbund.core.errors import ConfigError, Fault

Precision = Literal["auto", "bf16", "fp32"]


def choose_device(name: str) -> torch.device:
    """Turn "auto" or a torch device name into a device.

    "auto" is what accelerate finds: the process's own GPU (CUDA, ROCm, XPU, MPS, also under a
    launcher), else the processor.

    Raises:
        ConfigError: no such device here.
    """
    if name == "auto":
        found: torch.device = PartialState().device
        return found
    try:
        device = torch.device(name)
        if device.type != "cpu":
            torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        fault = Fault("device", f"{name!r} cannot be used here ({reason}); choose auto, cpu, cuda, cuda:1 or mps")
        raise ConfigError([fault], "the training settings") from None
    return device


def autocast_format(precision: str, device: torch.device) -> tuple[torch.dtype, str]:
    """Decide the number format of matrix products.

    Args:
        precision: "auto", "bf16" or "fp32".
        device: where the model runs.

    Returns:
        torch.bfloat16 or torch.float32, and a sentence for the user where bf16 was asked for and is
        not to be had, else "".
    """
    if precision == "fp32":
        return torch.float32, ""
    if has_bf16(device):
        return torch.bfloat16, ""
    note = f"this {device.type} has no bf16 arithmetic: fp32 is used" if precision == "bf16" else ""
    return torch.float32, note


def autocast(device: torch.device, number_format: torch.dtype) -> AbstractContextManager[object]:
    """The context in which forward passes run in that format; does nothing for fp32."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=number_format is torch.bfloat16)


def attention_for_training(device: torch.device) -> AbstractContextManager[object]:
    """The context in which attention is trained: on a processor by plain matrix products, elsewhere as torch chooses.

    Torch's fused attention for processors is faster forward and much slower backward: a whole step of the
    bundled encoder with dropout 0 took 0.83 s of processor time with it and 0.64 s without (one thread,
    bf16, 750 pieces). With attention dropout torch takes the plain products by itself.
    """
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else nullcontext()


def has_bf16(device: torch.device) -> bool:
    """Say whether the device computes in bf16 itself, rather than by emulation that would be slower than fp32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        return _processor_has_bf16()
    return device.type == "xpu"


def _processor_has_bf16() -> bool:
    # oneDNN says yes on any AVX-512 processor and then emulates, so on x86 the instructions are asked for
    if platform.machine().lower() in {"x86_64", "amd64"}:
        names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, name, bool)() for name in names)
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return bool(supported is not None and supported())
