"""The score stage: stored predictions and gold labels to score rows; no weights, no torch needed."""

from __future__ import annotations

import json
from typing import Any

from sprachbund.core.errors import LabelError
from sprachbund.data.labels import LabelSpace, UnknownLabels
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.predictions import Predictions
from sprachbund.evaluation.score import RowDescription, score
from sprachbund.evaluation.score_answers import score_answers
from sprachbund.pipeline.check import name_place
from sprachbund.pipeline.corpora import corpora_of
from sprachbund.pipeline.prepare import load_task
from sprachbund.results.records import write_rows
from sprachbund.stages.stage import Job

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
    for code, corpus in corpora_of(job).items():
        if task.kind == "span":
            given, threshold = Answers.load(folder / code), job.config["no_answer"]
            limit = None if threshold is None else float(str(threshold))
            rows += score_answers(corpus, given, space, task.metrics(space), limit, description)
            continue
        predictions = Predictions.load(folder / code)
        try:
            rows += score(corpus, predictions, space, task.metrics(space), rule, description)
        except LabelError as error:
            name_place(error, job, corpus, space)
            raise
    write_rows(job.output / "rows.parquet", rows)
