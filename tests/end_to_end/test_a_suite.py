"""A suite with a tiny encoder and data made here: recipes, stand-ins, what is missing, files that its scorer reads."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.core.errors import DataError, RegistryError
from sprachbund.results.records import read_rows
from sprachbund.stages.events import Event, StageEvent

TRAINING = {"epochs": 1, "evaluations": 0, "batch_pieces": 64, "max_pieces": 40, "threads": 1}


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _pairs(count: int, seed: int) -> str:
    draw, words = random.Random(seed), ("dog", "cat", "house", "river", "sees", "the", "a")
    rows = [f"{' '.join(draw.choices(words, k=3))}\t{' '.join(draw.choices(words, k=3))}\t{draw.randint(0, 1)}\n"
            for _ in range(count)]
    return "sentence1\tsentence2\tlabel\n" + "".join(rows)


def _questions(language: str, count: int) -> str:
    draw = random.Random(language)
    qas = [{"id": f"{language}{number}", "question": "how many ?", "answers": [
        {"text": draw.choice(("12", "42")), "answer_start": 0}]} for number in range(count)]
    paragraphs = [{"context": f"{qa['answers'][0]['text']} dog house", "qas": [qa]} for qa in qas]  # type: ignore[index]
    return json.dumps({"data": [{"paragraphs": paragraphs}]})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for language in ("en", "de"):
        _put(folder / "pawsx" / language / "test.tsv", _pairs(12, len(language)))
        _put(folder / "tydiqa" / ("ko" if language == "de" else "en") / "dev.json", _questions(language, 6))
    _put(folder / "paraphrase_train" / "mrpc" / "en" / "train.tsv", _pairs(30, 7))
    _put(folder / "tydiqa" / "en" / "train.json", _questions("x", 20))
    _put(folder / "tatoeba" / "de" / "test.tsv", "sentence\tenglish\nder Hund\tthe dog\ndie Katze\ta cat\n")
    return folder


def _run(data: Path, encoder: Path, tmp_path: Path, **more: Any) -> Any:
    return sb.run_suite("xtreme", encoder=str(encoder), data_dir=data, training=TRAINING, executor="inline",
                        store=tmp_path / "store", output=tmp_path / "out", **more)


def test_a_suite_runs_what_is_there_and_names_the_rest(data: Path, encoder: Path, tmp_path: Path) -> None:
    finished = _run(data, encoder, tmp_path)
    scores = finished.scores
    assert [task.task for task in scores.tasks] == ["pawsx", "tatoeba", "tydiqa"]
    pawsx, tatoeba, tydiqa = scores.tasks
    assert "trained on paraphrase_train/mrpc, a stand-in for pawsx: not comparable" in pawsx.note
    assert "layer" in tatoeba.note
    assert tydiqa.note == ""  # the dev data are the suite's own
    assert pawsx.mean is scores.overall is scores.group_mean("qa") is None
    assert pawsx.missing == ("es", "fr", "ja", "ko", "zh")
    assert set(scores.absent) == {"xnli", "panx", "udpos", "bucc2018", "xquad", "mlqa"}
    assert scores.absent["xnli"] == "the data set xnli is not in the data folder: there is no folder xnli"
    rows = {row.target: row for row in read_rows(tmp_path / "out" / "runs" / "pawsx" / "rows.parquet")
            if row.metric == "accuracy"}
    for code, value in pawsx.scores["accuracy"].items():
        right, total = rows[code].counts.sum(axis=0)
        assert value == pytest.approx(100 * right / total)
    assert set(tatoeba.scores["accuracy"]) == {"de"}
    again = sb.score_suite(tmp_path / "out").scores
    assert {task.task: task.scores for task in again.tasks} == {"pawsx": pawsx.scores, "tydiqa": tydiqa.scores}
    page = (tmp_path / "out" / "suite.html").read_text(encoding="utf-8")
    assert 'class="reported"' in page
    assert "Xue et al. 2021" in page
    assert "2003.11080" in (tmp_path / "out" / "references.bib").read_text(encoding="utf-8")

    events: list[Event] = []
    _run(data, encoder, tmp_path, emit=events.append, only=["pawsx"])
    assert not [event for event in events if isinstance(event, StageEvent) and event.state == "started"]


def test_a_limit_makes_a_smoke_run_that_says_so(
    data: Path, encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dispatch(["suite", "xtreme", "--encoder", str(encoder), "--data-dir", str(data), "--only", "pawsx",
                     "--limit", "5", "--store", str(tmp_path / "s"), "-o", str(tmp_path / "o"), "--executor", "inline",
                     *(f"--set={name}={value}" for name, value in TRAINING.items())]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "smoke run" in told
    assert "Reported by papers" in told
    assert len((tmp_path / "o" / "predictions" / "pawsx" / "test-de.tsv").read_text().splitlines()) == 5
    info = json.loads((tmp_path / "o" / "info.json").read_text(encoding="utf-8"))
    assert info["title"].endswith("a smoke run")
    assert str(tmp_path) not in info["command"]


def test_choices_are_written_as_the_suite_numbers_them(data: Path, encoder: Path, tmp_path: Path) -> None:
    draw = random.Random(3)
    for place, count in (("xcopa/et/test", 8), ("intermediate/copa/en/train", 30)):
        lines = [{"premise": "the dog sees", "choice1": "a cat", "choice2": "the house", "question": "cause",
                  "label": draw.randint(0, 1), "idx": number, "changed": False} for number in range(count)]
        _put(data / f"{place}.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    finished = sb.run_suite("xtreme-r", encoder=str(encoder), data_dir=data, training=TRAINING, executor="inline",
                            store=tmp_path / "store", output=tmp_path / "out", only=["xcopa"])
    (task,) = finished.scores.tasks
    assert "where the suite learns from Social IQa and then from COPA" in task.note
    assert "trained on intermediate/copa, a stand-in for intermediate/socialiqa" in task.note
    gold = (data / "xcopa" / "et" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    written = (tmp_path / "out" / "labels" / "xcopa" / "test-et.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["label"] for line in written] == [json.loads(line)["label"] for line in gold]
    (row,) = read_rows(tmp_path / "out" / "runs" / "xcopa" / "rows.parquet")
    right, total = row.counts.sum(axis=0)
    assert task.scores == {"accuracy": {"et": pytest.approx(100 * right / total)}}


def test_what_is_wrong_is_told_at_once(data: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="XTREME has no task 'pawx'") as caught:
        _run(data, encoder, tmp_path, only=["pawx"])
    assert "did you mean pawsx" in str(caught.value)
    with pytest.raises(DataError, match=r"no task could be run: xnli: the data set xnli is not in the data folder"):
        _run(data, encoder, tmp_path, only=["xnli"])
    (data / "paraphrase_train" / "mrpc" / "en" / "train.tsv").unlink()
    with pytest.raises(DataError, match=r"nothing to learn from: pawsx: no training data in en; .*mrpc: the folder"):
        _run(data, encoder, tmp_path, only=["pawsx"])


def test_a_setting_without_a_value_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["suite", "xtreme", "--set", "epochs"]) == 2
    assert "expected KEY=VALUE, got 'epochs'" in capsys.readouterr().err
