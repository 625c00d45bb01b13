"""The contract of an encoder, runnable on a stranger's class: `check_encoder(encoder, tokenizer)`.

Each check raises AssertionError with a sentence that says which promise was broken and by how much.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

import torch
from torch import Tensor

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.testing.sentences import SENTENCES
from sprachbund.tokenization.tokenizer import PieceTokenizer

TOLERANCE = 1e-5
"""Largest difference in float32, relative to the largest state, that padding or neighbours in a batch may make."""


def check_encoder(encoder: Encoder, tokenizer: PieceTokenizer) -> None:
    """Check everything that an encoder promises.

    Width, number and dtype of the states of every layer; only the layers asked for, in any order; a layer
    asked for alone is the same as among all, and lets the layers above it rest; layers that are not there
    are refused; padding and neighbours change nothing; one piece, one row and rows of nothing but
    padding give numbers; the embedding matrix is a parameter that has a row for every id and gets
    gradients; nothing stays behind on the modules; a copy gives the same; bfloat16 autocast gives numbers.

    Args:
        encoder: any encoder; it is put into evaluation mode and its gradients are removed.
        tokenizer: the one it was opened with.

    Raises:
        AssertionError: a broken promise, in a sentence.
    """
    encoder.eval()
    piece_ids, mask = _batch(tokenizer, [sentences[0] for sentences in SENTENCES.values()][:4])
    everything = tuple(range(encoder.n_layers + 1))
    with torch.no_grad():
        states = encoder(piece_ids, mask, everything).by_layer
        _check_shapes(encoder, states, everything, piece_ids)
        _check_choice(encoder, piece_ids, mask, states)
        _check_padding(encoder, piece_ids, mask, states)
        _check_odd_batches(encoder, piece_ids, mask)
        _check_rest(encoder, piece_ids, mask)
        _check_copy(encoder, piece_ids, mask, states)
    _check_refusal(encoder, piece_ids, mask)
    _check_gradients(encoder, piece_ids, mask)
    _check_embeddings(encoder, tokenizer)


def _batch(tokenizer: PieceTokenizer, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    rows = [encoding.ids[:24] for encoding in tokenizer.tokenizer.encode_batch(list(texts))]
    longest = max(map(len, rows))
    piece_ids = torch.tensor([row + [tokenizer.pad_id] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in rows])
    mask[0, -3:], piece_ids[0, -3:] = False, tokenizer.pad_id  # at least one row has padding
    return piece_ids, mask


def _difference(one: Tensor, other: Tensor) -> float:
    """Largest difference, relative to the largest value (at least 1)."""
    if one.numel() == 0:
        return 0.0
    return float((one - other).abs().max() / one.abs().max().clamp(min=1))


def _check_shapes(encoder: Encoder, states: Mapping[int, Tensor], layers: Sequence[int], piece_ids: Tensor) -> None:
    assert set(states) == set(layers), f"asked for layers {list(layers)}, got {sorted(states)}"
    for layer, state in states.items():
        wanted = (*piece_ids.shape, encoder.width)
        assert state.shape == wanted, f"layer {layer} has the shape {tuple(state.shape)}, expected {wanted}"
        assert state.dtype == torch.float32, f"layer {layer} has the type {state.dtype}, expected float32"
        assert state.isfinite().all(), f"layer {layer} holds values that are no numbers"
    assert isinstance(encoder.normed_last, bool), "normed_last is not a bool"
    assert isinstance(encoder.provenance, str), "provenance is not a text"


def _check_choice(encoder: Encoder, piece_ids: Tensor, mask: Tensor, states: Mapping[int, Tensor]) -> None:
    hooks = _hooks(encoder)
    for layer, state in states.items():
        alone = encoder(piece_ids, mask, [layer]).by_layer
        assert list(alone) == [layer], f"asked for layer {layer} alone, got {sorted(alone)}"
        difference = _difference(state[mask], alone[layer][mask])
        assert difference <= TOLERANCE, f"layer {layer} alone differs by {difference:.1e} from the same among all"
    result = encoder(piece_ids, mask, [encoder.n_layers, 0, encoder.n_layers])
    assert len(result.select([encoder.n_layers, 0, encoder.n_layers])) == 3, "repeated layers are not given"
    assert result.n_layers == encoder.n_layers, "the states name another number of layers than the encoder"
    assert result.normed_last == encoder.normed_last, "the states and the encoder differ about the final norm"
    assert _hooks(encoder) == hooks, "hooks stay behind on the modules"


def _hooks(encoder: Encoder) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in encoder.modules())


def _check_padding(encoder: Encoder, piece_ids: Tensor, mask: Tensor, states: Mapping[int, Tensor]) -> None:
    other = torch.where(mask, piece_ids, piece_ids[:, :1])
    changed = encoder(other, mask, [encoder.n_layers]).by_layer[encoder.n_layers]
    difference = _difference(states[encoder.n_layers][mask], changed[mask])
    assert difference <= TOLERANCE, f"other ids under the padding change real positions by {difference:.1e}"
    length = int(mask[0].sum())
    single = encoder(piece_ids[:1, :length], mask[:1, :length], [encoder.n_layers]).by_layer[encoder.n_layers]
    difference = _difference(states[encoder.n_layers][0, :length], single[0])
    assert difference <= TOLERANCE, f"a row alone differs by {difference:.1e} from itself in a padded batch"


def _check_odd_batches(encoder: Encoder, piece_ids: Tensor, mask: Tensor) -> None:
    layers = [0, encoder.n_layers]
    for name, ids, where in (
        ("one piece", piece_ids[:1, :1], mask[:1, :1]),
        ("a row of nothing but padding", piece_ids[:2], torch.stack([mask[0], torch.zeros_like(mask[0])])),
    ):
        for layer, state in encoder(ids, where, layers).by_layer.items():
            assert state.isfinite().all(), f"{name}: layer {layer} holds values that are no numbers"
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for layer, state in encoder(piece_ids, mask, layers).by_layer.items():
            assert state.isfinite().all(), f"bfloat16 autocast: layer {layer} holds values that are no numbers"


def _check_copy(encoder: Encoder, piece_ids: Tensor, mask: Tensor, states: Mapping[int, Tensor]) -> None:
    twin = copy.deepcopy(encoder)
    twin.load_state_dict(encoder.state_dict())
    same = twin(piece_ids, mask, [encoder.n_layers]).by_layer[encoder.n_layers]
    difference = _difference(states[encoder.n_layers][mask], same[mask])
    assert difference <= TOLERANCE, f"a copy with the same weights differs by {difference:.1e}"


def _check_refusal(encoder: Encoder, piece_ids: Tensor, mask: Tensor) -> None:
    for layer in (-1, encoder.n_layers + 1):
        try:
            encoder(piece_ids, mask, [layer])
        except ModelError:
            continue
        raise AssertionError(f"layer {layer} of {encoder.n_layers} is not refused")


def _check_rest(encoder: Encoder, piece_ids: Tensor, mask: Tensor) -> None:
    """Layers above the highest one wanted do not run: with each layer wanted, more modules are called."""
    called = [_called(encoder, piece_ids, mask, layer) for layer in range(encoder.n_layers + 1)]
    for layer in range(encoder.n_layers):
        assert called[layer] < called[layer + 1], f"layer {layer + 1} was run for the state of layer {layer}"


def _called(encoder: Encoder, piece_ids: Tensor, mask: Tensor, layer: int) -> set[str]:
    names: set[str] = set()

    def note(name: str) -> Callable[..., None]:
        return lambda *_: names.add(name)

    with ExitStack() as hooks:
        for name, module in encoder.named_modules():
            if not list(module.children()):
                hooks.callback(module.register_forward_hook(note(name)).remove)
        encoder(piece_ids, mask, [layer])
    return names


def _check_gradients(encoder: Encoder, piece_ids: Tensor, mask: Tensor) -> None:
    for layer in {0, encoder.n_layers}:
        encoder.zero_grad(set_to_none=True)
        encoder(piece_ids, mask, [layer]).by_layer[layer][mask].pow(3).sum().backward()
        gradient = encoder.word_embeddings.weight.grad
        assert gradient is not None, f"layer {layer} gives the embeddings no gradient"
        assert bool(gradient[piece_ids[mask]].ne(0).any()), f"layer {layer} gives the embeddings no gradient"
    encoder.zero_grad(set_to_none=True)


def _check_embeddings(encoder: Encoder, tokenizer: PieceTokenizer) -> None:
    matrix = encoder.word_embeddings.weight
    assert any(parameter is matrix for parameter in encoder.parameters()), "word_embeddings is no part of the encoder"
    assert len(matrix) >= tokenizer.vocabulary_size, (
        f"the tokenizer can name {tokenizer.vocabulary_size} ids, the embedding matrix has {len(matrix)} rows"
    )
