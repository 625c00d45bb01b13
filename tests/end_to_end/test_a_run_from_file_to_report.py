from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForTokenClassification, AutoTokenizer

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.records import read_rows
from sprachbund.stages.events import Event, StageEvent

SYSTEMS = ["last_layer", {"type": "dlfa", "layer": 1}]


def _settings(world: Any, **more: Any) -> dict[str, Any]:
    return {
        "data": str(world.tagging), "encoder": str(world.encoder), "fusion": SYSTEMS, "seeds": [1, 2],
        "training": {"epochs": 2, "learning_rate": 1e-3, "head_learning_rate": 1e-2, "batch_pieces": 64, "threads": 1},
        "output": world.folder / "out", "store": world.store, "executor": "inline", **more,
    }


def _kinds(events: list[Event], state: str) -> list[str]:
    return [event.kind for event in events if isinstance(event, StageEvent) and event.state == state]


def test_two_systems_and_seeds_are_trained_once_and_scored_in_every_language(world: Any) -> None:
    events: list[Event] = []
    finished = sb.run(**_settings(world, emit=events.append))
    executed = _kinds(events, "finished")
    assert executed.count("train") == 4
    assert executed.count("prepare") == 2 + 4  # English train and dev, and four tests, shared by all systems
    rows = read_rows(world.folder / "out" / "rows.parquet")
    assert {row.target for row in rows} == {"en", "de", "fr", "no"}
    assert {(row.system, row.seed) for row in rows} == {
        (system.name, seed) for system in finished.findings.systems for seed in (1, 2)
    }
    assert all(len(row.identities) == 30 for row in rows)
    english = next(row for row in rows if row.target == "en" and row.metric == "accuracy")
    assert 100 * english.counts[:, 0].sum() / english.counts[:, 1].sum() > 80  # it has learnt the lexicon
    targets = next(item for item in finished.findings.averages if item.kind == "targets")
    assert set(targets.languages) == {"de", "fr", "no"}  # the source is left out

    again: list[Event] = []
    repeated = sb.run(**_settings(world, emit=again.append))
    assert _kinds(again, "finished") == []
    assert repeated.findings == finished.findings


SECOND = """
import json, sys
import sprachbund as sb
from sprachbund.stages import perform

def computed(address):
    raise AssertionError(f"computed again: {address}")

perform.find_function = computed
events = []
finished = sb.run(**json.loads(sys.argv[1]), emit=events.append)
assert {event.state for event in events} == {"hit"}, events
loaded = {"transformers", "accelerate"}.intersection(sys.modules)
assert not loaded, loaded
print(finished.average())
"""


def test_the_second_run_of_the_same_computes_nothing_and_opens_neither_tokenizer_nor_encoder(world: Any) -> None:
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in _settings(world).items()}
    first = sb.run(**settings)
    code = [sys.executable, "-c", SECOND, json.dumps(settings)]
    told = subprocess.run(code, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert float(told.stdout) == first.average()


def test_from_python_notes_are_logged_where_nobody_listens_to_events(
    world: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LRU_CACHE_CAPACITY", raising=False)
    (world.tagging / "en" / "dev.conllu").unlink()
    sb.run(**_settings(world, seeds=[1], fusion="last_layer"))  # in this process, without the limit
    assert "LRU_CACHE_CAPACITY=16" in caplog.text
    assert "there are no dev data in en" in caplog.text


def test_another_seed_runs_only_what_is_new(world: Any) -> None:
    sb.run(**_settings(world, seeds=[1], fusion="last_layer"))
    events: list[Event] = []
    sb.run(**_settings(world, seeds=[1, 2], fusion="last_layer", emit=events.append))
    assert sorted(_kinds(events, "finished")) == ["predict", "score", "train"]


def test_the_folder_of_a_run_holds_reports_results_and_rows_and_tells_no_paths_of_its_own(world: Any) -> None:
    sb.run(**_settings(world))
    out: Path = world.folder / "out"
    names = ["languages.svg", "map.svg", "references.bib", "report.html", "report.md", "results.json", "rows.parquet",
             "tables"]
    assert sorted(path.name for path in out.iterdir()) == names
    texts = [path for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert {path.suffix for path in texts} >= {".csv", ".md", ".tex", ".bib", ".html"}
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert not any(str(place) in text for place in (world.store, out))  # data and encoder stand as they were named
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert results["run"]["settings"]["seeds"] == [1, 2]


def test_the_command_line_does_the_same(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "run", "--task", "classification", "--data", str(world.intents), "--encoder", str(world.encoder),
        "--fusion", "last_layer", "--fusion", "dlfa", "--layer", "2", "--seeds", "1", "--epochs", "1",
        "--output", str(world.folder / "cli"), "--store", str(world.store), "--threads", "1",
    ]
    assert dispatch(arguments) == 0
    shown = capsys.readouterr().out
    assert "Norwegian" in shown
    assert "report.html" in shown
    assert dispatch([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["findings"]["source"] == "en"
    assert "nothing to compute" not in captured.out


def test_a_stored_model_is_evaluated_again_by_its_folder(world: Any) -> None:
    finished = sb.run(**_settings(world, fusion="last_layer", seeds=[1]))
    (model,) = (world.store / "train").glob("*/model")
    again = sb.evaluate(model, data=str(world.tagging), output=world.folder / "again", store=world.store,
                        executor="inline")
    assert again.average() == pytest.approx(finished.average())


def test_a_tagger_of_transformers_is_evaluated_without_training(world: Any) -> None:
    names = dict(enumerate(["DET", "ADJ", "NOUN", "VERB"]))
    foreign = AutoModelForTokenClassification.from_pretrained(world.encoder, id2label=names, num_labels=len(names))
    folder = world.folder / "foreign"
    foreign.save_pretrained(folder)
    AutoTokenizer.from_pretrained(world.encoder).save_pretrained(folder)
    finished = sb.evaluate(folder, data=str(world.tagging), output=world.folder / "e", store=world.store,
                           executor="inline")
    assert finished.findings.task == "tagging"  # the model's own kind
    assert 0 <= finished.average() <= 100
    (system,) = finished.findings.systems
    assert system.name == "trained elsewhere"


def test_a_stored_model_labels_text(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    sb.run(**_settings(world, fusion="last_layer", seeds=[1]))
    (model,) = (world.store / "train").glob("*/model")
    (labelled,) = sb.predict(model, "the old dog sees a cat")
    assert labelled.labels[:3] == ("DET", "ADJ", "NOUN")
    arguments = ["--text", "the old dog", "--to", "conllu", "--store", str(world.store)]
    assert dispatch(["predict", str(world.folder / "out"), *arguments]) == 0  # a run's folder names its model
    assert "1\tthe\t_\tDET" in capsys.readouterr().out
    assert dispatch(["predict", str(world.folder / "out"), "--pair", "a cat", *arguments[2:]]) == 2
    assert "--pair: the second text of a pair needs the first one: --text" in capsys.readouterr().err


def test_a_run_with_two_systems_asks_which_model(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    sb.run(**_settings(world, seeds=[1]))
    store = ["--store", str(world.store)]
    assert dispatch(["predict", str(world.folder / "out"), "--text", "the dog", *store]) == 1
    assert "name one with --system" in capsys.readouterr().err
    assert dispatch(["predict", str(world.folder / "out"), "--text", "the dog", "--system", "last layer", *store]) == 0


def test_two_runs_are_compared_on_the_items_they_share(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    sb.run(**_settings(world, fusion="last_layer", seeds=[1], output=world.folder / "a"))
    sb.run(**_settings(world, fusion=[{"type": "dlfa", "layer": 1}], seeds=[1], output=world.folder / "b"))
    assert dispatch(["compare", str(world.folder / "a"), str(world.folder / "b")]) == 0
    assert "German" in capsys.readouterr().out


def test_two_models_of_the_same_system_keep_their_names_apart(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        sb.run(**_settings(world, fusion="last_layer", seeds=[seed], output=world.folder / name))
    assert dispatch(["compare", str(world.folder / "a"), str(world.folder / "b")]) == 0
    shown = capsys.readouterr().out
    assert "[first]" in shown.partition("wholly right")[2]
