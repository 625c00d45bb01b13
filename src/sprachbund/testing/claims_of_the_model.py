"""What 2205.08497 says of the model around its attention module, as checks on ours with a tiny random encoder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.taps import HiddenStates
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.tiny import make_tiny_encoder

N_LAYERS, WIDTH, LOWER = 4, 32, 2
_VOCABULARY = 100


class _Disturbed(Encoder):
    """An encoder that asks another one for every layer and adds noise to what one of them gives out."""

    def __init__(self, inner: Encoder) -> None:
        super().__init__()
        self.inner, self.layer = inner, -1
        self.width, self.n_layers = inner.width, inner.n_layers
        self.normed_last, self.provenance = inner.normed_last, inner.provenance

    def forward(
        self, piece_ids: Tensor, mask: Tensor, layers: Sequence[int], type_ids: Tensor | None = None
    ) -> HiddenStates:
        states = self.inner(piece_ids, mask, range(self.n_layers + 1), type_ids)
        noise = torch.randn(states.by_layer[0].shape, generator=torch.Generator().manual_seed(1))
        given = {number: state + (number == self.layer) * noise for number, state in states.by_layer.items()}
        return HiddenStates(given, states.n_layers, states.normed_last)

    @property
    def word_embeddings(self) -> nn.Embedding:
        return self.inner.word_embeddings


def only_the_fused_state() -> str:
    """The head gets the fusion's state itself; noise on another lower layer's output changes no logit."""
    encoder = _Disturbed(_encoder())
    model, batch = _model(encoder), _batch(5)
    fused: list[Tensor] = []
    read: list[Tensor] = []
    hooks = [model.fusion.register_forward_hook(lambda _, __, state: fused.append(state)),
             model.head.register_forward_pre_hook(lambda _, given: read.append(given[0]))]
    before = model(batch)
    for hook in hooks:
        hook.remove()
    assert len(read) == 1 and read[0] is fused[0], "the head reads something else than the fused state"  # noqa: PT018
    unread = [number for number in range(N_LAYERS + 1) if number not in (LOWER, N_LAYERS)]
    for number in unread:
        encoder.layer = number
        assert torch.equal(model(batch), before), f"noise on layer {number}, which is not fused, changes the logits"
    for number in (LOWER, N_LAYERS):
        encoder.layer = number
        assert not torch.allclose(model(batch), before), f"noise on layer {number}, which is fused, changes no logit"
    return f"layers {LOWER} and {N_LAYERS} of {N_LAYERS} fused; noise on {', '.join(map(str, unread))} changes nothing"


def batch_positions_width() -> str:
    """Each fused layer and the fused state is (batch, positions, width), for 1, 7, 128 positions and 1, 4 sentences."""
    model = _model(_encoder())
    for sentences in (1, 4):
        for positions in (1, 7, 128):
            batch = _batch(positions, [positions] * sentences)
            states, fused = model.states(batch), model.fused(batch.piece_ids, batch.mask)
            for state in (*states, fused):
                assert state.shape == (sentences, positions, WIDTH), (
                    f"{sentences} sentences of {positions} positions give {tuple(state.shape)}")
            assert bool(fused.isfinite().all()), f"{sentences} sentences of {positions} positions: not all numbers"
    return f"two layers and the fused state, width {WIDTH}"


def padding_changes_nothing() -> str:
    """The number of padded positions changes the fused state at real tokens by less than 1e-5."""
    model = _model(_encoder())
    lengths = [7, 3, 5, 1]
    short, long = _batch(7, lengths), _batch(19, lengths)
    one, other = (model.fused(batch.piece_ids, batch.mask)[batch.mask] for batch in (short, long))
    largest = float((one - other).abs().max())
    assert largest <= 1e-5, f"twelve more padded positions change real tokens by {largest:.2g}"
    return f"largest difference {largest:.1g}"


@cache
def _encoder() -> Encoder:
    with TemporaryDirectory() as folder:
        return open_encoder(str(make_tiny_encoder(Path(folder), layers=N_LAYERS, width=WIDTH))).encoder.eval()


def _model(encoder: Encoder) -> TransferModel:
    head = HeadConfig(type="token_labels", n_labels=3)
    return build_transfer_model(encoder, fusion_config({"type": "dlfa", "layer": LOWER}), head, seed=3).eval()


def _batch(positions: int, lengths: Sequence[int] = (5, 3)) -> Batch:
    """Sentences whose pieces do not depend on the padding."""
    mask = torch.arange(positions) < torch.tensor(lengths).unsqueeze(1)
    rows, columns = torch.arange(len(lengths)).unsqueeze(1), torch.arange(positions)
    ids = (7 * rows + 13 * columns) % (_VOCABULARY - 5) + 5
    return Batch(piece_ids=ids.masked_fill(~mask, 0), mask=mask, type_ids=None,
                 word_positions=mask.flatten().nonzero().squeeze(1), labels=None,
                 windows=torch.arange(len(lengths)), words=torch.arange(int(mask.sum())))
