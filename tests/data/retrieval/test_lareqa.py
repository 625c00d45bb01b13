from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.retrieval.lareqa import open_lareqa


def paragraph(**changed: Any) -> dict[str, Any]:
    return {
        "context": "Ein Hund bellt. Ein Haus steht.", "sentences": ["Ein Hund bellt.", "Ein Haus steht."],
        "sentence_breaks": [[0, 15], [16, 31]],
        "qas": [{"id": "q1", "question": "Wer bellt?", "answers": [{"answer_start": 0, "text": "Ein Hund"}]},
                {"id": "q2", "question": "Was steht?", "answers": [{"answer_start": 20, "text": "Haus"}]}],
        **changed,
    }


def write(folder: Path, *paragraphs: dict[str, Any], name: str = "lareqa/de/test.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [{"paragraphs": list(paragraphs)}]}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["lareqa/de/test.json", "lareqa/xquad-r/de.json", "lareqa/de.json"])
def test_questions_and_the_sentences_that_answer_them(tmp_path: Path, name: str) -> None:
    source = open_lareqa({"name": "lareqa"}, write(tmp_path, paragraph(), name=name))
    assert (source.kind, source.languages("test"), source.languages("dev")) == ("pool", ["de"], [])
    part = source.part("de", "test")
    assert [(example.identity, example.text) for example in part.queries] == [("q1", "Wer bellt?"),
                                                                              ("q2", "Was steht?")]
    assert [example.identity for example in part.candidates] == ["de-0-0", "de-0-1"]
    assert part.right == {"q1": ("de-0-0",), "q2": ("de-0-1",)}
    assert part.candidates[0].text_pair is None


def test_candidates_with_their_paragraph(tmp_path: Path) -> None:
    plain, whole = (open_lareqa({"name": "lareqa", "context": context}, write(tmp_path, paragraph()))
                    for context in (False, True))
    assert whole.part("de", "test").candidates[1].text_pair == "Ein Hund bellt. Ein Haus steht."
    assert plain.fingerprint("de", "test") != whole.fingerprint("de", "test")


QUESTION = {"id": "q1", "question": "Wer?", "answers": [{"answer_start": 0, "text": "Ein"}]}


@pytest.mark.parametrize(("broken", "told"), [
    (paragraph(sentence_breaks=[[0, 15]]), "paragraph 1: 2 sentences and 1 sentence_breaks"),
    (paragraph(sentences=["Ein Hund bellt.", " "]), "paragraph 1: sentence 2 is empty"),
    (paragraph(qas=[{**QUESTION, "answers": []}]), "the question q1 has no answer"),
    (paragraph(qas=[{**QUESTION, "answers": [{"answer_start": 15, "text": " "}]}]),
     "the answer of q1 begins at 15, in none of the sentences"),
    (paragraph(qas=[QUESTION, QUESTION]), "the question q1 stands twice"),
    (paragraph(qas=[{**QUESTION, "question": ""}]), "the question q1 is empty"),
    (paragraph(context=None), "paragraph 1: context: expected text, got NoneType"),
    ({"context": "a"}, "paragraph 1: sentences: expected a list, it is missing"),
])
def test_what_breaks_the_format(tmp_path: Path, broken: dict[str, Any], told: str) -> None:
    with pytest.raises(FormatError) as fault:
        open_lareqa({"name": "lareqa"}, write(tmp_path, broken)).part("de", "test")
    assert told in str(fault.value)
    assert "test.json" in str(fault.value)


def test_files_that_are_no_json_or_not_there(tmp_path: Path) -> None:
    write(tmp_path, paragraph())
    (tmp_path / "lareqa/de/test.json").write_text('{"data": [', encoding="utf-8")
    with pytest.raises(FormatError, match=r"test.json, line 1, column 11: not valid JSON"):
        open_lareqa({"name": "lareqa"}, tmp_path).part("de", "test")
    (tmp_path / "lareqa/de/test.json").write_text("[]", encoding="utf-8")
    with pytest.raises(FormatError, match="expected a JSON object"):
        open_lareqa({"name": "lareqa"}, tmp_path).part("de", "test")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no file named after a language"):
        open_lareqa({"name": "empty"}, tmp_path)
    with pytest.raises(DataError, match="has no test data in fr"):
        open_lareqa({"name": "lareqa"}, tmp_path).part("fr", "test")


@pytest.mark.shared_data
def test_the_counts_of_the_shared_copy(shared_data: Path) -> None:
    source = open_lareqa({"name": "lareqa"}, shared_data)
    parts = [source.part(code, "test") for code in source.languages("test")]
    assert len(parts) == 11
    assert {len(part.queries) for part in parts} == {1190}
    assert sum(len(part.candidates) for part in parts) == 13014
    assert len({query for part in parts for query in part.right}) == 1190
