"""A task that a tiny encoder learns in a second: words (or texts) that begin with a vowel are V, others C."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

from sprachbund.data.examples import Corpus, TextExample, TokenExample
from sprachbund.data.labels import Kind, LabelSpace
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.source import OpenedEncoder
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

LABELS = ("C", "V")

_WORDS = (
    *("apple", "boat", "cat", "dog", "east", "fish", "green", "house", "island", "jar"),
    *("key", "lion", "moon", "night", "open", "pear", "queen", "river", "under", "valley"),
)


def toy_space(kind: Kind = "tokens") -> LabelSpace:
    """The task's label space."""
    return LabelSpace(kind=kind, labels=LABELS)


def toy_label(text: str) -> str:
    """The gold label of a word or text."""
    return "V" if text[:1] in {"a", "e", "i", "o", "u"} else "C"


def toy_corpus(
    n_examples: int = 60,
    kind: Kind = "tokens",
    *,
    language: str = "en",
    seed: int = 0,
    family: str = "bert",
    max_pieces: int = 64,
    max_words: int = 9,
) -> EncodedCorpus:
    """An encoded corpus of random words.

    Args:
        n_examples: number of sentences.
        kind: "tokens" labels each word, "sequence" each sentence by its first word.
        language: what the corpus calls itself.
        seed: of the words and lengths.
        family: family of the tiny encoder whose tokenizer is used.
        max_pieces: longest window.
        max_words: longest sentence.
    """
    random = Random(seed)
    sentences = [[random.choice(_WORDS) for _ in range(random.randint(1, max_words))] for _ in range(n_examples)]
    examples = [
        TokenExample(str(number), tuple(words), tuple(map(toy_label, words)))
        if kind == "tokens"
        else TextExample(str(number), " ".join(words), None, toy_label(words[0]))
        for number, words in enumerate(sentences, start=1)
    ]
    fingerprint = f"toy-{kind}-{language}-{seed}-{n_examples}-{max_words}"
    corpus = Corpus("toy", language, "train", examples, fingerprint)
    return encode_corpus(corpus, toy_encoder(family).tokenizer, max_pieces)


def toy_model(
    kind: Kind = "tokens", *, family: str = "bert", fusion: Mapping[str, Any] | None = None, seed: int = 1
) -> TransferModel:
    """A model for the task: a tiny encoder of 2 layers and width 16, a new fusion (None: the last layer) and head."""
    head = HeadConfig(type="token_labels" if kind == "tokens" else "sequence_label", n_labels=len(LABELS))
    config = fusion_config(fusion or {"type": "last_layer"})
    return build_transfer_model(toy_encoder(family).encoder, config, head, seed)


def toy_encoder(family: str = "bert") -> OpenedEncoder:
    """The tiny encoder of a family, freshly opened; its folder is made once a process."""
    return open_encoder(str(toy_folder(family)))


@cache
def toy_folder(family: str = "bert") -> Path:
    """Where the tiny encoder of a family lies."""
    return make_tiny_encoder(mkdtemp(prefix="sprachbund-toy-"), family, layers=2, width=16)
