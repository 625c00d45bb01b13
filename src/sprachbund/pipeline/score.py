"""The score stage: stored predictions and gold labels to score rows; no weights, no torch needed."""

from __future__ import annotations

import json
from typing import Any

from sprachbund.core.errors import LabelError, SprachbundError
from sprachbund.data.labels import LabelSpace, UnknownLabels, first_unknown
from sprachbund.evaluation.predict import Predictions
from sprachbund.evaluation.score import RowDescription, score
from sprachbund.pipeline.predict import CORPUS
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.results.records import write_rows
from sprachbund.stages.stage import Job
from sprachbund.tasks.task import Task
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

VERSION = 1


def run(job: Job) -> None:
    """Score every language that was predicted; output: `rows.parquet`.

    Settings: where the data lie, to name the place of a label that the source does not know.

    Raises:
        LabelError: such a label, where the config says that it fails.
    """
    task = load_task(str(job.config["task"]))
    folder = job.inputs["predictions"]
    facts: Any = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    space = LabelSpace.model_validate(facts["labels"])
    description = RowDescription.from_facts(facts, task=task.name, stage=job.key)
    rule: UnknownLabels = "ignore" if job.config["unknown_labels"] == "ignore" else "fail"
    rows = []
    for name in sorted(job.inputs):
        if not name.startswith(CORPUS):
            continue
        code = name.removeprefix(CORPUS)
        corpus = EncodedCorpus.load(job.inputs[name])
        predictions = Predictions.load(folder / code)
        try:
            rows += score(corpus, predictions, space, task.metrics(space), rule, description)
        except LabelError as error:
            _name_place(error, job, task, corpus, space)
            raise
    write_rows(job.output / "rows.parquet", rows)


def _name_place(error: LabelError, job: Job, task: Task, corpus: EncodedCorpus, space: LabelSpace) -> None:
    """Say in which file and line the first such label stands; encoded corpora do not keep lines."""
    try:
        source = source_for(job.settings["data"], task, job.settings["data_dir"])
        example = first_unknown(source.corpus(corpus.language, corpus.split).examples, space)
    except SprachbundError:  # the data are elsewhere now: the message does without
        return
    if example is not None:
        error.where = example.location
