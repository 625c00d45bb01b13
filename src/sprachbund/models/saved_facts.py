"""What a saved model says of itself, from its config and its tokenizer alone: no weights, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import field_validator
from tokenizers import Tokenizer

from sprachbund.core.config import Config, validate
from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.core.source import Location
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.labels import Kind
from sprachbund.models.encoders.hub import SMALL_FILES, local_folder, read_json
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.encoders.snapshot import snapshot
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.exported import folder as exported
from sprachbund.tokenization.tokenizer import PieceTokenizer

MODEL_TYPE = "sprachbund"
"""`model_type` in the config of our saved models."""
CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG = (
    "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
)
REMEDY = "copy the model again from where it came, or train it again"
TASK_OF_KIND: Mapping[Kind, str] = {"tokens": "tagging", "sequence": "classification", "span": "span_qa",
                                    "joint": "intent_slots", "choice": "multiple_choice"}
"""The task of a model trained elsewhere, which does not say it."""
_OURS = (MODEL_TYPE, exported.MODEL_TYPE)


class ModelDescription(Config):
    """Where a model comes from; empty fields where nobody knows (models trained elsewhere)."""

    task: str
    """Registered task name."""
    source: str = ""
    """Code of the language it was trained on."""
    more_sources: tuple[str, ...] = ()
    """Codes of further languages it was trained on like the source."""
    beyond: str = ""
    """What else with labels it learnt from, in words ("few-shot: ..."); "" for zero-shot transfer."""
    encoder: str = ""
    """Name of the encoder as given."""
    provenance: str = ""
    """The encoder's sentence for tables."""
    system: str = ""
    """Label of the fusion for tables ("DLFA (k=10, literal)")."""
    intermediate: tuple[str, ...] = ()
    """Names of intermediate tasks, in order."""
    train_data: str = ""
    """Data set it was trained on."""
    train_examples: int = 0
    """Number of training examples."""
    seed: int = 0
    """Root seed of the run."""
    max_pieces: int = 512
    """Longest window, special pieces included."""
    answers: AnswerConfig | None = None
    """How answers were looked for; None for models that answer no questions."""


class SavedPieces(Config):
    """What `tokenizer.json` does not say: the fields of `PieceTokenizer`, and the ids of special pieces."""

    pad_id: int
    bare_pieces: tuple[int, ...]
    special_pieces: tuple[int, ...]
    max_pieces: int
    uses_type_ids: bool
    vocabulary_size: int
    fingerprint: str
    notes: tuple[str, ...]

    @field_validator("bare_pieces", mode="before")
    @classmethod
    def _sorted(cls, value: Any) -> Any:
        return tuple(sorted(value)) if isinstance(value, frozenset) else value


def model_tokenizer(config: EncoderConfig) -> PieceTokenizer:
    """The tokenizer of a saved model, or of any encoder, without its weights; raises as `load_model` does."""
    values, folder = _model_config(config)
    if values.get("model_type") in _OURS:
        return load_tokenizer(folder / TOKENIZER, SavedPieces.model_validate(values["pieces"]))
    return open_tokenizer(config)


def model_description(config: EncoderConfig) -> ModelDescription:
    """What a model says of itself, from its config alone; raises as `load_model` does."""
    values, folder = _model_config(config)
    if values.get("model_type") in _OURS:
        return validate(values["description"], ModelDescription, str(folder / CONFIG))
    architectures = " ".join(values.get("architectures") or ())
    task = ("classification" if "ForSequenceClassification" in architectures
            else "span_qa" if "ForQuestionAnswering" in architectures
            else "multiple_choice" if "ForMultipleChoice" in architectures else "tagging")
    return ModelDescription(task=task, encoder=config.name, system="trained elsewhere")


def is_saved_model(config: EncoderConfig) -> bool:
    """Whether a name means one of our trained models, with weights; False for encoders and models of others.

    Raises:
        ModelError: it is not there; or an exported graph, of which only the logits can be had.
    """
    values, folder = _model_config(config)
    if values.get("model_type") == exported.MODEL_TYPE:
        raise ModelError("an exported graph gives its logits only, no layer of it can be looked at",
                         where=Location(str(folder)), remedy="name the model that it was exported from")
    return values.get("model_type") == MODEL_TYPE


def _model_config(config: EncoderConfig) -> tuple[Mapping[str, Any], Path]:
    if config.name.startswith("bundled:"):
        return {}, Path()
    folder = local_folder(config.name) or snapshot(config.name, config.revision, SMALL_FILES)
    return read_json(folder / CONFIG), folder


def load_tokenizer(path: Path, pieces: SavedPieces) -> PieceTokenizer:
    """Read `tokenizer.json`.

    Raises:
        IntegrityError: it is damaged.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise IntegrityError(f"the tokenizer file cannot be read: {error}", where=Location(str(path)),
                             remedy=REMEDY) from None
    facts = {name: getattr(pieces, name) for name in SavedPieces.model_fields if name != "special_pieces"}
    return PieceTokenizer(tokenizer=tokenizer, **{**facts, "bare_pieces": frozenset(pieces.bare_pieces)})
