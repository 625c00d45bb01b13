"""Graphs against the models they were made from; what cannot become one is told with fusion and operator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import onnx
import onnxruntime
import pytest
import saved_models as toys
import torch
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.data.labels import LabelSpace
from sprachbund.models.encoders.opening import OpenedEncoder
from sprachbund.models.exported import graph
from sprachbund.models.exported.graph import export_graph
from sprachbund.models.fusion.fusion import FUSIONS, Fusion, FusionConfig, fusion_config
from sprachbund.models.fusion.last_layer import LastLayerConfig
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.heads.token_labels import TokenLabels
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.tiny import FAMILIES

TEXTS = ("Der Hund bellt nicht", "Ja", "Die Katze schläft auf dem Sofa und schnurrt")
SHAPES = (TEXTS, TEXTS[:1], TEXTS[1:2], TEXTS[2:] * 5)
DLFA = [{"type": "dlfa", "layer": 0, "gate": gate, "integration": integration, "normalisation": normalisation}
        for gate, integration, normalisation in (("literal", "mean", "batch"), ("sigmoid", "sum", "batch"),
                                                 ("literal", "sum", "layer"), ("sigmoid", "mean", "layer"))]


def difference(model: TransferModel, opened: OpenedEncoder, labels: LabelSpace, folder: Path) -> float:
    """The largest difference of a logit over batches of several shapes."""
    path = folder / "model.onnx"
    export_graph(model, labels.kind, uses_type_ids=opened.tokenizer.uses_type_ids, path=path)
    assert not model.training
    session = onnxruntime.InferenceSession(path)
    largest = 0.0
    for texts in SHAPES:
        batch = toys.batch_of(opened.tokenizer, *texts)
        inputs = {item.name: getattr(batch, item.name).numpy() for item in session.get_inputs()}
        with torch.no_grad():
            expected = model(batch).numpy()
        assert np.abs(expected).max() > 0.1
        (found,) = session.run(["logits"], inputs)
        assert found.shape == expected.shape
        largest = max(largest, float(np.abs(found - expected).max()))
    return largest


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> OpenedEncoder:
    return toys.open_tiny(tmp_path_factory.mktemp("bert"))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_gives_what_torch_gives(family: str, tmp_path: Path) -> None:
    opened = toys.open_tiny(tmp_path, family)
    assert difference(toys.make_model(opened, toys.TAGS), opened, toys.TAGS, tmp_path) < 1e-4


@pytest.mark.parametrize("labels", [toys.TAGS, toys.CLASSES], ids=["tokens", "sequence"])
@pytest.mark.parametrize("options", [
    {"type": "last_layer"}, {"type": "average"}, {"type": "average", "over": [0, 2]}, *DLFA,
], ids=lambda options: "-".join(map(str, options.values())))
def test_every_fusion_and_head_gives_what_torch_gives(
    options: dict[str, object], labels: LabelSpace, bert: OpenedEncoder, tmp_path: Path
) -> None:
    kind = "token_labels" if labels.kind == "tokens" else "sequence_label"
    pooling = "mean" if options["type"] == "average" else "first"
    head = HeadConfig(type=kind, n_labels=len(labels.labels), pooling=pooling)
    model = build_transfer_model(bert.encoder, fusion_config(options), head, seed=3).eval()
    with torch.no_grad():
        model.head.classifier.weight.mul_(30)
    assert difference(model, bert, labels, tmp_path) < 1e-4


ALL = [
    {"type": "single_layer", "layer": 1}, {"type": "average", "layer": 0, "integration": "sum"},
    {"type": "scalar_mix"}, {"type": "scalar_mix", "per": "token", "layer_norm": True, "layer_dropout": 0.5},
    {"type": "concat"}, {"type": "dlfa", "layer": 1, "kernel": 3, "normalisation": "none"},
    {"type": "dlfa", "layer": 1, "branches": "global", "convolutions": 1},
    {"type": "dlfa", "layer": 1, "branches": "local", "kernel": 3},
    {"type": "aff", "layer": 1}, {"type": "iaff", "layer": 1}, {"type": "static_gate", "layer": 1},
    {"type": "fixed_mix", "layer": 1, "alpha": 0.3}, {"type": "residual", "layer": 1}, {"type": "squeeze_excitation"},
    {"type": "dwatt"}, {"type": "aif_all"}, {"type": "aif_all", "weighing": "sigmoid", "normalisation": "layer"},
    {"type": "refined_last"}, {"type": "bottleneck"}, {"type": "single_layer", "layer": 0, "identity_start": True},
    {"type": "dlfa", "layer": 0, "identity_start": True},
]


def test_no_fusion_is_left_out_of_the_slow_test() -> None:
    assert {options["type"] for options in ALL} == set(FUSIONS.built_in) - {"last_layer"}


@pytest.mark.slow
@pytest.mark.parametrize("options", ALL, ids=lambda options: "-".join(map(str, options.values())))
def test_every_fusion_with_weights_that_matter_gives_what_torch_gives(
    options: dict[str, object], bert: OpenedEncoder, tmp_path: Path
) -> None:
    head = HeadConfig(type="token_labels", n_labels=len(toys.TAGS.labels), normalisation="layer")
    model = build_transfer_model(bert.encoder, fusion_config(options), head, seed=3).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        model.head.classifier.weight.mul_(30)
        for parameter in model.fusion.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    assert difference(model, bert, toys.TAGS, tmp_path) < 1e-4


def test_axes_are_named_and_no_word_gives_no_logits(bert: OpenedEncoder, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    export_graph(toys.make_model(bert, toys.TAGS), "tokens", uses_type_ids=True, path=path)
    session = onnxruntime.InferenceSession(path)
    assert {item.name: item.shape for item in session.get_inputs()} == {
        "piece_ids": ["batch", "positions"], "mask": ["batch", "positions"], "type_ids": ["batch", "positions"],
        "word_positions": ["words"],
    }
    ids = np.ones((2, 3), dtype=np.int64)
    given = {"piece_ids": ids, "mask": ids.astype(bool), "type_ids": ids * 0, "word_positions": ids[0, :0]}
    assert session.run(["logits"], given)[0].shape == (0, 3)


class BesselConfig(LastLayerConfig):
    type: Literal["bessel"] = "bessel"  # type: ignore[assignment]


class Bessel(Fusion):
    """Uses a function that ONNX has not."""

    name: ClassVar[str] = "bessel"
    config_class: ClassVar[type[FusionConfig]] = BesselConfig

    def forward(self, states: Sequence[Tensor], mask: Tensor) -> Tensor:
        return torch.special.bessel_j0(states[0])


class BesselHead(TokenLabels):
    def forward(self, state: Tensor, mask: Tensor, word_positions: Tensor | None) -> Tensor:
        return super().forward(torch.special.bessel_j0(state), mask, word_positions)


def test_a_fusion_with_an_operator_that_onnx_lacks_is_named(bert: OpenedEncoder, tmp_path: Path) -> None:
    head = TokenLabels(HeadConfig(type="token_labels", n_labels=3), bert.encoder.width)
    model = TransferModel(bert.encoder, Bessel(BesselConfig(), bert.encoder.width, 1), head).eval()
    with pytest.raises(ModelError, match="the fusion bessel uses the operator aten::special_bessel_j0") as caught:
        export_graph(model, "tokens", uses_type_ids=True, path=tmp_path / "model.onnx")
    assert "write it with operators that ONNX has" in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_head_with_such_an_operator_is_named_too(bert: OpenedEncoder, tmp_path: Path) -> None:
    head = BesselHead(HeadConfig(type="token_labels", n_labels=3), bert.encoder.width)
    last = fusion_config({"type": "last_layer"})
    fusion = build_transfer_model(bert.encoder, last, head.config, seed=1).fusion
    with pytest.raises(ModelError, match="the head uses the operator aten::special_bessel_j0, which ONNX lacks"):
        export_graph(TransferModel(bert.encoder, fusion, head).eval(), "tokens", uses_type_ids=True,
                     path=tmp_path / "model.onnx")


def test_a_model_that_fails_otherwise_is_told_with_the_reason(bert: OpenedEncoder, tmp_path: Path) -> None:
    class Broken(TransferModel):
        def forward(self, batch: Batch, states: object = None) -> Tensor:
            raise RuntimeError("only on Sundays")

    model = toys.make_model(bert, toys.TAGS)
    broken = Broken(model.encoder, model.fusion, model.head).eval()
    with pytest.raises(ModelError, match="cannot become an ONNX graph: only on Sundays"):
        export_graph(broken, "tokens", uses_type_ids=True, path=tmp_path / "model.onnx")


def test_weights_that_no_file_can_hold_lie_beside_the_graph(
    bert: OpenedEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "LARGEST_FILE", 1000)
    model = toys.make_model(bert, toys.TAGS)
    assert difference(model, bert, toys.TAGS, tmp_path) < 1e-4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.onnx", "model.onnx.data"]
    assert (tmp_path / "model.onnx.data").stat().st_size > (tmp_path / "model.onnx").stat().st_size
    assert onnx.load(tmp_path / "model.onnx", load_external_data=False).graph.initializer
