from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.metrics.sequence_labeling import get_entities

from sprachbund.core.errors import LabelError
from sprachbund.metrics.spans import SpanF1, XtremeF1

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "xtreme_f1.json").read_text(encoding="utf-8"))
BIO = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
BIOES = (*BIO, "E-LOC", "S-LOC", "E-PER", "S-PER")
UPOS = ("NOUN", "VERB", "SCONJ", "CCONJ", "INTJ", "SYM", "X", "OTHER")


def corpora(labels: tuple[str, ...], missing: bool = False) -> st.SearchStrategy:
    guesses = (*labels, None) if missing else labels
    word = st.tuples(st.sampled_from(labels), st.sampled_from(guesses), st.booleans())
    sentence = st.lists(word.map(lambda item: (item[0], item[0] if item[2] else item[1])), min_size=1, max_size=8)
    return st.lists(sentence, min_size=1, max_size=5).map(
        lambda corpus: ([[g for g, _ in words] for words in corpus], [[p for _, p in words] for words in corpus])
    )


@given(st.one_of(corpora(BIO), corpora(BIOES)))
@settings(deadline=None)
def test_equals_seqeval_on_bio_and_bioes(corpus: tuple[list[list[str]], list[list[str]]]) -> None:
    gold, predicted = corpus
    metric = SpanF1()
    counts = metric.count(gold, predicted, BIOES)
    for row, expected, found in zip(counts, gold, predicted, strict=True):
        here, there = set(get_entities(expected)), set(get_entities(found))
        assert row.tolist() == [len(here & there), len(there), len(here)]
    if counts[:, 1:].any():
        assert metric.value(counts.sum(axis=0)) == pytest.approx(100 * f1_score(gold, predicted, zero_division=0))


@given(corpora(BIO))
@settings(deadline=None)
def test_both_readings_agree_on_bio(corpus: tuple[list[list[str]], list[list[str]]]) -> None:
    assert np.array_equal(SpanF1().count(*corpus, BIO), XtremeF1().count(*corpus, BIO))


@pytest.mark.parametrize("metric", [SpanF1(), XtremeF1()], ids=lambda metric: metric.name)
@given(corpora(BIOES, missing=True))
@settings(deadline=None)
def test_a_word_without_a_prediction_is_outside_and_in_no_match(
    metric: SpanF1 | XtremeF1, corpus: tuple[list[list[str]], list[list[str | None]]]
) -> None:
    gold, predicted = corpus
    counts = metric.count(gold, predicted, BIOES)
    as_outside = metric.count(gold, [[label or "O" for label in words] for words in predicted], BIOES)
    assert np.array_equal(counts, as_outside)
    # A gold label that tags a span there can never be matched: even were all other words right.
    right = [[label if guess else None for label, guess in zip(*pair, strict=True)]
             for pair in zip(gold, predicted, strict=True)]
    lost = metric.count(gold, right, BIOES)
    for row, words, guesses in zip(lost, gold, predicted, strict=True):
        spans = get_entities(words)
        touched = sum(any(guess is None for guess in guesses[start : end + 1]) for _, start, end in spans)
        assert row[0] <= len(spans) - touched
        assert row[2] == len(spans)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["labels"])
def test_xtreme_f1_equals_seqeval_0_0_12(case: dict) -> None:
    gold, predicted = ([line.split() for line in case[key]] for key in ("gold", "predicted"))
    metric = XtremeF1()
    sums = metric.count(gold, predicted, ()).sum(axis=0)
    assert sums.tolist() == case["counts"]
    assert np.nan_to_num(metric.value(sums)) == pytest.approx(100 * case["f1"])


@pytest.mark.parametrize(
    ("tags", "chunks"),
    [
        ("NOUN NOUN VERB", 2),  # a run of equal tags is one chunk
        ("SCONJ SCONJ SYM SYM", 4),  # tags in S stand alone
        ("INTJ INTJ NOUN", 2),  # I alone is inside: a run
        ("OTHER OTHER NOUN", 1),  # tags in O are outside
        ("CCONJ SCONJ", 2),  # not one type, as in 1.2.2
        ("VERB X", 2),  # the final X is not lost
    ],
)
def test_how_xtreme_reads_tags(tags: str, chunks: int) -> None:
    words = tags.split()
    assert XtremeF1().count([words], [words], UPOS).tolist() == [[chunks, chunks, chunks]]


def test_xtreme_f1_is_not_accuracy() -> None:
    gold, predicted = [["NOUN", "NOUN", "VERB"]], [["NOUN", "VERB", "VERB"]]
    assert XtremeF1().count(gold, predicted, UPOS).tolist() == [[0, 2, 2]]


@pytest.mark.parametrize(
    ("labels", "repaired", "spans"),
    [
        ("B-PER I-PER O", 0, 1),
        ("I-PER I-PER O", 1, 1),
        ("B-PER I-LOC I-LOC", 1, 2),
        ("O I-PER B-PER I-PER", 1, 2),
        ("E-PER E-PER S-PER I-PER", 3, 4),
        ("B-PER L-PER U-LOC U-LOC", 0, 3),
    ],
)
def test_repairs_are_counted(labels: str, repaired: int, spans: int) -> None:
    words = labels.split()
    metric = SpanF1()
    assert metric.repaired([words, []]).tolist() == [repaired, 0]
    assert metric.count([words], [words], BIO)[0, 2] == spans


def test_a_missing_prediction_breaks_a_span_and_the_rest_is_repaired() -> None:
    metric = SpanF1()
    assert metric.repaired([["B-PER", None, "I-PER"]]).tolist() == [1]
    counts = metric.count([["B-PER", "I-PER", "I-PER"]], [["B-PER", None, "I-PER"]], BIO)
    assert counts.tolist() == [[0, 2, 1]]


def test_bilou_is_bioes() -> None:
    gold = [["B-PER", "I-PER", "E-PER", "S-LOC", "O"]]
    bilou = [[label.replace("E-", "L-").replace("S-", "U-") for label in gold[0]]]
    assert SpanF1().count(gold, bilou, BIOES).tolist() == [[2, 2, 2]]


def test_an_empty_corpus_of_spans_has_no_score() -> None:
    metric = SpanF1()
    assert np.isnan(metric.value(metric.count([["O"]], [["O"]], BIO).sum(axis=0)))
    assert metric.value(metric.count([["O"]], [["B-PER"]], BIO).sum(axis=0)) == 0


def test_labels_that_tag_no_spans_are_refused() -> None:
    with pytest.raises(LabelError, match=r"reads O and labels such as B-PER or I-PER, and was given 'NOUN'"):
        SpanF1().count([["NOUN"]], [["O"]], ["NOUN"])
    with pytest.raises(LabelError, match="empty label"):
        XtremeF1().count([[""]], [["O"]], ["NOUN"])


def test_counting_35_000_words_takes_a_fraction_of_a_second() -> None:
    rng = np.random.default_rng(0)
    words = rng.choice(BIO, size=(1750, 20)).tolist()
    begin = time.process_time()
    for metric in (SpanF1(), XtremeF1()):
        metric.count(words, words[::-1], BIO)
    assert time.process_time() - begin < 1.0
