from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import ChoiceExample
from sprachbund.data.formats.choices import PROMPTS, ChoicesReader
from sprachbund.data.formats.reader import ReaderOptions

COPA: dict[str, Any] = {"premise": "Mees keeras kraani lahti.", "choice1": "Tualett täitus veega.",
                        "choice2": "Tilast voolas vett.", "question": "effect", "label": 1, "idx": 7, "changed": False}
SOCIAL: dict[str, Any] = {"context": "Jan gave out jobs.", "question": "What will Others do?", "answerA": "disagree",
                          "answerB": "get to work", "answerC": "argue", "label": 2}
COSMOS: dict[str, Any] = {"id": "q##1", "context": "It rained.", "question": "Why?", "answer0": "a", "answer1": "b",
                          "answer2": "c", "answer3": "None of the above choices .", "label": "3"}
STEM = {"stem": "Where does a fish live?", "question_concept": "fish",
        "choices": [{"label": "A", "text": "tree"}, {"label": "B", "text": "sea"}, {"label": "C", "text": "sky"}]}
COMMON: dict[str, Any] = {"id": "c1", "question": STEM, "answerKey": "B"}
HELLA: dict[str, Any] = {"ind": 24, "activity_label": "Canoeing", "ctx_a": "Two women sit.", "ctx_b": "they",
                         "ctx": "Two women sit. they", "endings": ["sleep.", "paddle."], "label": 1, "split": "val"}


def _read(path: Path, *objects: dict[str, Any], notes: Counter[str] | None = None) -> list[ChoiceExample]:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects), encoding="utf-8")
    return list(ChoicesReader().read(path, ReaderOptions(), Counter() if notes is None else notes))


def _fields(example: ChoiceExample) -> tuple[Any, ...]:
    return example.identity, example.context, example.question, example.choices, example.answer


@pytest.mark.parametrize(("given", "expected"), [
    (COPA, ("7", "Mees keeras kraani lahti.", "What happened as a result?",
            ("Tualett täitus veega.", "Tilast voolas vett."), 1)),
    (COPA | {"question": "cause", "label": 0}, ("7", "Mees keeras kraani lahti.", "What was the cause of this?",
                                                ("Tualett täitus veega.", "Tilast voolas vett."), 0)),
    (SOCIAL, ("1", "Jan gave out jobs.", "What will Others do?", ("disagree", "get to work", "argue"), 1)),
    ({key: SOCIAL[key] for key in SOCIAL if key != "label"} | {"correct": "C"},
     ("1", "Jan gave out jobs.", "What will Others do?", ("disagree", "get to work", "argue"), 2)),
    (COSMOS, ("q##1", "It rained.", "Why?", ("a", "b", "c", "None of the above choices ."), 3)),
    (COMMON, ("c1", "", "Where does a fish live?", ("tree", "sea", "sky"), 1)),
    ({"id": "c1", "question": STEM["stem"], "choices": {"label": ["A", "B", "C"], "text": ["tree", "sea", "sky"]},
      "answerKey": "C"}, ("c1", "", "Where does a fish live?", ("tree", "sea", "sky"), 2)),
    (HELLA, ("24", "Canoeing: Two women sit. they", "", ("sleep.", "paddle."), 1)),
    ({"ctx": "Canoeing: they", "activity_label": "Canoeing", "endings": ["a", "b"], "label": "0"},
     ("1", "Canoeing: they", "", ("a", "b"), 0)),
    ({"context": " They ", "choices": ["a ", "b"], "label": 0}, ("1", "They", "", ("a", "b"), 0)),
    ({"question": "Who?", "choices": ["a", "b"], "label": 0}, ("1", "", "Who?", ("a", "b"), 0)),
])
def test_the_keys_of_every_data_set(tmp_path: Path, given: dict[str, Any], expected: tuple[Any, ...]) -> None:
    (example,) = _read(tmp_path / "a.jsonl", given)
    assert _fields(example) == expected
    assert example.location is not None
    assert (example.location.path, example.location.line) == (str(tmp_path / "a.jsonl"), 1)


def test_lines_of_several_kinds_and_numbers_of_choices_stand_in_one_file(tmp_path: Path) -> None:
    examples = _read(tmp_path / "a.jsonl", COPA, SOCIAL, COSMOS, COPA)
    assert [len(example.choices) for example in examples] == [2, 3, 4, 2]
    assert [example.identity for example in examples] == ["7", "2", "q##1", "7#4"]
    assert [example.location.line for example in examples if example.location] == [1, 2, 3, 4]


def test_what_nobody_labelled_is_blank_and_counted(tmp_path: Path) -> None:
    notes = Counter[str]()
    bare = {key: COPA[key] for key in COPA if key != "label"}
    blank = [COPA | {"label": None}, COSMOS | {"label": ""}, HELLA | {"label": -1}, COMMON | {"answerKey": " "}]
    examples = _read(tmp_path / "a.jsonl", bare, *blank, SOCIAL, notes=notes)
    assert [example.answer for example in examples] == [None] * 5 + [1]
    assert [example.label for example in examples] == [None] * 5 + ["2"]
    assert notes == {"missing_labels": 1, "blank_labels": 4, "repeated_ids": 1}


def test_choices_that_are_the_same_are_counted(tmp_path: Path) -> None:
    notes = Counter[str]()
    _read(tmp_path / "a.jsonl", SOCIAL, SOCIAL | {"answerC": "disagree"}, notes=notes)
    assert notes == {"repeated_choices": 1}


@pytest.mark.parametrize(("given", "message"), [
    (COPA | {"label": 2}, "'label' is '2', and the 2 choices have the numbers 0 to 1\n  → mend the label"),
    (SOCIAL | {"label": 0}, "'label' is '0', and the 3 choices have the numbers 1 to 3"),
    (SOCIAL | {"label": "4"}, "'label' is '4', and the 3 choices have the numbers 1 to 3"),
    (COSMOS | {"label": "b"}, "'label' is 'b', and the 4 choices have the numbers 0 to 3"),
    (COSMOS | {"label": "9" * 5000}, "'label' is '9999"),
    (COSMOS | {"label": "٢"}, "'label' is '٢', and the 4 choices"),
    (COSMOS | {"label": 1.0}, "'label' should be a whole number or text, found a number"),
    (COPA | {"label": True}, "'label' should be a whole number or text, found true or false"),
    (COMMON | {"answerKey": "D"}, "'answerKey' is 'D', and the choices are A, B, C\n  → mend the label"),
    (COPA | {"question": "why"}, "'question' is 'why', expected cause or effect"),
    (COPA | {"premise": " "}, "'premise' should be text, found text without a letter in it"),
    (COPA | {"choice2": None}, "'choice2' should be text, found null"),
    (COPA | {"choice4": "a"}, "'choice4' does not follow 'choice2'\n  → number the choices without a gap"),
    ({key: COPA[key] for key in COPA if key != "choice2"}, "a question needs two choices or more, found 1"),
    (HELLA | {"endings": "swims."}, "'endings' should be a list of texts, found text"),
    (HELLA | {"endings": ["swims.", 3]}, "'endings' should be text, found a number"),
    (COMMON | {"question": {"stem": "Who?"}}, "a question needs two choices or more, found 0"),
    ({"question": "Who?", "choices": {"a": "b"}}, "'text' should be a list of texts, found null"),
    ({"question": "Who?", "choices": "a, b"}, "'choices' should be a list of texts, found text"),
    (COMMON | {"question": {**STEM, "choices": [{"label": "A", "text": "a"}, {"label": "A", "text": "b"}]}},
     "2 choices have the labels A, A"),
    (COMMON | {"question": {**STEM, "choices": ["a", "b"]}}, "'text' should be text, found null"),
    ({"choices": ["a", "b"], "label": 0}, "there is neither a context nor a question"),
    ({"text": "a", "label": "b"}, "the keys text, label are not those of a question with choices"),
    ({}, "the keys (none) are not those"),
    (COPA | {"premise": "a\ud800"}, "'premise' holds half a surrogate pair or a NUL"),
    (COPA | {"idx": [1]}, "'idx' should be text or a number, found a list"),
])
def test_faults_are_told_with_file_and_line(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(COPA) + "\n\n" + json.dumps(given) + "\n", encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        list(ChoicesReader().read(path, ReaderOptions(), Counter()))
    assert message in str(caught.value)
    assert caught.value.where is not None
    assert (caught.value.where.path, caught.value.where.line) == (str(path), 3)
    assert caught.value.remedy


@pytest.mark.parametrize(("content", "message"), [
    ("[1, 2]\n", 'expected a JSON object, found a list\n  → write one object a line: {"context"'),
    ('{"premise": \n', "not valid JSON"),
    ("\n \n", "the file holds no example"),
])
def test_files_of_no_objects_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        list(ChoicesReader().read(path, ReaderOptions(), Counter()))
    assert message in str(caught.value)


_LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
_TEXT = st.text(_LETTERS, min_size=1, max_size=9).filter(str.strip)


@settings(deadline=None)
@given(_TEXT, st.sampled_from(sorted(PROMPTS)), st.lists(_TEXT, min_size=2, max_size=12), st.data())
def test_the_right_choice_is_the_same_text_in_every_layout(
    tmp_path_factory: pytest.TempPathFactory, context: str, kind: str, choices: list[str], data: st.DataObject
) -> None:
    answer = data.draw(st.integers(0, len(choices) - 1))
    letters = [chr(ord("A") + number) for number in range(len(choices))]
    asked = PROMPTS[kind]
    objects: list[dict[str, Any]] = [
        {"premise": context, "question": kind, "label": answer}
        | {f"choice{number}": text for number, text in enumerate(choices, 1)},
        {"context": context, "question": asked, "label": str(answer + 1)}
        | {f"answer{letter}": text for letter, text in zip(letters, choices, strict=True)},
        {"context": context, "question": asked, "label": answer}
        | {f"answer{number}": text for number, text in enumerate(choices)},
        {"context": context, "question": asked, "choices": choices, "label": answer},
    ]
    examples = _read(tmp_path_factory.mktemp("choices") / "a.jsonl", *objects)
    assert len({_fields(example)[1:] for example in examples}) == 1
    assert examples[0].answer == answer
    assert examples[0].choices == tuple(text.strip() for text in choices)
    assert examples[0].seconds[answer] == f"{asked} {choices[answer].strip()}"
