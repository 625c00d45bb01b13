"""Tiny encoders: the same seed gives the same files, in every process; they look like real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, AutoTokenizer

from sprachbund.core.errors import RegistryError
from sprachbund.core.files import sha256_file
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.tiny import FAMILIES, make_tiny_encoder


def digests(folder):
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("family", FAMILIES)
def test_same_seed_same_files(tmp_path, family):
    torch.manual_seed(5)
    state = torch.get_rng_state()
    one = digests(make_tiny_encoder(tmp_path / "one", family))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(6)
    assert digests(make_tiny_encoder(tmp_path / "two", family)) == one
    other = digests(make_tiny_encoder(tmp_path / "three", family, seed=1))
    assert {name for name in one if one[name] != other[name]} == {"model.safetensors"}


def test_another_process_writes_the_same_files(tmp_path):
    code = (
        "import sys; from sprachbund.testing.tiny import *;"
        "[make_tiny_encoder(f'{sys.argv[1]}/{family}', family) for family in FAMILIES]"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, env=environment)
    for family in FAMILIES:
        here = make_tiny_encoder(tmp_path / "here" / family, family)
        assert digests(here) == digests(tmp_path / "there" / family)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_a_folder_in_hub_layout(tmp_path, family):
    folder = make_tiny_encoder(tmp_path, family, layers=2, width=16)
    assert {path.name for path in folder.iterdir()} == {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    }
    config = AutoConfig.from_pretrained(folder)
    assert (config.num_hidden_layers, config.hidden_size) == (2, 16)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert len(tokenizer) <= config.vocab_size
    ids = tokenizer("Die Fähre zur Insel")["input_ids"]
    assert tokenizer.unk_token_id not in ids
    assert all(value.dtype == torch.float32 for value in load_file(folder / "model.safetensors").values())


def test_transformers_opens_it(tmp_path):
    model = AutoModel.from_pretrained(make_tiny_encoder(tmp_path, "bert"))
    assert model(torch.tensor([[2, 7, 3]])).last_hidden_state.shape == (1, 3, 32)


def test_layers_differ_visibly(tmp_path):
    model = AutoModel.from_pretrained(make_tiny_encoder(tmp_path, "bert")).eval()
    with torch.no_grad():
        states = model(torch.tensor([[2, 7, 8, 9, 3]]), output_hidden_states=True).hidden_states
    assert all((one - other).abs().mean() > 0.05 for one, other in pairwise(states))


def test_an_unknown_family():
    with pytest.raises(RegistryError, match="there is no tiny encoder of the family 'xlm-robertaa'") as caught:
        make_tiny_encoder("nowhere", "xlm-robertaa")
    assert "did you mean xlm_roberta?" in str(caught.value)


def test_sentences():
    assert len(SENTENCES) == 20
    assert all(len(sentences) == 3 for sentences in SENTENCES.values())
