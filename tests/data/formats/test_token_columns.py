from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import TokenExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.formats.token_columns import TokenColumnsReader

FILES = Path(__file__).parents[1] / "files"


def _read(path: Path, notes: Counter[str] | None = None, **options: str) -> list[TokenExample]:
    chosen = ReaderOptions.model_validate(options)
    return list(TokenColumnsReader().read(path, chosen, Counter() if notes is None else notes))


def _read_or_fault(path: Path) -> tuple[list[TokenExample], FormatError | None]:
    try:
        return _read(path), None
    except FormatError as error:
        return [], error


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_two_columns_separated_by_tabs(tmp_path: Path) -> None:
    first, second = _read(_write(tmp_path, "New York\tB-LOC\n.\tO\n\n\n#\tO\n"))
    assert (first.identity, first.words, first.labels) == ("1", ("New York", "."), ("B-LOC", "O"))
    assert (second.identity, second.words) == ("2", ("#",)), "a token that looks like a comment is a token"
    assert second.location is not None
    assert second.location.line == 5


def test_columns_separated_by_blanks_with_the_tag_last_and_document_marks() -> None:
    notes = Counter[str]()
    first, second = _read(FILES / "four_columns.conll", notes)
    assert (first.words, first.labels) == (("Anna", "sleeps", "."), ("B-PER", "O", "O"))
    assert (second.words, second.labels) == (("Rome",), ("B-LOC",))
    assert notes == {"document_marks": 1}


def test_other_columns_by_number_and_comments_with_an_id() -> None:
    first, second = _read(FILES / "slots.conll", text_column="2", label_column="4")
    assert first.identity == "1"
    assert first.words == ("Zeig", "mir", "das", "Wetter", "in", "Graz")
    assert first.labels == ("O", "O", "O", "B-weather/noun", "O", "B-location")
    assert (second.words, second.labels) == (("#", "12"), ("O", "B-number"))


def test_columns_by_name_where_the_file_names_them(tmp_path: Path) -> None:
    path = _write(tmp_path, "# global.columns = ID FORM NER\n1\tAnna\tB-PER\n")
    assert _read(path, text_column="form", label_column="NER")[0].labels == ("B-PER",)
    with pytest.raises(FormatError, match="there is no column 'NRE'\n  → did you mean NER"):
        _read(path, text_column="form", label_column="NRE")
    with pytest.raises(FormatError, match="the columns have no names: give a number from 1 to 2"):
        _read(_write(tmp_path, "Anna\tB-PER\n"), label_column="ner")


def test_one_column_has_no_labels(tmp_path: Path) -> None:
    first, second = _read(_write(tmp_path, "#\nAnna\n\nschläft\n"))
    assert (first.words, first.labels, second.words) == (("#", "Anna"), None, ("schläft",))


def test_blank_signs_of_other_scripts_are_no_separators(tmp_path: Path) -> None:
    assert _read(_write(tmp_path, "10\u00a0000\tB-NUM\n"))[0].words == ("10\u00a0000",)
    assert _read(_write(tmp_path, "10\u00a0000 B-NUM\n"))[0].words == ("10\u00a0000",)


def test_lines_without_a_token_are_dropped_only_if_asked(tmp_path: Path) -> None:
    path = _write(tmp_path, "\tO\n\nda\tO\n\tO\n")
    with pytest.raises(FormatError, match=r"line 1: the token is empty\n  → .*empty_tokens: drop"):
        _read(path)
    notes = Counter[str]()
    (only,) = _read(path, notes, empty_tokens="drop")
    assert (only.words, notes["empty_tokens"]) == (("da",), 2)


FAULTS = {
    "label missing": ("a\tO\nb\n", {}, 2, "expected 2 columns separated by tabs, as in line 1, found 1"),
    "one too many": ("a O\nb x O\n", {}, 2, "expected 2 columns separated by blanks, as in line 1, found 3"),
    "label empty": ("a\tO\nb\t\n", {}, 2, "the token 'b' has no label"),
    "column not there": ("a\tO\n", {"label_column": "3"}, 1, "there is no column 3: the line has 2"),
    "column nought": ("a\tO\n", {"label_column": "0"}, 1, "there is no column 0"),
    "one column for both": ("a\tO\n", {"text_column": "2"}, 1, "column 2 cannot hold both"),
    "counting column": ("1\ta\tO\n2\tb\tO\n3\tc\tO\n", {}, 1, "the first column counts 1, 2, 3: it holds no words"),
    "only comments": ("# id = 1\n\n# id = 2\n", {}, None, "the file holds no sentence"),
}


@pytest.mark.parametrize(("content", "options", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, content: str, options: dict[str, str], line: int | None,
                                      message: str) -> None:
    with pytest.raises(FormatError, match=re.escape(message)) as fault:
        _read(_write(tmp_path, content), **options)
    assert fault.value.where is not None
    assert (fault.value.where.line, fault.value.remedy is not None) == (line, True)


_tokens = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=6)
_labels = st.sampled_from(["O", "B-PER", "I-PER"])


@given(st.lists(st.lists(st.tuples(_tokens, _labels), min_size=1, max_size=5), min_size=1, max_size=4),
       st.sampled_from(["\t", " "]))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]],
                                 separator: str) -> None:
    path = tmp_path_factory.getbasetemp() / "round.tsv"
    path.write_text("\n".join("".join(f"{token}{separator}{label}\n" for token, label in words)
                              for words in sentences), encoding="utf-8")
    assert [list(zip(example.words, example.labels or (), strict=True)) for example in _read(path)] == sentences


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b"a\tO", b"b O", b"# id = 1", b"# x", b"", b"-DOCSTART- O", b"\t", b"1\ta\tO", b" "])
                | st.binary(max_size=20), max_size=9))
def test_any_lines_are_read_or_refused_with_their_place(tmp_path_factory: pytest.TempPathFactory,
                                                       lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.tsv"
    path.write_bytes(b"\n".join(lines))
    examples, fault = _read_or_fault(path)
    assert fault is None or (fault.where and fault.remedy)
    assert all(len(example.words) == len(example.labels or example.words) for example in examples)
