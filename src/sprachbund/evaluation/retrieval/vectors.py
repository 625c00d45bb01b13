"""Vectors of all distinct texts in a file, from one pass of the encoder; a pass that was finished is not made again."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sprachbund.core.errors import StorageError
from sprachbund.core.source import Location
from sprachbund.evaluation.probes.poolings import Pooling
from sprachbund.evaluation.probes.states import Floats32, Tell, pooled_vectors
from sprachbund.evaluation.retrieval.distinct import DistinctTexts
from sprachbund.models.layer_states import LayerStates

_VECTORS, _DONE = "vectors.npy", "vectors.json"


@dataclass(frozen=True)
class TextVectors:
    """Vectors of distinct texts.

    Args:
        states: their names, in order.
        poolings: what was made of a text's states, in order.
        vectors: (states, poolings, texts, width), in a file; read one state at a time.
        seconds: that the pass took.
    """

    states: tuple[str, ...]
    poolings: tuple[Pooling, ...]
    vectors: Floats32
    seconds: float

    def of(self, state: int, pooling: int) -> Floats32:
        """(texts, width) of one state, read into memory."""
        return np.array(self.vectors[state, pooling])


def encode(
    model: LayerStates, texts: DistinctTexts, poolings: Sequence[Pooling], work: Path, *, precision: str, emit: Tell
) -> TextVectors:
    """Encode every distinct text once, or take the vectors that a stopped stage left.

    Args:
        model: in evaluation mode, on its device.
        texts: what is encoded.
        poolings: what one vector is made of.
        work: folder for the file.
        precision: of matrix products.
        emit: told texts done and texts in all.

    Raises:
        StorageError: there is no room for the file.
    """
    file, done = work / _VECTORS, work / _DONE
    if done.is_file():
        seconds = float(json.loads(done.read_text(encoding="utf-8")))
        return TextVectors(model.names, tuple(poolings), np.load(file, mmap_mode="r"), seconds)
    work.mkdir(parents=True, exist_ok=True)
    shape = (len(model.names), len(poolings), texts.count, model.encoder.width)
    _check_room(work, 4 * int(np.prod(shape)))
    vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
    began = time.monotonic()
    pooled_vectors(model, list(texts.corpora), vectors, poolings=poolings, precision=precision, emit=emit)
    seconds = time.monotonic() - began
    vectors.flush()
    done.write_text(json.dumps(seconds), encoding="utf-8")
    return TextVectors(model.names, tuple(poolings), vectors, seconds)


def _check_room(folder: Path, size: int) -> None:
    """A mapped file that finds no room ends the process, so it is asked before."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StorageError(f"vectors of all states need {size / 2**30:.1f} GiB, {free / 2**30:.1f} are free",
                           where=Location(str(folder)),
                           remedy="choose fewer layers or languages, or a store on another disk (--store)")
