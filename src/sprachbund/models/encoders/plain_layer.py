"""A post-norm transformer layer on packed pieces in plain torch operators: for prediction, and for GPUs."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional as F

from sprachbund.models.encoders.packed_layer import AttentionRows, LayerOptions, LayerWeights

_LARGEST_HEAD = 256
"""Largest size of a head that flash attention computes; it must also be a multiple of 8."""


def plain_layer(x: Tensor, weights: LayerWeights, options: LayerOptions, rows: AttentionRows) -> Tensor:
    """Run a layer, (pieces, width) to (pieces, width); dropout masks come from torch's own generator.

    Args:
        x: the layer below.
        weights: parameters.
        options: heads and dropout.
        rows: where attention finds the pieces.
    """
    context = _attention(x, weights, options, rows)
    added = F.linear(context, weights.output, weights.output_bias)
    y = _add_and_norm(x, added, weights.attention_norm, weights.attention_norm_bias, options, 0)
    hidden = F.gelu(F.linear(y, weights.up, weights.up_bias))
    added = F.linear(hidden, weights.down, weights.down_bias)
    return _add_and_norm(y, added, weights.norm, weights.norm_bias, options, 1)


def _add_and_norm(x: Tensor, added: Tensor, weight: Tensor, bias: Tensor, options: LayerOptions, which: int) -> Tensor:
    if options.dropouts[which]:
        added = F.dropout(added, options.dropouts[which])
    return F.layer_norm(x + added, x.shape[1:], weight, bias, options.epsilons[which])


def _attention(x: Tensor, weights: LayerWeights, options: LayerOptions, rows: AttentionRows) -> Tensor:
    """Attention of all rows, without padding where that can be done: see `_without_padding`."""
    joined = torch.cat((weights.query, weights.key, weights.value))
    bias = torch.cat((weights.query_bias, weights.key_bias, weights.value_bias))
    projected = F.linear(x, joined, bias)
    if _without_padding(projected, options):
        return _varlen_attention(projected, rows)
    batch, positions = rows.packing.mask.shape
    shape = (3, batch, options.heads, positions, -1)
    query, key, value = rows.inputs.to_heads(F.pad(projected, (0, 0, 0, 1))).view(shape)
    mask = rows.packing.bias.to(query.dtype) if rows.packing.has_padding else None
    context = F.scaled_dot_product_attention(query, key, value, mask, options.attention_dropout)
    return rows.outputs.from_heads(context)


def _without_padding(projected: Tensor, options: LayerOptions) -> bool:
    """Whether torch can attend without padding: on CUDA, in half precision, no dropout, heads of a fitting size."""
    half = projected.dtype in (torch.bfloat16, torch.float16)
    size = projected.shape[1] // (3 * options.heads)
    fits = size % 8 == 0 and size <= _LARGEST_HEAD
    return projected.is_cuda and half and not options.attention_dropout and fits and has_varlen_attention()


@cache
def has_varlen_attention() -> bool:
    """Whether this torch has `varlen_attn` (2.10 or later, built with flash attention)."""
    return torch.backends.cuda.is_flash_attention_available() and find_spec("torch.nn.attention.varlen") is not None


def _varlen_attention(projected: Tensor, rows: AttentionRows) -> Tensor:
    from torch.nn.attention.varlen import varlen_attn

    packing = rows.packing
    query, key, value = projected.view(projected.shape[0], 3, rows.heads, -1).unbind(1)
    context = varlen_attn(query, key, value, packing.ends, packing.ends, packing.longest, packing.longest)
    return cast("Tensor", context).flatten(1)
