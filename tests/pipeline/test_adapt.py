from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, DataError, ModelError, StageError
from sprachbund.data.raw_text import TextConfig
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info, open_encoder
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.pipeline.adapt_config import AdaptationConfig
from sprachbund.pipeline.adapt_plan import ENCODER, TRAINING, plan_adaptation
from sprachbund.results.adaptation import read_adaptation
from sprachbund.stages.events import Progress, StageEvent
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.keys import stage_key
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.testing.toy_task import toy_encoder, toy_folder
from sprachbund.testing.toy_text import toy_lines
from sprachbund.tokenization.masking import MaskingConfig
from sprachbund.training import session


class Killed(BaseException):
    """Nothing catches this: what a kill leaves is the last checkpoint."""


@pytest.fixture(autouse=True)
def _told_at_every_step(monkeypatch):
    monkeypatch.setattr(session, "EMIT_SECONDS", 0)


@pytest.fixture
def corpora(tmp_path):
    for number, code in enumerate(("de", "th")):
        (tmp_path / f"{code}.txt").write_text("\n".join([*toy_lines(30, seed=number), "", ""]))
    return tmp_path


def config_of(**values):
    usual = {"text": "{language}.txt", "held_out": 0.2, "batch_pieces": 60, "threads": 1, "precision": "fp32",
             "checkpoint_seconds": 1e-9}
    return validate({**usual, **values}, AdaptationConfig, "test")


def planned(folder, encoder=None, **values):
    named = EncoderConfig(name=str(encoder or toy_folder()))
    return plan_adaptation(config_of(**values), named, encoder_info(named), encoder_fingerprint(named), folder)


def run(stage, store, emit=lambda event: None):
    (output,) = run_stages((stage,), Store(store), InlineExecutor(), emit).outputs
    return output


def test_an_encoder_goes_in_and_one_comes_out(corpora, tmp_path):
    told = []
    output = run(planned(corpora, epochs=2.0), tmp_path / "store", told.append)
    facts = read_adaptation(output / ENCODER / "adaptation.json")
    assert [(text.language, text.texts + text.held_out_texts) for text in facts.texts] == [("de", 30), ("th", 30)]
    assert all(text.notes["empty_lines"] == 1 for text in facts.texts)
    assert all(text.after.loss < text.before.loss for text in facts.texts)
    assert all(text.after.pseudo_loss < text.before.pseudo_loss for text in facts.texts)
    assert not facts.own_head
    assert facts.output_vocabulary < facts.vocabulary == toy_encoder().encoder.word_embeddings.num_embeddings
    record = json.loads((output / TRAINING).read_text())
    assert record["steps"] == facts.steps > 3
    assert any("came without a masked-language head" in note for note in record["notes"])
    opened = open_encoder(str(output / ENCODER))
    assert opened.encoder.provenance.startswith("adapted on ")
    assert opened.tokenizer.fingerprint == toy_encoder().tokenizer.fingerprint
    before, after = (one.word_embeddings.weight for one in (toy_encoder().encoder, opened.encoder))
    assert int((before != after).any(1).sum()) == facts.output_vocabulary
    notes = [event.note for event in told if isinstance(event, Progress) and event.note]
    assert "de.txt: 1 line without text is left out" in notes
    again = []
    assert run(planned(corpora, epochs=2.0), tmp_path / "store", again.append) == output
    assert not [event for event in again if isinstance(event, StageEvent) and event.state == "started"]


def test_an_adapted_encoder_is_adapted_on_with_its_own_head(corpora, tmp_path):
    first = run(planned(corpora), tmp_path / "store")
    second = run(planned(corpora, first / ENCODER, output_vocabulary="full"), tmp_path / "store")
    facts = read_adaptation(second / ENCODER / "adaptation.json")
    assert facts.own_head
    assert facts.output_vocabulary == facts.vocabulary
    assert facts.provenance.count("adapted on") == 2
    assert facts.notes() == ()


def test_a_killed_adaptation_goes_on_to_the_same_weights(corpora, tmp_path):
    stop = 5

    def kill(event):
        if isinstance(event, Progress) and event.unit == "steps" and not event.note and event.done == stop:
            raise Killed

    stage = planned(corpora)
    whole = run(stage, tmp_path / "whole")
    with pytest.raises(StageError, match="Killed"):
        run(stage, tmp_path / "store", kill)
    told = []
    again = run(stage, tmp_path / "store", told.append)
    assert f"going on from step {stop}" in [event.note for event in told if isinstance(event, Progress)]
    assert (again / ENCODER / "adaptation.json").read_text() == (whole / ENCODER / "adaptation.json").read_text()
    expected = load_file(whole / ENCODER / "model.safetensors")
    for name, value in load_file(again / ENCODER / "model.safetensors").items():
        assert torch.equal(value, expected[name]), name


def test_steps_in_place_of_epochs(corpora, tmp_path):
    output = run(planned(corpora, steps=7, batch_pieces=None), tmp_path / "store")
    assert read_adaptation(output / ENCODER / "adaptation.json").steps == 7


def test_a_key_is_made_of_what_can_change_the_result(corpora, tmp_path):
    key = stage_key(planned(corpora))
    for same in ({"threads": 2}, {"device": "cpu"}, {"checkpoint_seconds": 5.0}):
        assert stage_key(planned(corpora, **same)) == key
    others = ({"seed": 2}, {"masking": {"rate": 0.2}}, {"packed": True}, {"held_out": 0.1}, {"max_pieces": 64},
              {"output_vocabulary": "full"}, {"epochs": 3.0}, {"text": [{"name": "{language}.txt", "languages": "de"}]})
    keys = {key, *(stage_key(planned(corpora, **other)) for other in others)}
    assert len(keys) == len(others) + 1
    (corpora / "elsewhere").mkdir()
    for name in ("de.txt", "th.txt"):
        (corpora / "elsewhere" / name).write_bytes((corpora / name).read_bytes())
    assert stage_key(planned(corpora / "elsewhere")) == key
    (corpora / "de.txt").write_text("etwas anderes\n")
    assert stage_key(planned(corpora)) not in keys


def test_scripts_without_spaces_are_known_by_the_language(corpora):
    stages = planned(corpora).inputs.values()
    assert [stage.config["spaced"] for stage in stages] == [True, False]


@pytest.mark.parametrize(("family", "error"), [
    ("llama", "no mask piece"), ("t5", "no mask piece"),
])
def test_a_decoder_is_refused_before_anything_is_read(corpora, tmp_path, family, error):
    encoder = make_tiny_encoder(tmp_path / "model", family, layers=1, width=16)
    told = []
    with pytest.raises(ModelError, match=error):
        run(planned(corpora, encoder), tmp_path / "store", told.append)
    assert {event.kind for event in told if isinstance(event, StageEvent)} == {"adapt-text"}


def test_texts_that_cannot_be_used(corpora, tmp_path):
    (corpora / "de.txt").write_bytes(b"gut\n\xe4\n")
    with pytest.raises(DataError, match=r"de\.txt, line 2: 0xe4 is not UTF-8"):
        run(planned(corpora), tmp_path / "store")
    (corpora / "de.txt").write_text("\n\n")
    with pytest.raises(DataError, match="holds no text"):
        run(planned(corpora), tmp_path / "store")


@pytest.mark.parametrize(("values", "error"), [
    ({"steps": 3, "epochs": 2.0}, "steps and epochs are both given"),
    ({"masking": {"rate": 0}}, "masking.rate"),
    ({"held_out": 0.9}, "held_out"),
    ({"text": []}, "text: at least 1 value is needed"),
    ({"text": {"nmae": "x"}}, r"text.*nmae: unknown key.*did you mean name"),
    ({"maskign": {}}, r"maskign: unknown key.*did you mean masking"),
])
def test_faults_of_a_config(values, error):
    with pytest.raises(ConfigError, match=error):
        config_of(**values)


def test_a_new_head_learns_faster_than_one_that_is_there():
    rates = [config_of().training(own_head=own, epochs=1.0, threads=1).head_learning_rate for own in (False, True)]
    assert rates == [1e-3, 1e-4]
    config = config_of(head_learning_rate=5e-3, weight_decay=0.1, frozen_layers=1)
    training = config.training(own_head=True, epochs=2.5, threads=2)
    assert (training.head_learning_rate, training.weight_decay, training.frozen_layers) == (5e-3, 0.1, 1)
    assert (training.epochs, training.threads, training.batch_pieces) == (2.5, 2, 60)


def test_every_setting_stands_on_its_page():
    page = (Path(__file__).parents[2] / "docs" / "adaptation.md").read_text(encoding="utf-8")
    rows = "".join(line for line in page.splitlines() if line.startswith("| `"))
    told = set(re.findall(r"`(?:masking\.)?(\w+)`", rows))
    fields = {*AdaptationConfig.model_fields, *MaskingConfig.model_fields, *TextConfig.model_fields}
    assert told == fields - {"masking"}
