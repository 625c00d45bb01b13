"""Classifiers of transformers that were trained elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import saved_models as toys
import torch
import transformers
from transformers import (
    AutoConfig,
    AutoModelForMultipleChoice,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.data.labels import RIGHT, LabelSpace
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.foreign import ForeignClassifier
from sprachbund.models.saved_facts import model_description
from sprachbund.models.saved_model import load_model
from sprachbund.testing.tiny import make_tiny_encoder

TEXTS = ("Der Hund bellt nicht", "Ja")


def foreign(folder: Path, kind: str, family: str = "bert", labels: tuple[str, ...] = ("X", "A", "M")) -> Path:
    """A transformers classifier with random weights, as `save_pretrained` leaves it."""
    tiny = make_tiny_encoder(folder / "tiny", family)
    config = AutoConfig.from_pretrained(tiny, id2label=dict(enumerate(labels)),
                                        label2id={label: number for number, label in enumerate(labels)})
    loader = {"tokens": AutoModelForTokenClassification, "sequence": AutoModelForSequenceClassification,
              "choice": AutoModelForMultipleChoice}[kind]
    transformers.utils.logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        loader.from_config(config).save_pretrained(folder / "model")
    AutoTokenizer.from_pretrained(tiny).save_pretrained(folder / "model")
    return folder / "model"


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
@pytest.mark.parametrize("family", ["bert", "xlm_roberta", "distilbert"])
def test_logits_are_those_of_the_model_itself(family: str, kind: str, tmp_path: Path) -> None:
    folder = foreign(tmp_path, kind, family)
    loaded = load_model(folder)
    assert isinstance(loaded.model, ForeignClassifier)
    assert loaded.labels.kind == kind
    assert loaded.labels.labels == ("X", "A", "M")
    assert loaded.description.task == ("tagging" if kind == "tokens" else "classification")
    assert loaded.description.encoder == str(folder)
    facts = json.loads(json.dumps(loaded.facts()))
    assert (facts["fusion"], facts["layers"], facts["gate"], facts["source"]) == ("last_layer", [3], "", "")
    loader = AutoModelForTokenClassification if kind == "tokens" else AutoModelForSequenceClassification
    own, tokenizer = loader.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    batch = toys.batch_of(loaded.tokenizer, *TEXTS)
    with torch.no_grad():
        logits = loaded.model(batch)
        expected = own(**tokenizer(list(TEXTS), padding=True, return_tensors="pt")).logits
    if kind == "tokens":
        expected = expected.flatten(0, 1)[batch.word_positions]
    torch.testing.assert_close(logits, expected)


@pytest.mark.parametrize("family", ["bert", "xlm_roberta"])
def test_a_chooser_reads_each_choice_as_a_row(family: str, tmp_path: Path) -> None:
    folder = foreign(tmp_path, "choice", family)
    loaded = load_model(folder)
    assert loaded.labels == LabelSpace(kind="choice", labels=RIGHT)
    assert loaded.description.task == model_description(EncoderConfig(name=str(folder))).task == "multiple_choice"
    own, tokenizer = AutoModelForMultipleChoice.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    inputs = tokenizer(list(TEXTS), padding=True, return_tensors="pt")
    with torch.no_grad():
        logits = loaded.model(toys.batch_of(loaded.tokenizer, *TEXTS))
        expected = own(**{name: values.unsqueeze(0) for name, values in inputs.items()}).logits
    torch.testing.assert_close(logits, expected.T)


def test_an_encoder_without_a_head_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no classifier: its config names BertModel") as caught:
        load_model(make_tiny_encoder(tmp_path / "tiny"))
    assert "sprachbund run --encoder" in str(caught.value)


def test_a_regression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gives a single value, expected one label out of two or more"):
        load_model(foreign(tmp_path, "sequence", labels=("score",)))


def test_several_labels_at_once_are_refused(tmp_path: Path) -> None:
    folder = foreign(tmp_path, "sequence")
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "problem_type": "multi_label_classification"}))
    with pytest.raises(ModelError, match="gives multi label classification, expected one label"):
        load_model(folder)


def test_a_damaged_weight_file_is_named(tmp_path: Path) -> None:
    path = foreign(tmp_path, "tokens") / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IntegrityError, match="the weight file is damaged") as caught:
        load_model(path.parent)
    assert str(path) in str(caught.value)


def test_missing_weights_are_not_made_up(tmp_path: Path) -> None:
    from_encoder = make_tiny_encoder(tmp_path / "tiny")
    path = from_encoder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "architectures": ["BertForTokenClassification"]}))
    with pytest.raises(ModelError, match=r"the weight file lacks classifier.bias, classifier.weight: these would be"):
        load_model(from_encoder)


def test_pickled_weights_only_when_allowed(tmp_path: Path) -> None:
    folder = foreign(tmp_path, "tokens")
    model = AutoModelForTokenClassification.from_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickled weights can run code while they are read") as caught:
        load_model(folder)
    assert "--allow-pickle" in str(caught.value)
    loaded = load_model(folder, allow_pickle=True)
    batch = toys.batch_of(loaded.tokenizer, *TEXTS)
    with torch.no_grad():
        expected = model.eval()(batch.piece_ids, attention_mask=batch.mask.long(), token_type_ids=batch.type_ids)
        torch.testing.assert_close(loaded.model(batch), expected.logits.flatten(0, 1)[batch.word_positions])


def test_code_runs_only_when_asked_for_by_name(tmp_path: Path) -> None:
    folder = foreign(tmp_path, "tokens")
    path = folder / "config.json"
    own = {"auto_map": {"AutoConfig": "code.Config", "AutoModelForTokenClassification": "code.Model"},
           "model_type": "their-own"}
    path.write_text(json.dumps({**json.loads(path.read_text()), **own}))
    with pytest.raises(ModelError, match="comes with code of its own, which is not run unless you ask for it"):
        load_model(folder)
    with pytest.raises(ModelError, match="trust_remote_code names 'other', but the encoder is"):
        load_model(folder, trust_remote_code="other")
