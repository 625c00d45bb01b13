from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample, FrameExample, TextExample, TokenExample
from sprachbund.data.formats.frames import FrameJsonReader
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.evaluation.labelled import Labelled
from sprachbund.report.predictions import write_predictions

WORDS = TokenExample("s1", ("Der", "Hund", "", "schläft"))
TAGGED = Labelled(WORDS, ("DET", "NOUN", None, "VERB"), (0.9, 0.8, 0.0, 0.7))
TEXT = Labelled(TextExample("7", "licht an", "Flur"), ("HassTurnOn",), (0.98765,))


def _written(form: str, *items: Labelled) -> str:
    file = io.StringIO()
    assert write_predictions(iter(items), file, form) == len(items)
    return file.getvalue()


def test_a_table_puts_labels_under_words() -> None:
    assert _written("table", TAGGED) == "Der Hund   schläft\nDET NOUN ? VERB\n\n"


def test_conllu_keeps_words_identity_and_tags_and_leaves_a_gap_where_there_is_no_prediction() -> None:
    lines = _written("conllu", TAGGED).splitlines()
    assert lines[0] == "# sent_id = s1"
    assert [line.split("\t")[3] for line in lines[1:5]] == ["DET", "NOUN", "_", "VERB"]
    assert all(line.count("\t") == 9 for line in lines[1:5])


def test_span_labels_go_to_misc() -> None:
    spans = Labelled(TokenExample("1", ("Rom", "ist")), ("B-LOC", "O"), (0.9, 0.9))
    columns = [line.split("\t") for line in _written("conllu", spans).splitlines()[1:3]]
    assert [column[9] for column in columns] == ["Label=B-LOC", "Label=O"]


def test_json_lines_hold_texts_pairs_and_confidence() -> None:
    record = json.loads(_written("jsonl", TEXT))
    assert record == {"id": "7", "text": "licht an", "text_pair": "Flur", "label": "HassTurnOn", "confidence": 0.9877}
    assert json.loads(_written("jsonl", TAGGED))["labels"] == ["DET", "NOUN", None, "VERB"]


def test_intents_stand_above_the_words_and_json_lines_can_be_read_again(tmp_path: Path) -> None:
    frame = Labelled(FrameExample("s1", ("Weck", "mich")), ("O", None), (0.9, 0.0), None, "alarm", 0.75)
    silent = Labelled(FrameExample("s2", ("x",)), (None,), (0.0,))
    assert _written("table", frame, silent) == "alarm\t0.750\nWeck mich\nO    ?\n\n?\t0.000\nx\n?\n\n"
    lines = _written("conllu", frame, silent).splitlines()
    assert lines[:2] == ["# sent_id = s1", "# intent = alarm"]
    assert "# intent = _" in lines
    path = tmp_path / "a.jsonl"
    path.write_text(_written("jsonl", Labelled(frame.example, ("O", "B-x"), (0.9, 0.8), None, "alarm", 0.75)),
                    encoding="utf-8")
    (again,) = FrameJsonReader().read(path, ReaderOptions(), Counter())
    assert again == FrameExample("s1", ("Weck", "mich"), ("O", "B-x"), Location(str(path), 1), "alarm")


def test_choices_are_told_with_their_number_and_text() -> None:
    chosen = Labelled(ChoiceExample("7", "Es regnete.", "Warum?", ("Weil.", "Darum.")), ("2",), (0.75,))
    assert _written("table", chosen) == "2\t0.750\tEs regnete. | Darum.\n"
    assert json.loads(_written("jsonl", chosen)) == {
        "id": "7", "context": "Es regnete.", "question": "Warum?", "choices": ["Weil.", "Darum."], "choice": 2,
        "answer": "Darum.", "confidence": 0.75,
    }


def test_texts_cannot_be_conllu() -> None:
    with pytest.raises(RegistryError, match="labels whole texts"):
        _written("conllu", TEXT)


def test_an_unknown_form_gets_near_matches() -> None:
    with pytest.raises(RegistryError, match="did you mean jsonl"):
        _written("json", TEXT)
