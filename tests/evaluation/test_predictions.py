from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.evaluation.predictions import Predictions
from sprachbund.testing.toy_task import toy_corpus


def predictions_for(corpus, label_ids):
    return Predictions(corpus.data_set, corpus.language, corpus.split, corpus.fingerprint, ("C", "V"),
                       np.array(label_ids, dtype=np.int32), np.linspace(0, 1, len(label_ids), dtype=np.float32))


def test_by_example_gives_labels_in_the_order_of_the_corpus():
    corpus = toy_corpus(6)
    ids = np.arange(corpus.n_words) % 3 - 1
    got = predictions_for(corpus, ids).by_example(corpus)
    assert [len(one) for one in got] == np.diff(corpus.word_offsets).tolist()
    assert [label for one in got for label in one] == [[None, "C", "V"][i + 1] for i in ids]


def test_save_and_load(tmp_path):
    corpus = toy_corpus(3)
    saved = predictions_for(corpus, [1] * (corpus.n_words - 1) + [-1])
    saved.save(tmp_path / "en")
    loaded = Predictions.load(tmp_path / "en")
    assert replace(loaded, label_ids=saved.label_ids, confidence=saved.confidence) == saved
    assert loaded.label_ids.tolist() == saved.label_ids.tolist()
    assert (loaded.confidence == saved.confidence).all()
    assert (loaded.label_ids.dtype, loaded.confidence.dtype) == (np.int32, np.float32)


def test_predictions_for_other_data():
    corpus = toy_corpus(3)
    with pytest.raises(DataError, match=r"the predictions for toy en train were made for other data than toy de train: "
                                        r"\d+ predictions, \d+ items, .*\n.*predict again"):
        predictions_for(corpus, [0] * corpus.n_words).by_example(toy_corpus(3, language="de"))


def test_files_that_are_no_predictions(tmp_path):
    with pytest.raises(FormatError, match=r"predictions.parquet: not readable as predictions.*\n.*predict again"):
        Predictions.load(tmp_path)
    (tmp_path / "predictions.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(FormatError, match="not readable as predictions"):
        Predictions.load(tmp_path)
