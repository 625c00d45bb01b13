from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import TextExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.formats.tables import CsvReader, JsonLinesReader, QuotedTsvReader, TsvReader

Rows = list[tuple[str, str | None, str | None]]
READ = {"tsv": TsvReader, "quoted_tsv": QuotedTsvReader, "csv": CsvReader, "jsonl": JsonLinesReader}


def _read(path: Path, format_name: str = "tsv", notes: Counter[str] | None = None, **options: str) -> list[TextExample]:
    chosen = ReaderOptions.model_validate(options)
    return list(READ[format_name]().read(path, chosen, Counter() if notes is None else notes))


def _read_or_fault(path: Path, format_name: str) -> tuple[list[TextExample], FormatError | None]:
    try:
        return _read(path, format_name), None
    except FormatError as error:
        return [], error


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a"
    path.write_text(text, encoding="utf-8")
    return path


def _plain(examples: list[TextExample]) -> Rows:
    return [(example.text, example.text_pair, example.label) for example in examples]


def test_pairs_with_a_header(tmp_path: Path) -> None:
    path = _write(tmp_path, "premise\thypothesis\tlabel\nIt rains.\tIt is wet.\tentailment\n")
    (example,) = _read(path)
    assert example == TextExample("1", "It rains.", "It is wet.", "entailment", example.location)
    assert example.location is not None
    assert example.location.line == 2


def test_quotes_are_text_in_tsv_and_quotes_in_csv(tmp_path: Path) -> None:
    assert _plain(_read(_write(tmp_path, 'text\tlabel\n"Yes, he said\tgood\n'))) == [('"Yes, he said', None, "good")]
    path = _write(tmp_path, 'text,label\n"Yes, ""he""\nsaid",good\nno,bad\n')
    first, second = _read(path, "csv")
    assert _plain([first, second]) == [('Yes, "he"\nsaid', None, "good"), ("no", None, "bad")]
    assert second.location is not None
    assert second.location.line == 4


def test_quoted_tsv_is_csv_with_tabs(tmp_path: Path) -> None:
    rows = [("Yes,\t\"he\"\nsaid", "No.", "good"), ("'", "a", "bad")]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t").writerows(rows)
    path = _write(tmp_path, text.getvalue().replace("\r\n", "\n"))
    columns = {"text_column": "1", "pair_column": "2", "label_column": "3"}
    assert _plain(_read(path, "quoted_tsv", **columns)) == rows
    notes = Counter[str]()
    cut = _read(_write(tmp_path, "a\tb\nc\td\n"), "quoted_tsv", notes, **columns)
    assert (_plain(cut), notes) == ([("a", "b", None), ("c", "d", None)], {"blank_labels": 2})
    with pytest.raises(FormatError, match=r"a, line 1: not valid quoted TSV: .*\n  → put fields with quotes, tabs or"):
        _read(_write(tmp_path, '"a"b\tc\n'), "quoted_tsv")
    with pytest.raises(FormatError, match="there is no column 3: the table has 1"):
        _read(_write(tmp_path, "a\n"), "quoted_tsv", text_column="1", label_column="3")


def test_original_columns_of_other_sets_are_known_and_ids_kept(tmp_path: Path) -> None:
    path = _write(tmp_path, "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t17\t18\tA.\tB.\n")
    assert _plain(_read(path)) == [("A.", "B.", "1")]
    path = _write(tmp_path, "index\tsentence1\tsentence2\tlabel\n7\tA.\tB.\tno\n7\tC.\tD.\tno\n")
    notes = Counter[str]()
    assert [example.identity for example in _read(path, notes=notes)] == ["7", "7#2"]
    assert notes == {"repeated_ids": 1}


def test_labels_of_json_lines_may_be_numbers_and_truth_values(tmp_path: Path) -> None:
    rows = [{"question": "Q", "passage": "P", "answer": value} for value in (True, False, 1, "x", None)]
    notes = Counter[str]()
    examples = _read(_write(tmp_path, "\n".join(map(json.dumps, rows))), "jsonl", notes)
    assert [example.label for example in examples] == ["true", "false", "1", "x", None]
    assert (examples[0].text, examples[0].text_pair, notes) == ("Q", "P", {"blank_labels": 1})


def test_blank_labels_and_lines_are_counted(tmp_path: Path) -> None:
    notes = Counter[str]()
    examples = _read(_write(tmp_path, "text\tlabel\na\tx\n\nb\t \n"), notes=notes)
    assert [example.label for example in examples] == ["x", None]
    assert notes == {"blank_labels": 1, "blank_lines": 1}


FAULTS = {
    "column missing": ("tsv", "premise\thypothesis\tlabel\na\tb\tyes\nc\tno\n", {}, 3,
                       "expected 3 columns, as in the first row, found 2\n  → the row lacks a column"),
    "one too many": ("tsv", "text\tlabel\na\tx\ty\n", {}, 2, "found 3\n  → a separator stands within a text"),
    "csv column missing": ("csv", "text,label\na\n", {}, 2, "expected 2 columns, as in the first row, found 1"),
    "text empty": ("tsv", "text\tlabel\n \tx\n", {}, 2, "the text in column 1 is empty"),
    "pair empty": ("csv", "premise,hypothesis,label\na,,x\n", {}, 2, "the text in column 2 is empty"),
    "header alone": ("tsv", "text\tlabel\n", {}, None, "the file holds no example"),
    "quotes open": ("csv", 'text,label\n"a,x\n', {}, 2, "not valid CSV: unexpected end of data"),
    "text after quotes": ("csv", '"a" b,x\n', {}, 1, "not valid CSV"),
    "unknown column": ("tsv", "text\tlabel\na\tx\n", {"label_column": "lable"}, 1,
                       "there is no column 'lable'\n  → did you mean label? columns: text, label"),
    "column beyond": ("tsv", "a\tb\n", {"label_column": "3"}, 1, "there is no column 3: the table has 2"),
    "wide without header": ("tsv", "a\tb\tc\td\n", {}, 1,
                            "the table has 4 columns and no header that tells them apart"),
    "no text named": ("jsonl", '{"satz": "a"}\n', {}, 1, "none of the columns satz has a usual name of a text"),
    "no json": ("jsonl", '{"text": "a"}\n{"text": \n', {}, 2, "not valid JSON: Expecting value"),
    "no object": ("jsonl", '["a"]\n', {}, 1, "expected a JSON object, found a list"),
    "key missing": ("jsonl", '{"text": "a", "label": "x"}\n{"text": "b"}\n', {}, 2, "the key 'label' is missing"),
    "text is a list": ("jsonl", '{"text": ["a"]}\n', {}, 1, "'text' should be text, found a list"),
    "half a pair": ("jsonl", '{"text": "\\ud800"}\n', {}, 1, "'text' holds half a surrogate pair"),
    "nested": ("jsonl", "[" * 200_000 + "\n", {}, 1, "not valid JSON"),
    "long number": ("jsonl", '{"text": ' + "1" * 5000 + "}\n", {}, 1, "a number too long"),
}


@pytest.mark.parametrize(("format_name", "content", "options", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, format_name: str, content: str, options: dict[str, str],
                                      line: int | None, message: str) -> None:
    with pytest.raises(FormatError, match=re.escape(message)) as fault:
        _read(_write(tmp_path, content), format_name, **options)
    assert fault.value.where is not None
    assert (fault.value.where.line, fault.value.remedy is not None) == (line, True)


def test_the_column_of_broken_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 1, column 10: not valid JSON"):
        _read(_write(tmp_path, '{"text": }\n'), "jsonl")


_texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).map(
    str.strip).filter(bool)
_rows = st.lists(st.tuples(_texts, _texts, st.none() | st.sampled_from(["yes", "no"])), min_size=1, max_size=5)


def _serialised(format_name: str, rows: Rows) -> str:
    header = ("premise", "hypothesis", "label")
    if format_name == "jsonl":
        return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)
    if format_name == "tsv":
        return "".join("\t".join(cell or "" for cell in row) + "\n" for row in [header, *rows])
    buffer = io.StringIO()
    separator = "," if format_name == "csv" else "\t"
    csv.writer(buffer, lineterminator="\n", delimiter=separator).writerows([header, *rows])
    return buffer.getvalue()


@pytest.mark.parametrize("format_name", list(READ))
@given(rows=_rows)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, format_name: str, rows: Rows) -> None:
    path = _write(tmp_path_factory.getbasetemp(), _serialised(format_name, rows))
    assert _plain(_read(path, format_name)) == rows


@pytest.mark.parametrize("format_name", list(READ))
@settings(max_examples=100)
@given(lines=st.lists(st.sampled_from([b"text\tlabel", b"a\tb", b"text,label", b'"a', b'{"text": "a"}', b"", b"[1]",
                                       b'{"text": 1e999, "id": {}}', b"a\tb\tc"]) | st.binary(max_size=20), max_size=6))
def test_any_lines_are_read_or_refused_with_their_place(tmp_path_factory: pytest.TempPathFactory, format_name: str,
                                                       lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(b"\n".join(lines))
    examples, fault = _read_or_fault(path, format_name)
    assert fault is None or (fault.where and fault.remedy)
    assert all(example.text for example in examples)
