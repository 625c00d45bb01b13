"""`config.json` of a saved model, as a transformers config of the type "sprachbund"."""

from __future__ import annotations

from dataclasses import field
from importlib import import_module
from typing import Any

from transformers.configuration_utils import PreTrainedConfig
from transformers.models.auto.configuration_auto import AutoConfig

from sprachbund.models.saved_facts import MODEL_TYPE

_MODELS = "sprachbund.models.pretrained"  # by name: it imports torch, and registers the model classes


class SprachbundConfig(PreTrainedConfig):
    """What a saved model is made of; everything that is needed to build it again.

    Args:
        encoder: the encoder's own transformers config.
        fusion: the fusion's config (`{"type": "dlfa", "layer": 10, ...}`).
        head: the head's config.
        pieces: what the tokenizer's file does not say (`PieceTokenizer`).
        description: where the model comes from (`ModelDescription`).

    Labels stand in `id2label` and `label2id`, as in every transformers config.
    """

    model_type = MODEL_TYPE

    encoder: dict[str, Any] = field(default_factory=dict)
    fusion: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    pieces: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self, **kwargs: Any) -> None:
        super().__post_init__(**kwargs)  # type: ignore[no-untyped-call]
        import_module(_MODELS)  # whoever holds one of our configs can look up its model class


def register() -> None:
    """Put our config type into transformers' table; idempotent."""
    AutoConfig.register(MODEL_TYPE, SprachbundConfig, exist_ok=True)
