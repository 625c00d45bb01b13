"""A profile condensed to the parts of a training step, so that it says what stands in the way of the floor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

GROUPS: dict[str, tuple[str, ...]] = {
    "attention": ("bmm", "softmax", "scaled_dot_product", "flash", "baddbmm"),
    "matrix products": ("mm", "linear", "mkldnn", "matmul", "convolution", "sgemm", "gemm"),
    "dropout": ("dropout", "bernoulli", "random_", "rand"),
    "activation": ("gelu", "relu", "tanh", "silu"),
    "norms": ("layer_norm", "rms_norm", "batch_norm"),
    "optimiser": ("adam", "_foreach", "linalg_vector_norm", "zero_grad", "optimizer"),
    "embedding": ("embedding", "index_put"),
    "copies and gathers": ("copy_", "index_select", "gather", "scatter", "cat", "clone", "contiguous", "aten::index",
                           "fill_", "zero_", "masked_fill"),
}
"""Part -> fragments of operator names; the first part that has a fragment of the name gets the time."""

REST = "rest"


def part_of(operator: str) -> str:
    """The part of a training step that an operator belongs to.

    >>> part_of("aten::addmm"), part_of("aten::_softmax"), part_of("aten::native_layer_norm_backward")
    ('matrix products', 'attention', 'norms')
    """
    name = operator.lower()
    return next((part for part, fragments in GROUPS.items() if any(one in name for one in fragments)), REST)


def condensed(averages: Iterable[Any]) -> dict[str, Any]:
    """Sum a profile's own times by part.

    Args:
        averages: `torch.profiler.profile(...).key_averages()`.

    Returns:
        "seconds" and "shares" by part, the greatest first, and "operators": the 25 that took most time.
    """
    events = [(event.key, (event.self_cpu_time_total + getattr(event, "self_device_time_total", 0)) / 1e6, event.count)
              for event in averages]
    seconds: dict[str, float] = {}
    for name, spent, _ in events:
        seconds[part_of(name)] = seconds.get(part_of(name), 0.0) + spent
    total = sum(seconds.values()) or 1.0
    ordered = sorted(seconds, key=lambda part: -seconds[part])
    top = sorted(events, key=lambda event: -event[1])[:25]
    return {
        "seconds": {part: round(seconds[part], 4) for part in ordered},
        "shares": {part: round(seconds[part] / total, 4) for part in ordered},
        "operators": [{"name": name, "seconds": round(spent, 4), "calls": count} for name, spent, count in top],
    }
