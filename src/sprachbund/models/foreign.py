"""Classifiers, answerers and choosers of transformers, trained elsewhere, behind our interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedModel,
)

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import ModelError
from sprachbund.core.source import Location
from sprachbund.data.labels import BOUNDARIES, RIGHT, Kind, LabelSpace
from sprachbund.models.classifier import Classifier
from sprachbund.models.encoders.hub import PICKLED_WEIGHTS, SAFE_WEIGHTS, SMALL_FILES, local_folder, read_json
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.encoders.snapshot import snapshot
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.encoders.weights import check_weight_file, quiet
from sprachbund.tokenization.tokenizer import PieceTokenizer

_KINDS: dict[str, Kind] = {"ForTokenClassification": "tokens", "ForSequenceClassification": "sequence",
                           "ForQuestionAnswering": "span", "ForMultipleChoice": "choice"}
_LOADERS: dict[Kind, Any] = {
    "tokens": AutoModelForTokenClassification, "sequence": AutoModelForSequenceClassification,
    "span": AutoModelForQuestionAnswering, "choice": AutoModelForMultipleChoice,
}
_FIXED: dict[Kind, tuple[str, ...]] = {"span": BOUNDARIES, "choice": RIGHT}
"""Label spaces that no config names, since they are the same for all models."""


class ForeignClassifier(Classifier):
    """A transformers classifier as it is, with its own head (BERT's pooler included).

    Args:
        model: a token classifier, a sequence classifier, an answerer of questions or a chooser.
        kind: which of the four.

    Attributes:
        layers: the layer that its head reads (the last one), where the config tells how many there are.
    """

    def __init__(self, model: PreTrainedModel, kind: Kind) -> None:
        super().__init__()
        self.model = model
        self.kind = kind
        n_layers = getattr(model.config, "num_hidden_layers", None)
        self.layers = () if n_layers is None else (int(n_layers),)
        self._takes_types = "token_type_ids" in signature(model.forward).parameters

    def forward(self, batch: Batch) -> Float[Tensor, "outputs labels"]:
        """Logits of every word, row or choice, or of start and end at every place of an answer."""
        inputs = {"input_ids": batch.piece_ids, "attention_mask": batch.mask.long()}
        if batch.type_ids is not None and self._takes_types:
            inputs["token_type_ids"] = batch.type_ids
        if self.kind == "choice":  # an axis of choices, of which each row is one by itself
            inputs = {name: values.unsqueeze(1) for name, values in inputs.items()}
        output = self.model(**inputs)
        if self.kind == "span":
            places = torch.stack([output.start_logits, output.end_logits], dim=-1)
            return places.flatten(0, 1).index_select(0, batch.word_positions)
        logits: Tensor = output.logits
        return logits.flatten(0, 1).index_select(0, batch.word_positions) if self.kind == "tokens" else logits


@dataclass(frozen=True)
class OpenedClassifier:
    """A foreign model in evaluation mode, its encoder's tokenizer, and its labels in the order of the logits."""

    model: ForeignClassifier
    tokenizer: PieceTokenizer
    labels: LabelSpace


def open_classifier(config: EncoderConfig) -> OpenedClassifier:
    """Open a classifier of tokens or sequences, an answerer of questions or a chooser of transformers.

    Args:
        config: its name (a folder in hub layout or a hub id), revision and permissions.

    Raises:
        ModelError: it is no classifier that gives one label of several, or it needs a permission that was not given.
        IntegrityError: a weight file is damaged.
    """
    tokenizer = open_tokenizer(config)
    folder = local_folder(config.name) or snapshot(config.name, config.revision, (*SMALL_FILES, *SAFE_WEIGHTS))
    kind = _kind(read_json(folder / "config.json"), config.name)
    if not any(folder.glob(SAFE_WEIGHTS[0])):
        if not config.allow_pickle:
            raise ModelError(
                f"{config.name} has no weights in safetensors; pickled weights can run code while they are read",
                remedy="say --allow-pickle (allow_pickle=True) if you trust their author",
            )
        folder = local_folder(config.name) or snapshot(config.name, config.revision, (*SMALL_FILES, *PICKLED_WEIGHTS))
    model = _load(folder, config, kind)
    names = _FIXED.get(kind) or _labels(model.config, config.name)
    labels = LabelSpace(kind=kind, labels=names)
    return OpenedClassifier(ForeignClassifier(model, kind).train(False), tokenizer, labels)


def _kind(values: Mapping[str, Any], name: str) -> Kind:
    architecture = str((values.get("architectures") or ["nothing"])[0])
    for ending, kind in _KINDS.items():
        if architecture.endswith(ending):
            return kind
    raise ModelError(
        f"{name} is no classifier: its config names {architecture}, expected ...{' or ...'.join(_KINDS)}",
        remedy="give a fine-tuned model; an encoder without a trained head is given to `sprachbund run --encoder`",
    )


def _load(folder: Path, config: EncoderConfig, kind: Kind) -> PreTrainedModel:
    weights = sorted(folder.glob(SAFE_WEIGHTS[0]))
    for path in weights:
        check_weight_file(path)
    with quiet():
        try:
            model, report = _LOADERS[kind].from_pretrained(
                folder, dtype=torch.float32, use_safetensors=bool(weights), local_files_only=True,
                output_loading_info=True, trust_remote_code=config.trust_remote_code is not None,
            )
        except (RuntimeError, OSError, ValueError) as error:
            if "trust_remote_code" in str(error):
                raise ModelError(f"{config.name} comes with code of its own, which is not run unless you ask for it",
                                 remedy=f"read its code, then say trust_remote_code {config.name}") from None
            first, _, _rest = str(error).strip().partition("\n")
            raise ModelError(f"the weights of {config.name} cannot be read: {first}", where=Location(str(folder)),
                             remedy="fetch the model again") from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(f"the weight file lacks {', '.join(missing[:3])}: these would be random",
                         where=Location(str(folder)), remedy="check that weights and config.json belong together")
    return cast("PreTrainedModel", model)


def _labels(config: Any, name: str) -> tuple[str, ...]:
    if config.num_labels < 2 or config.problem_type in ("regression", "multi_label_classification"):
        what = config.problem_type or "a single value"
        raise ModelError(f"{name} gives {what.replace('_', ' ')}, expected one label out of two or more",
                         remedy="give a model that was trained to choose one label")
    return tuple(str(config.id2label[number]) for number in range(config.num_labels))
