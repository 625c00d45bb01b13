"""Questions with choices from JSON lines to rows and report, with a tiny encoder and a task that it can learn."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForMultipleChoice, AutoTokenizer

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.core.errors import DataError
from sprachbund.results.records import read_rows
from sprachbund.stages.events import Event, StageEvent

WORDS = {"en": "dog cat house river old small red sees likes finds", "de": "Hund Kater Hof Fluss alte kleine rote mag",
         "zh": "狗 猫 房子 河 老 小 红 看见 喜欢 找到"}
NUMBERS = ("12", "42", "77")


def _question(draw: random.Random, language: str, number: int) -> dict[str, Any]:
    """The right choice is the one with a number in it; English has three choices, others two."""
    count = 3 if language == "en" else 2
    choices = [" ".join(draw.choices(WORDS[language].split(), k=2)) for _ in range(count)]
    answer = draw.randrange(count)
    choices[answer] = f"{draw.choice(NUMBERS)} {choices[answer]}"
    context = " ".join(draw.choices(WORDS[language].split(), k=3))
    if language == "en":
        return {"context": context, "question": "how many ?", "label": answer + 1,
                **{f"answer{letter}": text for letter, text in zip("ABC", choices, strict=True)}}
    return {"premise": context, "question": draw.choice(["cause", "effect"]), "label": answer, "idx": number,
            **{f"choice{place}": text for place, text in enumerate(choices, 1)}}


def _write(path: Path, language: str, count: int) -> None:
    draw = random.Random(f"{language}{count}")
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_question(draw, language, number), ensure_ascii=False) + "\n" for number in range(count)]
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def choices(tmp_path: Path) -> Path:
    folder = tmp_path / "plausible"
    _write(folder / "en" / "train.jsonl", "en", 150)
    _write(folder / "en" / "dev.jsonl", "en", 20)
    _write(folder / "en" / "test.jsonl", "en", 30)
    _write(folder / "de" / "test.jsonl", "de", 30)
    _write(folder / "zh" / "test.jsonl", "zh", 20)
    return folder


def _settings(world: Any, choices: Path, **more: Any) -> dict[str, Any]:
    return {
        "task": "multiple_choice", "data": str(choices), "encoder": str(world.encoder), "store": world.store,
        "pooling": "mean", "training": {"epochs": 2, "learning_rate": 2e-3, "head_learning_rate": 1e-2,
                                        "batch_pieces": 256, "threads": 1, "max_pieces": 40},
        "output": world.folder / "mc", "executor": "inline", **more,
    }


def test_a_run_learns_predicts_scores_and_its_model_goes_on(
    world: Any, choices: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = sb.run(**_settings(world, choices, fusion={"type": "dlfa", "layer": 1}))
    rows = {row.target: row for row in read_rows(world.folder / "mc" / "rows.parquet")}
    assert {row.metric for row in rows.values()} == {"accuracy"}
    assert {target: len(row.identities) for target, row in rows.items()} == {"en": 30, "de": 30, "zh": 20}
    accuracy = {target: 100 * float(row.counts[:, 0].mean()) for target, row in rows.items()}
    assert accuracy["en"] > 60  # a blind guess among three has 33
    assert accuracy["de"] > 65  # among two 50
    assert finished.average() == pytest.approx((accuracy["de"] + accuracy["zh"]) / 2)
    assert "accuracy" in (world.folder / "mc" / "report.html").read_text(encoding="utf-8")
    _again_changes_nothing(world, choices)
    _its_model_chooses(world, choices, capsys)


def _again_changes_nothing(world: Any, choices: Path) -> None:
    events: list[Event] = []
    sb.run(**_settings(world, choices, fusion={"type": "dlfa", "layer": 1}, emit=events.append))
    assert {event.state for event in events if isinstance(event, StageEvent)} == {"hit"}


def _its_model_chooses(world: Any, choices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["predict", str(world.folder / "mc"), "--store", str(world.store)]
    assert dispatch([*command, str(choices / "de" / "test.jsonl"), "--to", "jsonl"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (row,) = (row for row in read_rows(world.folder / "mc" / "rows.parquet") if row.target == "de")
    given = [json.loads(line) for line in (choices / "de" / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [int(one["choice"] - 1 == gold["label"]) for one, gold in zip(told, given, strict=True)] == row.counts[
        :, 0].tolist()
    assert all(one["answer"] == one["choices"][one["choice"] - 1] and 0.5 <= one["confidence"] <= 1 for one in told)
    assert dispatch([*command, str(choices / "de" / "test.jsonl")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 30
    assert dispatch([*command, "--text", "how many ?"]) != 0
    assert "has no choices: questions are read with their choices from JSON lines" in capsys.readouterr().err
    assert dispatch([*command, str(world.intents / "en" / "test.tsv")]) != 0
    assert "questions are read with their choices from JSON lines" in capsys.readouterr().err
    assert dispatch([*command, "--to", "conllu", str(choices / "de" / "test.jsonl")]) != 0
    assert "CoNLL-U holds labels of words" in capsys.readouterr().err
    _saved_elsewhere(world, choices)


def _saved_elsewhere(world: Any, choices: Path) -> None:
    """The saved folder scores as the run did, opens with transformers' Auto class, and becomes a graph."""
    folder = sb.api.model_place(world.folder / "mc", None, None, world.store)
    scored = sb.evaluate(folder, data=str(choices), store=world.store, output=world.folder / "again",
                         executor="inline", max_pieces=40)
    rows = read_rows(world.folder / "mc" / "rows.parquet")
    for row, other in zip(rows, scored.rows, strict=True):
        assert (row.target, row.metric) == (other.target, other.metric)
        np.testing.assert_array_equal(row.counts, other.counts)
    model = AutoModelForMultipleChoice.from_pretrained(folder).eval()
    pairs = AutoTokenizer.from_pretrained(folder)(["old dog"] * 3, ["12 red", "red cat", "house"], padding=True,
                                                  return_tensors="pt")
    with torch.inference_mode():
        output = model(**{name: values.unsqueeze(0) for name, values in pairs.items()}, labels=torch.tensor([0]))
    assert output.logits.shape == (1, 3)
    torch.testing.assert_close(output.loss, -output.logits.log_softmax(-1)[0, 0])


def test_an_exported_model_chooses_alike(world: Any, choices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("onnxruntime")
    sb.run(**_settings(world, choices))
    graph = world.folder / "graph"
    command = ["--store", str(world.store)]
    assert dispatch(["export", str(world.folder / "mc"), "--onnx", "-o", str(graph), "--check",
                     str(choices / "en" / "test.jsonl"), *command]) == 0
    capsys.readouterr()
    outputs = []
    for model in (world.folder / "mc", graph):
        assert dispatch(["predict", str(model), str(choices / "zh" / "test.jsonl"), "--to", "jsonl", *command]) == 0
        outputs.append([json.loads(line)["choice"] for line in capsys.readouterr().out.splitlines()])
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 20


def test_blank_labels_and_wrong_ones_stop_the_run_before_it_trains(world: Any, choices: Path) -> None:
    path = choices / "de" / "test.jsonl"
    good = path.read_text(encoding="utf-8").splitlines()
    for label, message in ((None, "nobody says which choice of the question 4 is right"),
                           (2, "'label' is '2', and the 2 choices have the numbers 0 to 1")):
        lines = [json.dumps({**json.loads(line), "label": label}) if number == 4 else line
                 for number, line in enumerate(good)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        events: list[Event] = []
        with pytest.raises(DataError, match=message) as caught:
            sb.run(**_settings(world, choices, emit=events.append))
        assert caught.value.where is not None
        assert (caught.value.where.path, caught.value.where.line) == (str(path), 5)
        assert not [event for event in events if isinstance(event, StageEvent) and event.kind == "train"]


def test_data_are_shown_checked_and_counted(choices: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["data", "check", str(choices), "--task", "multiple_choice"]) == 0
    assert "labels that training does not know" not in capsys.readouterr().out
    path = choices / "zh" / "test.jsonl"
    lines = [{**json.loads(line), "label": None} for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert dispatch(["data", "check", str(choices), "--task", "multiple_choice"]) == 1
    assert "20 of 20 questions with choices have no answer" in " ".join(capsys.readouterr().out.split())
    assert dispatch(["data", "stats", str(choices), "--task", "multiple_choice", "--languages", "de"]) == 0
    assert "30" in capsys.readouterr().out
    assert dispatch(["data", "show", str(choices), "-l", "de", "-n", "1", "--task", "multiple_choice"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "What" in shown
    assert "/" in shown
