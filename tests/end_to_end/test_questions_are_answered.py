"""Questions from SQuAD's JSON to rows and report, with a tiny encoder and a task that it can learn."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.core.errors import DataError
from sprachbund.results.records import read_rows
from sprachbund.stages.events import Event, StageEvent

WORDS = {"en": "dog cat house river old small red sees likes finds", "de": "Hund Kater Hof Fluss alte kleine rote mag",
         "zh": "狗 猫 房子 河 老 小 红 看见 喜欢 找到"}
NUMBERS = ("12", "42", "77")


def _paragraph(draw: random.Random, language: str, number: int, length: int) -> dict[str, Any]:
    """The answer is the one number among the words."""
    words = draw.choices(WORDS[language].split(), k=length)
    answer, place = draw.choice(NUMBERS), draw.randrange(length)
    words[place] = answer
    start = len(" ".join([*words[:place], ""]))
    qa = {"id": f"{language}{number}", "question": "how many ?", "answers": [{"text": answer, "answer_start": start}]}
    return {"context": " ".join(words), "qas": [qa]}


def _write(path: Path, language: str, count: int, *, length: int = 6) -> None:
    draw = random.Random(f"{language}{count}")
    paragraphs = [_paragraph(draw, language, number, length) for number in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "marks"
    _write(folder / "en" / "train.json", "en", 150)
    _write(folder / "en" / "dev.json", "en", 20)
    _write(folder / "en" / "test.json", "en", 30)
    _write(folder / "de" / "test.json", "de", 30)
    _write(folder / "zh" / "test.json", "zh", 20, length=40)
    return folder


def _settings(world: Any, questions: Path, **more: Any) -> dict[str, Any]:
    return {
        "task": "span_qa", "data": str(questions), "encoder": str(world.encoder), "store": world.store,
        "training": {"epochs": 2, "learning_rate": 2e-3, "head_learning_rate": 1e-2, "batch_pieces": 128, "threads": 1,
                     "max_pieces": 40},
        "answers": {"stride": 12}, "output": world.folder / "qa", "executor": "inline", **more,
    }


def _f1(rows: list[Any], target: str) -> float:
    row = next(row for row in rows if row.target == target and row.metric == "squad_f1")
    return 100 * float(row.counts[:, 0].sum()) / 1e9 / len(row.identities)


def test_a_run_learns_predicts_scores_and_its_model_goes_on(
    world: Any, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = sb.run(**_settings(world, questions, fusion={"type": "dlfa", "layer": 1}))
    rows = read_rows(world.folder / "qa" / "rows.parquet")
    assert {(row.target, row.metric) for row in rows} == {
        (target, metric) for target in ("en", "de", "zh")
        for metric in ("squad_f1", "squad_exact", "mlqa_f1", "mlqa_exact")
    }
    assert _f1(rows, "en") > 60  # a blind guess of one word has 17
    chinese = next(row for row in rows if row.target == "zh")
    assert chinese.windowed.all()
    assert chinese.words.tolist() == [1] * 20
    assert "squad_f1" in (world.folder / "qa" / "report.html").read_text(encoding="utf-8")
    assert finished.average() == pytest.approx((_f1(rows, "de") + _f1(rows, "zh")) / 2)
    _again_changes_nothing(world, questions)
    _its_model_answers(world, questions, capsys)


def _again_changes_nothing(world: Any, questions: Path) -> None:
    events: list[Event] = []
    settings = _settings(world, questions, fusion={"type": "dlfa", "layer": 1}, emit=events.append)
    settings["answers"] = {"stride": 12, "no_answer": None}
    sb.run(**settings)
    assert {event.state for event in events if isinstance(event, StageEvent)} == {"hit"}


def _its_model_answers(world: Any, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = "old dog sees 42 river house"
    loaded = sb.open_model(world.folder / "qa", store=world.store)
    assert loaded.description.answers is not None
    assert loaded.description.answers.stride == 12
    (found,) = sb.predict(loaded, "how many ?", pair=context)
    assert found.span is not None
    assert context[slice(*found.span)] == found.labels[0]
    with pytest.raises(DataError, match="has no context to be answered from"):
        sb.predict(loaded, "how many ?")
    command = ["predict", str(world.folder / "qa"), "--store", str(world.store)]
    assert dispatch([*command, "--text", "how many ?", "--pair", context, "--to", "jsonl"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["answer"], told["answer_start"]) == (found.labels[0], found.span[0])
    assert dispatch([*command, str(questions / "de" / "test.json")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 30
    assert dispatch([*command, str(world.intents / "en" / "test.tsv")]) != 0
    assert "questions are read with their contexts from JSON" in capsys.readouterr().err
    assert dispatch([*command, "--to", "conllu", "--text", "how many ?", "--pair", context]) != 0
    assert "CoNLL-U holds labels of words" in capsys.readouterr().err
    _saved_elsewhere(world, questions, loaded)


def _saved_elsewhere(world: Any, questions: Path, loaded: Any) -> None:
    """The saved folder scores as the run did, opens with transformers' Auto class, and refuses to be a graph."""
    folder = sb.api.model_place(world.folder / "qa", None, None, world.store)
    scored = sb.evaluate(folder, data=str(questions), store=world.store, output=world.folder / "again",
                         executor="inline", max_pieces=40)
    rows = read_rows(world.folder / "qa" / "rows.parquet")
    for row, other in zip(rows, scored.rows, strict=True):
        assert (row.target, row.metric) == (other.target, other.metric)
        np.testing.assert_array_equal(row.counts, other.counts)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    pieces = AutoTokenizer.from_pretrained(folder)("how many ?", "old dog 42 river", return_tensors="pt")
    with torch.inference_mode():
        output = model(**pieces, start_positions=torch.tensor([1]), end_positions=torch.tensor([2]))
    assert output.start_logits.shape == output.end_logits.shape == pieces["input_ids"].shape
    assert output.loss > 0


def test_blank_answers_stop_the_run_before_it_trains(world: Any, questions: Path) -> None:
    """As in copies of the test sets that XTREME's script made."""
    path = questions / "de" / "test.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    for paragraph in document["data"][0]["paragraphs"]:
        paragraph["qas"][0]["answers"] = [{"answer_start": 0, "text": ""}]
    path.write_text(json.dumps(document), encoding="utf-8")
    events: list[Event] = []
    with pytest.raises(DataError, match="the question de0 has no answer, or a blank one") as caught:
        sb.run(**_settings(world, questions, emit=events.append))
    assert caught.value.where is not None
    assert caught.value.where.path == str(path)
    assert not [event for event in events if isinstance(event, StageEvent) and event.kind == "train"]


def test_settings_of_answers_are_checked(world: Any, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", "--task", "span_qa", "--data", str(questions), "--encoder", str(world.encoder)]
    assert dispatch([*command, "--set", "answers.stride=0"]) != 0
    assert "answers.stride" in capsys.readouterr().err
