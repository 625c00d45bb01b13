"""Saved models in transformers' hands: Auto classes, pipelines, round trips."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import saved_models as toys
import torch
import transformers
from saved_models import Saved
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from sprachbund.models.pretrained import SprachbundForSequenceClassification, SprachbundForTokenClassification
from sprachbund.models.saved_config import SprachbundConfig
from sprachbund.models.saved_model import load_model

FAMILIES = ("bert", "xlm_roberta", "t5", "llama")
TEXTS = ("Der Hund bellt nicht", "Ja")


@pytest.fixture(autouse=True)
def _no_progress_bars() -> None:
    transformers.utils.logging.disable_progress_bar()


@pytest.mark.parametrize("family", FAMILIES)
def test_from_pretrained_gives_the_saved_weights(family: str, tmp_path: Path) -> None:
    folder, model, tokenizer = toys.saved(tmp_path, toys.TAGS, family)
    opened, report = AutoModelForTokenClassification.from_pretrained(folder, output_loading_info=True)
    assert isinstance(opened, SprachbundForTokenClassification)
    assert not any(report.values())
    assert not opened.training
    batch = toys.batch_of(tokenizer, *TEXTS)
    with torch.no_grad():
        logits = opened.transfer(batch)
        assert torch.equal(logits, model(batch))
    opened.save_pretrained(tmp_path / "again")
    AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "again")
    again = load_model(tmp_path / "again")
    assert again.labels == toys.TAGS
    assert again.description == toys.DESCRIPTION
    with torch.no_grad():
        assert torch.equal(again.model(batch), logits)


def test_the_config_keeps_label_names(classifier: Saved) -> None:
    config = AutoConfig.from_pretrained(classifier.folder)
    assert isinstance(config, SprachbundConfig)
    assert config.id2label == {0: "contradiction", 1: "entailment", 2: "neutral"}
    assert config.label2id == {"contradiction": 0, "entailment": 1, "neutral": 2}
    assert config.description["source"] == "en"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_tokenizer_gives_the_same_pieces(family: str, tmp_path: Path) -> None:
    folder, _, tokenizer = toys.saved(tmp_path, toys.CLASSES, family)
    opened = AutoTokenizer.from_pretrained(folder)
    for text in ("Die Fähre zur Insel fährt um halb acht.", "島へ行くフェリー 島", "", " a  b "):
        assert opened(text)["input_ids"] == tokenizer.tokenizer.encode(text).ids
    assert opened("a", "b")["input_ids"] == tokenizer.tokenizer.encode("a", "b").ids
    assert opened.pad_token_id == tokenizer.pad_id
    assert opened.model_max_length == tokenizer.max_pieces
    assert ("token_type_ids" in opened.model_input_names) is tokenizer.uses_type_ids


def test_forward_gives_logits_and_loss(tagger: Saved, classifier: Saved) -> None:
    batch = toys.batch_of(tagger.tokenizer, *TEXTS)
    inputs = {"input_ids": batch.piece_ids, "attention_mask": batch.mask.long(), "token_type_ids": batch.type_ids}
    opened = AutoModelForTokenClassification.from_pretrained(tagger.folder)
    labels = torch.full(batch.piece_ids.shape, -100)
    labels[0, 1], labels[1, 1] = 2, 0
    with torch.no_grad():
        output = opened(**inputs, labels=labels)
        flat = tagger.model(batch)
    assert output.logits.shape == (*batch.piece_ids.shape, 3)
    torch.testing.assert_close(output.logits.flatten(0, 1)[batch.word_positions], flat)
    expected = torch.nn.functional.cross_entropy(output.logits[:, 1], torch.tensor([2, 0]))
    torch.testing.assert_close(output.loss, expected)
    opened = AutoModelForSequenceClassification.from_pretrained(classifier.folder)
    assert isinstance(opened, SprachbundForSequenceClassification)
    with torch.no_grad():
        loss, logits = opened(**inputs, labels=torch.tensor([1, 2]), return_dict=False)
        assert torch.equal(logits, classifier.model(batch))
    torch.testing.assert_close(loss, torch.nn.functional.cross_entropy(logits, torch.tensor([1, 2])))


def test_without_a_mask_every_piece_is_real(classifier: Saved) -> None:
    opened = AutoModelForSequenceClassification.from_pretrained(classifier.folder)
    ids = torch.tensor([[2, 9, 10, 3]])
    with torch.no_grad():
        assert torch.equal(opened(ids).logits, opened(ids, attention_mask=torch.ones_like(ids)).logits)


def test_a_bare_mark_answers_with_the_piece_after_it(tmp_path: Path) -> None:
    folder, _, tokenizer = toys.saved(tmp_path, toys.TAGS, "xlm_roberta")
    opened = AutoModelForTokenClassification.from_pretrained(folder)
    assert len(tokenizer.bare_pieces) == 1
    (bare,) = tokenizer.bare_pieces
    end = tokenizer.tokenizer.token_to_id("</s>")
    pad = tokenizer.pad_id
    ids = torch.tensor([[0, bare, 40, 41, bare, end], [0, 50, bare, pad, pad, pad]])
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
    with torch.no_grad():
        logits = opened(ids, attention_mask=mask).logits
        opened.config.pieces["bare_pieces"] = []
        own = opened(ids, attention_mask=mask).logits
    assert torch.equal(logits[0, 1], own[0, 2])
    unchanged = torch.ones(2, 6, dtype=torch.bool)
    unchanged[0, 1] = False  # before a special piece and before padding a bare mark speaks for itself
    assert torch.equal(logits[unchanged], own[unchanged])


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words")
@pytest.mark.parametrize("strategy", ["simple", "first"])
@pytest.mark.parametrize("family", ["bert", "xlm_roberta"])
def test_token_classification_pipeline(family: str, strategy: str, tmp_path: Path) -> None:
    folder, model, tokenizer = toys.saved(tmp_path, toys.TAGS, family)
    tag = transformers.pipeline("token-classification", model=str(folder), aggregation_strategy=strategy, device="cpu")
    text = "Die Katze schläft auf dem Sofa."
    spans = tag(text)
    assert {span["entity_group"] for span in spans} == {"PER"}
    assert all(0 <= span["start"] < span["end"] <= len(text) for span in spans)
    plain = tag(text, aggregation_strategy="none", ignore_labels=[])
    with torch.no_grad():
        best = model(toys.batch_of(tokenizer, text)).argmax(1)
    if not tokenizer.bare_pieces:
        assert [piece["entity"] for piece in plain] == [toys.TAGS.labels[number] for number in best]
    assert tag([text, "Ja"])[0] == spans


def test_text_classification_pipeline_with_pairs(classifier: Saved) -> None:
    classify = transformers.pipeline("text-classification", model=str(classifier.folder), device="cpu")
    single = classify("Der Hund bellt")
    assert single[0]["label"] in toys.CLASSES.labels
    pair = classify({"text": "Der Hund bellt", "text_pair": "Die Katze schläft"}, top_k=None)
    assert {answer["label"] for answer in pair} == set(toys.CLASSES.labels)
    assert sum(answer["score"] for answer in pair) == pytest.approx(1, abs=1e-5)
    encoding = classifier.tokenizer.tokenizer.encode("Der Hund bellt", "Die Katze schläft")
    opened = AutoModelForSequenceClassification.from_pretrained(classifier.folder)
    with torch.no_grad():
        logits = opened(torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids])).logits
    scores = {answer["label"]: answer["score"] for answer in pair}
    assert scores["neutral"] == pytest.approx(logits.softmax(1)[0, 2].item(), abs=1e-5)


def test_a_model_from_its_config_alone_is_random(classifier: Saved) -> None:
    config = AutoConfig.from_pretrained(classifier.folder)
    fresh = AutoModelForSequenceClassification.from_config(config)
    assert not any(value.is_meta for value in fresh.parameters())
    words = fresh.get_input_embeddings().weight
    assert words.shape == classifier.model.encoder.word_embeddings.weight.shape
    assert not torch.equal(words, classifier.model.encoder.word_embeddings.weight)
    assert bool(words.any())


def test_a_folder_moves(classifier: Saved, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(classifier.folder, tmp_path / "moved"))
    assert load_model(moved).labels == toys.CLASSES
