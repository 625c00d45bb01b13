"""BERT, RoBERTa and XLM-R without padding: the fast way through models whose parts we know.

The modules of the transformers model keep the parameters; only the order of work is ours. Dropout
probabilities, trimmed embeddings and frozen parameters are read from them at every call, so whoever
changes the model changes this too. A model that is not exactly what is known here (an adapter in a layer,
a hook on a part, another activation) is run by transformers as before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from transformers import BertModel, PreTrainedModel, RobertaModel, XLMRobertaModel
from transformers.activations import GELUActivation

from sprachbund.models.dropout_stream import DropoutStream
from sprachbund.models.encoders.packed_layer import AttentionRows, LayerOptions, LayerWeights, train_layer
from sprachbund.models.encoders.packing import Packing
from sprachbund.models.encoders.plain_layer import plain_layer

_KNOWN = (BertModel, RobertaModel, XLMRobertaModel)
_PARTS = {
    "attention.self.query": nn.Linear,
    "attention.self.key": nn.Linear,
    "attention.self.value": nn.Linear,
    "attention.output.dense": nn.Linear,
    "attention.output.LayerNorm": nn.LayerNorm,
    "intermediate.dense": nn.Linear,
    "output.dense": nn.Linear,
    "output.LayerNorm": nn.LayerNorm,
}
"""Parts with parameters, in the order of `LayerWeights`."""
_OTHERS = {
    "attention.self.dropout": nn.Dropout,
    "attention.output.dropout": nn.Dropout,
    "output.dropout": nn.Dropout,
    "intermediate.intermediate_act_fn": GELUActivation,
}


class PackedBert:
    """Runs a BERT-like model on real pieces only.

    Args:
        model: one for which `can_be_packed` says yes.
        padding_position: position number of padding where positions count from there (RoBERTa's kin), else None.
    """

    def __init__(self, model: PreTrainedModel, padding_position: int | None) -> None:
        self._embeddings: Any = model.embeddings
        self._layers = cast("nn.ModuleList", cast("Any", model).encoder.layer)
        self._heads = int(model.config.num_attention_heads)
        self._padding_position = padding_position

    def states(
        self,
        piece_ids: Int[Tensor, "batch positions"],
        mask: Bool[Tensor, "batch positions"],
        wanted: Collection[int],
        type_ids: Int[Tensor, "batch positions"] | None = None,
        stream: DropoutStream | None = None,
    ) -> dict[int, Float[Tensor, "batch positions width"]]:
        """The states of the layers wanted; zeros at padded positions.

        Args:
            piece_ids: vocabulary ids.
            mask: True at real pieces.
            wanted: numbers of layers that exist; layers above the highest are not run.
            type_ids: segment ids, or None.
            stream: of dropout masks, on a processor in training; None: one that torch's generator seeds.
        """
        packing = Packing(mask)
        rows = AttentionRows(packing, self._heads)
        ours = self._layers.training and torch.is_grad_enabled() and mask.device.type == "cpu"
        if ours and stream is None:
            stream = DropoutStream(int(torch.randint(2**62, ())))
        x = self._embed(piece_ids, packing, type_ids, stream if ours else None)
        states = {0: x} if 0 in wanted else {}
        for number, layer in enumerate(self._layers[: max(wanted)], start=1):
            weights, options = _weights(layer), _options(layer, self._heads)
            x = train_layer(x, weights, options, rows, stream) if ours and stream else plain_layer(
                x, weights, options, rows)
            if number in wanted:
                states[number] = x
        return {number: packing.unpack(state) for number, state in states.items()}

    def _embed(
        self, piece_ids: Tensor, packing: Packing, type_ids: Tensor | None, stream: DropoutStream | None
    ) -> Tensor:
        parts = self._embeddings
        positions = packing.pieces % packing.mask.shape[1]
        if self._padding_position is not None:
            positions = packing.pack(packing.mask.cumsum(1)) + self._padding_position
        types = parts.token_type_embeddings
        segments = types.weight[0] if type_ids is None else types(packing.pack(type_ids))
        x = parts.word_embeddings(packing.pack(piece_ids)) + segments + parts.position_embeddings(positions)
        x = parts.LayerNorm(x)
        probability = _probability(parts.dropout)
        if stream is None or not probability:
            return cast("Tensor", parts.dropout(x))
        return cast("Tensor", x * stream.mask(x.shape, probability, x.dtype))


def can_be_packed(model: PreTrainedModel) -> bool:
    """Say whether a model is an encoder like BERT whose every part is as transformers made it."""
    if type(model) not in _KNOWN or model.config.is_decoder or model.config.add_cross_attention:
        return False
    if torch._C._is_tracing() or torch.compiler.is_compiling():  # an exported graph is transformers' own
        return False
    parts = cast("Any", model)
    layers = list(parts.encoder.layer)
    if any(map(_hooked, (model, parts.embeddings, parts.encoder, *layers))):
        return False
    return not any(layer.gradient_checkpointing for layer in layers) and all(
        type(part) is kind and not _hooked(part) for layer in layers for part, kind in _parts_of(layer)
    )


def _parts_of(layer: nn.Module) -> Iterator[tuple[nn.Module, type[nn.Module]]]:
    for name, kind in (*_PARTS.items(), *_OTHERS.items()):
        yield layer.get_submodule(name), kind


def _hooked(module: nn.Module) -> bool:
    hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
    return any(_is_foreign(hook) for kind in hooks for hook in kind.values())


def _is_foreign(hook: object) -> bool:
    # transformers leaves hooks behind that note hidden states, for callers that ask its models for them
    return not str(getattr(hook, "__module__", "")).startswith("transformers.utils.output_capturing")


def _weights(layer: nn.Module) -> LayerWeights:
    parts = (cast("nn.Linear | nn.LayerNorm", layer.get_submodule(name)) for name in _PARTS)
    return LayerWeights(*(parameter for part in parts for parameter in (part.weight, cast("Tensor", part.bias))))


def _options(layer: nn.Module, heads: int) -> LayerOptions:
    attention, first, second = (
        _probability(cast("nn.Dropout", layer.get_submodule(name))) for name in list(_OTHERS)[:3]
    )
    norms = [cast("nn.LayerNorm", layer.get_submodule(name)) for name, kind in _PARTS.items() if kind is nn.LayerNorm]
    return LayerOptions(heads, (norms[0].eps, norms[1].eps), attention, (first, second))


def _probability(dropout: nn.Dropout) -> float:
    return dropout.p if dropout.training else 0.0
