"""Encoder -> layers -> fusion -> head."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.taps import HiddenStates
from sprachbund.models.transfer_model import build_transfer_model


class Parallel(Encoder):
    """Layers that do not build on one another: each looks pieces up in a table of its own."""

    def __init__(self, n_layers: int = 4, width: int = 16) -> None:
        super().__init__()
        self.width, self.n_layers, self.normed_last, self.provenance = width, n_layers, False, ""
        self.tables = nn.ModuleList(nn.Embedding(50, width) for _ in range(n_layers + 1))
        self.asked: list[tuple[int, ...]] = []

    def forward(
        self, piece_ids: Tensor, mask: Tensor, layers: Sequence[int], type_ids: Tensor | None = None
    ) -> HiddenStates:
        self.asked.append(tuple(layers))
        return HiddenStates({layer: self.tables[layer](piece_ids) for layer in layers}, self.n_layers, False)

    @property
    def word_embeddings(self) -> nn.Embedding:
        table = self.tables[0]
        assert isinstance(table, nn.Embedding)
        return table


TOKENS = HeadConfig(type="token_labels", n_labels=3)
SEQUENCE = HeadConfig(type="sequence_label", n_labels=2)
DLFA = fusion_config({"type": "dlfa", "layer": 2})


def batch(positions: int = 5) -> Batch:
    mask = torch.arange(positions) < torch.tensor([[5], [3]])
    ids = torch.arange(2 * positions).view(2, positions) % 7 + 1
    ids[1, :3] = torch.tensor([4, 9, 2])
    return Batch(
        piece_ids=ids.masked_fill(~mask, 0), mask=mask, type_ids=None,
        word_positions=torch.tensor([1, 3, positions + 1]), labels=torch.tensor([0, 2, -100]),
        windows=torch.arange(2), words=torch.arange(3),
    )


@pytest.mark.parametrize(
    ("fusion", "layers"),
    [({"type": "last_layer"}, (4,)), ({"type": "dlfa", "layer": 2}, (4, 2)), ({"type": "average"}, (1, 2, 3, 4))],
)
def test_only_the_layers_of_the_fusion_are_asked_for(fusion: dict[str, object], layers: tuple[int, ...]) -> None:
    encoder = Parallel()
    model = build_transfer_model(encoder, fusion_config(fusion), TOKENS, seed=1)
    model(batch())
    assert model.layers == layers
    assert encoder.asked == [layers]


def test_other_layers_leave_the_logits_unchanged() -> None:
    encoder = Parallel()
    model = build_transfer_model(encoder, DLFA, TOKENS, seed=1).eval()
    before = model(batch())
    for layer in (0, 1, 3):
        nn.init.normal_(encoder.tables[layer].weight, std=100.0)
    assert torch.equal(model(batch()), before)
    for layer in (2, 4):
        nn.init.normal_(encoder.tables[layer].weight)
        after = model(batch())
        assert not torch.allclose(after, before)
        before = after


def test_the_head_reads_the_fused_state_and_nothing_else() -> None:
    model = build_transfer_model(Parallel(), DLFA, TOKENS, seed=1).eval()
    seen = []
    model.head.register_forward_pre_hook(lambda _, inputs: seen.append(inputs))
    given = batch()
    logits = model(given)
    (inputs,) = seen
    torch.testing.assert_close(inputs[0], model.fused(given.piece_ids, given.mask))
    assert inputs[1] is given.mask
    torch.testing.assert_close(model.head(inputs[0], given.mask, given.word_positions), logits)


@pytest.mark.parametrize("gate", ["literal", "sigmoid"])
def test_dlfa_of_equal_layers_is_the_baseline(gate: str) -> None:
    encoder = Parallel()
    encoder.tables[2].load_state_dict(encoder.tables[4].state_dict())
    config = fusion_config({"type": "dlfa", "layer": 2, "gate": gate})
    dlfa = build_transfer_model(encoder, config, TOKENS, seed=1).eval()
    base = build_transfer_model(encoder, fusion_config({"type": "last_layer"}), TOKENS, seed=1).eval()
    base.head.load_state_dict(dlfa.head.state_dict())
    torch.testing.assert_close(dlfa(batch()), base(batch()), rtol=1e-6, atol=0)


@pytest.mark.parametrize("head", [TOKENS, SEQUENCE], ids=["tokens", "sequence"])
def test_padding_changes_nothing(head: HeadConfig) -> None:
    model = build_transfer_model(Parallel(), DLFA, head, seed=1).eval()
    short, long = batch(5), batch(9)
    long.piece_ids[:, :5] = short.piece_ids
    torch.testing.assert_close(model(short), model(long), atol=1e-5, rtol=0)


def test_shapes_and_loss() -> None:
    tokens = build_transfer_model(Parallel(), DLFA, TOKENS, seed=1)
    assert tokens(batch()).shape == (3, 3)
    tokens.loss(batch()).backward()
    assert all(parameter.grad is not None for parameter in (*tokens.fusion.parameters(), *tokens.head.parameters()))
    assert build_transfer_model(Parallel(), DLFA, SEQUENCE, seed=1)(batch()).shape == (2, 2)


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_state() -> None:
    encoder = Parallel()
    state = torch.get_rng_state()
    one, two, other = (build_transfer_model(encoder, DLFA, TOKENS, seed=seed) for seed in (2**62 + 1, 2**62 + 1, 3))
    assert torch.equal(torch.get_rng_state(), state)
    for name, value in one.state_dict().items():
        assert torch.equal(value, two.state_dict()[name])
    assert not torch.equal(one.head.classifier.weight, other.head.classifier.weight)


def test_a_layer_beyond_the_encoder() -> None:
    with pytest.raises(ModelError, match=r"lower layer 7 does not exist: .* layers 1 to 4"):
        build_transfer_model(Parallel(), fusion_config({"type": "dlfa", "layer": 7}), TOKENS, seed=1)
