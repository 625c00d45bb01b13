"""Saving and opening our models; what is damaged or missing is told."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
import saved_models as toys
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from saved_models import Saved
from tokenizers import Tokenizer

from sprachbund.core.errors import ConfigError, IntegrityError, ModelError, RegistryError, StorageError
from sprachbund.data.labels import LabelSpace
from sprachbund.models.saved_model import load_model, save_model
from sprachbund.models.transfer_model import TransferModel
from sprachbund.testing.tiny import FAMILIES

TEXTS = ("Der Hund bellt nicht", "Ja")


@pytest.fixture
def copy(tagger: Saved, tmp_path: Path) -> Path:
    """A copy of the saved tagger that a test may damage."""
    return Path(shutil.copytree(tagger.folder, tmp_path / "copy"))


def edit_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_what_was_saved_comes_back(family: str, tmp_path: Path) -> None:
    folder, model, tokenizer = toys.saved(tmp_path, toys.TAGS, family)
    loaded = load_model(folder)
    assert isinstance(loaded.model, TransferModel)
    assert not any(module.training for module in loaded.model.modules())
    assert not any(value.is_meta for value in (*loaded.model.parameters(), *loaded.model.buffers()))
    batch = toys.batch_of(tokenizer, *TEXTS)
    with torch.no_grad():
        assert torch.equal(loaded.model(batch), model(batch))
    for name in ("pad_id", "bare_pieces", "max_pieces", "uses_type_ids", "vocabulary_size", "fingerprint", "notes"):
        assert getattr(loaded.tokenizer, name) == getattr(tokenizer, name)
    assert loaded.tokenizer.tokenizer.to_str() == tokenizer.tokenizer.to_str()
    assert loaded.model.encoder.provenance == "random weights"


def test_labels_description_and_facts(tagger: Saved, classifier: Saved) -> None:
    loaded = load_model(str(tagger.folder))
    assert loaded.labels == toys.TAGS
    assert loaded.description == toys.DESCRIPTION
    facts = json.loads(json.dumps(loaded.facts()))
    assert LabelSpace.model_validate(facts["labels"]) == toys.TAGS
    assert (facts["fusion"], facts["layers"], facts["gate"]) == ("dlfa", [3, 1], "literal")
    assert (facts["source"], facts["encoder"], facts["provenance"]) == ("en", "tiny", "random weights")
    assert load_model(classifier.folder).labels == toys.CLASSES


def test_the_folder_holds_four_files_that_others_may_read(tagger: Saved) -> None:
    files = {path.name: path for path in tagger.folder.iterdir()}
    assert set(files) == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in files.values()}
    assert len(modes) == 1
    assert str(tagger.folder.parent) not in files["config.json"].read_text()


def test_a_loaded_model_trains(tagger: Saved) -> None:
    loaded = load_model(tagger.folder)
    batch = toys.batch_of(loaded.tokenizer, *TEXTS)
    loaded.model.train()(batch).sum().backward()
    assert all(parameter.grad is not None for parameter in loaded.model.parameters())


def test_tied_weights_stand_in_the_file_once_and_stay_tied(tmp_path: Path) -> None:
    folder, model, _ = toys.saved(tmp_path, toys.TAGS, "t5")
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        tables = [name for name in file.keys() if "shared" in name or "embed_tokens" in name]  # noqa: SIM118
    assert len(tables) == 1
    loaded = load_model(folder)
    assert len(list(loaded.model.parameters())) == len(list(model.parameters()))


def test_no_folder_is_overwritten(tagger: Saved, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match="there is something in this folder already") as caught:
        save_model(tagger.model, tmp_path, tokenizer=tagger.tokenizer, labels=toys.TAGS, description=toys.DESCRIPTION)
    assert str(tmp_path) in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_failure_leaves_nothing(tagger: Saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sprachbund.models.saved_model.save_file", full)
    with pytest.raises(StorageError, match="no space left on the disk"):
        save_model(tagger.model, tmp_path / "new", tokenizer=tagger.tokenizer, labels=toys.TAGS,
                   description=toys.DESCRIPTION)
    assert not list(tmp_path.iterdir())


def test_labels_must_fit_the_head(tagger: Saved, tmp_path: Path) -> None:
    for labels in (LabelSpace(kind="tokens", labels=("A", "B")), toys.CLASSES):
        with pytest.raises(ValueError, match="the head gives 3 labels to tokens, the label space has"):
            save_model(tagger.model, tmp_path / "new", tokenizer=tagger.tokenizer, labels=labels,
                       description=toys.DESCRIPTION)


# --- damage --------------------------------------------------------------------------------------------------


def test_one_changed_byte_is_found(copy: Path) -> None:
    path = copy / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="its sha256 is not the one it was written with") as caught:
        load_model(copy)
    assert str(path) in str(caught.value)


def test_a_file_cut_short_is_found(copy: Path) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IntegrityError, match="the weight file is damaged: ") as caught:
        load_model(copy)
    assert str(path) in str(caught.value)


def test_a_broken_tokenizer_file_is_found(copy: Path) -> None:
    (copy / "tokenizer.json").write_text('{"version": "1.0", "model": ')
    with pytest.raises(IntegrityError, match="the tokenizer file cannot be read: ") as caught:
        load_model(copy)
    assert str(copy / "tokenizer.json") in str(caught.value)


def test_a_missing_weight_file(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="the weight file is missing"):
        load_model(copy)


def test_weights_of_another_model(copy: Path) -> None:
    state = load_file(copy / "model.safetensors")
    bias = state.pop("transfer.head.classifier.bias")
    save_file({**state, "transfer.head.other": bias}, copy / "model.safetensors")
    with pytest.raises(ModelError, match=r"the file lacks head.classifier.bias; has too many head.other"):
        load_model(copy)


def test_weights_of_another_shape(copy: Path) -> None:
    state = load_file(copy / "model.safetensors")
    state["transfer.head.classifier.bias"] = torch.zeros(4)
    save_file(state, copy / "model.safetensors")
    with pytest.raises(ModelError, match=r"do not belong together: the file has of another shape head.classifier.bias"):
        load_model(copy)


def test_labels_that_do_not_fit(copy: Path) -> None:
    edit_config(copy, id2label={"0": "O", "1": "B-PER"}, label2id={"O": 0, "B-PER": 1})
    with pytest.raises(ModelError, match="id2label names 2 labels, the head gives 3"):
        load_model(copy)


def test_a_config_with_faults_tells_them_all(copy: Path) -> None:
    edit_config(copy, description={"task": "tagging", "sorce": "en", "seed": "x"})
    with pytest.raises(ConfigError) as caught:
        load_model(copy)
    assert f"2 faults in {copy / 'config.json'}" in str(caught.value)
    assert "did you mean source?" in str(caught.value)


def test_a_fusion_that_is_not_installed(copy: Path) -> None:
    edit_config(copy, fusion={"type": "gated", "layer": 1})
    with pytest.raises(RegistryError, match="there is no fusion named 'gated'"):
        load_model(copy)


def test_a_layer_that_the_encoder_lacks(copy: Path) -> None:
    edit_config(copy, fusion={"type": "dlfa", "layer": 9})
    with pytest.raises(ModelError, match="lower layer 9 does not exist"):
        load_model(copy)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no folder"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"there is no config.json in this folder"):
        load_model(tmp_path)


def test_a_hub_id_without_a_network() -> None:
    with pytest.raises(ModelError, match="nobody/no-such-model is not on this machine, and the hub cannot be reached"):
        load_model("nobody/no-such-model")


def test_opening_makes_no_random_weights(tagger: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(tensor: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        assert tensor.is_meta, "a weight was initialised"
        return tensor

    monkeypatch.setattr(torch.Tensor, "normal_", refuse)
    monkeypatch.setattr(torch.Tensor, "uniform_", refuse)
    state = torch.get_rng_state()
    load_model(tagger.folder)
    assert torch.equal(torch.get_rng_state(), state)


def test_saved_tokenizer_is_a_plain_tokenizers_file(tagger: Saved) -> None:
    made = Tokenizer.from_file(str(tagger.folder / "tokenizer.json"))
    assert made.encode("Der Hund").ids == tagger.tokenizer.tokenizer.encode("Der Hund").ids
