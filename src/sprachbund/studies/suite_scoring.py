"""Predictions and labels in XTREME's layout scored as google-research/xtreme's `evaluate.py` (838c13b) scores them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from sprachbund.core.errors import DataError, FormatError, join_or
from sprachbund.core.source import Location
from sprachbund.metrics.metric import METRICS
from sprachbund.results.suite_scores import SuiteScores, TaskScores
from sprachbund.studies.suite_config import FileKind, Suite, SuiteTask
from sprachbund.studies.suite_files import (
    read_answers,
    read_choices,
    read_entities,
    read_gold_answers,
    read_lines,
    read_tags,
)

RANKS = 20
"""Ranks of entities that count."""
Scored = tuple[dict[str, float], list[str]]
"""Metric -> points, and what was met."""


def score_folder(suite: Suite, predictions: Path, labels: Path, *, system: str = "") -> SuiteScores:
    """Score a folder of predictions against a folder of labels, `TASK/test-LANGUAGE.SUFFIX` in each.

    Args:
        suite: tasks, languages, groups.
        predictions, labels: the folders.
        system: what the predictions are of; "" is the folder's name.

    Raises:
        DataError: no such folder, or no task in both.
        FormatError: a file that is not what its task asks, with its line; numbers of examples that differ.
    """
    for folder in (predictions, labels):
        if not folder.is_dir():
            raise DataError("there is no such folder", where=Location(str(folder)),
                            remedy="give a folder with a folder for each task, such as xnli/test-de.tsv")
    found, absent, notes = [], {}, []
    for name, task in suite.tasks.items():
        if task.kind == "unscored":
            absent[name] = "the evaluator has no score for it"
            continue
        lacking = [told for told, folder in (("predictions", predictions), ("labels", labels))
                   if not (folder / name).is_dir()]
        if lacking:
            absent[name] = f"no {join_or(lacking).replace(' or ', ' and no ')}: no folder {name}"
            continue
        scores, met = _score_task(name, task, predictions / name, labels / name)
        notes += met
        if scores.scores:
            found.append(scores)
        else:
            absent[name] = f"no language has both files, such as {name}/test-{task.languages[0]}.{task.suffix}"
    if not found:
        raise DataError(f"no task of {suite.title} has predictions and labels here", where=Location(str(predictions)),
                        remedy=f"folders are named {', '.join(suite.tasks)}; is it another suite (--suite)?")
    faults = (*suite.faults, *(fault for task in found for fault in suite.tasks[task.task].faults),
              *(fault for name in absent if suite.tasks[name].kind == "unscored" for fault in suite.tasks[name].faults))
    return SuiteScores(suite.name, suite.title, system or predictions.resolve().name, tuple(found), absent,
                       suite.groups, faults, tuple(notes))


def _score_task(name: str, task: SuiteTask, predictions: Path, labels: Path) -> tuple[TaskScores, list[str]]:
    score = _SCORERS[task.kind]
    values: dict[str, dict[str, float]] = {}
    notes = []
    for language in task.languages:
        file = f"test-{language}.{task.suffix}"
        given, gold = predictions / file, labels / file
        if not (given.is_file() and gold.is_file()):
            continue
        scores, met = score(given, gold, language)
        notes += [f"{name}, {language}: {note}" for note in met]
        for metric, value in scores.items():
            values.setdefault(metric, {})[language] = value
    made = TaskScores(name, task.title, task.languages, values, task.is_qa)
    if values and made.missing:
        notes.append(f"{name}: no score, since files of {', '.join(made.missing)} are missing")
    return made, notes


def _same_number(given: Sequence[object], gold: Sequence[object], path: Path, what: str) -> None:
    if len(given) != len(gold):
        raise FormatError(f"{len(given):,} {what} were predicted, the labels have {len(gold):,}",
                          where=Location(str(path)), remedy="predict each one, in the labels' order")
    if not gold:
        raise FormatError("the file is empty", where=Location(str(path)), remedy="write one label a line")


def _alike(gold: Sequence[str]) -> list[str]:
    return [f"all {len(gold):,} labels are {gold[0]!r}: taken out by XTREME's script?"] \
        if len(gold) > 1 and len(set(gold)) == 1 else []


def _labels(given: Path, gold: Path, _: str) -> Scored:
    return _accuracy(read_lines(given), read_lines(gold), given)


def _choices(given: Path, gold: Path, _: str) -> Scored:
    return _accuracy(read_choices(given), read_choices(gold), given)


def _accuracy(predicted: Sequence[str], expected: Sequence[str], path: Path) -> Scored:
    _same_number(predicted, expected, path, "examples")
    right = sum(one == other for one, other in zip(predicted, expected, strict=True))
    return {"accuracy": 100 * right / len(expected)}, _alike(expected)


def _tags(given: Path, gold: Path, _: str) -> Scored:
    predicted, expected = read_tags(given), read_tags(gold)
    _same_number(predicted, expected, given, "sentences")
    for number, (one, other) in enumerate(zip(predicted, expected, strict=True), start=1):
        if len(one) != len(other):
            raise FormatError(f"sentence {number:,} has {len(one)} tags, the labels have {len(other)}",
                              where=Location(str(given)), remedy="predict a tag for each word, cut sentences too")
    pairs = [(one, other) for one, other in zip(predicted, expected, strict=True) if other]
    names = sorted({tag for one, other in pairs for tag in (*one, *other)})
    sums = METRICS.load("xtreme_f1").value().count([other for _, other in pairs], [one for one, _ in pairs], names)
    correct, found, gold_ones = (int(number) for number in np.asarray(sums).sum(axis=0))
    return _f1(correct, found, gold_ones), _alike([tag for _, tags in pairs for tag in tags])


def _pairs(given: Path, gold: Path, _: str) -> Scored:
    predicted, expected = ({tuple(line.split("\t")) for line in read_lines(path)} if path == gold or path.stat().st_size
                           else set() for path in (given, gold))
    odd = next((pair for pair in expected if len(pair) != 2), None)
    if odd is not None:
        raise FormatError(f"expected two identities with a tab between them, got {'<tab>'.join(odd)!r}",
                          where=Location(str(gold)))
    return _f1(len(predicted & expected), len(predicted), len(expected)), []


def _f1(correct: int, predicted: int, gold: int) -> dict[str, float]:
    precision, recall = correct / max(predicted, 1), correct / max(gold, 1)
    f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
    return {"f1": 100 * f1, "precision": 100 * precision, "recall": 100 * recall}


def _answers(given: Path, gold: Path, language: str, script: str = "squad") -> Scored:
    predicted, expected = read_answers(given), read_gold_answers(gold)
    if not expected:
        raise FormatError("there is no question", where=Location(str(gold)))
    answers = [predicted.get(identity) for identity in expected]
    values = {}
    for name, metric in (("exact_match", f"{script}_exact"), ("f1", f"{script}_f1")):
        scorer = METRICS.load(metric).value()
        values[name] = float(scorer.value(scorer.count(list(expected.values()), answers, language).sum(axis=0)))
    notes = _alike([text for texts in expected.values() for text in texts])
    unanswered, strange = answers.count(None), len(predicted.keys() - expected.keys())
    notes += [f"{unanswered:,} of {len(expected):,} questions have no prediction and score 0"] if unanswered else []
    notes += [f"{strange:,} predictions are of no question here"] if strange else []
    return values, notes


def _mlqa_answers(given: Path, gold: Path, language: str) -> Scored:
    return _answers(given, gold, language, "mlqa")


def _entities(given: Path, gold: Path, _: str) -> Scored:
    predicted, expected = read_entities(given), read_entities(gold)
    if not expected or not all(expected.values()):
        raise FormatError("a mention has no gold entity" if expected else "there is no mention",
                          where=Location(str(gold)))
    total = 0.0
    for identity, (entity, *_more) in expected.items():
        ranked = predicted.get(identity, [])[:RANKS]
        total += 1 / (1 + ranked.index(entity.strip())) if entity.strip() in ranked else 0.0
    unranked = len(expected.keys() - predicted.keys())
    notes = [f"{unranked:,} of {len(expected):,} mentions have no prediction and score 0"] if unranked else []
    return {"map@20": 100 * total / len(expected)}, notes


_SCORERS: dict[FileKind, Callable[[Path, Path, str], Scored]] = {
    "labels": _labels, "tags": _tags, "pairs": _pairs, "answers": _answers, "mlqa_answers": _mlqa_answers,
    "choices": _choices, "entities": _entities,
}
