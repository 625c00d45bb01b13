"""Quantised graphs: close to what they were, small, and never outside of seven bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import saved_models as toys
import torch
from onnx import TensorProto, helper, numpy_helper

from sprachbund.core.errors import ModelError
from sprachbund.models.exported.graph import export_graph
from sprachbund.models.exported.int8 import MATRIX_LEVELS, quantise
from sprachbund.models.exported.session import ExportedClassifier

TEXTS = ("Der Hund bellt nicht", "Ja", "Die Katze schläft auf dem Sofa und schnurrt")


def test_logits_stay_close_and_the_file_gets_small(tmp_path: Path) -> None:
    opened = toys.open_tiny(tmp_path)
    model = toys.make_model(opened, toys.TAGS)
    exact, small = tmp_path / "model.onnx", tmp_path / "int8.onnx"
    export_graph(model, "tokens", uses_type_ids=True, path=exact)
    quantise(exact, small)
    assert small.stat().st_size < exact.stat().st_size / 2
    batch = toys.batch_of(opened.tokenizer, *TEXTS)
    with torch.no_grad():
        expected = model(batch)
    found = ExportedClassifier(small, {}, 2000)(batch)
    assert not torch.equal(found, expected)
    assert (found - expected).norm() < 0.05 * expected.norm()


def test_matrices_and_embeddings_are_whole_numbers_and_products_cannot_overflow(tmp_path: Path) -> None:
    opened = toys.open_tiny(tmp_path)
    exact, small = tmp_path / "model.onnx", tmp_path / "int8.onnx"
    export_graph(toys.make_model(opened, toys.TAGS), "tokens", uses_type_ids=True, path=exact)
    quantise(exact, small)
    model = onnx.load(small)
    weights = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(products) == 3 * 6  # query, key, value, output and two of the feed-forward part, in three layers
    matrices = [weights[node.input[1]] for node in products]
    assert all(matrix.dtype == np.int8 and np.abs(matrix).max() == MATRIX_LEVELS for matrix in matrices)
    assert 2 * 255 * MATRIX_LEVELS < 2**15
    rows = opened.tokenizer.vocabulary_size
    tables = [value for value in weights.values() if value.dtype == np.int8 and len(value) == rows]
    assert len(tables) == 1
    assert not [value for value in weights.values() if value.dtype == np.float32 and value.size > 32 * 128]
    quantisers = [node.input[0] for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    assert len(quantisers) == len(set(quantisers)) == 3 * 4  # once for query, key and value


def test_a_graph_without_stored_matrices_is_refused(tmp_path: Path) -> None:
    axes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 2]) for name in "abc"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", axes[:2], axes[2:])
    onnx.save(helper.make_model(graph), tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="there is nothing to quantise"):
        quantise(tmp_path / "model.onnx", tmp_path / "int8.onnx")
    assert not (tmp_path / "int8.onnx").exists()
