"""Sentences with intents and slots from files to rows and report, with a tiny encoder and a task that it can learn."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.core.errors import DataError, LabelError
from sprachbund.models.pretrained import SprachbundForIntentAndSlots
from sprachbund.results.gates import read_gates
from sprachbund.results.records import ScoreRow, read_rows
from sprachbund.stages.events import Event, StageEvent

ASKED = {"en": {"see": "sees finds", "like": "likes"}, "de": {"see": "sieht findet", "like": "mag"}}
THINGS = {"en": {"animal": "dog cat", "place": "house river"}, "de": {"animal": "Hund Kater", "place": "Hof Fluss"}}
SIZES = {"en": "old small red", "de": "alte kleine rote"}


def _frame(draw: random.Random, language: str) -> tuple[str, list[tuple[str, str]]]:
    """A verb that says the intent, then a thing in its slot, perhaps with an adjective."""
    intent = draw.choice(sorted(ASKED[language]))
    kind = draw.choice(sorted(THINGS[language]))
    rows = [(draw.choice(ASKED[language][intent].split()), "O")]
    adjective = [(draw.choice(SIZES[language].split()), f"B-{kind}")] if draw.random() < 0.5 else []
    noun = draw.choice(THINGS[language][kind].split()), f"{'I' if adjective else 'B'}-{kind}"
    return intent, [*rows, *adjective, noun]


def _columns(language: str, count: int) -> str:
    draw = random.Random(f"{language}{count}")
    blocks = []
    for number in range(count):
        intent, rows = _frame(draw, language)
        head = f"# id = {language}{number}\n# text: {' '.join(word for word, _ in rows)}!\n# intent = {intent}\n"
        blocks.append(head + "".join(f"{place}\t{word}\t{intent}\t{slot}\n"
                                     for place, (word, slot) in enumerate(rows, 1)) + "\n")
    return "".join(blocks)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    folder = tmp_path / "commands"
    for language, split, count in (("en", "train", 160), ("en", "dev", 20), ("en", "test", 30), ("de", "test", 30)):
        _write(folder / language / f"{split}.conll", _columns(language, count))
    return folder


def _settings(world: Any, commands: Path, **more: Any) -> dict[str, Any]:
    return {
        "task": "intent_slots", "data": str(commands), "encoder": str(world.encoder), "store": world.store,
        "training": {"epochs": 3, "learning_rate": 2e-3, "head_learning_rate": 1e-2, "batch_pieces": 128, "threads": 1},
        "output": world.folder / "frames", "executor": "inline", **more,
    }


def _score(rows: list[ScoreRow], target: str, metric: str) -> float:
    row = next(row for row in rows if (row.target, row.metric) == (target, metric))
    sums = row.counts.sum(axis=0)
    return float(200 * sums[0] / (sums[1] + sums[2]) if metric == "slot_f1" else 100 * sums[0] / sums[1])


def test_a_run_learns_both_scores_both_and_its_model_goes_on(
    world: Any, commands: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = sb.run(**_settings(world, commands, fusion={"type": "dlfa", "layer": 1}))
    rows = read_rows(world.folder / "frames" / "rows.parquet")
    metrics = ("frame_accuracy", "slot_f1", "intent_accuracy")
    assert {(row.target, row.metric) for row in rows} == {(code, name) for code in ("en", "de") for name in metrics}
    assert {row.metric for row in rows if row.primary} == {"frame_accuracy"}
    english = {name: _score(rows, "en", name) for name in metrics}
    assert english["intent_accuracy"] > 80  # by chance 50
    assert english["slot_f1"] > 60
    assert english["frame_accuracy"] <= min(english["intent_accuracy"], 100)
    assert finished.average() == pytest.approx(_score(rows, "de", "frame_accuracy"))
    gates = [row for path in (world.store / "predict").glob("*/gates.parquet") for row in read_gates(path)]
    assert {row.label for row in gates} == {"O", "B-animal", "B-place", "I-animal", "I-place"}  # of words alone
    report = (world.folder / "frames" / "report.html").read_text(encoding="utf-8")
    assert all(name in report for name in metrics)
    _again_changes_nothing(world, commands)
    _its_model_labels(world, commands, capsys)


def _again_changes_nothing(world: Any, commands: Path) -> None:
    events: list[Event] = []
    sb.run(**_settings(world, commands, fusion={"type": "dlfa", "layer": 1}, emit=events.append, intent_weight=1.0))
    assert {event.state for event in events if isinstance(event, StageEvent)} == {"hit"}


def _its_model_labels(world: Any, commands: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = sb.open_model(world.folder / "frames", store=world.store)
    assert loaded.labels.kind == "joint"
    assert loaded.labels.labels == ("O", "B-animal", "B-place", "I-animal", "I-place", "intent:like", "intent:see")
    (found,) = sb.predict(loaded, "likes small cat")
    assert found.intent in {"like", "see"}
    assert 0 < found.intent_confidence <= 1
    assert len(found.labels) == len(found.confidence) == 3
    assert set(found.labels) <= set(loaded.labels.labels[:5])
    command = ["predict", str(world.folder / "frames"), "--store", str(world.store)]
    assert dispatch([*command, "--text", "likes small cat", "--to", "jsonl"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["intent"], told["slots"]) == (found.intent, list(found.labels))
    assert dispatch([*command, str(commands / "de" / "test.conll"), "--to", "conllu"]) == 0
    out = capsys.readouterr().out
    assert out.count("# intent = ") == 30
    assert dispatch([*command, "--text", "likes small cat"]) == 0
    first, second, third = capsys.readouterr().out.strip().split("\n")
    assert first == f"{found.intent}\t{found.intent_confidence:.3f}"
    assert (second.split(), third.split()) == (["likes", "small", "cat"], list(found.labels))
    assert dispatch(["export", *command[1:], "--onnx", "--output", str(world.folder / "graph")]) == 0
    (graph,) = sb.predict(world.folder / "graph", "likes small cat")
    assert (graph.intent, graph.labels) == (found.intent, found.labels)
    _saved_elsewhere(world, commands, loaded)


def _saved_elsewhere(world: Any, commands: Path, loaded: Any) -> None:
    """The saved folder scores as the run did, and gives the same logits as a transformers model."""
    folder = sb.api.model_place(world.folder / "frames", None, None, world.store)
    scored = sb.evaluate(folder, data=str(commands), store=world.store, output=world.folder / "again",
                         executor="inline")
    rows = read_rows(world.folder / "frames" / "rows.parquet")
    for row, other in zip(rows, scored.rows, strict=True):
        assert (row.target, row.metric) == (other.target, other.metric)
        np.testing.assert_array_equal(row.counts, other.counts)
    model = SprachbundForIntentAndSlots.from_pretrained(folder).eval()
    pieces = AutoTokenizer.from_pretrained(folder)("likes small cat", return_tensors="pt")
    with torch.inference_mode():
        output = model(**pieces)
    assert output.slot_logits.shape == (*pieces["input_ids"].shape, 5)
    (found,) = sb.predict(loaded, "likes small cat")
    best = int(output.intent_logits.argmax())
    assert loaded.labels.intents[best] == f"intent:{found.intent}"


def test_a_heavier_intent_is_another_training(world: Any, commands: Path) -> None:
    settings = _settings(world, commands, training={"epochs": 0.2, "batch_pieces": 128, "threads": 1})
    sb.run(**settings)
    events: list[Event] = []
    sb.run(**{**settings, "intent_weight": 4.0, "emit": events.append})
    states = {event.kind: event.state for event in events if isinstance(event, StageEvent)}
    assert states["prepare"] == "hit"
    assert states["train"] == "finished"


@pytest.mark.parametrize(("change", "message"), [
    (("# intent = see\n", ""), r"the sentence de\d+ has no intent\n  → give it one"),
    (("\tB-", "\tX-"), "the slot label 'X-[a-z]+' is no span label"),
])
def test_half_labelled_sentences_stop_the_run_before_it_trains(
    world: Any, commands: Path, change: tuple[str, str], message: str
) -> None:
    path = commands / "de" / "test.conll"
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    events: list[Event] = []
    with pytest.raises(DataError, match=message) as caught:
        sb.run(**_settings(world, commands, emit=events.append))
    assert caught.value.where is not None
    assert caught.value.where.path == str(path)
    assert not [event for event in events if isinstance(event, StageEvent) and event.kind == "train"]


def test_an_intent_that_training_lacks_is_told_with_its_line_or_left_out(world: Any, commands: Path) -> None:
    path = commands / "de" / "test.conll"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("# intent = see\n", "# intent = smell\n", 1), encoding="utf-8")
    quick = {"epochs": 0.2, "batch_pieces": 128, "threads": 1}
    with pytest.raises(LabelError, match="'intent:smell' \\(1 label\\)") as caught:
        sb.run(**_settings(world, commands, training=quick))
    assert caught.value.where is not None
    assert caught.value.where.line == text[: text.index("# intent = see")].count("\n") - 1
    sb.run(**_settings(world, commands, training=quick, unknown_labels="ignore"))
    rows = {row.metric: row for row in read_rows(world.folder / "frames" / "rows.parquet") if row.target == "de"}
    assert int(rows["intent_accuracy"].ignored.sum()) == 1
    assert rows["intent_accuracy"].counts[:, 1].sum() == rows["frame_accuracy"].counts[:, 1].sum() == 29
    assert rows["slot_f1"].counts[:, 2].sum() == 30


def test_the_same_files_serve_words_texts_and_the_data_commands(
    world: Any, commands: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = {"epochs": 0.2, "batch_pieces": 128, "threads": 1}
    for task, more, metric in (("classification", {}, "accuracy"),
                               ("tagging", {"data": {"name": str(commands), "format": "frame_words"}}, "span_f1")):
        done = sb.run(**{**_settings(world, commands, training=quick), "task": task, **more})
        assert next(row for row in done.rows if row.primary).metric == metric
    assert dispatch(["data", "show", str(commands), "-l", "de", "-n", "2"]) == 0
    assert "/B-" in (out := capsys.readouterr().out)
    assert "see" in out or "like" in out
    assert dispatch(["data", "stats", str(commands), "--splits", "test"]) == 0
    assert "intent:see" in capsys.readouterr().out
    path = commands / "de" / "test.conll"
    path.write_text(path.read_text(encoding="utf-8").replace("# intent = see\n", ""), encoding="utf-8")
    assert dispatch(["data", "check", str(commands)]) == 1
    assert "words and sentences have no label" in capsys.readouterr().out
