"""An encoder with a masked-language head: its own where its weights hold one, else a new one; and back into a folder.

What a model's own head is called differs by family; `_FAMILIES` holds the names. An encoder of another family, or one
that was stored without its head, gets a new transform and no bias yet; its embeddings are the output matrix either way.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedConfig
from transformers.activations import ACT2FN
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

from sprachbund.core.errors import ModelError
from sprachbund.core.files import write_text
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.encoders.hub import ADAPTATION
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.heads.masked_token import MaskedToken
from sprachbund.models.saved_facts import CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS
from sprachbund.models.saved_model import save_tokenizer
from sprachbund.models.transfer_model import TransferModel
from sprachbund.tokenization.tokenizer import PieceTokenizer

_EPSILON = 1e-12


@dataclass(frozen=True)
class _Family:
    """Where a family keeps its head.

    Args:
        dense, norm, bias: names of the parts in the weights; `bias` is that of the output matrix.
        matrix: name of the output matrix where it is stored too.
        activation: of the transform: the name of a field of the config, or an activation itself.
    """

    dense: str
    norm: str
    bias: str
    matrix: str
    activation: str


_BERT = _Family("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias",
                "cls.predictions.decoder.weight", "hidden_act")
_ROBERTA = _Family("lm_head.dense", "lm_head.layer_norm", "lm_head.bias", "lm_head.decoder.weight", "gelu")
_FAMILIES = {
    "bert": _BERT, "roberta": _ROBERTA, "xlm-roberta": _ROBERTA, "camembert": _ROBERTA,
    "distilbert": _Family("vocab_transform", "vocab_layer_norm", "vocab_projector.bias", "vocab_projector.weight",
                          "activation"),
}
_OLD_NAMES = {"weight": "gamma", "bias": "beta"}  # of layer norms in weights from TensorFlow


@dataclass(frozen=True)
class MaskedLanguageModel:
    """An encoder that finds hidden pieces.

    Args:
        model: encoder, its last layer, and the head.
        own_head: whether the head came with the encoder; else it is new.
        source: folder of the encoder's files, or None.
    """

    model: TransferModel
    own_head: bool
    source: Path | None

    @property
    def stores_head(self) -> bool:
        """Whether a folder of this family has a place for the head."""
        return self.encoder.model.config.model_type in _FAMILIES

    @property
    def head(self) -> MaskedToken:
        """The head."""
        return cast("MaskedToken", self.model.head)

    @property
    def encoder(self) -> TextEncoder:
        """The encoder."""
        return cast("TextEncoder", self.model.encoder)


def open_masked_language_model(
    config: EncoderConfig, rows_of: Callable[[int], NDArray[np.int64]], seed: int
) -> MaskedLanguageModel:
    """Open an encoder with its masked-language head, or a new one.

    Args:
        config: which encoder.
        rows_of: given the number of its embeddings, the ids of the output vocabulary, ascending.
        seed: of a new head; torch's random state is left as it was.

    Raises:
        ModelError: a model that does not learn to find hidden pieces, or whatever `open_encoder` raises.
    """
    source = encoder_source(config)
    encoder = source.encoder()
    check_learns_masked(encoder, config.name)
    folder = source.folder()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        rows = torch.from_numpy(rows_of(encoder.word_embeddings.num_embeddings))
        head = _head(cast("TextEncoder", encoder), rows)
    model = TransferModel(encoder, build_fusion(fusion_config({"type": "last_layer"}), encoder.width,
                                                n_layers=encoder.n_layers), head)
    weights = _own_head(cast("TextEncoder", encoder).model.config, folder, head)
    if weights:
        head.load_state_dict(weights, strict=True)
    return MaskedLanguageModel(model, bool(weights), folder)


def check_learns_masked(encoder: Encoder, name: str) -> None:
    """Refuse models for which finding hidden pieces is no task: decoders, and encoders that learnt otherwise (T5).

    Raises:
        ModelError: it is one.
    """
    config = encoder.model.config if isinstance(encoder, TextEncoder) else None
    known = config is not None and type(config) in MODEL_FOR_MASKED_LM_MAPPING
    if config is None or not known or config.is_encoder_decoder or getattr(config, "is_decoder", False):
        kind = type(encoder).__name__ if config is None else str(config.model_type)
        raise ModelError(
            f"{name} ({kind}) is no masked-language model: it reads from left to right, or learnt otherwise than by "
            "finding hidden pieces", remedy="adapt an encoder such as BERT, XLM-R, ModernBERT or the bundled one")


def _head(encoder: TextEncoder, rows: Tensor) -> MaskedToken:
    """A new head, with the family's own activation."""
    config = encoder.model.config
    family = _FAMILIES.get(config.model_type)
    named = "gelu" if family is None else str(getattr(config, family.activation, family.activation))
    activation = cast("Callable[[Tensor], Tensor]", ACT2FN[named])
    epsilon = float(getattr(config, "layer_norm_eps", None) or _EPSILON)
    return MaskedToken(encoder.word_embeddings, encoder.width, rows, activation=activation, epsilon=epsilon)


def _own_head(config: PreTrainedConfig, folder: Path | None, head: MaskedToken) -> dict[str, Tensor]:
    """Weights of the head that an encoder's files hold; empty where they hold none that is tied to the embeddings."""
    family = _FAMILIES.get(config.model_type)
    if folder is None or family is None:
        return {}
    places: dict[str, Path] = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            places |= dict.fromkeys(file.keys(), path)
    if family.matrix in places and not getattr(config, "tie_word_embeddings", True):
        return {}
    found = {}
    for name, stored in _names(family).items():
        there = next((one for one in stored if one in places), None)
        if there is None:
            return {}
        with safe_open(places[there], framework="pt") as file:
            found[name] = file.get_tensor(there).float()
    own = head.state_dict()
    return found if all(value.shape == own[name].shape for name, value in found.items()) else {}


def _names(family: _Family) -> dict[str, tuple[str, ...]]:
    """Name of a weight of ours -> names that it may be stored under."""
    names: dict[str, tuple[str, ...]] = {"bias": (family.bias,)}
    for kind, old in _OLD_NAMES.items():
        names[f"dense.{kind}"] = (f"{family.dense}.{kind}",)
        names[f"norm.{kind}"] = (f"{family.norm}.{kind}", f"{family.norm}.{old}")
    return names


def save_adapted(
    opened: MaskedLanguageModel, tokenizer: PieceTokenizer, folder: Path, facts: Mapping[str, Any]
) -> None:
    """Write an encoder in hub layout, with its head where the family has a place for it.

    Args:
        opened: with the full embedding matrix in place.
        tokenizer: the encoder's.
        folder: new or empty.
        facts: what it was adapted on, with `provenance`, the sentence that every table repeats.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = opened.encoder.model
    family = _FAMILIES.get(model.config.model_type)
    weights = dict(model.state_dict())
    config = model.config.to_dict()
    config.pop("_name_or_path", None)
    if family is not None:
        whole = cast("Any", MODEL_FOR_MASKED_LM_MAPPING[type(model.config)])
        weights = {f"{whole.base_model_prefix}.{name}": value for name, value in weights.items()}
        head = opened.head.state_dict()
        weights |= {stored[0]: head[name] for name, stored in _names(family).items()}
        config |= {"architectures": [whole.__name__], "tie_word_embeddings": True}
    write_text(folder / CONFIG, json.dumps(config, indent=1, ensure_ascii=False) + "\n")
    save_file(_stored_once(weights), folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod((folder / CONFIG).stat().st_mode)  # safetensors gives its files to their owner alone
    save_tokenizer(tokenizer, folder)
    for name in (TOKENIZER, TOKENIZER_CONFIG):
        if opened.source is not None and (opened.source / TOKENIZER).is_file() and (opened.source / name).is_file():
            shutil.copyfile(opened.source / name, folder / name)
    write_text(folder / ADAPTATION, json.dumps(dict(facts), indent=1, ensure_ascii=False) + "\n")


def _stored_once(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights on the processor, each tensor under its first name only (T5 and others tie some)."""
    first: dict[tuple[int, int], str] = {}
    for name, value in weights.items():
        first.setdefault((value.data_ptr(), value.numel()), name)
    return {name: weights[name].detach().cpu().contiguous() for name in first.values()}
