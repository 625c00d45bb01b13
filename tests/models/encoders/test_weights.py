"""Weights that do not fit, files whose checksum is wrong, tokenizers that need conversion."""

from __future__ import annotations

import hashlib
import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.models.encoders.opening import open_encoder, open_tokenizer
from sprachbund.models.encoders.weights import check_weight_file
from sprachbund.testing.tiny import make_tiny_encoder


def change_state(folder, change):
    path = folder / "model.safetensors"
    state = load_file(path)
    save_file(change(state), path, metadata={"format": "pt"})


def test_missing_weights_are_refused_not_made_up(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    change_state(folder, lambda state: {name: state[name] for name in state if "layer.2.attention" not in name})
    with pytest.raises(ModelError, match=r"lacks encoder\.layer\.2\.attention\..* and 7 more: these would be random"):
        open_encoder(str(folder))


def test_weights_of_another_shape_are_refused(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "intermediate_size": 65}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"the weights of .* cannot be read") as caught:
        open_encoder(str(folder))
    assert str(folder) in str(caught.value)


def test_weights_of_a_model_with_a_head_fit(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    before = open_encoder(str(folder)).encoder.state_dict()
    change_state(folder, lambda state: {**{f"bert.{name}": value for name, value in state.items()},
                                        "cls.predictions.bias": torch.zeros(3)})
    after = open_encoder(str(folder)).encoder.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_half_precision_weights_become_float32(tmp_path):
    folder = make_tiny_encoder(tmp_path, "llama")
    change_state(folder, lambda state: {name: value.bfloat16() for name, value in state.items()})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}), encoding="utf-8")
    assert {parameter.dtype for parameter in open_encoder(str(folder)).encoder.parameters()} == {torch.float32}


def test_an_unknown_type_of_model(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "newer-than-us"}), encoding="utf-8")
    with pytest.raises(ModelError, match="this version of transformers cannot read the config") as caught:
        open_encoder(str(folder))
    assert "upgrade transformers" in str(caught.value)


def test_a_file_of_the_hubs_cache_is_checked_against_its_name(tmp_path):
    source = make_tiny_encoder(tmp_path / "source", "bert") / "model.safetensors"
    data = source.read_bytes()
    blob = tmp_path / hashlib.sha256(data).hexdigest()
    blob.write_bytes(data)
    link = tmp_path / "model.safetensors"
    link.symlink_to(blob)
    check_weight_file(link)
    blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(IntegrityError, match="its sha256 is not the one it was fetched under") as caught:
        check_weight_file(link)
    assert blob.name in str(caught.value)


def test_a_folder_without_tokenizer_json_is_converted(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    made = AutoTokenizer.from_pretrained(folder)
    pieces = sorted(made.get_vocab(), key=made.get_vocab().get)
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    described = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    described |= {"tokenizer_class": "BertTokenizer", "do_lower_case": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(described), encoding="utf-8")
    before = open_tokenizer(str(folder)).tokenizer.encode("Die Fähre zur Insel").ids
    (folder / "tokenizer.json").unlink()
    assert open_tokenizer(str(folder)).tokenizer.encode("Die Fähre zur Insel").ids == before


def test_no_tokenizer_at_all(tmp_path):
    folder = make_tiny_encoder(tmp_path, "xlm_roberta")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    (folder / "sentencepiece.bpe.model").write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"there is no tokenizer\.json, and none can be made") as caught:
        open_tokenizer(str(folder))
    assert "choose an encoder that has a tokenizer.json" in str(caught.value)
