from __future__ import annotations

from functools import cache
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.masking import Masker, MaskingConfig, mask_piece, special_pieces

FAMILIES = ("bert", "xlm_roberta", "modernbert")


@cache
def tokenizer(family):
    return open_tokenizer(str(make_tiny_encoder(mkdtemp(prefix="sprachbund-masking-"), family, layers=1, width=4)))


def masker(family="xlm_roberta", **config):
    pieces = tokenizer(family)
    return Masker.of(MaskingConfig(**config), pieces, np.arange(pieces.vocabulary_size))


def masked(masker, ids, *, edges=None, spaced=True, seed=0):
    random = np.random.default_rng(seed)
    begins = np.zeros(len(ids), dtype=bool)
    begins[[0, *(edges or [])]] = True
    chosen = masker.choose(ids, begins, np.full(len(ids), spaced), random)
    return chosen, masker.hide(ids, chosen, random)


def many(family, count=40_000):
    allowed = np.flatnonzero(~special_pieces(tokenizer(family)))
    return np.random.default_rng(1).choice(allowed, count)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("whole_words", [False, True])
def test_the_shares_are_those_of_bert(family, whole_words):
    ids = many(family)
    chosen, shown = masked(masker(family, whole_words=whole_words), ids)
    assert len(chosen) / len(ids) == pytest.approx(0.15, abs=0.01)
    hidden = shown[chosen] == mask_piece(tokenizer(family))
    same = shown[chosen] == ids[chosen]
    assert hidden.mean() == pytest.approx(0.8, abs=0.02)
    assert same.mean() == pytest.approx(0.1, abs=0.02)
    assert (~hidden & ~same).mean() == pytest.approx(0.1, abs=0.02)
    others = np.setdiff1d(np.arange(len(ids)), chosen)
    assert (shown[others] == ids[others]).all()


@given(seed=st.integers(0, 10_000), rate=st.floats(0.01, 0.99), whole=st.booleans(), spaced=st.booleans())
@settings(max_examples=60, deadline=None)
def test_special_pieces_are_never_chosen_nor_drawn(seed, rate, whole, spaced):
    own = masker(rate=rate, whole_words=whole, mask_share=0.0, random_share=1.0)
    ids = np.random.default_rng(seed).integers(0, len(own.special), 300)
    ids[::7] = np.flatnonzero(own.special)[seed % own.special.sum()]
    chosen, shown = masked(own, ids, spaced=spaced, seed=seed)
    assert not own.special[ids[chosen]].any()
    assert not own.special[shown[chosen]].any()


def test_special_pieces_hold_what_frames_a_text_and_unknown_pieces():
    vocabulary = tokenizer("xlm_roberta").tokenizer
    names = ("<s>", "</s>", "<pad>", "<unk>", "<mask>")
    assert set(np.flatnonzero(special_pieces(tokenizer("xlm_roberta")))) == {vocabulary.token_to_id(n) for n in names}


@pytest.mark.parametrize("family", FAMILIES)
def test_words_are_hidden_whole(family):
    pieces = tokenizer(family).tokenizer
    words = ["unbelievable", "hospital", "kindergarten", "and", "tomorrow"] * 40
    encoding = pieces.encode(" ".join(words) if family != "modernbert" else " " + " ".join(words))
    ids = np.array(encoding.ids)
    words_of = [-1 if word is None else word for word in encoding.word_ids]
    own = masker(family, whole_words=True)
    chosen, _ = masked(own, ids, seed=3)
    picked = set(chosen.tolist())
    per_word = {}
    for place, word in enumerate(words_of):
        if word >= 0:
            per_word.setdefault(word, set()).add(place in picked)
    assert all(len(kinds) == 1 for kinds in per_word.values())
    assert 0 < sum(kinds == {True} for kinds in per_word.values()) < len(per_word)
    assert any(words_of.count(word) > 1 for word in per_word)


def test_without_spaces_each_piece_is_a_word():
    ids = np.full(20_000, int(np.flatnonzero(~masker().special & ~masker().begins)[0]))  # one long word
    assert len(masked(masker(whole_words=True, rate=0.5), ids, spaced=True)[0]) in (0, len(ids))
    chosen, _ = masked(masker(whole_words=True, rate=0.5), ids, spaced=False)
    assert len(chosen) / len(ids) == pytest.approx(0.5, abs=0.02)


def test_a_word_ends_with_its_window():
    ids = np.full(2000, int(np.flatnonzero(~masker().special & ~masker().begins)[0]))
    chosen, _ = masked(masker(whole_words=True, rate=0.5), ids, edges=list(range(0, 2000, 10)))
    assert 0 < len(chosen) < 2000
    assert set(np.bincount(chosen // 10)) <= {0, 10}


def test_random_pieces_come_from_the_output_vocabulary():
    pieces = tokenizer("xlm_roberta")
    rows = np.array([0, 2, 40, 41, 99_999])
    own = Masker.of(MaskingConfig(mask_share=0.0, random_share=1.0), pieces, rows)
    assert own.drawn.tolist() == [40, 41]
    chosen, shown = masked(own, many("xlm_roberta", 2000))
    assert set(shown[chosen].tolist()) == {40, 41}


def test_the_same_numbers_hide_the_same_pieces():
    ids = many("bert", 500)
    first, second, other = (masked(masker("bert"), ids, seed=seed) for seed in (1, 1, 2))
    assert (first[1] == second[1]).all()
    assert not np.array_equal(first[0], other[0])


def test_nothing_to_hide():
    empty = np.zeros(0, dtype=np.int64)
    own = masker(whole_words=True)
    nothing = np.zeros(0, dtype=bool)
    assert len(own.choose(empty, nothing, nothing, np.random.default_rng(0))) == 0


def test_a_tokenizer_without_a_mask_piece_is_refused():
    with pytest.raises(ModelError, match=r"no mask piece \(<mask> or \[MASK\]\): .* left to right.*\n.*BERT, XLM-R"):
        mask_piece(tokenizer("llama"))


def test_shares_that_are_more_than_all():
    with pytest.raises(ConfigError, match="mask_share and random_share are together more than 1"):
        validate({"mask_share": 0.8, "random_share": 0.3}, MaskingConfig, "run.yaml")
    assert MaskingConfig().in_words() == "15 % of the pieces: of these 80 % masked, 10 % replaced, 10 % kept"
