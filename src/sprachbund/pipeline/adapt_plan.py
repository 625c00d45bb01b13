"""An adaptation's config to its stages: each text as pieces, and the training that reads them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sprachbund.core.canonical import Json, plain
from sprachbund.core.config import is_neutral
from sprachbund.data.raw_text import TextFile, find_texts
from sprachbund.languages.language import find_variant
from sprachbund.languages.segmentation import UNSPACED
from sprachbund.models.encoders.source import EncoderConfig, EncoderInfo
from sprachbund.pipeline.adapt_config import AdaptationConfig
from sprachbund.pipeline.resources import training_resources
from sprachbund.stages.stage import Resources, Stage

VERSION, TEXT_VERSION = 1, 1
"""Raised when the same inputs can give another result."""

TEXT = "text "
"""Prefix of the inputs that are texts; a number that orders them follows."""
ENCODER = "encoder"
"""Folder of the adapted encoder in the stage's output."""
ADAPTED = "encoder"
"""The input of a training that is an adaptation."""
TRAINING = "training.json"
"""What the stage's output tells of the training."""


def plan_adaptation(
    config: AdaptationConfig, encoder: EncoderConfig, info: EncoderInfo, fingerprint: str, data_dir: Path | str | None
) -> Stage:
    """Turn an adaptation into its last stage; reads digests of the texts, opens neither tokenizer nor weights.

    Args:
        config: how.
        encoder: which encoder.
        info, fingerprint: of the encoder.
        data_dir: folder that holds data sets.

    Raises:
        DataError, LanguageError: a text that is not there.
    """
    folder = Path(data_dir) if data_dir else None
    files = [file for text in config.text for file in find_texts(text, folder)]
    fields = type(config).model_fields
    chosen = plain(config)
    assert isinstance(chosen, dict)
    neutral: dict[str, Json] = {name: plain(getattr(config, name)) for name, field in fields.items()
                                if is_neutral(field)}
    return Stage(
        kind="adapt",
        version=VERSION,
        function="sprachbund.pipeline.adapt:run",
        config={**{name: value for name, value in chosen.items() if name != "text"}, "encoder": encoder.name},
        inputs={f"{TEXT}{number:04d}": _text_stage(config, file, encoder, fingerprint)
                for number, file in enumerate(files)},
        files={"encoder": fingerprint},
        settings={"encoder": plain(encoder), "neutral": neutral},
        label=f"adapt {Path(encoder.name).name}",
        resources=training_resources(info, device=config.device, threads=config.threads,
                                     trim_vocabulary=config.output_vocabulary == "text"),
    )


def _text_stage(config: AdaptationConfig, file: TextFile, encoder: EncoderConfig, fingerprint: str) -> Stage:
    settings: dict[str, Any] = {"path": str(file.path), "format": file.format, "column": file.column}
    return Stage(
        kind="adapt-text",
        version=TEXT_VERSION,
        function="sprachbund.pipeline.adapt_text:run",
        config={"name": file.name, "language": file.language, "spaced": _spaced(file.language),
                "max_pieces": config.max_pieces, "packed": config.packed, "held_out": config.held_out},
        files={"text": file.fingerprint(), "encoder": fingerprint},
        settings={**settings, "encoder": plain(encoder)},
        label=f"text {file.name} {file.language}".strip(),
        resources=Resources(cpus=1, memory_gib=1.0),
    )


def _spaced(language: str) -> bool:
    return not language or find_variant(language).script not in UNSPACED
