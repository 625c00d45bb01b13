"""The compiled map does what the table says, code point by code point."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers.normalizers import Precompiled

from sprachbund.models.encoders.charsmap import compile_charsmap, double_array

CHARACTERS = st.characters(min_codepoint=1, exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=4)


@given(st.dictionaries(CHARACTERS, TEXTS, min_size=1, max_size=60), st.text(CHARACTERS, max_size=20))
@settings(max_examples=80, deadline=None)
def test_single_code_points_are_replaced(table, others):
    normalizer = Precompiled(compile_charsmap({ord(character): text for character, text in table.items()}))
    for character in {*table, *others}:
        assert normalizer.normalize_str(character) == table.get(character, character)


def test_dense_tables_of_every_length_of_utf8():
    codes = [*range(1, 0x90), *range(0x780, 0x820), *range(0xFFD0, 0xFFFE), *range(0x1F0F0, 0x1F200)]
    table = {code: f"<{code:x}>" for code in codes}
    normalizer = Precompiled(compile_charsmap(table))
    for code in [*codes, 0x90, 0x77F, 0x820, 0xFFCF, 0x1F200, 0x10FFFF]:
        assert normalizer.normalize_str(chr(code)) == table.get(code, chr(code))


def test_nul_is_left_out():
    assert compile_charsmap({0: "x", 65: "b"}) == compile_charsmap({65: "b"})


def test_the_array_is_whole_blocks():
    units = double_array({bytes([first, second]): 7 for first in range(1, 200, 3) for second in range(1, 9)})
    assert len(units) % 256 == 0
    assert units.dtype == np.uint32
