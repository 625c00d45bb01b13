"""A classifier to one ONNX graph: pieces and mask in, logits out; encoder, fusion and head are in it.

    inputs   piece_ids (batch, positions) int64, mask (batch, positions) bool,
             type_ids (batch, positions) int64   where the encoder uses segments,
             word_positions (words,) int64       for token tasks: logits at words only; -1 - row asks for the intent
                                                 of a row where a model gives both
    output   logits (words, labels), (batch, labels) or, of choices, (batch, 1) float32

Made by torch's exporter that traces an example: one file, a tenth of the time that the one on
`torch.export` takes, and nothing to install beside `onnx`. A trace takes whichever way the example takes;
that is why every graph is held against torch on real sentences before anybody gets it.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.onnx.errors import OnnxExporterError

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.core.files import remove
from sprachbund.data.labels import Kind
from sprachbund.models.classifier import Classifier
from sprachbund.models.transfer_model import TransferModel

LOGITS = "logits"
LARGEST_FILE = 1_900_000_000
"""Bytes of weights that go into the graph's own file, which can hold 2 GiB; more lie beside it."""
_OPERATOR_SET = 17
_AXES = {
    "piece_ids": ("batch", "positions"), "mask": ("batch", "positions"), "type_ids": ("batch", "positions"),
    "word_positions": ("words",), LOGITS: ("outputs",),
}
_OF_WORDS = ("tokens", "joint")
_OPERATOR = re.compile(r"operator '([\w:.]+)'")


def export_graph(model: Classifier, kind: Kind, *, uses_type_ids: bool, path: Path) -> None:
    """Write a model's graph; batch, positions and words stay free.

    Args:
        model: on the processor, in evaluation mode.
        kind: what it labels: "tokens", "sequence", "joint" or "choice".
        uses_type_ids: whether the graph gets segment ids.
        path: the file to write, in a folder of its own; weights past `LARGEST_FILE` lie beside it as `<name>.data`.

    Raises:
        ModelError: an operator that ONNX lacks, named together with the part of the model that uses it.
    """
    graph = _Graph(model, kind, uses_type_ids).eval()  # the exporter puts back the mode of what it is given
    inputs = _example(kind, uses_type_ids)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of choices that the trace fixes, see above; of the exporter's age
        try:
            torch.onnx.export(
                graph, tuple(inputs.values()), path, dynamo=False, opset_version=_OPERATOR_SET,
                input_names=list(inputs), output_names=[LOGITS],
                dynamic_axes={name: dict(enumerate(_AXES[name])) for name in (*inputs, LOGITS)},
            )
        except (OnnxExporterError, RuntimeError, TypeError) as error:
            raise _refusal(error, graph, inputs) from error
    if sum(weight.numel() * weight.element_size() for weight in model.parameters()) > LARGEST_FILE:
        _weights_beside(path)


class _Graph(nn.Module):
    """A classifier with tensors for arguments."""

    def __init__(self, model: Classifier, kind: Kind, uses_type_ids: bool) -> None:
        super().__init__()
        self.model = model
        self.kind = kind
        self.uses_type_ids = uses_type_ids

    def forward(
        self, piece_ids: Int[Tensor, "batch positions"], mask: Bool[Tensor, "batch positions"], *others: Tensor
    ) -> Float[Tensor, "outputs labels"]:
        rest = list(others)
        none = piece_ids.new_zeros(0)
        batch = Batch(
            piece_ids=piece_ids, mask=mask, type_ids=rest.pop(0) if self.uses_type_ids else None,
            word_positions=rest.pop(0) if self.kind in _OF_WORDS else none, labels=None, windows=none, words=none,
        )
        logits: Tensor = self.model(batch)
        return logits.float()


def _example(kind: Kind, uses_type_ids: bool) -> dict[str, Tensor]:
    """Small inputs, no two axes of one length, rows of several lengths."""
    mask = torch.arange(7) < torch.tensor([[7], [4], [6]])
    inputs = {"piece_ids": torch.ones(mask.shape, dtype=torch.int64), "mask": mask}
    if uses_type_ids:
        inputs["type_ids"] = torch.zeros(mask.shape, dtype=torch.int64)
    if kind in _OF_WORDS:
        inputs["word_positions"] = torch.tensor([1, 2, 8, 9, 15] if kind == "tokens" else [-1, 1, 8, -2, 9])
    return inputs


def _refusal(error: Exception, graph: _Graph, inputs: dict[str, Tensor]) -> ModelError:
    """Say which part of the model has no graph, and for want of which operator."""
    remedy = "write it with operators that ONNX has, or predict with the model itself"
    found = _OPERATOR.search(str(error))
    if found is None:
        first = str(error).strip().partition("\n")[0]
        return ModelError(f"the model cannot become an ONNX graph: {first}", remedy=remedy)
    return ModelError(f"{_user_of(found[1], graph, inputs)} uses the operator {found[1]}, which ONNX lacks",
                      remedy=remedy)


def _user_of(operator: str, graph: _Graph, inputs: dict[str, Tensor]) -> str:
    traced = cast("Any", torch.jit).trace(graph, tuple(inputs.values()), check_trace=False)
    scopes = [node.scopeName() for node in traced.inlined_graph.nodes() if node.kind() == operator]
    part = next((name for name in ("fusion", "head", "encoder")
                 if any(f"model.{name}" in scope for scope in scopes)), "model")
    if part == "fusion":
        return f"the fusion {cast('TransferModel', graph.model).fusion.config.type}"
    return f"the {part}"


def _weights_beside(path: Path) -> None:
    """Gather the many files that the exporter writes for a large model into one."""
    import onnx

    model = onnx.load(path)
    for file in path.parent.iterdir():
        remove(file)
    onnx.save(model, path, save_as_external_data=True, location=f"{path.name}.data")
