"""The score stage: stored predictions and gold labels to score rows; no weights, no torch needed."""

from __future__ import annotations

import json
from typing import Any

from sprachbund.data.labels import LabelSpace, UnknownLabels
from sprachbund.evaluation.predict import Predictions
from sprachbund.evaluation.score import RowDescription, score
from sprachbund.pipeline.predict import CORPUS
from sprachbund.pipeline.prepare import load_task
from sprachbund.results.records import write_rows
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

VERSION = 1


def run(job: Job) -> None:
    """Score every language that was predicted; output: `rows.parquet`."""
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
        rows += score(corpus, predictions, space, task.metrics(space), rule, description)
    write_rows(job.output / "rows.parquet", rows)
