"""An ONNX graph with weights in 8 bits: dynamic quantisation, written for what our graphs hold.

    matrices    int8, one scale a column, values in -64..64
    activations uint8, one scale a tensor, found while it runs; once for query, key and value
    embeddings  int8, one scale a row

A processor without VNNI multiplies uint8 by int8 in pairs and adds the two products in 16 bits, which
saturates: 2 * 255 * 127 is too much, 2 * 255 * 64 is not. Hence seven bits for matrices. What is small
(biases, norms, head, the branches of a gate) stays in fp32.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.errors import ModelError
from sprachbund.models.exported.graph import LARGEST_FILE

if TYPE_CHECKING:
    from onnx import NodeProto

MATRIX_LEVELS, ROW_LEVELS = 64, 127
SMALLEST_TABLE = 1024
"""Rows of an embedding matrix that is worth quantising: positions and segments are small."""
_CONTRIBUTED = "com.microsoft"
_FLOAT = 1  # onnx.TensorProto.FLOAT


def quantise(source: Path, target: Path) -> None:
    """Write an int8 version of a graph.

    Args:
        source: a graph that `export_graph` wrote.
        target: the file to write.

    Raises:
        ModelError: the graph has no matrix product with stored weights.
    """
    import onnx

    model = onnx.load(source)
    graph = _Quantised(model)
    if not graph.matrices:
        raise ModelError("there is nothing to quantise: no matrix product has stored weights",
                         remedy="export it without --int8")
    del model.graph.node[:], model.graph.initializer[:], model.graph.value_info[:]
    model.graph.node.extend(graph.nodes)
    model.graph.initializer.extend(graph.weights.values())
    model.opset_import.append(onnx.helper.make_opsetid(_CONTRIBUTED, 1))
    onnx.save(model, target, save_as_external_data=sum(len(item.raw_data) for item in graph.weights.values())
              > LARGEST_FILE, location=f"{target.name}.data")


class _Quantised:
    """The nodes and weights of the new graph.

    Attributes:
        nodes: in an order in which they can run.
        weights: by name.
        matrices: number of products that were quantised.
    """

    def __init__(self, model: Any) -> None:
        self.matrices = 0
        self.weights = {item.name: item for item in model.graph.initializer}
        self._activations: dict[str, tuple[str, str, str]] = {}
        self._read_by: dict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self._read_by[name].append(node)
        self._done: set[int] = set()
        # one by one: whether a bias is still to be added turns out at the product before it
        self.nodes = [new for node in model.graph.node if id(node) not in self._done for new in self._new(node)]
        used = {name for node in self.nodes for name in node.input}
        self.weights = {name: item for name, item in self.weights.items() if name in used}

    def _new(self, node: NodeProto) -> Iterator[NodeProto]:
        if node.op_type == "MatMul" and self._rank(node.input[1]) == 2:
            yield from self._product(node)
        elif node.op_type == "Gather" and self._rank(node.input[0]) == 2 and self._rows(node) >= SMALLEST_TABLE:
            yield from self._lookup(node)
        else:
            yield node

    def _product(self, node: NodeProto) -> Iterator[NodeProto]:
        """`x @ matrix (+ bias)` on whole numbers, back to fp32 in the same operator."""
        from onnx.helper import make_node

        self.matrices += 1
        given, name = node.input
        matrix, scales = self._stored(name, MATRIX_LEVELS, axis=0)
        if given not in self._activations:
            self._activations[given] = (f"{given}.uint8", f"{given}.scale", f"{given}.zero")
            yield make_node("DynamicQuantizeLinear", [given], self._activations[given])
        values, scale, zero = self._activations[given]
        bias, output = self._bias(node)
        yield make_node("MatMulIntegerToFloat", [values, matrix, scale, scales, zero, "", bias], [output],
                        domain=_CONTRIBUTED)

    def _lookup(self, node: NodeProto) -> Iterator[NodeProto]:
        """Rows of the embedding matrix, back to fp32."""
        from onnx.helper import make_node

        table, scales = self._stored(node.input[0], ROW_LEVELS, axis=1)
        (output,) = node.output
        yield make_node("Gather", [table, node.input[1]], [f"{output}.int8"])
        yield make_node("Cast", [f"{output}.int8"], [f"{output}.whole"], to=_FLOAT)
        yield make_node("Gather", [scales, node.input[1]], [f"{output}.scale"])
        yield make_node("Mul", [f"{output}.whole", f"{output}.scale"], [output])

    def _stored(self, name: str, levels: int, *, axis: int) -> tuple[str, str]:
        """Names of a weight in int8 and of its scales; quantised once, however often it is read."""
        from onnx.numpy_helper import from_array, to_array

        new, scales = f"{name}.int8", f"{name}.scales"
        if new not in self.weights:
            values: NDArray[np.float32] = to_array(self.weights[name])
            largest = np.abs(values).max(axis=axis, keepdims=True)
            scale = np.where(largest > 0, largest / levels, 1).astype(np.float32)
            self.weights[new] = from_array(np.rint(values / scale).astype(np.int8), new)
            self.weights[scales] = from_array(scale.reshape(-1) if axis == 0 else scale, scales)
        return new, scales

    def _bias(self, node: NodeProto) -> tuple[str, str]:
        """The stored vector that is added to a product and to nothing else, and the name of the sum."""
        (output,) = node.output
        readers = self._read_by[output]
        if len(readers) == 1 and readers[0].op_type == "Add":
            (other,) = [name for name in readers[0].input if name != output] or [""]
            if self._rank(other) == 1 and self.weights[other].dims[0] == self.weights[node.input[1]].dims[1]:
                self._done.add(id(readers[0]))
                return other, readers[0].output[0]
        return "", output

    def _rank(self, name: str) -> int:
        """Axes of a stored fp32 weight, 0 for everything else."""
        item = self.weights.get(name)
        return len(item.dims) if item is not None and item.data_type == _FLOAT else 0

    def _rows(self, node: NodeProto) -> int:
        axis = next((item.i for item in node.attribute if item.name == "axis"), 0)
        return int(self.weights[node.input[0]].dims[0]) if axis == 0 else 0
