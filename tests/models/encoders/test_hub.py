"""Local folders in hub layout: what is read, and what is refused in which words."""

from __future__ import annotations

import json

import pytest
import torch

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.models.encoders.hub import folder_digest, local_folder, read_json
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info, open_encoder, open_tokenizer
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.testing.tiny import FAMILIES, make_tiny_encoder


@pytest.fixture
def folder(tmp_path):
    return make_tiny_encoder(tmp_path / "tiny", "bert")


def edit(path, **changes):
    values = json.loads(path.read_text(encoding="utf-8"))
    values.update(changes)
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not None}), encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES)
def test_info_from_the_config_alone(tmp_path, family):
    folder = make_tiny_encoder(tmp_path, family, layers=2, width=16)
    (folder / "model.safetensors").unlink()
    info = encoder_info(str(folder))
    assert (info.name, info.n_layers, info.width, info.provenance) == (str(folder), 2, 16, "")


def test_the_fingerprint_follows_every_file_that_matters(folder):
    before = encoder_fingerprint(str(folder))
    assert before.startswith("folder:")
    (folder / "README.md").write_text("words", encoding="utf-8")
    assert encoder_fingerprint(str(folder)) == before
    edit(folder / "config.json", hidden_act="relu")
    changed = encoder_fingerprint(str(folder))
    assert changed != before
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert folder_digest(folder) != changed.removeprefix("folder:")


def test_the_place_of_a_folder_does_not_matter(tmp_path):
    one, two = (make_tiny_encoder(tmp_path / name, "bert") for name in ("one", "two"))
    assert encoder_fingerprint(str(one)) == encoder_fingerprint(str(two))
    assert encoder_fingerprint(str(one)) != encoder_fingerprint(str(make_tiny_encoder(tmp_path / "3", "bert", seed=1)))


@pytest.mark.parametrize("name", ["./nothing", "/no/such/folder", "~/nothing-here", "a/b/c", "a\\b"])
def test_a_path_without_a_folder(name):
    with pytest.raises(ModelError, match="there is no folder") as caught:
        local_folder(name)
    assert name in str(caught.value)
    assert "check the path" in str(caught.value)


def test_a_folder_without_a_config(tmp_path):
    with pytest.raises(ModelError, match=r"there is no config\.json in this folder") as caught:
        encoder_info(str(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_a_config_that_is_no_json(folder):
    (folder / "config.json").write_text('{"model_type": "bert",\n oops}', encoding="utf-8")
    with pytest.raises(ModelError, match="the file is not JSON") as caught:
        encoder_info(str(folder))
    assert "config.json, line 2, column 2" in str(caught.value)
    (folder / "config.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match="expected a JSON object, found a list"):
        encoder_info(str(folder))
    with pytest.raises(ModelError, match="the file is missing"):
        read_json(folder / "nothing.json")


def test_a_config_without_sizes(folder):
    edit(folder / "config.json", num_hidden_layers=None)
    with pytest.raises(ModelError, match="the config has none of num_hidden_layers, n_layers") as caught:
        encoder_info(str(folder))
    assert "config.json" in str(caught.value)


def test_a_tokenizer_file_that_is_broken(folder):
    path = folder / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")
    with pytest.raises(ModelError, match="not a readable tokenizer file") as caught:
        open_tokenizer(str(folder))
    assert "tokenizer.json" in str(caught.value)


def test_a_folder_without_weights(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"there are no weights: expected model\.safetensors"):
        open_encoder(str(folder))


def test_pickled_weights_only_on_an_explicit_flag(folder):
    safe = open_encoder(str(folder)).encoder.state_dict()
    state = {name.removeprefix("model."): value.clone() for name, value in safe.items()}
    torch.save(state, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickled weights can run code") as caught:
        open_encoder(str(folder))
    assert "allow_pickle: true" in str(caught.value)
    opened = open_encoder(EncoderConfig(name=str(folder), allow_pickle=True)).encoder.state_dict()
    assert all(torch.equal(opened[name], safe[name]) for name in safe)


def test_a_damaged_weight_file_is_named(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(IntegrityError, match="the weight file is damaged") as caught:
        open_encoder(str(folder))
    assert "model.safetensors" in str(caught.value)
    assert "fetch the encoder again" in str(caught.value)


def test_trust_in_another_name_is_refused(folder):
    with pytest.raises(ModelError, match="trust_remote_code names 'somebody/else', but the encoder is"):
        encoder_info(EncoderConfig(name=str(folder), trust_remote_code="somebody/else"))


CODE = '''
from transformers import BertConfig, BertModel


class OwnConfig(BertConfig):
    model_type = "own-kind"


class OwnModel(BertModel):
    config_class = OwnConfig

    def __init__(self, config, add_pooling_layer=False):
        super().__init__(config, add_pooling_layer=add_pooling_layer)
'''


def test_code_of_its_own_runs_only_if_asked_for_by_name(folder, monkeypatch, tmp_path):
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    (folder / "own.py").write_text(CODE, encoding="utf-8")
    edit(folder / "config.json", model_type="own-kind",
         auto_map={"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"})
    with pytest.raises(ModelError, match="comes with code of its own, which is not run unless") as caught:
        open_encoder(str(folder))
    assert f"trust_remote_code: {folder}" in str(caught.value)
    opened = open_encoder(EncoderConfig(name=str(folder), trust_remote_code=str(folder)))
    assert type(opened.encoder.model).__name__ == "OwnModel"
    assert opened.encoder.n_layers == 3
