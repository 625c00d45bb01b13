"""Predictions and labels of a run as files in XTREME's layout, from what the store keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sprachbund.core.errors import DataError
from sprachbund.core.files import make_folder, write_text
from sprachbund.core.source import Location
from sprachbund.data.labels import OUTSIDE
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.predictions import Predictions
from sprachbund.pipeline.corpora import CORPUS
from sprachbund.stages.keys import Keys
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store
from sprachbund.studies.suite_config import SuiteTask
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

PREDICTIONS, LABELS = "predictions", "labels"


def write_task_files(name: str, task: SuiteTask, scores: Stage, store: Store, folder: Path) -> tuple[str, ...]:
    """Write `predictions/TASK/test-LANGUAGE` and `labels/TASK/test-LANGUAGE` of every language that was scored.

    A word without a prediction is written as outside of every chunk, a text as an empty line; a question without one
    is left out. The evaluator counts all three as wrong.

    Args:
        name: of the task's folder.
        task: its kind of files and its languages.
        scores: the score stage of the run's only system and seed, finished.
        store: where its inputs lie.
        folder: gets both folders.

    Returns:
        The languages written.

    Raises:
        DataError: the store no longer holds the predictions.
        StorageError: no space, no permission.
    """
    keys = Keys()
    predicted = _kept(scores.inputs["predictions"], keys, store)
    written = []
    for role, stage in scores.inputs.items():
        code = role.removeprefix(CORPUS)
        if not role.startswith(CORPUS) or code not in task.languages:
            continue
        corpus = EncodedCorpus.load(_kept(stage, keys, store))
        texts = _answers(corpus, predicted / code) if task.is_qa else _lines(corpus, predicted / code, task)
        for kind, text in zip((PREDICTIONS, LABELS), texts, strict=True):
            make_folder(folder / kind / name)
            write_text(folder / kind / name / f"test-{code}.{task.suffix}", text)
        written.append(code)
    return tuple(written)


def _kept(stage: Stage, keys: Keys, store: Store) -> Path:
    place = store.folder(keys.key(stage))
    if place is None:
        raise DataError(f"the store no longer holds the output of {stage.label}", where=Location(str(store.root)),
                        remedy="run the suite with another store, or again after the score stages are gone too")
    return place


def _answers(corpus: EncodedCorpus, predicted: Path) -> tuple[str, str]:
    texts = Answers.load(predicted).texts(corpus, None)
    given = {identity: text for identity, text in zip(corpus.identities, texts, strict=True) if text is not None}
    questions = [{"id": identity, "answers": [{"text": text} for text in gold]}
                 for identity, gold in zip(corpus.identities, corpus.gold_answers(), strict=True)]
    data = [{"title": corpus.data_set, "paragraphs": [{"context": "", "qas": questions}]}]
    return (json.dumps(given, ensure_ascii=False, indent=1) + "\n",
            json.dumps({"version": "1.1", "data": data}, ensure_ascii=False, indent=1) + "\n")


def _lines(corpus: EncodedCorpus, predicted: Path, task: SuiteTask) -> tuple[str, str]:
    gold, given = corpus.gold(), Predictions.load(predicted).by_example(corpus)
    form = {"tags": _sentences, "choices": _numbered}.get(task.kind, _one_a_line)
    return "".join(form(given)), "".join(form(gold))


def _one_a_line(labels: Sequence[Sequence[str | None]]) -> Iterator[str]:
    for (label,) in labels:
        yield f"{label or ''}\n"


def _numbered(labels: Sequence[Sequence[str | None]]) -> Iterator[str]:
    """Choices as XCOPA has them: numbers from 0, where ours begin at 1; -1 where there is no prediction."""
    for place, (label,) in enumerate(labels):
        yield json.dumps({"idx": place, "label": int(label or 0) - 1}) + "\n"


def _sentences(labels: Sequence[Sequence[str | None]]) -> Iterator[str]:
    for sentence in labels:
        yield "".join(f"{tag or OUTSIDE}\n" for tag in sentence) + "\n"
