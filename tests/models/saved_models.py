"""Small saved models for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch

from sprachbund.batching.batch import Batch
from sprachbund.data.labels import LabelSpace
from sprachbund.models.encoders.opening import OpenedEncoder, open_encoder
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.saved_facts import ModelDescription
from sprachbund.models.saved_model import save_model
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.tokenizer import PieceTokenizer

TAGS = LabelSpace(kind="tokens", labels=("O", "B-PER", "I-PER"))
CLASSES = LabelSpace(kind="sequence", labels=("contradiction", "entailment", "neutral"))
DESCRIPTION = ModelDescription(
    task="tagging", source="en", encoder="tiny", provenance="random weights", system="DLFA (k=1, literal)",
    train_data="toys", train_examples=7, seed=3, max_pieces=64,
)


class Saved(NamedTuple):
    """A saved model, and what was saved."""

    folder: Path
    model: TransferModel
    tokenizer: PieceTokenizer


def open_tiny(folder: Path, family: str = "bert") -> OpenedEncoder:
    """A tiny encoder with its tokenizer."""
    return open_encoder(str(make_tiny_encoder(folder / f"tiny-{family}", family)))


def make_model(opened: OpenedEncoder, labels: LabelSpace, *, pooling: str = "first") -> TransferModel:
    """DLFA on an encoder, with running statistics and logits that are not those of a new model."""
    kind = "token_labels" if labels.kind == "tokens" else "sequence_label"
    head = HeadConfig(type=kind, n_labels=len(labels.labels), pooling=pooling)
    model = build_transfer_model(opened.encoder, fusion_config({"type": "dlfa", "layer": 1}), head, seed=5)
    with torch.no_grad():
        model.head.classifier.weight.mul_(50)
        model.train()(batch_of(opened.tokenizer, "Der Hund bellt", "Die Katze schläft auf dem Sofa"))
    return model.eval()


def saved(folder: Path, labels: LabelSpace, family: str = "bert") -> Saved:
    """Make a model and save it under `folder`."""
    opened = open_tiny(folder, family)
    model = make_model(opened, labels)
    target = folder / f"saved-{family}-{labels.kind}"
    save_model(model, target, tokenizer=opened.tokenizer, labels=labels, description=DESCRIPTION)
    return Saved(target, model, opened.tokenizer)


def batch_of(tokenizer: PieceTokenizer, *texts: str) -> Batch:
    """Texts as a padded batch; every piece that is not special stands for a word."""
    encodings = [tokenizer.tokenizer.encode(text) for text in texts]
    positions = max(len(encoding.ids) for encoding in encodings)
    ids = torch.full((len(texts), positions), tokenizer.pad_id)
    types = torch.zeros_like(ids)
    words = torch.zeros_like(ids, dtype=torch.bool)
    for row, encoding in enumerate(encodings):
        length = len(encoding.ids)
        ids[row, :length] = torch.tensor(encoding.ids)
        types[row, :length] = torch.tensor(encoding.type_ids)
        words[row, :length] = ~torch.tensor(encoding.special_tokens_mask).bool()
    read = words.flatten().nonzero().squeeze(1)
    lengths = torch.tensor([[len(encoding.ids)] for encoding in encodings])
    return Batch(
        piece_ids=ids, mask=torch.arange(positions) < lengths, type_ids=types if tokenizer.uses_type_ids else None,
        word_positions=read, labels=None, windows=torch.arange(len(texts)), words=torch.arange(len(read)),
    )
