from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.inputs import plain_example, read_file, read_texts


def test_lines_of_a_plain_file_are_examples_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "sentences.txt.gz"
    path.write_bytes(gzip.compress(b"Guten Tag!\n\nWie geht's?\n"))
    first, second = read_file(str(path), "tokens")
    assert isinstance(first, TokenExample)
    assert first.words == ("Guten", "Tag", "!")
    assert isinstance(second, TokenExample)
    assert (second.identity, second.words) == ("3", ("Wie", "geht's", "?"))
    assert second.location is not None
    assert second.location.line == 3


def test_conllu_is_read_by_its_own_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text("# sent_id = x\n1\tHej\t_\tINTJ\t_\t_\t_\t_\t_\t_\n\n", encoding="utf-8")
    (example,) = read_file(str(path), "tokens")
    assert (example.identity, example.words) == ("x", ("Hej",))  # type: ignore[union-attr]


def test_texts_of_the_command_line_may_be_pairs() -> None:
    (example,) = read_texts(["A dog sleeps."], "An animal rests.", "sequence")
    assert example == TextExample("1", "A dog sleeps.", "An animal rests.")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FormatError, match=r"nowhere\.txt: there is no such file"):
        list(read_file("nowhere.txt", "tokens"))


def test_text_without_any_word_is_one_word_and_never_lost() -> None:
    example = plain_example(" ", "1", "tokens")
    assert isinstance(example, TokenExample)
    assert example.words == (" ",)
