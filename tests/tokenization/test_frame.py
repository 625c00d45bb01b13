from __future__ import annotations

from dataclasses import replace

import pytest
from tokenizers import Tokenizer, models

from sprachbund.core.errors import DataError, ModelError
from sprachbund.tokenization.frame import frame_of


def test_single_and_pair_frames(unigram):
    single, pair = frame_of(unigram, pair=False), frame_of(unigram, pair=True)
    assert (single.before.ids.tolist(), len(single.between), single.after.ids.tolist()) == ([0], 0, [2])
    assert pair.between.ids.tolist() == [2, 2]
    assert (single.size, pair.size) == (2, 4)


def test_segment_ids_of_a_pair(wordpiece):
    pair = frame_of(wordpiece, pair=True)
    assert (pair.type_first, pair.type_second, pair.after.types.tolist()) == (0, 1, [1])


def test_a_tokenizer_without_special_pieces_has_an_empty_frame(unigram):
    plain = Tokenizer.from_str(unigram.tokenizer.to_str())
    plain.post_processor = None  # type: ignore[assignment]
    assert frame_of(replace(unigram, tokenizer=plain), pair=True).size == 0


def test_no_room_beside_the_special_pieces(unigram):
    with pytest.raises(DataError, match=r"max_pieces is 2, but the special pieces alone take 2\n.*set max_pieces to 3"):
        frame_of(unigram, pair=False).capacity(2)


def test_a_tokenizer_that_gives_nothing(unigram):
    empty = Tokenizer(models.BPE())
    with pytest.raises(ModelError, match=r"gives no piece for any of 'a', '1', '.'"):
        frame_of(replace(unigram, tokenizer=empty), pair=False)
