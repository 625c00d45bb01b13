from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sprachbund.core.errors import DataError, LabelError
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation import score as score_module
from sprachbund.evaluation.predictions import Predictions
from sprachbund.evaluation.score import RowDescription, primary_score, score
from sprachbund.metrics.metric import METRICS
from sprachbund.results.records import ScoreRow, read_rows, write_rows
from sprachbund.testing.toy_task import toy_corpus
from sprachbund.tokenization.texts import Texts

POS = LabelSpace(kind="tokens", labels=("ADJ", "NOUN", "VERB"))
NER = LabelSpace(kind="tokens", labels=("O", "B-LOC", "B-PER", "I-LOC", "I-PER"))
MODEL = RowDescription(task="tagging", encoder="e", provenance="p", fusion="dlfa", system="DLFA", layers=(1, 2),
                       gate="literal", intermediate=(), train_data="toy", train_examples=9, source="en", seed=1,
                       run="r", stage="k")


def corpus_of(*sentences, language="de", windowed=None):
    """A corpus that has nothing but gold labels."""
    flat = [label for labels in sentences for label in labels]
    names = tuple(dict.fromkeys(flat))
    nothing = np.zeros(len(sentences), dtype=np.int32)
    identities = Texts.of(f"s{i}" for i in range(len(sentences)))
    return replace(
        toy_corpus(1), language=language, split="test", fingerprint="f", label_names=names,
        identity_bytes=identities.utf8,
        identity_offsets=identities.offsets,
        word_offsets=np.cumsum([0, *map(len, sentences)]),
        gold_ids=np.array([names.index(label) for label in flat], dtype=np.int32),
        windowed=nothing if windowed is None else np.array(windowed, dtype=np.int32), unpredicted=nothing,
        notes={"blank_labels": 2},
    )


def predicted(corpus, space, *sentences):
    ids = [-1 if label is None else space.labels.index(label) for labels in sentences for label in labels]
    return Predictions("toy", corpus.language, "test", "f", space.labels, np.array(ids, dtype=np.int32),
                       np.ones(len(ids), dtype=np.float32))


def test_a_row_holds_counts_and_description():
    corpus = corpus_of(["NOUN", "VERB"], ["ADJ"], windowed=[2, 0])
    (row,) = score(corpus, predicted(corpus, POS, ["NOUN", "ADJ"], ["ADJ"]), POS, ["accuracy"], "fail", MODEL)
    assert row.columns == ("correct", "total")
    assert row.counts.tolist() == [[1, 2], [1, 1]]
    assert (row.words.tolist(), row.windowed.tolist(), row.ignored.tolist()) == ([2, 1], [2, 0], [0, 0])
    assert (row.target, row.split, row.metric, row.primary) == ("de", "test", "accuracy", True)
    assert row.identities == ("s0", "s1")
    assert row.notes == {"blank_labels": 2}
    assert all(getattr(row, item.name) == getattr(MODEL, item.name) for item in fields(MODEL))


@pytest.mark.parametrize("space", [POS, NER])
def test_examples_are_counted_in_parts_as_they_are_at_once(monkeypatch, space):
    sentences = [["O", "B-PER", "I-PER"], ["I-LOC", "NOUN"], ["VERB"], ["ADJ", "B-MISC", "O"], ["NOUN", "O"]]
    corpus = corpus_of(*sentences)
    given = predicted(corpus, space, *[[space.labels[(number + word) % 3] if word else None
                                        for word in range(len(one))] for number, one in enumerate(sentences)])
    metrics = ["span_f1", "accuracy"] if space.spans else ["accuracy", "xtreme_f1", "macro_f1"]
    whole = score(corpus, given, space, metrics, "ignore", MODEL)
    monkeypatch.setattr(score_module, "CHUNK", 2)
    for one, other in zip(score(corpus, given, space, metrics, "ignore", MODEL), whole, strict=True):
        for name in ("counts", "words", "unpredicted", "repaired", "ignored"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert primary_score(corpus, given, space, metrics[0]) == pytest.approx(
        METRICS.load(metrics[0]).value().value(whole[0].counts.sum(axis=0)))


def test_only_the_first_metric_is_primary():
    corpus = corpus_of(["NOUN", "VERB"])
    rows = score(corpus, predicted(corpus, POS, ["NOUN", "VERB"]), POS, ["accuracy", "macro_f1"], "fail", MODEL)
    assert [(row.metric, row.primary) for row in rows] == [("accuracy", True), ("macro_f1", False)]


def test_rows_survive_the_table(tmp_path):
    corpus = corpus_of(["NOUN", "VERB"])
    rows = score(corpus, predicted(corpus, POS, ["NOUN", None]), POS, ["accuracy"], "fail", MODEL)
    write_rows(tmp_path / "rows.parquet", rows)
    (row,) = read_rows(tmp_path / "rows.parquet")
    for item in fields(ScoreRow):
        one, other = getattr(row, item.name), getattr(rows[0], item.name)
        assert np.array_equal(one, other) if isinstance(other, np.ndarray) else one == other


def test_a_word_without_a_prediction_is_wrong_and_counted():
    corpus = corpus_of(["NOUN", "VERB"])
    (row,) = score(corpus, predicted(corpus, POS, ["NOUN", None]), POS, ["accuracy"], "fail", MODEL)
    assert row.counts.tolist() == [[1, 2]]
    assert row.unpredicted.tolist() == [1]


def test_unknown_gold_labels_fail_with_language_label_and_count():
    corpus = corpus_of(["NOUN", "NOUNS", "NOUNS"], ["SYM"])
    wanted = (r"the gold labels of toy de test hold what .* do not know: 'NOUNS' \(2 words\), 'SYM' \(1 word\) "
              r"\(near: NOUN\); known: ADJ, NOUN, VERB\n.*--unknown-labels ignore")
    with pytest.raises(LabelError, match=wanted):
        score(corpus, predicted(corpus, POS, ["NOUN"] * 3, ["ADJ"]), POS, ["accuracy"], "fail", MODEL)


def test_many_unknown_labels_are_cut_in_the_message():
    corpus = corpus_of([f"Q{i}" for i in range(8)])
    with pytest.raises(LabelError, match="and 3 more"):
        score(corpus, predicted(corpus, POS, ["NOUN"] * 8), POS, ["accuracy"], "fail", MODEL)


def test_ignored_labels_are_left_out_and_counted():
    corpus = corpus_of(["NOUN", "SYM", "VERB"], ["SYM"])
    (row,) = score(corpus, predicted(corpus, POS, ["NOUN", "ADJ", "ADJ"], [None]), POS, ["accuracy"], "ignore", MODEL)
    assert row.counts.tolist() == [[1, 2], [0, 0]]
    assert (row.words.tolist(), row.ignored.tolist(), row.unpredicted.tolist()) == ([2, 0], [1, 1], [0, 0])


def test_ignored_span_labels_become_outside():
    corpus = corpus_of(["B-PER", "I-PER", "B-MISC", "B-LOC"])
    guess = predicted(corpus, NER, ["B-PER", "I-PER", "O", "B-LOC"])
    (row,) = score(corpus, guess, NER, ["span_f1"], "ignore", MODEL)
    assert row.ignored.tolist() == [1]
    assert row.words.tolist() == [4]
    assert primary_score(corpus, guess, NER, "span_f1") == 100.0


def test_repairs_are_counted():
    corpus = corpus_of(["B-PER", "I-PER"])
    (row,) = score(corpus, predicted(corpus, NER, ["O", "I-PER"]), NER, ["span_f1"], "fail", MODEL)
    assert row.repaired.tolist() == [1]


def test_the_primary_score_in_points():
    corpus = corpus_of(["NOUN", "VERB"], ["ADJ", "SYM"])
    assert primary_score(corpus, predicted(corpus, POS, ["NOUN", "ADJ"], ["ADJ", "ADJ"]), POS, "accuracy") == \
        pytest.approx(100 * 2 / 3)


def test_predictions_for_other_data_are_refused():
    corpus = corpus_of(["NOUN"])
    with pytest.raises(DataError, match="were made for other data"):
        score(replace(corpus, fingerprint="g"), predicted(corpus, POS, ["NOUN"]), POS, ["accuracy"], "fail", MODEL)


def test_description_from_the_facts_of_a_model():
    facts = {"encoder": "e", "provenance": "", "fusion": "last_layer", "system": "last layer", "layers": [12],
             "gate": "", "intermediate": ["nli"], "train_data": "t", "train_examples": 3, "source": "en", "seed": 2,
             "labels": {"something": "else"}, "task": "other"}
    made = RowDescription.from_facts(facts, task="tagging", stage="key")
    assert (made.layers, made.intermediate, made.run, made.task, made.stage) == ((12,), ("nli",), "", "tagging", "key")
