from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.opening import encoder_info, open_encoder
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.masked_language import open_masked_language_model, save_adapted
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.testing.toy_task import toy_encoder, toy_folder
from sprachbund.testing.toy_text import toy_masked_model, toy_text
from sprachbund.training.masked_text import MaskedText

WITH_PLACE = ("bert", "xlm_roberta", "distilbert")


def with_head(folder, family):
    """A random masked-language model as transformers stores it, its head not as it is initialised."""
    source = toy_folder(family)
    model = AutoModelForMaskedLM.from_pretrained(source)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if model.base_model_prefix not in name.split("."):
                parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(3)) * 0.3)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return folder


def everything(n_rows):
    return np.arange(n_rows)


def batch_of(texts, opened, data: MaskedText):
    from sprachbund.training.config import TrainingConfig

    batches = data.batches(TrainingConfig(batch_pieces=200), 1, pin=False)
    return batches.batch(batches.sampler.epoch(0)[0], 0)


@pytest.mark.parametrize("family", WITH_PLACE)
def test_the_loss_is_that_of_transformers_with_its_own_head(tmp_path, family):
    texts = (toy_text(tmp_path / "text", 30, family=family),)
    _, data = toy_masked_model(texts, family=family, full=True)
    folder = with_head(tmp_path / "model", family)
    opened = open_masked_language_model(EncoderConfig(name=str(folder)), everything, seed=1)
    assert opened.own_head
    batch = batch_of(texts, opened, data)
    labels = torch.full(batch.piece_ids.shape, -100).flatten()
    labels[batch.word_positions] = batch.labels
    theirs = AutoModelForMaskedLM.from_pretrained(folder).eval()
    with torch.no_grad():
        expected = theirs(input_ids=batch.piece_ids, attention_mask=batch.mask.long(),
                          labels=labels.view(batch.piece_ids.shape)).loss
        found = opened.model.eval().loss(batch)
    assert len(batch.labels) > 10
    assert float(found) == pytest.approx(float(expected), abs=1e-5)


def test_a_trimmed_output_vocabulary_is_a_softmax_over_its_own_pieces(tmp_path):
    texts = (toy_text(tmp_path / "text", 30),)
    whole, all_data = toy_masked_model(texts, full=True)
    part, data = toy_masked_model(texts)
    assert len(data.rows) < len(all_data.rows)
    part.head.load_state_dict(whole.head.state_dict())
    batch = batch_of(texts, part, data)
    with torch.no_grad():
        all_logits, logits = whole.model.eval()(batch), part.model.eval()(batch)
        torch.testing.assert_close(logits, all_logits[:, torch.from_numpy(data.rows)])
        expected = F.cross_entropy(all_logits[:, torch.from_numpy(data.rows)],
                                   torch.from_numpy(np.searchsorted(data.rows, batch.labels.numpy())))
        assert float(part.model.loss(batch)) == pytest.approx(float(expected), abs=1e-6)
        assert float(part.model.loss(batch)) < float(whole.model.loss(batch))


@pytest.mark.parametrize("family", [*WITH_PLACE, "modernbert"])
def test_an_adapted_encoder_opens_as_any_other(tmp_path, family):
    opened, _ = toy_masked_model((toy_text(tmp_path / "text", 10, family=family),), family=family)
    with torch.no_grad():
        for parameter in opened.model.parameters():
            parameter += 0.01
    tokenizer = toy_encoder(family).tokenizer
    save_adapted(opened, tokenizer, tmp_path / "out", {"provenance": "adapted on toys"})
    again = open_encoder(str(tmp_path / "out"))
    assert again.tokenizer.fingerprint == tokenizer.fingerprint
    assert again.tokenizer.pad_id == tokenizer.pad_id
    assert again.encoder.provenance == encoder_info(str(tmp_path / "out")).provenance == "adapted on toys"
    for name, value in opened.encoder.state_dict().items():
        assert torch.equal(value, again.encoder.state_dict()[name]), name
    reopened = open_masked_language_model(EncoderConfig(name=str(tmp_path / "out")), everything, seed=9)
    assert opened.stores_head == reopened.own_head == (family in WITH_PLACE)
    if opened.stores_head:
        for name, value in opened.head.state_dict().items():
            assert torch.equal(value, reopened.head.state_dict()[name]), name
    architecture = AutoModelForMaskedLM if opened.stores_head else AutoModel
    _, report = architecture.from_pretrained(tmp_path / "out", output_loading_info=True)
    assert {name for name in report["missing_keys"] if "pooler" not in name} == set()
    assert set(report["unexpected_keys"]) == set()


def test_a_new_head_is_decided_by_its_seed_alone(tmp_path):
    texts = (toy_text(tmp_path / "text", 5),)
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed * 31)
        expected = torch.random.get_rng_state()
        opened, _ = toy_masked_model(texts, seed=seed)
        assert torch.equal(torch.random.get_rng_state(), expected)
        assert not opened.own_head
        heads.append(opened.head.state_dict())
    assert all(torch.equal(heads[0][name], heads[1][name]) for name in heads[0])
    assert not torch.equal(heads[0]["dense.weight"], heads[2]["dense.weight"])


def test_a_head_that_is_not_tied_is_not_taken(tmp_path):
    folder = with_head(tmp_path / "model", "bert")
    model = AutoModelForMaskedLM.from_pretrained(folder)
    model.config.tie_word_embeddings = False
    model.cls.predictions.decoder.weight = torch.nn.Parameter(torch.randn_like(model.cls.predictions.decoder.weight))
    model.save_pretrained(folder)
    assert not open_masked_language_model(EncoderConfig(name=str(folder)), everything, seed=1).own_head


@pytest.mark.parametrize("family", ["llama", "t5", "mt5"])
def test_models_that_learnt_otherwise_are_refused(tmp_path, family):
    folder = make_tiny_encoder(tmp_path, family, layers=1, width=16)
    with pytest.raises(ModelError, match=r"is no masked-language model: it reads from left .*\n.*BERT, XLM-R"):
        open_masked_language_model(EncoderConfig(name=str(folder)), everything, seed=1)


