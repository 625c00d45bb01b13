from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import Example, FrameExample, TextExample, TokenExample
from sprachbund.data.formats.reader import READERS, ReaderOptions

XSID = (
    "# id = 7\n# text-en = wake me at six\n# text: Weck mich um sechs!\n# intent: alarm/set_alarm\n"
    "1\tWeck\talarm/set_alarm\tO\n2\tmich\talarm/set_alarm\tO\n3\tum\talarm/set_alarm\tB-datetime\n"
    "4\tsechs\talarm/set_alarm\tI-datetime\n\n"
    "# intent = weather/find\n# dialect = V\n1\tRegnet\tweather/find\tB-weather/attribute\n2\tes\tweather/find\tO\n\n"
)
LINES = [
    {"id": "7", "words": ["Weck", "mich"], "slots": ["O", "O"], "intent": "alarm", "text": "Weck mich!"},
    {"words": ["Regnet", "es"], "slots": ["B-what", "O"], "intent": "weather"},
]


def _write(tmp_path: Path, text: str, name: str = "a.conll") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def _json(tmp_path: Path, *objects: object) -> Path:
    return _write(tmp_path, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects), "a.jsonl")


def _read(reader: str, path: Path, notes: Counter[str] | None = None, **options: str) -> list[Example]:
    chosen = ReaderOptions.model_validate(options)
    return list(READERS.load(reader).value().read(path, chosen, Counter() if notes is None else notes))


def test_frames_of_columns_have_words_slots_and_the_intent_of_the_comment(tmp_path: Path) -> None:
    notes = Counter[str]()
    first, second = _read("frame_columns", _write(tmp_path, XSID), notes)
    assert isinstance(first, FrameExample)
    assert isinstance(second, FrameExample)
    assert (first.identity, first.words, first.intent) == ("7", ("Weck", "mich", "um", "sechs"), "alarm/set_alarm")
    assert first.labels == ("O", "O", "B-datetime", "I-datetime")
    assert (second.identity, second.intent) == ("2", "weather/find")
    assert second.location is not None
    assert second.location.line == 10
    assert dict(notes) == {}


def test_words_stand_first_where_no_column_counts_them(tmp_path: Path) -> None:
    path = _write(tmp_path, "# intent = a\n1\tO\n2\tB-x\n\n# intent = b\nx\tO\n")
    first, second = _read("frame_columns", path)
    assert isinstance(first, TokenExample)
    assert isinstance(second, TokenExample)
    assert (first.words, second.words) == (("1", "2"), ("x",))
    (wide,) = _read("frame_columns", _write(tmp_path, "# intent = a\n1\tx\ty\tO\n"), text_column="3")
    assert isinstance(wide, TokenExample)
    assert wide.words == ("y",)


def test_a_sentence_without_an_intent_is_read_and_counted(tmp_path: Path) -> None:
    notes = Counter[str]()
    first, second, third = _read("frame_columns", _write(
        tmp_path, "# intent = a\nx\tO\n\ny\tO\n\n# intent =\nz\tO\n"), notes)
    assert [one.intent for one in (first, second, third) if isinstance(one, FrameExample)] == ["a", None, None]
    assert notes == {"missing_intents": 2}


def test_frames_of_json_lines(tmp_path: Path) -> None:
    notes = Counter[str]()
    path = _json(tmp_path, *LINES, {"words": ["x"], "slots": None, "intent": " "})
    assert _read("frame_jsonl", path, notes) == [
        FrameExample("7", ("Weck", "mich"), ("O", "O"), _at(path, 1), "alarm"),
        FrameExample("2", ("Regnet", "es"), ("B-what", "O"), _at(path, 2), "weather"),
        FrameExample("3", ("x",), None, _at(path, 3)),
    ]
    assert notes == {"missing_slots": 1, "missing_intents": 1}
    path = _json(tmp_path, {"tokens": ["x"], "tags": ["O"], "intent": "a"})
    (other,) = _read("frame_jsonl", path, text_column="tokens", label_column="tags")
    assert other == FrameExample("1", ("x",), ("O",), _at(path, 1), "a")


def _at(path: Path, line: int) -> Location:
    return Location(str(path), line)


@pytest.mark.parametrize(("line", "message"), [
    ('{"words": ["a", "b"], "slots": ["O"], "intent": "x"}', "2 words have 1 slots\n  → give each word one slot label"),
    ('{"slots": ["O"], "intent": "x"}', "'words' should be a list of texts, none of them empty"),
    ('{"words": ["a", ""], "intent": "x"}', "'words' should be a list of texts, none of them empty"),
    ('{"words": ["a"], "slots": "O", "intent": "x"}', "'slots' should be a list of texts"),
    ('{"words": ["a"], "slots": ["O"], "intent": true}', "'intent' should be a text"),
    ('{"words": ["a\\u0000"], "slots": ["O"]}', "'words' holds half a surrogate pair or a NUL"),
    ('{"words": ["a"', "not valid JSON"),
    ('["a"]', "expected a JSON object, found a list"),
])
def test_lines_that_are_no_frames_are_refused_with_their_place(tmp_path: Path, line: str, message: str) -> None:
    path = _write(tmp_path, '{"words": ["a"], "slots": ["O"], "intent": "x"}\n' + line + "\n", "a.jsonl")
    with pytest.raises(FormatError) as caught:
        _read("frame_jsonl", path)
    assert message in str(caught.value)
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_a_token_without_its_slot_is_refused_with_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, XSID.replace("2\tes\tweather/find\tO", "2\tes\tweather/find"))
    with pytest.raises(FormatError, match="line 13: expected 4 columns separated by tabs"):
        _read("frame_columns", path)


def test_both_halves_are_read_alone_from_either_form(tmp_path: Path) -> None:
    notes = Counter[str]()
    columns, lines = _write(tmp_path, XSID), _json(tmp_path, *LINES)
    first, second = _read("frame_texts", columns, notes)
    assert first == TextExample("7", "Weck mich um sechs!", None, "alarm/set_alarm", _at(columns, 1))
    assert isinstance(second, TextExample)
    assert (second.text, second.label) == ("Regnet es", "weather/find")
    assert notes == {"joined_words": 1}
    assert [one.text for one in _read("frame_texts", lines) if isinstance(one, TextExample)] == [
        "Weck mich!", "Regnet es"]
    for path in (columns, lines):
        for words, frame in zip(_read("frame_words", path), _read(
                "frame_columns" if path is columns else "frame_jsonl", path), strict=True):
            assert isinstance(frame, FrameExample)
            assert words == TokenExample(frame.identity, frame.words, frame.labels, frame.location)


def test_a_file_without_intents_holds_no_texts_with_intents(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 1: the first sentence has no intent\n  → give each sentence its own"):
        _read("frame_texts", _write(tmp_path, "Éva\tB-PER\nalszik\tO\n"))


_LABEL = st.sampled_from(["O", "B-x", "I-x", "B-y"])
_NAME = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="#"), min_size=1, max_size=6)
_FRAME = st.tuples(st.lists(st.tuples(_NAME, _LABEL), min_size=1, max_size=5), st.none() | _NAME)


@settings(max_examples=60, deadline=None)
@given(st.lists(_FRAME, min_size=1, max_size=4))
def test_what_is_written_is_read_in_either_form(
    tmp_path_factory: pytest.TempPathFactory, frames: list[tuple[list[tuple[str, str]], str | None]]
) -> None:
    folder = tmp_path_factory.mktemp("frames")
    text = "".join(
        ("" if intent is None else f"# intent = {intent}\n")
        + "".join(f"{number}\t{word}\t_\t{label}\n" for number, (word, label) in enumerate(rows, 1)) + "\n"
        for rows, intent in frames
    )
    objects = [{"words": [word for word, _ in rows], "slots": [label for _, label in rows], "intent": intent}
               for rows, intent in frames]
    wanted = [(tuple(word for word, _ in rows), tuple(label for _, label in rows), intent) for rows, intent in frames]
    for reader, path in (("frame_columns", _write(folder, text)), ("frame_jsonl", _json(folder, *objects))):
        found = [(one.words, one.labels, one.intent) for one in _read(reader, path) if isinstance(one, FrameExample)]
        assert found == wanted
