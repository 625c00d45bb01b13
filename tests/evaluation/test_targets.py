from __future__ import annotations

import numpy as np

from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.score import RowDescription, primary_score
from sprachbund.evaluation.targets import evaluate_targets
from sprachbund.metrics.metric import METRICS
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space


def test_every_language_gets_its_rows():
    description = RowDescription.from_facts(
        {"encoder": "", "provenance": "", "fusion": "last_layer", "system": "", "layers": [2], "gate": "",
         "intermediate": [], "train_data": "", "train_examples": 0, "source": "en", "seed": 1},
        task="tagging", stage="k")
    model, corpora = toy_model(), [toy_corpus(8, language="en"), toy_corpus(4, language="de", seed=2)]
    rows = evaluate_targets(model, corpora, toy_space(), ["accuracy", "macro_f1"], description, precision="fp32")
    assert [(row.target, row.metric) for row in rows] == [
        ("en", "accuracy"), ("en", "macro_f1"), ("de", "accuracy"), ("de", "macro_f1")]
    accuracy = METRICS.load("accuracy").value()
    for row, corpus in zip(rows[::2], corpora, strict=True):
        (alone,) = predict(model, [corpus], toy_space(), precision="fp32")
        points = float(accuracy.value(np.sum(row.counts, axis=0)))
        assert points == primary_score(corpus, alone, toy_space(), "accuracy")
