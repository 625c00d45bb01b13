"""`suite score` gives what XTREME's evaluator gives, and tells what it would fail on."""

import json
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError, FormatError, RegistryError
from sprachbund.results.suite_scores import SuiteScores
from sprachbund.studies.suite_config import SUITES, read_suite
from sprachbund.studies.suite_scoring import score_folder
from tests.studies.suite_folder import write_suite_folder

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "suite_scores.json").read_text(encoding="utf-8"))
XTREME = read_suite("xtreme")


@pytest.mark.parametrize("name", SUITES)
def test_equals_the_official_evaluator(name: str, tmp_path: Path) -> None:
    suite, golden = read_suite(name), GOLDEN[name]
    write_suite_folder(tmp_path, suite)
    scores = score_folder(suite, tmp_path / "predictions", tmp_path / "labels")
    assert {task.task for task in scores.tasks} == set(golden["tasks"])
    for task in scores.tasks:
        expected = golden["tasks"][task.task]
        for metric, values in task.scores.items():
            assert dict(values) == pytest.approx(expected[metric], abs=1e-6)
            assert task.mean_of(metric) == pytest.approx(expected[f"avg_{metric}"], abs=1e-6)
        assert task.mean == pytest.approx(expected["avg_metric"], abs=1e-6)
    groups = {"structured": "tagging"}
    assert {groups.get(group, group): scores.group_mean(group) for group in scores.groups} == pytest.approx(
        {group: mean for group, mean in golden["groups"].items() if group != "all_task"}, abs=1e-6)
    assert scores.overall == (pytest.approx(golden["groups"]["all_task"], abs=1e-6) if name == "xtreme" else None)
    assert ("lareqa" in scores.absent) == (name == "xtreme-r")


def test_known_faults_are_named(tmp_path: Path) -> None:
    write_suite_folder(tmp_path, XTREME, examples=4)
    faults = " ".join(score_folder(XTREME, tmp_path / "predictions", tmp_path / "labels").faults)
    for word in ("seqeval", "0.0.12", "English", "Arabic article", "exact match"):
        assert word in faults


def _scored(folder: Path) -> SuiteScores:
    return score_folder(XTREME, folder / "predictions", folder / "labels")


def _put(folder: Path, kind: str, name: str, text: str | bytes) -> Path:
    path = folder / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_missing_is_named_and_in_no_mean(tmp_path: Path) -> None:
    for kind in ("labels", "predictions"):
        _put(tmp_path, kind, "pawsx/test-de.tsv", "0\n1\n")
    _put(tmp_path, "labels", "xnli/test-de.tsv", "neutral\n")
    _put(tmp_path, "predictions", "panx/readme.txt", "")
    _put(tmp_path, "labels", "panx/readme.txt", "")
    scores = _scored(tmp_path)
    (task,) = scores.tasks
    assert (task.scores, task.mean, task.missing) == ({"accuracy": {"de": 100.0}}, None, (
        "en", "es", "fr", "ja", "ko", "zh"))
    assert "files of en, es, fr, ja, ko, zh are missing" in scores.notes[0]
    assert scores.absent["xnli"] == "no predictions: no folder xnli"
    assert scores.absent["tatoeba"] == "no predictions and no labels: no folder tatoeba"
    assert scores.absent["panx"].startswith("no language has both files")
    assert scores.overall is scores.group_mean("classification") is None


def test_blanked_labels_and_unanswered_questions_are_noted(tmp_path: Path) -> None:
    for kind in ("labels", "predictions"):
        _put(tmp_path, kind, "xnli/test-de.tsv", "neutral\nneutral\n")
    question = [{"paragraphs": [{"qas": [{"id": name, "answers": [{"text": name}]} for name in "ab"]}]}]
    _put(tmp_path, "labels", "tydiqa/test-en.json", json.dumps({"data": question}))
    _put(tmp_path, "predictions", "tydiqa/test-en.json", '{"b": "b", "c": "x"}')
    scores = _scored(tmp_path)
    told = " ".join(scores.notes)
    for words in ("all 2 labels are 'neutral'", "1 of 2 questions have no prediction", "1 predictions are of no"):
        assert words in told
    assert scores.tasks[1].scores["f1"] == {"en": 50.0}


def test_no_mined_pair_at_all_scores_nothing(tmp_path: Path) -> None:
    _put(tmp_path, "labels", "bucc2018/test-de.tsv", "de-1\ten-1\n")
    _put(tmp_path, "predictions", "bucc2018/test-de.tsv", "")
    assert _scored(tmp_path).tasks[0].scores["f1"] == {"de": 0.0}


@pytest.mark.parametrize(("name", "gold", "given", "message"), [
    ("xnli/test-de.tsv", "a\nb\n", "a\n", r"1 examples were predicted, the labels have 2"),
    ("panx/test-de.tsv", "O\n\nO\n", "O\n", r"1 sentences were predicted, the labels have 2"),
    ("panx/test-de.tsv", "O\nO\n", "O\n", r"sentence 1 has 1 tags, the labels have 2"),
    ("panx/test-de.tsv", "O\n", "Haus\tO\n", "test-de.tsv, line 1: expected one tag"),
    ("panx/test-de.tsv", "O\n", b"O\n\xff\n", "test-de.tsv, line 2"),
    ("bucc2018/test-de.tsv", "de-1 en-1\n", "de-1\ten-1\n", "two identities with a tab"),
    ("xquad/test-de.json", '{"data": [', "{}", "not valid JSON"),
    ("xquad/test-de.json", '{"data": [{"qas": []}]}', "{}", "expected SQuAD's JSON"),
    ("xquad/test-de.json", '{"data": []}', "{}", "there is no question"),
    ("xquad/test-de.json", '{"data": [{"paragraphs": [{"qas": [{"id": "a", "answers": []}]}]}]}', "{}",
     "has no gold answer"),
    ("xquad/test-de.json", json.dumps({"data": [{"paragraphs": [{"qas": [
        {"id": "a", "answers": [{"text": "x"}]}] * 2}]}]}), "{}", "stands twice"),
    ("xquad/test-de.json", '{"data": []}', '{"a": ["b"]}', "expected an object of texts"),
])
def test_files_that_are_not_what_the_task_asks(
    name: str, gold: str, given: str | bytes, message: str, tmp_path: Path
) -> None:
    _put(tmp_path, "labels", name, gold)
    _put(tmp_path, "predictions", name, given)
    with pytest.raises(FormatError, match=message):
        _scored(tmp_path)


@pytest.mark.parametrize(("name", "gold", "given", "message"), [
    ("xcopa/test-et.jsonl", '{"label": 0}\n', '{"lable": 0}\n', "test-et.jsonl, line 1: expected JSON with the field"),
    ("mewslix/test-de.json", '{"m": ["Q1"]}', '{"m": "Q1"}', "expected an object of lists"),
    ("mewslix/test-de.json", '{"m": []}', "{}", "a mention has no gold entity"),
    ("mewslix/test-de.json", "{}", "{}", "there is no mention"),
])
def test_files_of_xtreme_r(name: str, gold: str, given: str, message: str, tmp_path: Path) -> None:
    _put(tmp_path, "labels", name, gold)
    _put(tmp_path, "predictions", name, given)
    with pytest.raises(FormatError, match=message):
        score_folder(read_suite("xtreme-r"), tmp_path / "predictions", tmp_path / "labels")


def test_folders_that_are_not_there_or_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        _scored(tmp_path)
    _put(tmp_path, "labels", "other/x", "")
    _put(tmp_path, "predictions", "other/x", "")
    with pytest.raises(DataError, match="no task of XTREME has predictions and labels here"):
        _scored(tmp_path)


def test_suites_are_known_by_name() -> None:
    with pytest.raises(RegistryError, match="there is no suite named 'xtrem'") as caught:
        read_suite("xtrem")
    assert "did you mean xtreme" in str(caught.value)
