"""Tiny random encoder folders in hub layout, one of each family, with a small tokenizer trained on real sentences.

They load like the real ones (config, safetensors, tokenizer.json), in well under a second, so that
tests of an extension need no network and no large files.
"""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from sprachbund.core.errors import RegistryError, join_or, near_matches
from sprachbund.testing.sentences import SENTENCES

VOCABULARY = 2000
POSITIONS = 128


@dataclass(frozen=True)
class Family:
    """How to make one family.

    Args:
        config: name of the config class in transformers.
        model: name of the bare model class.
        tokenizer: makes the tokenizer, with the special pieces' names.
        options: the config's own words for sizes, from (layers, width).
    """

    config: str
    model: str
    tokenizer: Callable[[], PreTrainedTokenizerFast]
    options: Callable[[int, int], dict[str, Any]]


def make_tiny_encoder(folder: Path | str, family: str = "bert", *, seed: int = 0, layers: int = 3,
                      width: int = 32) -> Path:
    """Write a random encoder of a family to `folder`, in hub layout.

    Args:
        folder: created if it is not there.
        family: a name of `FAMILIES`.
        seed: of the weights; the same seed gives the same files. The global random state stays as it is.
        layers: N.
        width: E, a multiple of 4.

    Returns:
        The folder.

    Raises:
        RegistryError: an unknown family.
    """
    if family not in FAMILIES:
        near = near_matches(family, FAMILIES)
        hint = f"did you mean {join_or(near)}? " if near else ""
        raise RegistryError(f"there is no tiny encoder of the family {family!r}",
                            remedy=f"{hint}known: {', '.join(FAMILIES)}")
    made = FAMILIES[family]
    tokenizer = made.tokenizer()
    config = getattr(transformers, made.config)(
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        **made.options(layers, width),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = getattr(transformers, made.model)(config)
    config.architectures = [made.model]
    folder = Path(folder)
    config.save_pretrained(folder)
    save_file(_stored_once(model), folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save_pretrained(folder)
    return folder


def _stored_once(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights without the second name of tied ones, always the same name of each."""
    first: dict[int, str] = {}
    state = model.state_dict()
    for name, value in state.items():
        first.setdefault(value.data_ptr(), name)
    return {name: state[name] for name in first.values()}


def _fast(tokenizer: Tokenizer, names: Mapping[str, str], *, type_ids: bool = False) -> PreTrainedTokenizerFast:
    inputs = ["input_ids", "token_type_ids", "attention_mask"] if type_ids else ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_input_names=inputs, **names
    )


def training_sentences() -> list[str]:
    """The sentences that tiny tokenizers are trained on."""
    return [sentence for sentences in SENTENCES.values() for sentence in sentences]


def _frequent_parts(words: Iterable[str], mark: str = "") -> dict[str, int]:
    """Count the parts of words: characters, and longer parts (up to six characters) that occur at least twice.

    Instead of the trainers of `tokenizers`, whose vocabulary depends on a hash seed that differs in
    every process. Parts that do not begin a word get `mark` in front.
    """
    counts: Counter[str] = Counter()
    for word in words:
        for start in range(len(word)):
            for end in range(start + 1, min(start + 6, len(word)) + 1):
                counts[(mark if start else "") + word[start:end]] += 1
    return {part: count for part, count in counts.items() if count > 1 or len(part.removeprefix(mark)) == 1}


def _largest(parts: dict[str, int], mark: str, room: int) -> list[str]:
    """All single characters and ASCII, then the longer parts that cover most text, about `room` in all."""
    characters = {part[-1] for part in parts} | set(string.ascii_letters + string.digits + string.punctuation)
    single = sorted(characters | {mark + character for character in characters})
    longer = sorted(set(parts) - set(single), key=lambda part: (-parts[part] * len(part.removeprefix(mark)), part))
    return [*single, *longer[: max(0, room - len(single))]]


def _word_pieces() -> PreTrainedTokenizerFast:
    """BERT's: WordPiece with `##`, segment ids for pairs."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    normalizer, pre_tokenizer = normalizers.BertNormalizer(lowercase=False), pre_tokenizers.BertPreTokenizer()
    words = [word for sentence in training_sentences()
             for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(sentence))]
    pieces = [*special, *_largest(_frequent_parts(words, "##"), "##", VOCABULARY - len(special))]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = normalizer, pre_tokenizer, decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]",
             "mask_token": "[MASK]"}
    return _fast(tokenizer, names, type_ids=True)


def _sentence_pieces(special: list[str], single: str, pair: str, **names: str) -> PreTrainedTokenizerFast:
    """XLM-R's, DeBERTa's and T5's: Unigram over text with `▁` for spaces; scores are log frequencies."""
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    words = [f"▁{word}" for sentence in training_sentences() for word in normalizer.normalize_str(sentence).split()]
    parts = _frequent_parts(words)
    total = sum(parts.values())
    vocabulary = [(piece, 0.0) for piece in special]
    vocabulary += [(piece, math.log(parts.get(piece, 1) / total))
                   for piece in _largest(parts, "", VOCABULARY - len(special))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=special.index(names["unk_token"]), byte_fallback=False))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    used = [(piece, number) for number, piece in enumerate(special) if piece in single]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=used)
    return _fast(tokenizer, names)


def _byte_pairs(special: list[str], single: str, pair: str, **names: str) -> PreTrainedTokenizerFast:
    """ModernBERT's and the decoder models': byte-level BPE with `Ġ` for spaces."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(training_sentences(), trainer)
    used = [(piece, number) for number, piece in enumerate(special) if piece in single]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=used)
    return _fast(tokenizer, names)


def _xlm_roberta_tokenizer() -> PreTrainedTokenizerFast:
    return _sentence_pieces(
        ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s> $A </s>", "<s> $A </s> </s> $B </s>",
        bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>", unk_token="<unk>",
        pad_token="<pad>", mask_token="<mask>",
    )


def _deberta_tokenizer() -> PreTrainedTokenizerFast:
    return _sentence_pieces(
        ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1",
        cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]", mask_token="[MASK]",
    )


def _t5_tokenizer() -> PreTrainedTokenizerFast:
    return _sentence_pieces(["<pad>", "</s>", "<unk>"], "$A </s>", "$A </s> $B </s>",
                            eos_token="</s>", unk_token="<unk>", pad_token="<pad>")


def _modernbert_tokenizer() -> PreTrainedTokenizerFast:
    return _byte_pairs(
        ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"], "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]",
        cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]", pad_token="[PAD]", mask_token="[MASK]",
    )


def _llama_tokenizer() -> PreTrainedTokenizerFast:
    return _byte_pairs(["<|begin|>", "<|end|>"], "<|begin|> $A", "<|begin|> $A <|begin|> $B",
                       bos_token="<|begin|>", eos_token="<|end|>", pad_token="<|end|>")


def _bert_sizes(layers: int, width: int) -> dict[str, Any]:
    return {
        "hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": 4, "intermediate_size": 2 * width,
        "max_position_embeddings": POSITIONS, "initializer_range": 0.1,
    }


def _roberta_sizes(layers: int, width: int) -> dict[str, Any]:
    return {**_bert_sizes(layers, width), "max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}


def _distilbert_sizes(layers: int, width: int) -> dict[str, Any]:
    return {"dim": width, "n_layers": layers, "n_heads": 4, "hidden_dim": 2 * width,
            "max_position_embeddings": POSITIONS, "initializer_range": 0.1}


def _deberta_sizes(layers: int, width: int) -> dict[str, Any]:
    return {
        **_bert_sizes(layers, width), "type_vocab_size": 0, "relative_attention": True, "position_buckets": 32,
        "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": ["p2c", "c2p"],
        "position_biased_input": False,
    }


def _t5_sizes(layers: int, width: int) -> dict[str, Any]:
    return {"d_model": width, "num_layers": layers, "num_heads": 4, "d_kv": width // 4, "d_ff": 2 * width,
            "feed_forward_proj": "gated-gelu", "use_cache": False}


def _llama_sizes(layers: int, width: int) -> dict[str, Any]:
    return {**_bert_sizes(layers, width), "num_key_value_heads": 2, "use_cache": False}


FAMILIES: dict[str, Family] = {
    "bert": Family("BertConfig", "BertModel", _word_pieces, _bert_sizes),
    "distilbert": Family("DistilBertConfig", "DistilBertModel", _word_pieces, _distilbert_sizes),
    "xlm_roberta": Family("XLMRobertaConfig", "XLMRobertaModel", _xlm_roberta_tokenizer, _roberta_sizes),
    "modernbert": Family("ModernBertConfig", "ModernBertModel", _modernbert_tokenizer, _bert_sizes),
    "deberta_v2": Family("DebertaV2Config", "DebertaV2Model", _deberta_tokenizer, _deberta_sizes),
    "t5": Family("T5Config", "T5EncoderModel", _t5_tokenizer, _t5_sizes),
    "mt5": Family("MT5Config", "MT5EncoderModel", _t5_tokenizer, _t5_sizes),
    "llama": Family("LlamaConfig", "LlamaModel", _llama_tokenizer, _llama_sizes),
    "qwen3": Family("Qwen3Config", "Qwen3Model", _llama_tokenizer, _llama_sizes),
}
"""Families that have a tiny model."""
