"""A graph run by onnxruntime, behind the interface of every classifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import IntegrityError, MissingExtraError
from sprachbund.core.source import Location
from sprachbund.models.classifier import Classifier
from sprachbund.models.exported.graph import LOGITS

EXTRA = "onnx"


class ExportedClassifier(Classifier):
    """An ONNX graph with the inputs that `graph` describes. It runs on the processor and cannot be trained.

    A run takes as many threads as torch has in the calling thread; several threads may call at once.

    Args:
        path: the graph.
        use: how the encoder's layers are used: fusion, layers, gate (as in `LoadedModel.facts`).
        vocabulary_size: rows of the embedding matrix.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        IntegrityError: the file is no graph.
    """

    def __init__(self, path: Path, use: Mapping[str, Any], vocabulary_size: int) -> None:
        super().__init__()
        self.path = path
        self.use = dict(use)
        self.vocabulary_size = vocabulary_size
        self._opening = Lock()
        self._sessions: dict[int, Any] = {}
        self._inputs = tuple(item.name for item in self._session().get_inputs())

    def forward(self, batch: Batch) -> Float[Tensor, "outputs labels"]:
        """Logits of every word or row, on the batch's device."""
        given = {name: getattr(batch, name) for name in self._inputs}
        if given.get("type_ids", batch.mask) is None:  # a corpus of nothing but first segments
            given["type_ids"] = torch.zeros_like(batch.piece_ids)
        (logits,) = self._session().run([LOGITS], {name: value.cpu().numpy() for name, value in given.items()})
        return torch.from_numpy(np.asarray(logits)).to(batch.piece_ids.device)

    def _session(self) -> Any:
        """The session with as many threads as torch has here; only the last one is kept, each holds the weights."""
        threads = torch.get_num_threads()
        with self._opening:
            if threads not in self._sessions:
                self._sessions = {threads: _open(self.path, threads)}
            return self._sessions[threads]


def _open(path: Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError:
        raise MissingExtraError("running an exported model", EXTRA, "onnxruntime") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only: warnings tell of its own rewriting
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # as with torch's threads
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own, one class for each of its codes
        first = str(error).strip().partition("\n")[0]
        raise IntegrityError(f"onnxruntime cannot read the graph: {first}", where=Location(str(path)),
                             remedy="export the model again") from None
