"""The folder of an exported model: config, tokenizer, graph, and what was checked when it was made.

`config.json` holds everything that is needed to open it, with the sha256 of the graph's files;
`export.json` says how far the graph agrees with the model it was made from, and on which data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from sprachbund.core.config import Config
from sprachbund.core.errors import IntegrityError, MissingExtraError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.data.labels import LabelSpace

MODEL_TYPE: Literal["sprachbund-onnx"] = "sprachbund-onnx"
"""`model_type` of an exported model's config."""
GRAPH, CHECKED = "model.onnx", "export.json"
GRAPH_FILES = (f"{GRAPH}*",)
Format = Literal["fp32", "int8"]
_REMEDY = "copy the folder again from where it came, or export the model again"


class LayerUse(Config):
    """How the encoder's layers are used."""

    fusion: str
    """Registered name."""
    layers: tuple[int, ...]
    gate: str
    """"" where there is none."""


class ExportedConfig(Config):
    """`config.json`; `description` and `pieces` are as in a saved model's."""

    model_type: Literal["sprachbund-onnx"] = MODEL_TYPE
    number_format: Format
    labels: LabelSpace
    use: LayerUse
    description: dict[str, Any]
    pieces: dict[str, Any]
    files: dict[str, str]
    """Name -> sha256 of the graph's files."""


class Checked(Config):
    """What was compared when the graph was made, on the same sentences."""

    number_format: Format
    data_set: str
    language: str
    split: str
    fingerprint: str
    """Of the whole corpus that the sentences are from."""
    sentences: int
    words: int
    """Predictions compared: words, or texts."""
    agreement: float
    """Share of equal predictions in percent."""
    largest_difference: float
    """Of the logits, in fp32 and int8 alike."""
    metric: str = ""
    """Primary metric, in points; "" where the data have no labels."""
    score_torch: float | None = None
    score_onnx: float | None = None
    seconds_torch: float
    """Time that torch took for the sentences, on `threads` threads."""
    seconds_onnx: float
    threads: int
    versions: dict[str, str]


def check_graph_files(folder: Path, config: ExportedConfig) -> None:
    """Compare the graph's files with the digests in the config.

    Raises:
        IntegrityError: one is missing or has other bytes.
    """
    for name, digest in config.files.items():
        path = folder / name
        if not path.is_file():
            raise IntegrityError("a file of the graph is missing", where=Location(str(path)), remedy=_REMEDY)
        if sha256_file(path) != digest:
            raise IntegrityError("the graph is damaged: its sha256 is not the one it was written with",
                                 where=Location(str(path)), remedy=_REMEDY)


def require_onnx() -> dict[str, str]:
    """Versions of what exporting needs.

    Raises:
        MissingExtraError: a package is not installed.
    """
    versions = {}
    for name in ("onnx", "onnxruntime"):
        try:
            versions[name] = str(__import__(name).__version__)
        except ModuleNotFoundError:
            raise MissingExtraError("exporting a model", "onnx", name) from None
    return versions
