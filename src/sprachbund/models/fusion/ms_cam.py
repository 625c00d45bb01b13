"""MS-CAM (2009.14082): attention from global and local context, over positions instead of pixels, on real tokens only.

    g = norm(conv(relu(norm(conv(mean over T of X)))))   global branch, one vector a sentence: their equation (1)
    l = norm(conv(relu(norm(conv(X)))))                  local branch, one vector a token: their equation (2)
    M(X) = sigmoid(g + l)                                what X is multiplied with in their equation (3)

Each branch squeezes E channels to E/r and expands them again (SENet, 1709.01507). With kernels of size 1, as there,
a convolution is a linear map over channels; with size 3 the local branch sees the token's neighbours too, where there
are any. (The global branch sees one vector a sentence, which has no neighbours.)
"""

from __future__ import annotations

from typing import Literal, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

Normalisation = Literal["batch", "layer", "none"]
Branches = Literal["both", "global", "local"]
Kernel = Literal[1, 3]
Convolutions = Literal[1, 2]


class RealBatchNorm(nn.BatchNorm1d):
    """Batch normalisation over rows that are all real (padding was taken out before).

    Statistics are computed in single precision also under autocast; momentum, epsilon and the unbiased
    running variance are torch's. In training a batch with a single row (one sentence for the
    global branch, one token for the local one) has no variance: it is normalised by the running
    statistics and leaves them as they are, and gradients flow on.
    """

    def forward(self, input: Float[Tensor, "rows channels"]) -> Float[Tensor, "rows channels"]:
        """Normalise every channel over the rows."""
        values = input.to(self.weight.dtype)
        if self.training and values.shape[0] > 1:
            return super().forward(values)
        return F.batch_norm(
            values, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
        )


_NORMS: dict[Normalisation, type[nn.Module]] = {"batch": RealBatchNorm, "layer": nn.LayerNorm, "none": nn.Identity}


class Branch(nn.Sequential):
    """One context branch: squeeze, norm, ReLU, expand, norm; or one map and a norm; (rows, width) -> (rows, width).

    Args:
        width: E.
        reduction: r; the squeezed width is E // r, at least 1.
        normalisation: over the batch's real rows, over the channels of each row, or none.
        kernel: of the convolutions; with 3, use `over_positions`.
        convolutions: 2, or 1: no squeeze, one map of all channels.
    """

    def __init__(
        self, width: int, reduction: int, normalisation: Normalisation, kernel: Kernel = 1,
        convolutions: Convolutions = 2,
    ) -> None:
        norm = _NORMS[normalisation]
        inner = max(1, width // reduction) if convolutions == 2 else width
        squeeze = (nn.Linear(kernel * width, inner), norm(inner), nn.ReLU()) if convolutions == 2 else ()
        super().__init__(*squeeze, nn.Linear(kernel * inner, width), norm(width))

    @property
    def last_norm(self) -> nn.Module:
        """The norm behind the last map."""
        return self[-1]

    def over_positions(
        self, x: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "batch positions width"]:
        """The branch with kernels of size 3: each map reads a position and its neighbours, zeros where none are."""
        for layer in self:
            x = layer(_with_neighbours(x, mask)) if isinstance(layer, nn.Linear) else _on_real(layer, x, mask)
        return x


class MSCAM(nn.Module):
    """How much of each channel at each position, from the sentence and from the token.

    Args:
        width: E.
        reduction: r of both branches.
        normalisation: of both branches.
        branches: both, or one alone.
        kernel: of the local branch's convolutions.
        convolutions: of each branch.
    """

    def __init__(
        self, width: int, *, reduction: int = 4, normalisation: Normalisation = "batch", branches: Branches = "both",
        kernel: Kernel = 1, convolutions: Convolutions = 2,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.global_branch = None if branches == "local" else Branch(
            width, reduction, normalisation, convolutions=convolutions)
        self.local_branch = None if branches == "global" else Branch(
            width, reduction, normalisation, kernel, convolutions)

    def attention(
        self, x: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "batch positions width"]:
        """M(X) at real tokens, 0 at padded positions."""
        return torch.sigmoid(self.context(x, mask)).masked_fill(~mask.unsqueeze(2), 0)

    def context(
        self, x: Float[Tensor, "batch positions width"], mask: Bool[Tensor, "batch positions"]
    ) -> Float[Tensor, "batch positions width"]:
        """What the sigmoid is taken of, g + l, at real tokens; some number at padded positions."""
        if self.global_branch is None or self.local_branch is None:
            one = self._local(self.local_branch, x, mask) if self.local_branch else self._global(x, mask)
            return one.expand(x.shape)
        return self._global(x, mask) + self._local(self.local_branch, x, mask)

    def _global(self, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, 1, width); rows of padding take no part in statistics."""
        branch = cast("Branch", self.global_branch)
        exact = torch.promote_types(x.dtype, torch.float32)
        lengths = mask.sum(1, keepdim=True)
        sums = x.masked_fill(~mask.unsqueeze(2), 0).sum(1, dtype=exact)
        pooled = (sums / lengths.clamp(min=1)).to(x.dtype)
        context: Tensor = branch(pooled) if not self.training else _on_rows(branch, pooled, lengths.squeeze(1) > 0)
        return context.unsqueeze(1)

    def _local(self, branch: Branch, x: Tensor, mask: Tensor) -> Tensor:
        """(batch, positions, width)."""
        return branch.over_positions(x, mask) if self.kernel > 1 else _on_real(branch, x, mask)


def _on_real(
    module: nn.Module, x: Float[Tensor, "batch positions inputs"], mask: Bool[Tensor, "batch positions"]
) -> Float[Tensor, "batch positions outputs"]:
    """Apply a module to the real tokens; in evaluation to all positions.

    Where no norm looks at other rows padding need not be taken out, so that all shapes are known. An exporter
    of graphs needs that, and with as little padding as prediction has it is as fast.
    """
    rows = x.flatten(0, 1)
    result: Tensor = _on_rows(module, rows, mask.flatten()) if module.training else module(rows)
    return result.view(*mask.shape, -1)


def _on_rows(
    module: nn.Module, rows: Float[Tensor, "all inputs"], real: Bool[Tensor, " all"]
) -> Float[Tensor, "all outputs"]:
    """Apply a module to the real rows; zeros elsewhere."""
    chosen = real.nonzero().squeeze(1)
    values: Tensor = module(rows.index_select(0, chosen))
    return values.new_zeros(rows.shape[0], values.shape[1]).index_copy(0, chosen, values)


def _with_neighbours(
    x: Float[Tensor, "batch positions channels"], mask: Bool[Tensor, "batch positions"]
) -> Float[Tensor, "batch positions triple"]:
    """Each position behind the one before it and before the one after it; padding counts as zeros."""
    real = x.masked_fill(~mask.unsqueeze(2), 0)
    around = F.pad(real, (0, 0, 1, 1))
    return torch.cat([around[:, :-2], real, around[:, 2:]], 2)
