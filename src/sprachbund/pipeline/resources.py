"""What training and prediction ask of an executor: cores, memory, a GPU, variables."""

from __future__ import annotations

from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.stages.environment import has_gpu
from sprachbund.stages.stage import Resources

_VOCABULARY_ROWS = 250_000
"""The largest of the common multilingual vocabularies; plans read no weights and do not know the real number."""
_LIBRARIES_AND_ACTIVATIONS = 2.0
"""GiB; libraries and evaluation data, and what the forward pass of a batch keeps."""


def training_resources(info: EncoderInfo, *, device: str, threads: int | None, trim_vocabulary: bool) -> Resources:
    """Resources of a training; weights, gradients and two moments are 16 bytes a parameter.

    Args:
        info: of the encoder.
        device: "auto" or a torch device.
        threads: processor threads that the user asked for; None: as many as the executor gives.
        trim_vocabulary: whether embedding rows that do not occur have no gradient and no moments.
    """
    rows = _VOCABULARY_ROWS * info.width * (4 if trim_vocabulary else 16)
    return torch_resources((16 * _layer_parameters(info) + rows) / 2**30, device=device, threads=threads)


def prediction_resources(info: EncoderInfo | None, *, device: str, threads: int | None) -> Resources:
    """Resources of a prediction; `info` is None for models trained elsewhere, of which nothing is known yet."""
    weights = 4 * (_layer_parameters(info) + _VOCABULARY_ROWS * info.width) / 2**30 if info else 1.0
    return torch_resources(weights, device=device, threads=threads)


def torch_resources(memory_gib: float, *, device: str, threads: int | None) -> Resources:
    """Resources of a stage that runs torch, with so much memory beside libraries and activations."""
    return Resources(
        cpus=threads or 1,
        memory_gib=round(memory_gib + _LIBRARIES_AND_ACTIVATIONS, 1),
        environment=TORCH_ENVIRONMENT,
        elastic=threads is None,
        gpu=has_gpu() if device == "auto" else device != "cpu",
    )


def _layer_parameters(info: EncoderInfo) -> int:
    """Four projections of attention and two of a feed-forward block of fourfold width, a layer."""
    return 12 * info.width**2 * info.n_layers
