"""A post-norm transformer layer (BERT, RoBERTa, XLM-R) on packed pieces, its backward pass written out.

Forward and backward of the whole layer are one node of the autograd graph. What remains is matrix products
and little else: one product for queries, keys and values, gradients of the residual stream added up by the
products themselves, dropout masks from a `DropoutStream`, two copies around attention that pad and unpad.
Devlin et al. 2019 (1810.04805) for the layer; the gradient of softmax by row sums of output times its
gradient, as in Dao et al. 2022 (2205.14135).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from sprachbund.models.dropout_stream import DropoutStream, mask_of
from sprachbund.models.encoders.packing import HeadRows, Packing

_norm_backward = torch.ops.aten.native_layer_norm_backward
_gelu_backward = torch.ops.aten.gelu_backward


class LayerWeights(NamedTuple):
    """Parameters of one layer; a bias stands behind its matrix."""

    query: Tensor
    query_bias: Tensor
    key: Tensor
    key_bias: Tensor
    value: Tensor
    value_bias: Tensor
    output: Tensor
    output_bias: Tensor
    attention_norm: Tensor
    attention_norm_bias: Tensor
    up: Tensor
    up_bias: Tensor
    down: Tensor
    down_bias: Tensor
    norm: Tensor
    norm_bias: Tensor


@dataclass(frozen=True)
class LayerOptions:
    """What a layer has beside its parameters.

    Args:
        heads: attention heads.
        epsilons: of the norm after attention and of the norm after the feed-forward block.
        attention_dropout: on attention weights.
        dropouts: on what attention and the feed-forward block add to the residual stream.
    """

    heads: int
    epsilons: tuple[float, float]
    attention_dropout: float
    dropouts: tuple[float, float]


@dataclass(frozen=True)
class AttentionRows:
    """Where attention finds the pieces of a batch; made once, used by every layer."""

    packing: Packing
    heads: int

    @cached_property
    def inputs(self) -> HeadRows:
        """Queries, keys and values, side by side."""
        return HeadRows(self.packing, 3, self.heads)

    @cached_property
    def outputs(self) -> HeadRows:
        """What attention gives."""
        return HeadRows(self.packing, 1, self.heads)


def train_layer(
    x: Tensor, weights: LayerWeights, options: LayerOptions, rows: AttentionRows, stream: DropoutStream
) -> Tensor:
    """Run a layer with dropout, (pieces, width) to (pieces, width), keeping what its backward pass needs.

    Matrix products and attention are in the number format of autocast, the residual stream and the norms in
    single precision.

    Args:
        x: the layer below.
        weights: parameters, in single precision.
        options: heads and dropout.
        rows: where attention finds the pieces.
        stream: of the dropout masks; nothing is drawn where a probability is 0.
    """
    return cast("Tensor", _Layer.apply(x, options, rows, stream, *weights))  # type: ignore[no-untyped-call]


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, options: LayerOptions, rows: AttentionRows, stream: DropoutStream, *parameters: Tensor
    ) -> Tensor:
        number_format = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
        with torch.autocast("cpu", enabled=False):
            weights = LayerWeights(*parameters)
            attended, attention = _attend(x, weights, options, rows, stream, number_format)
            y, first = _add_and_norm(x, attended, weights[8:10], options.epsilons[0], options.dropouts[0], stream)
            inputs = y.to(number_format)
            hidden = _linear(inputs, weights.up, weights.up_bias)
            added = _linear(F.gelu(hidden), weights.down, weights.down_bias)
            z, second = _add_and_norm(y, added, weights[14:16], options.epsilons[1], options.dropouts[1], stream)
        ctx.options, ctx.rows = options, rows
        ctx.counts = (len(attention), len(first), len(second))
        ctx.save_for_backward(*attention, *first, *second, inputs, hidden, *parameters)
        return z

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dz: Tensor) -> Any:
        saved = list(ctx.saved_tensors)
        parts = []
        for count in (*ctx.counts, 2):
            parts.append(saved[:count])
            del saved[:count]
        attention, first, second, (inputs, hidden) = parts
        weights = LayerWeights(*saved)
        with torch.autocast("cpu", enabled=False):
            dy, dadded, dnorm, dnorm_bias = _add_and_norm_backward(
                dz, second, weights[14:16], ctx.options.dropouts[1])
            dadded = dadded.to(hidden.dtype)
            ddown, ddown_bias = _weight_gradients(dadded, F.gelu(hidden))  # made again: a third of what is kept
            dhidden = _gelu_backward(dadded @ weights.down.to(dadded.dtype), hidden)
            dup, dup_bias = _weight_gradients(dhidden, inputs)
            dy = _add_product(dy, dhidden, weights.up)
            dtotal, dattended, dnorm1, dnorm1_bias = _add_and_norm_backward(
                dy, first, weights[8:10], ctx.options.dropouts[0])
            dx, projections = _attend_backward(dtotal, dattended, attention, weights, ctx.options, ctx.rows,
                                               wanted=ctx.needs_input_grad[0])
        gradients = (*projections, dnorm1, dnorm1_bias, dup, dup_bias, ddown, ddown_bias, dnorm, dnorm_bias)
        return (dx, None, None, None, *gradients)


def _attend(
    x: Tensor, weights: LayerWeights, options: LayerOptions, rows: AttentionRows, stream: DropoutStream,
    number_format: torch.dtype,
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """The attention block up to its output projection, and what its backward pass needs."""
    pieces, width = x.shape
    x = x.to(number_format)
    joined = _joined(weights).to(number_format)
    bias = torch.cat((weights.query_bias, weights.key_bias, weights.value_bias)).to(number_format)
    projected = x.new_empty(pieces + 1, 3 * width)
    torch.addmm(bias, x, joined.t(), out=projected[:pieces])
    projected[:pieces, :width].mul_((width // options.heads) ** -0.5)
    projected[pieces].zero_()
    query, key, value = rows.inputs.to_heads(projected)
    scores = torch.bmm(query, key.transpose(1, 2))
    if rows.packing.has_padding:
        batch, positions = rows.packing.mask.shape
        scores.view(batch, options.heads, positions, positions).add_(rows.packing.bias)
    attention = torch.softmax(scores, -1)
    kept = (stream.kept(attention.shape, options.attention_dropout),) if options.attention_dropout else ()
    context = rows.outputs.from_heads(torch.bmm(_dropped(attention, kept, options), value))
    output = _linear(context, weights.output, weights.output_bias)
    return output, (x, query, key, value, attention, context, *kept)


def _attend_backward(
    dx: Tensor, doutput: Tensor, saved: list[Tensor], weights: LayerWeights, options: LayerOptions,
    rows: AttentionRows, *, wanted: bool,
) -> tuple[Tensor | None, tuple[Tensor, ...]]:
    """Gradients of the attention block: of its input, added to `dx`, and of its eight parameters."""
    x, query, key, value, attention, context, *kept = saved
    dropped = _dropped(attention, kept, options)
    pieces, width = x.shape
    doutput = doutput.to(x.dtype)
    weight_gradients = _weight_gradients(doutput, context)
    dcontext = x.new_empty(pieces + 1, width)
    torch.mm(doutput, weights.output.to(x.dtype), out=dcontext[:pieces])
    dcontext[pieces].zero_()
    sums = x.new_zeros(pieces + 1, options.heads)
    torch.sum((dcontext[:pieces] * context).view(pieces, options.heads, -1), -1, out=sums[:pieces])
    drows = rows.outputs.to_heads(dcontext)[0]
    row_sums = rows.outputs.to_heads(sums)[0]
    dprojected = x.new_empty(3, *query.shape)
    torch.bmm(dropped.transpose(1, 2), drows, out=dprojected[2])
    dscores = torch.bmm(drows, value.transpose(1, 2)).mul_(dropped).sub_(attention * row_sums)
    torch.bmm(dscores, key, out=dprojected[0])
    torch.bmm(dscores.transpose(1, 2), query, out=dprojected[1])
    packed = rows.inputs.from_heads(dprojected)
    packed[:, :width].mul_((width // options.heads) ** -0.5)
    joined, joined_bias = _weight_gradients(packed, x)
    matrices, biases = torch.split(joined, width), torch.split(joined_bias, width)
    projections = tuple(gradient for pair in zip(matrices, biases, strict=True) for gradient in pair)
    dinput = _add_product(dx, packed, _joined(weights)) if wanted else None
    return dinput, (*projections, *weight_gradients)


def _add_and_norm(
    x: Tensor, added: Tensor, norm: tuple[Tensor, ...], epsilon: float, dropout: float, stream: DropoutStream
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """`norm(x + dropout(added))`, and what its backward pass needs: sum, mean, inverse deviation, what was kept."""
    kept = (stream.kept(added.shape, dropout),) if dropout else ()
    total = torch.addcmul(x, added.to(x.dtype), mask_of(kept[0], dropout, x.dtype)) if kept else x + added
    y, mean, deviation = torch.native_layer_norm(total, total.shape[1:], norm[0], norm[1], epsilon)
    return y, (total, mean, deviation, *kept)


def _add_and_norm_backward(
    dy: Tensor, saved: list[Tensor], norm: tuple[Tensor, ...], dropout: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of x, of what was added, of the norm's weight and bias."""
    total, mean, deviation, *kept = saved
    dtotal, dweight, dbias = _norm_backward(dy, total, total.shape[1:], mean, deviation, *norm, [True, True, True])
    dadded = mask_of(kept[0], dropout, dtotal.dtype).mul_(dtotal) if kept else dtotal
    return dtotal, dadded, dweight, dbias


def _dropped(attention: Tensor, kept: Sequence[Tensor], options: LayerOptions) -> Tensor:
    """Attention weights after dropout; made again in the backward pass."""
    return mask_of(kept[0], options.attention_dropout, attention.dtype).mul_(attention) if kept else attention


def _joined(weights: LayerWeights) -> Tensor:
    return torch.cat((weights.query, weights.key, weights.value))


def _linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.linear(x, weight.to(x.dtype), bias.to(x.dtype))


def _weight_gradients(doutput: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of the matrix and the bias of a linear map, in single precision at least."""
    exact = torch.promote_types(doutput.dtype, torch.float32)
    return (doutput.t() @ inputs).to(exact), doutput.sum(0, dtype=exact)


def _add_product(total: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """`total + left @ right`, in the number format of `total`; the product in that of `left`."""
    if left.dtype is total.dtype:
        return torch.addmm(total, left, right)
    return total.add_(left @ right.to(left.dtype))
