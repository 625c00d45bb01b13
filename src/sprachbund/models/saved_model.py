"""Save a trained model and open it again; open transformers' own classifiers just the same.

A saved model is a folder in hub layout: `config.json` (`SprachbundConfig`), `model.safetensors`,
`tokenizer.json` and `tokenizer_config.json`. The weight file carries a sha256 of its tensors, which is
checked whenever `load_model` opens it. An exported model has a graph instead of weights (`exported`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import init_empty_weights
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sprachbund.core.config import validate
from sprachbund.core.errors import IntegrityError, ModelError, StorageError
from sprachbund.core.files import write_aside, write_text
from sprachbund.core.source import Location
from sprachbund.data.labels import Kind, LabelSpace
from sprachbund.models.classifier import Classifier
from sprachbund.models.encoders.hub import SAFE_WEIGHTS, SMALL_FILES, local_folder, read_json
from sprachbund.models.encoders.snapshot import snapshot
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.exported import folder as exported
from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.foreign import ForeignClassifier, open_classifier
from sprachbund.models.heads.head import BY_KIND, HeadConfig
from sprachbund.models.pretrained import (
    SprachbundForIntentAndSlots,
    SprachbundForMultipleChoice,
    SprachbundForQuestionAnswering,
    SprachbundForSequenceClassification,
    SprachbundForTokenClassification,
    transfer_model,
)
from sprachbund.models.saved_config import SprachbundConfig
from sprachbund.models.saved_facts import (
    CONFIG,
    MODEL_TYPE,
    REMEDY,
    TASK_OF_KIND,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
    ModelDescription,
    SavedPieces,
    load_tokenizer,
)
from sprachbund.models.transfer_model import TransferModel
from sprachbund.tokenization.tokenizer import PieceTokenizer

_PREFIX = "transfer."



@dataclass(frozen=True)
class LoadedModel:
    """An opened model, in evaluation mode.

    Args:
        model: logits for a batch; a `TransferModel` if it is one of ours.
        tokenizer: the encoder's.
        labels: in the order of the logits.
        description: where it comes from.
    """

    model: Classifier
    tokenizer: PieceTokenizer
    labels: LabelSpace
    description: ModelDescription

    def facts(self) -> dict[str, Any]:
        """What score rows and reports say of a model, as JSON values.

        The fields of `ModelDescription`, `labels` (a `LabelSpace`), and how the encoder's layers are used:
        `fusion` (registered name), `layers` (numbers) and `gate` ("" where there is none).
        """
        use: dict[str, Any] = {"fusion": "last_layer", "layers": [], "gate": ""}
        if isinstance(self.model, TransferModel):
            config = self.model.fusion.config
            use = {"fusion": config.type, "layers": list(self.model.layers), "gate": getattr(config, "gate", "")}
        elif isinstance(self.model, ForeignClassifier):
            use["layers"] = list(self.model.layers)
        elif isinstance(self.model, ExportedClassifier):
            use = self.model.use
        return {**self.description.model_dump(mode="json"), "labels": self.labels.model_dump(mode="json"), **use}


def save_model(
    model: TransferModel, folder: Path, *, tokenizer: PieceTokenizer, labels: LabelSpace, description: ModelDescription
) -> None:
    """Write a model to a new folder, all or nothing.

    Raises:
        StorageError: there is something in the folder already, no space, no permission.
        ValueError: the head has another number of labels than the label space, or belongs to the other kind of task.
        ModelError: an encoder that is no transformers model.
    """
    config = _config(model, tokenizer, labels, description)
    if folder.is_dir() and any(folder.iterdir()):
        raise StorageError("there is something in this folder already", where=Location(str(folder)),
                           remedy="choose another folder, or remove it first")
    with write_aside(folder) as temporary:
        temporary.mkdir()
        config.save_pretrained(temporary)
        _save_weights(model, temporary / WEIGHTS)
        (temporary / WEIGHTS).chmod((temporary / CONFIG).stat().st_mode)  # safetensors gives its files to their owner
        save_tokenizer(tokenizer, temporary)


def save_tokenizer(tokenizer: PieceTokenizer, folder: Path) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json` into a folder."""
    tokenizer.tokenizer.save(str(folder / TOKENIZER), pretty=False)
    write_text(folder / TOKENIZER_CONFIG, json.dumps(_tokenizer_config(tokenizer), indent=2) + "\n")


def saved_pieces(tokenizer: PieceTokenizer) -> SavedPieces:
    """What a model's config keeps of its tokenizer."""
    added = tokenizer.tokenizer.get_added_tokens_decoder()
    return SavedPieces(
        **{name: getattr(tokenizer, name) for name in SavedPieces.model_fields if hasattr(tokenizer, name)},
        special_pieces=tuple(sorted(number for number, token in added.items() if token.special)),
    )


def load_model(
    name_or_folder: str | Path, *, allow_pickle: bool = False, trust_remote_code: str | None = None
) -> LoadedModel:
    """Open a saved model of ours, or a classifier of tokens, of sequences, an answerer or a chooser of transformers.

    Args:
        name_or_folder: a folder in hub layout, or a hub id.
        allow_pickle: read pickled weights where there are no safetensors: they can run code.
        trust_remote_code: the model's name again, to run code that comes with it.

    Raises:
        ModelError: not there, not a classifier, or it needs a permission that was not given.
        IntegrityError: a file is damaged.
        RegistryError: its fusion is not installed here.
    """
    name = str(name_or_folder)
    folder = local_folder(name) or snapshot(name, None, (*SMALL_FILES, *SAFE_WEIGHTS))
    values = read_json(folder / CONFIG)
    if values.get("model_type") == MODEL_TYPE:
        return _load_own(folder, values)
    if values.get("model_type") == exported.MODEL_TYPE:
        graph = local_folder(name) or snapshot(name, None, (*SMALL_FILES, *exported.GRAPH_FILES))
        return _load_exported(graph, values)
    opened = open_classifier(
        EncoderConfig(name=name, allow_pickle=allow_pickle, trust_remote_code=trust_remote_code)
    )
    description = ModelDescription(
        task=TASK_OF_KIND[opened.labels.kind],
        encoder=name,
        system="trained elsewhere",
        max_pieces=opened.tokenizer.max_pieces,
    )
    return LoadedModel(opened.model, opened.tokenizer, opened.labels, description)


def _config(
    model: TransferModel, tokenizer: PieceTokenizer, labels: LabelSpace, description: ModelDescription
) -> SprachbundConfig:
    head = model.head.config
    if (head.n_labels, _kind(head)) != (len(labels.labels), labels.kind):
        raise ValueError(f"the head gives {head.n_labels} labels to {_kind(head)}, "
                         f"the label space has {len(labels.labels)} for {labels.kind}")
    if not isinstance(model.encoder, TextEncoder):
        raise ModelError(f"an encoder of the type {type(model.encoder).__name__} cannot be saved in hub layout")
    encoder = model.encoder.hf_config()
    encoder.pop("_name_or_path", None)
    by_kind = {"tokens": SprachbundForTokenClassification, "sequence": SprachbundForSequenceClassification,
               "span": SprachbundForQuestionAnswering, "joint": SprachbundForIntentAndSlots,
               "choice": SprachbundForMultipleChoice}
    return SprachbundConfig(
        encoder=encoder,
        fusion=model.fusion.config.model_dump(mode="json"),
        head=head.model_dump(mode="json"),
        pieces=saved_pieces(tokenizer).model_dump(mode="json"),
        description=description.model_dump(mode="json"),
        id2label=dict(enumerate(labels.labels)),
        label2id=labels.ids(),
        architectures=[by_kind[labels.kind].__name__],
        dtype="float32",
    )


def _kind(head: HeadConfig) -> Kind:
    return next(kind for kind, name in BY_KIND.items() if name == head.type)


def _save_weights(model: TransferModel, path: Path) -> None:
    state = {_PREFIX + name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    first: dict[tuple[int, int], str] = {}
    for name, value in state.items():  # tied weights stand in the file once
        first.setdefault((value.data_ptr(), value.numel()), name)
    kept = {name: state[name] for name in first.values()}
    save_file(kept, path, metadata={"format": "pt", "sha256": _digest(kept)})


def _digest(state: Mapping[str, Tensor]) -> str:
    """The sha256 of names, types, shapes and values, in the order of names."""
    digest = hashlib.sha256()
    for name in sorted(state):
        value = state[name]
        digest.update(f"{name} {value.dtype} {list(value.shape)}\n".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _tokenizer_config(tokenizer: PieceTokenizer) -> dict[str, Any]:
    """What transformers wants to know beside `tokenizer.json`."""
    inputs = ["input_ids", *(["token_type_ids"] if tokenizer.uses_type_ids else []), "attention_mask"]
    unknown = [piece for piece in ("[UNK]", "<unk>") if tokenizer.tokenizer.token_to_id(piece) is not None]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": tokenizer.max_pieces,
        "model_input_names": inputs,
        "pad_token": tokenizer.tokenizer.id_to_token(tokenizer.pad_id),
        **({"unk_token": unknown[0]} if unknown else {}),
    }


def _load_own(folder: Path, values: Mapping[str, Any]) -> LoadedModel:
    source = str(folder / CONFIG)
    config = SprachbundConfig.from_dict(dict(values))
    description = validate(config.description, ModelDescription, source)
    pieces = validate(config.pieces, SavedPieces, source)
    encoder = TextEncoder.from_config(config.encoder, provenance=description.provenance)
    with init_empty_weights(include_buffers=False):
        model = transfer_model(config, encoder)
    names = cast("dict[int, str]", config.id2label)
    if sorted(names) != list(range(model.head.config.n_labels)):
        raise ModelError(f"id2label names {len(names)} labels, the head gives {model.head.config.n_labels}",
                         where=Location(source), remedy=REMEDY)
    labels = LabelSpace(kind=_kind(model.head.config), labels=tuple(names[number] for number in sorted(names)))
    _give_weights(model, folder / WEIGHTS)
    encoder.model.tie_weights()
    return LoadedModel(model.train(False), load_tokenizer(folder / TOKENIZER, pieces), labels, description)


def _load_exported(folder: Path, values: Mapping[str, Any]) -> LoadedModel:
    source = str(folder / CONFIG)
    config = validate(values, exported.ExportedConfig, source)
    exported.check_graph_files(folder, config)
    pieces = validate(config.pieces, SavedPieces, source)
    model = ExportedClassifier(folder / exported.GRAPH, config.use.model_dump(mode="json"), pieces.vocabulary_size)
    tokenizer = load_tokenizer(folder / TOKENIZER, pieces)
    return LoadedModel(model.eval(), tokenizer, config.labels, validate(config.description, ModelDescription, source))


def _give_weights(model: TransferModel, path: Path) -> None:
    place = Location(str(path))
    if not path.is_file():
        raise ModelError("the weight file is missing", where=place, remedy=REMEDY)
    try:
        with safe_open(path, framework="pt") as file:
            recorded = (file.metadata() or {}).get("sha256")
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except SafetensorError as error:
        raise IntegrityError(f"the weight file is damaged: {error}", where=place, remedy=REMEDY) from None
    if recorded is not None and _digest(state) != recorded:
        raise IntegrityError("the weight file is damaged: its sha256 is not the one it was written with",
                             where=place, remedy=REMEDY)
    state = {name.removeprefix(_PREFIX): value for name, value in state.items()}
    _check_names_and_shapes(model, state, place)
    model.load_state_dict(state, strict=False, assign=True)


def _check_names_and_shapes(model: TransferModel, state: Mapping[str, Tensor], place: Location) -> None:
    expected = model.state_dict()
    encoder = cast("TextEncoder", model.encoder).model
    tied = {f"encoder.model.{name}" for name in getattr(encoder, "all_tied_weights_keys", None) or ()}
    faults = {
        "lacks": sorted(set(expected) - set(state) - tied),
        "has too many": sorted(set(state) - set(expected)),
        "has of another shape": sorted(name for name, value in state.items()
                                       if name in expected and value.shape != expected[name].shape),
    }
    told = [f"{what} {', '.join(names[:3])}{' ...' if names[3:] else ''}" for what, names in faults.items() if names]
    if told:
        raise ModelError(f"weights and config do not belong together: the file {'; '.join(told)}",
                         where=place, remedy=REMEDY)
