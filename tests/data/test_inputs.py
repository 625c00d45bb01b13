from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.examples import ChoiceExample, FrameExample, TextExample, TokenExample
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


def test_sentences_for_intents_and_slots_are_words_without_either_or_frames_of_their_own_files(tmp_path: Path) -> None:
    (example,) = read_texts(["Wake me!"], None, "joint")
    assert example == FrameExample("1", ("Wake", "me", "!"))
    path = tmp_path / "a.conll"
    path.write_text("# intent = alarm\n1\tWake\talarm\tO\n", encoding="utf-8")
    (frame,) = read_file(str(path), "joint")
    assert isinstance(frame, FrameExample)
    assert (frame.words, frame.intent) == (("Wake",), "alarm")


def test_texts_of_the_command_line_may_be_pairs() -> None:
    (example,) = read_texts(["A dog sleeps."], "An animal rests.", "sequence")
    assert example == TextExample("1", "A dog sleeps.", "An animal rests.")


def test_a_text_file_is_one_text_a_line_whatever_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text\na\tb\tc\td\n", encoding="utf-8")
    assert [example.text for example in read_file(str(path), "sequence")] == ["text", "a\tb\tc\td"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("given", "fragment"), [
    (b"the dog\nthe c\xffat\n", r"standard input, line 2: 0xff is not UTF-8, byte 6 of the line"),
    (b"the dog\nthe\0cat\n", r"standard input, line 2: a NUL byte, byte 4 of the line"),
])
def test_standard_input_tells_line_and_byte(monkeypatch: pytest.MonkeyPatch, given: bytes, fragment: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    examples = read_file("-", "tokens")
    assert next(examples).words == ("the", "dog")  # type: ignore[union-attr]
    with pytest.raises(FormatError, match=fragment):
        next(examples)


def test_standard_input_without_anything_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert list(read_file("-", "sequence")) == []


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FormatError, match=r"nowhere\.txt: there is no such file"):
        list(read_file("nowhere.txt", "tokens"))


def test_text_without_any_word_is_one_word_and_never_lost() -> None:
    example = plain_example(" ", "1", "tokens")
    assert isinstance(example, TokenExample)
    assert example.words == (" ",)


def test_questions_with_choices_are_read_from_json_lines_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"question": "Who?", "choices": ["a", "b"]}\n', encoding="utf-8")
    (example,) = read_file(str(path), "choice")
    assert isinstance(example, ChoiceExample)
    assert (example.choices, example.answer) == (("a", "b"), None)
    with pytest.raises(DataError, match=r"a\.txt: questions are read with their choices from JSON lines"):
        list(read_file("a.txt", "choice"))
    with pytest.raises(DataError, match="the text 'Who\\?' has no choices"):
        list(read_texts(["Who?"], None, "choice"))
