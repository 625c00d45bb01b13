"""Encoders from a local folder in hub layout, or from a model hub by their id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from sprachbund.core.errors import ModelError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.models.encoders.piece_tokenizer import piece_tokenizer
from sprachbund.models.encoders.snapshot import resolve_commit, snapshot
from sprachbund.models.encoders.source import EncoderConfig, EncoderInfo, EncoderSource
from sprachbund.tokenization.tokenizer import PieceTokenizer

if TYPE_CHECKING:
    from sprachbund.models.encoders.encoder import Encoder

SMALL_FILES = ("*.json", "*.txt", "*.model")
"""Config and tokenizer files."""
CODE_FILES = ("*.py",)
SAFE_WEIGHTS = ("*.safetensors",)
PICKLED_WEIGHTS = ("pytorch_model*.bin",)
ADAPTATION = "adaptation.json"
"""What an encoder was adapted on, in the folder that adaptation leaves."""

_N_LAYERS = ("num_hidden_layers", "n_layers", "num_layers", "n_layer")
_WIDTH = ("hidden_size", "dim", "d_model", "n_embd")
_LOAD_WEIGHTS = "sprachbund.models.encoders.weights:load_weights"  # by name: planning must not import transformers
_CONVERT_TOKENIZER = "sprachbund.models.encoders.weights:convert_tokenizer"


class HubSource(EncoderSource):
    """A local folder, or an id of the model hub (fetched once into the hub's own cache)."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__(config)
        self.name = config.name.removeprefix("hub:")
        self.local = local_folder(self.name)
        if config.trust_remote_code not in (None, config.name):
            raise ModelError(
                f"trust_remote_code names {config.trust_remote_code!r}, but the encoder is {config.name!r}",
                remedy="repeat the encoder's name exactly, if you have read its code and trust it",
            )

    @property
    def trusts_code(self) -> bool:
        """Whether code that comes with the encoder may run."""
        return self.config.trust_remote_code is not None

    def info(self) -> EncoderInfo:
        """Number of layers and width from `config.json`."""
        folder = self._folder(SMALL_FILES)
        config = read_json(folder / "config.json")
        sizes = config.get("text_config") if isinstance(config.get("text_config"), dict) else config
        n_layers, width = (_size(sizes, names, folder / "config.json") for names in (_N_LAYERS, _WIDTH))
        return EncoderInfo(self.config.name, n_layers, width, _provenance(folder))

    def fingerprint(self) -> str:
        """The hub's commit, or a digest of the local folder's files."""
        if self.local is None:
            return f"hub:{self.name}@{resolve_commit(self.name, self.config.revision)}"
        return f"folder:{folder_digest(self.local)}"

    def tokenizer(self) -> PieceTokenizer:
        """From `tokenizer.json`; where there is none, what transformers converts from the files there are."""
        folder = self._folder((*SMALL_FILES, *(CODE_FILES if self.trusts_code else ())))
        config = read_json(folder / "config.json")
        described = folder / "tokenizer_config.json"
        return piece_tokenizer(self._fast(folder), config, read_json(described) if described.exists() else {})

    def encoder(self) -> Encoder:
        """Read the weights (safetensors; pickled ones only with `allow_pickle`)."""
        folder = self.folder()
        encoder: Encoder = resolve_name(_LOAD_WEIGHTS)(folder, self.config.name, trusts_code=self.trusts_code)
        encoder.provenance = _provenance(folder)
        return encoder

    def folder(self) -> Path:
        """The local folder, or the snapshot with weights."""
        folder = self._folder((*SMALL_FILES, *SAFE_WEIGHTS, *(CODE_FILES if self.trusts_code else ())))
        if not any(folder.glob(SAFE_WEIGHTS[0])):
            self._refuse_pickle(folder)
            folder = self._folder((*SMALL_FILES, *PICKLED_WEIGHTS, *(CODE_FILES if self.trusts_code else ())))
        return folder

    def _fast(self, folder: Path) -> Tokenizer:
        path = folder / "tokenizer.json"
        if not path.exists():
            tokenizer: Tokenizer = resolve_name(_CONVERT_TOKENIZER)(folder, trusts_code=self.trusts_code)
            return tokenizer
        try:
            return Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelError(f"not a readable tokenizer file: {error}", where=Location(str(path)),
                             remedy="fetch the file again, or remove it to have it made from the other files") from None

    def _folder(self, patterns: Sequence[str]) -> Path:
        return self.local or snapshot(self.name, self.config.revision, patterns)

    def _refuse_pickle(self, folder: Path) -> None:
        if self.config.allow_pickle:
            return
        place = Location(str(folder)) if self.local is not None else None
        if self.local is not None and not any(folder.glob(PICKLED_WEIGHTS[0])):
            raise ModelError("there are no weights: expected model.safetensors", where=place,
                             remedy="check that the folder is complete")
        raise ModelError(
            f"{self.config.name} has no weights in safetensors here; pickled weights can run code while they are read",
            where=place,
            remedy="set allow_pickle: true if you trust their author; or fetch the encoder while the network is there",
        )


def local_folder(name: str) -> Path | None:
    """The folder that a name means, or None where it reads like a hub id.

    Raises:
        ModelError: it reads like a path and there is no such folder, or no encoder in it.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelError("there is no config.json in this folder", where=Location(str(folder)),
                             remedy="give a folder in hub layout: config.json, model.safetensors, tokenizer.json")
        return folder
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"there is no folder {name}", remedy="check the path; a hub id looks like `organisation/name`")
    return None


def _provenance(folder: Path) -> str:
    """What an encoder that was adapted here says of itself; "" for all others."""
    path = folder / ADAPTATION
    return str(read_json(path).get("provenance", "")) if path.is_file() else ""


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelError: the file is missing, is not JSON, or is not an object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError("the file is missing", where=Location(str(path)), remedy="fetch the encoder again") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        where = Location(str(path), getattr(error, "lineno", None), getattr(error, "colno", None))
        raise ModelError("the file is not JSON", where=where, remedy="fetch the encoder again") from None
    if not isinstance(value, dict):
        raise ModelError(f"expected a JSON object, found a {type(value).__name__}", where=Location(str(path)))
    return value


def folder_digest(folder: Path) -> str:
    """A digest of the files of a folder that decide what an encoder gives."""
    files = sorted(path for pattern in (*SMALL_FILES, *CODE_FILES, *SAFE_WEIGHTS, *PICKLED_WEIGHTS)
                   for path in folder.glob(pattern) if path.is_file())
    return hashlib.sha256("\n".join(f"{path.name} {_file_digest(path)}" for path in files).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    status = path.stat()
    return _digest_while_unchanged(path.resolve(), status.st_size, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=256)
def _digest_while_unchanged(path: Path, *_: int) -> str:
    return sha256_file(path)


def _size(config: Any, names: Sequence[str], path: Path) -> int:
    for name in names:
        if isinstance(config.get(name), int):
            return int(config[name])
    raise ModelError(f"the config has none of {', '.join(names)}", where=Location(str(path)),
                     remedy="choose a transformers text model")
