from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import Answer, QuestionExample
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.formats.squad import SquadReader

CONTEXT = "Éva ging 1952 nach Pécs. 1952 war sie 20. 🙂 Dann blieb sie."


def _document(*qas: dict[str, Any], context: object = CONTEXT) -> dict[str, Any]:
    return {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": context, "qas": list(qas)}]}]}


def _qa(*answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {"id": "q1", "question": "Wer?", "answers": [{"text": a, "answer_start": n} for a, n in answers], **more}


def _read(path: Path, document: object, notes: Counter[str] | None = None, **how: Any) -> list[QuestionExample]:
    path.write_text(document if isinstance(document, str) else json.dumps(document, **how), encoding="utf-8")
    return list(SquadReader().read(path, ReaderOptions(), Counter() if notes is None else notes))


def _fault(path: Path, document: object) -> FormatError:
    with pytest.raises(FormatError) as caught:
        _read(path, document)
    return caught.value


@pytest.mark.parametrize("escaped", [True, False])
def test_questions_with_their_answers_and_places(tmp_path: Path, escaped: bool) -> None:
    document = _document(_qa(("Pécs", 19), ("nach Pécs", 14), id="é/1"), _qa(("blieb", 49), id=7))
    first, second = _read(tmp_path / "a.json", document, indent=1, ensure_ascii=escaped)
    assert (first.identity, second.identity) == ("é/1", "7")
    assert first.answers == (Answer("Pécs", 19), Answer("nach Pécs", 14))
    assert first.answers[0].end == 23
    assert second.answers is not None
    lines = (tmp_path / "a.json").read_text(encoding="utf-8").splitlines()
    for example in (first, second):
        assert example.location is not None
        assert '"id"' in lines[(example.location.line or 0) - 1]
        for answer in example.answers or ():
            assert example.context[answer.start : answer.end] == answer.text


def test_an_offset_is_repaired_where_the_text_stands_once_and_counted(tmp_path: Path) -> None:
    """Bytes or UTF-16 units counted instead of characters are the usual reason."""
    notes = Counter[str]()
    (example,) = _read(tmp_path / "a.json", _document(_qa(("blieb", 50))), notes)
    assert example.answers == (Answer("blieb", 49),)
    assert notes == {"offsets_repaired": 1}


@pytest.mark.parametrize(("answer", "message"), [
    (("1952", 10), "question q1: the answer '1952' should stand at character 10, where '952 ' stands, and it stands "
                   "at several other places"),
    (("Budapest", 3), "the answer 'Budapest' should stand at character 3, where ' ging 19' stands, and it stands "
                      "nowhere else in the context"),
    (("E\u0301va", 0), "stands nowhere else in the context"),
    (("1952", -4), "stands at several other places"),
    (("1952", 400), "stands at several other places"),
])
def test_an_answer_that_is_not_at_its_offset_is_refused(
    tmp_path: Path, answer: tuple[str, int], message: str
) -> None:
    fault = _fault(tmp_path / "a.json", _document(_qa(answer)))
    assert message in fault.what
    assert fault.where is not None
    assert (fault.where.path, fault.where.line) == (str(tmp_path / "a.json"), 1)
    assert fault.remedy


def test_missing_blank_and_impossible_answers_are_told_apart(tmp_path: Path) -> None:
    notes = Counter[str]()
    qas = (_qa(), {"id": "q2", "question": "?!a"}, _qa(("", 0), id="q3"), _qa((" ", 3), ("Éva", 0), id="q4"),
           _qa(is_impossible=True, id="q5"), _qa(("Éva", 0), is_impossible=False, id="q6"))
    answers = [example.answers for example in _read(tmp_path / "a.json", _document(*qas), notes)]
    assert answers == [None, None, None, (Answer("Éva", 0),), (), (Answer("Éva", 0),)]
    assert notes == {"missing_answers": 2, "blank_answers": 1}


@pytest.mark.parametrize(("document", "message"), [
    ("[1, 2", "not valid JSON"),
    ("[" * 100_000, "not valid JSON: a number too long or lists nested too deep"),
    ([1], "expected an object with the list 'data', found a list"),
    ({"data": {}}, "'data' is an object"),
    ({"data": []}, "the file holds no question"),
    ({"data": ["a"]}, "the list 'paragraphs', found text"),
    (_document(context=None), "the file holds no question"),
    (_document(_qa(), context=None), "expected an object with the text 'context', found nothing"),
    (_document(_qa(), context="  "), "found text without a letter in it"),
    (_document({"id": "1", "question": ""}), "the text 'question', found text without a letter"),
    (_document("a"), "expected an object with the text 'question', found text"),
    (_document(_qa(), context="a\ud800"), "'context' holds half a surrogate pair"),
    (_document(_qa(question="a\0")), "'question' holds half a surrogate pair or a NUL"),
    (_document(_qa(id=["q"])), "the id of a question should be text, found a list"),
    (_document(_qa(id="\ud800")), "the id of a question holds half a surrogate pair"),
    (_document({"id": "q", "question": "a", "answers": "Éva"}), "expected a list of answers, found text"),
    (_document({"id": "q", "question": "a", "answers": ["Éva"]}), "an answer needs a text and the whole number"),
    (_document({"id": "q", "question": "a", "answers": [{"text": "Éva", "answer_start": True}]}), "an answer needs"),
])
def test_other_json_is_refused_with_its_place(tmp_path: Path, document: object, message: str) -> None:
    if document == _document(context=None):
        document = {"data": [{"paragraphs": []}]}
    fault = _fault(tmp_path / "a.json", document)
    assert message in fault.what
    assert fault.where is not None
    assert fault.where.line == 1
    assert fault.remedy


def test_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    text = json.dumps(_document(_qa(("Pécs", 19))), indent=1)
    plain, windows = tmp_path / "a.json", tmp_path / "b.json"
    plain.write_text(text, encoding="utf-8")
    windows.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    notes = Counter[str]()
    (one,), (other,) = (list(SquadReader().read(path, ReaderOptions(), notes)) for path in (plain, windows))
    assert (one.question, one.context, one.answers) == (other.question, other.context, other.answers)
    assert one.location is not None
    assert other.location is not None
    assert one.location.line == other.location.line
    assert notes["byte_order_marks"] == 1
    assert notes["carriage_returns"] > 5


def test_repeated_ids_are_made_distinct_and_counted(tmp_path: Path) -> None:
    """XTREME's split of TyDiQA's training file cuts ids to their last number."""
    notes = Counter[str]()
    examples = _read(tmp_path / "a.json", _document(_qa(("Éva", 0)), _qa(("Éva", 0))), notes)
    assert [example.identity for example in examples] == ["q1", "q1#2"]
    assert notes == {"repeated_ids": 1}


_WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12)


@given(st.lists(_WORDS, min_size=1, max_size=6), st.data())
def test_whatever_the_text_offsets_count_characters(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], data: st.DataObject
) -> None:
    context = " ".join(["x", *words])
    start = data.draw(st.integers(0, len(context) - 1))
    answer = context[start : start + data.draw(st.integers(1, 9))]
    path = tmp_path_factory.mktemp("squad") / "a.json"
    (example,) = _read(path, _document(_qa((answer, start)), context=context))
    assert example.context == context
    assert example.answers == ((Answer(answer, start),) if answer.strip() else None)
