"""What a tokenizer's file does not say."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.encoders.piece_tokenizer import piece_tokenizer
from sprachbund.testing.tiny import FAMILIES, make_tiny_encoder

XLM_R = {"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return {family: open_tokenizer(str(make_tiny_encoder(tmp_path_factory.mktemp(family), family)))
            for family in FAMILIES}


def characters(extra=()):
    pieces = [("<unk>", 0.0), *((piece, -2.0) for piece in ["▁", "Ġ", *extra, *"abonthewy "])]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


@pytest.mark.parametrize(
    ("family", "mark"),
    [("bert", None), ("distilbert", None), ("xlm_roberta", "▁"), ("deberta_v2", "▁"), ("t5", "▁"),
     ("modernbert", "Ġ"), ("llama", "Ġ"), ("qwen3", "Ġ")],
)
def test_bare_pieces_are_found_from_the_vocabulary(opened, family, mark):
    tokenizer = opened[family]
    assert tokenizer.bare_pieces == (frozenset() if mark is None else {tokenizer.tokenizer.token_to_id(mark)})


def test_a_letter_that_looks_like_another_mark_is_a_letter():
    assert piece_tokenizer(characters(["▁▁"]), {}, {}).bare_pieces == {1, 3}


@pytest.mark.parametrize(
    ("config", "described", "expected"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, {}, 512),
        (XLM_R, {}, 512),
        (XLM_R, {"model_max_length": 300}, 300),
        ({"model_type": "modernbert", "max_position_embeddings": 8192}, {"model_max_length": 1e30}, 8192),
        ({"model_type": "gpt2", "n_positions": 1024}, {}, 1024),
        ({"model_type": "mt5"}, {}, 512),
        ({"model_type": "mt5"}, {"model_max_length": 1024}, 1024),
    ],
)
def test_the_longest_input(config, described, expected):
    assert piece_tokenizer(characters(), config, described).max_pieces == expected


@pytest.mark.parametrize(
    ("config", "described", "expected"),
    [
        ({"pad_token_id": 5}, {}, 5),
        ({"pad_token_id": 5}, {"pad_token": "a"}, 3),
        ({"pad_token_id": None, "eos_token_id": 4}, {"pad_token": None}, 4),
        ({}, {"pad_token": {"content": "b"}}, 4),
        ({"pad_token_id": -1, "eos_token_id": [7, 8]}, {}, 0),
    ],
)
def test_the_pad_id(config, described, expected):
    assert piece_tokenizer(characters(), config, described).pad_id == expected


def test_segment_ids_only_where_both_model_and_tokenizer_have_them(opened):
    assert {family for family, tokenizer in opened.items() if tokenizer.uses_type_ids} == {"bert"}


def test_padding_and_truncation_are_off():
    tokenizer = characters()
    tokenizer.enable_padding(length=10)
    tokenizer.enable_truncation(2)
    assert len(piece_tokenizer(tokenizer, {}, {}).tokenizer.encode("the on by")) > 2


@pytest.mark.parametrize("family", FAMILIES)
def test_words_given_one_by_one_become_the_same_pieces_as_running_text(opened, family):
    tokenizer = opened[family].tokenizer
    words = ["Die", "Fähre", "zur", "Insel", ",", "島", "l'île"]
    text = tokenizer.encode(" ".join(words), add_special_tokens=False)
    alone = tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)
    assert alone.ids == text.ids
    assert set(alone.word_ids) == set(range(len(words)))


def test_a_vocabulary_that_marks_words_by_the_space_before_is_helped_and_it_is_said():
    alphabet = {character: number for number, character in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    tokenizer = Tokenizer(models.BPE(vocab=alphabet, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.normalizer = normalizers.NFC()
    made = piece_tokenizer(tokenizer, {}, {})
    assert made.tokenizer.encode(["a", "e\u0301"], is_pretokenized=True).tokens == ["Ġ", "a", "Ġ", "Ã", "©"]
    assert made.notes == ("a space is put before every word and text, since this tokenizer marks words by it",)
    assert made.tokenizer.encode("ab").offsets == [(0, 1), (0, 1), (1, 2)]


def test_the_fingerprint_follows_the_pieces(tmp_path):
    folder = make_tiny_encoder(tmp_path, "bert")
    before = open_tokenizer(str(folder))
    assert open_tokenizer(str(folder)).fingerprint == before.fingerprint
    path = folder / "tokenizer.json"
    changed = json.loads(path.read_text(encoding="utf-8"))
    changed["normalizer"]["lowercase"] = True
    path.write_text(json.dumps(changed), encoding="utf-8")
    assert open_tokenizer(str(folder)).fingerprint != before.fingerprint


def test_vocabulary_size_covers_every_id(opened):
    for tokenizer in opened.values():
        assert tokenizer.vocabulary_size == max(tokenizer.tokenizer.get_vocab().values()) + 1
