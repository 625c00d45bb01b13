"""Weights of a folder in hub layout, into a `TextEncoder`; and tokenizers that need conversion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedConfig, PreTrainedModel
from transformers.utils import logging

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.models.encoders.hub import read_json
from sprachbund.models.encoders.text import TextEncoder, model_class_for, options_for

_SHA256 = re.compile("[0-9a-f]{64}")


def load_weights(folder: Path, name: str, *, trusts_code: bool) -> TextEncoder:
    """Read the model of a folder: safetensors where there are any, else pickled weights.

    Args:
        folder: config.json and weights.
        name: the encoder's name for messages.
        trusts_code: whether code in the folder may run.

    Raises:
        IntegrityError: a weight file that is damaged.
        ModelError: an unknown type of model, code that may not run, weights that do not fit the config.
    """
    weights = sorted(folder.glob("*.safetensors"))
    for path in weights:
        check_weight_file(path)
    config = _config(folder, name, trusts_code)
    own_code = trusts_code and bool(getattr(config, "auto_map", None))
    options: dict[str, Any] = {"trust_remote_code": True} if own_code else options_for(model_class_for(config))
    loader: Any = AutoModel if own_code else model_class_for(config)
    with quiet():
        try:
            model, report = loader.from_pretrained(
                folder, config=config, dtype=torch.float32, use_safetensors=bool(weights), local_files_only=True,
                output_loading_info=True, **options,
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise ModelError(f"the weights of {name} cannot be read: {_first_line(error)}",
                             where=Location(str(folder)), remedy="fetch the encoder again") from error
    _refuse_gaps(report, name, folder)
    return TextEncoder(cast("PreTrainedModel", model).train(False))


def load_made_folder(folder: Path, *, provenance: str) -> TextEncoder:
    """Read a folder of our own making, whose weights bear exactly the names of the bare model.

    Nothing is initialised or copied: the weights are the mapped file, pages are read when first used.
    """
    encoder = TextEncoder.from_config(read_json(folder / "config.json"), provenance=provenance)
    encoder.model.load_state_dict(load_file(folder / "model.safetensors"), strict=True, assign=True)
    return encoder


def convert_tokenizer(folder: Path, *, trusts_code: bool) -> Tokenizer:
    """Let transformers make a fast tokenizer from the files that a folder has (SentencePiece model, vocabulary).

    Raises:
        ModelError: it cannot.
    """
    with quiet():
        try:
            made = AutoTokenizer.from_pretrained(folder, trust_remote_code=trusts_code, local_files_only=True)
        except (OSError, ValueError, ImportError, TypeError, AttributeError, KeyError) as error:
            raise ModelError(
                f"there is no tokenizer.json, and none can be made: {_first_line(error)}", where=Location(str(folder)),
                remedy="install `sentencepiece`, `protobuf` and `tiktoken`, or choose an encoder that has a "
                "tokenizer.json",
            ) from None
    if not made.is_fast:
        raise ModelError(f"{type(made).__name__} has no fast tokenizer, which alignment of words needs",
                         where=Location(str(folder)), remedy="choose an encoder that has a tokenizer.json")
    return cast("Tokenizer", made.backend_tokenizer)


def check_weight_file(path: Path) -> None:
    """Find damage to a safetensors file: its structure, and where the hub's cache holds it, its sha256.

    The hub's cache names large files by their sha256.

    Raises:
        IntegrityError: naming the file.
    """
    remedy = "remove the file and fetch the encoder again"
    try:
        with safe_open(path, framework="pt"):
            pass
    except SafetensorError as error:
        raise IntegrityError(f"the weight file is damaged: {error}", where=Location(str(path)), remedy=remedy) from None
    recorded = path.resolve().name
    if _SHA256.fullmatch(recorded) and sha256_file(path) != recorded:
        raise IntegrityError("the weight file is damaged: its sha256 is not the one it was fetched under",
                             where=Location(str(path.resolve())), remedy=remedy)


def _config(folder: Path, name: str, trusts_code: bool) -> PreTrainedConfig:
    try:
        return cast("PreTrainedConfig", AutoConfig.from_pretrained(folder, trust_remote_code=trusts_code))
    except (ValueError, OSError, KeyError) as error:
        if "trust_remote_code" in str(error):
            raise ModelError(f"{name} comes with code of its own, which is not run unless you ask for it by name",
                             remedy=f"read its code, then set trust_remote_code: {name}") from None
        raise ModelError(f"this version of transformers cannot read the config of {name}: {_first_line(error)}",
                         where=Location(str(folder / "config.json")), remedy="upgrade transformers") from None


def _refuse_gaps(report: Any, name: str, folder: Path) -> None:
    missing = sorted(key for key in report["missing_keys"] if "pooler" not in key)
    if missing:
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise ModelError(f"the weight file of {name} lacks {shown}: these would be random", where=Location(str(folder)),
                         remedy="check that weights and config.json belong together")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' progress bars and its list of unused weights (heads that nobody asked for)."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
