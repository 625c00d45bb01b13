from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.results.probe_summary import mean_over_languages
from sprachbund.results.records import ScoreRow
from sprachbund.results.retrieval_findings import (
    RetrievalFacts,
    RetrievalFindings,
    read_facts,
    read_retrieval,
    retrieval_json,
    state_label,
    write_facts,
    write_retrieval,
)
from sprachbund.results.retrieval_summary import summarise

from .conftest import make_row

SHARES = {"de": 0.9, "fr": 0.8, "ru": 0.6, "ka": 0.3}


def facts(kind: str = "parallel") -> RetrievalFacts:
    return RetrievalFacts(kind, ("0", "6", "12"), 12, 384, False, 800, 600, 9000, 2.0)


def rows(*, kind: str = "parallel", n: int = 40) -> list[ScoreRow]:
    metrics = {"parallel": ("retrieval_accuracy", "retrieval_accuracy_reverse"), "pool": ("map_at_20",)}[kind]
    found = []
    for state, factor in (("0", 0.3), ("6", 1.0), ("12", 0.5)):
        for metric in metrics:
            for code, share in {**SHARES, **({"en": 1.0} if kind == "pool" else {})}.items():
                right = (np.arange(n) < n * share * factor).astype(np.int64)
                found.append(make_row(right, task="retrieval", system=f"{state_label(state)}, mean, cosine",
                                      aggregator="mean, cosine", metric=metric, target=code, train_data="",
                                      primary=metric != "retrieval_accuracy_reverse", columns=("found", "whole"),
                                      notes={"translations_in_alphabetical_order": 1} if code == "de" else {},
                                      windowed=np.eye(n, dtype=np.int64)[0]))
    return found


@pytest.fixture(scope="module")
def found() -> RetrievalFindings:
    return summarise(rows(), facts(), ["a note"])


def test_scores_and_means_are_those_of_the_rows(found: RetrievalFindings) -> None:
    scores = {(item.system, item.metric, item.language): item for item in found.scores}
    middle = scores["layer 6, mean, cosine", "retrieval_accuracy", "ru"]
    assert (middle.value, middle.n) == (60.0, 40)
    assert middle.low is not None
    assert middle.high is not None
    assert middle.low < 60 < middle.high
    average = found.average("layer 6, mean, cosine", "retrieval_accuracy")
    assert average is not None
    assert (average.value, average.low, average.high) == mean_over_languages([90.0, 80.0, 30.0, 60.0])
    family = found.average("layer 6, mean, cosine", "retrieval_accuracy", "family", "Indo-European")
    assert family is not None
    assert family.languages == ("de", "fr", "ru")
    assert family.value == pytest.approx(230 / 3)
    kartvelian = found.average("layer 6, mean, cosine", "retrieval_accuracy", "family", "Kartvelian")
    assert kartvelian is not None
    assert (kartvelian.value, kartvelian.low) == (30.0, None)


def test_the_best_layer_and_its_difference_to_the_highest(found: RetrievalFindings) -> None:
    best = found.best()
    assert best is not None
    assert best.state == "layer 6"
    differences = {item.system: item for item in found.differences if item.metric == "retrieval_accuracy"}
    assert set(differences) == {"embeddings, mean, cosine", "layer 6, mean, cosine"}
    difference = differences["layer 6, mean, cosine"]
    assert difference.baseline == "layer 12, mean, cosine"
    assert difference.value == pytest.approx(65 - 32.5)
    assert difference.low is not None
    assert difference.low > 0


def test_notes(found: RetrievalFindings) -> None:
    assert found.notes[0] == "a note"
    assert found.notes[1] == "4 queries are longer than a window and were read without their end"
    assert found.notes[2].startswith("the translations stand in alphabetical order in de: XTREME's preprocessing")


def test_a_pool_is_averaged_with_the_source_language() -> None:
    found = summarise(rows(kind="pool"), facts("pool"))
    assert found.overall == "with source"
    average = found.average("layer 6, mean, cosine", "map_at_20")
    assert average is not None
    assert average.languages == ("de", "en", "fr", "ka", "ru")
    assert {item.languages for item in found.differences} == {average.languages}


def test_there_and_back(found: RetrievalFindings, tmp_path: Path) -> None:
    write_retrieval(tmp_path / "r.json", found)
    assert read_retrieval(tmp_path / "r.json") == found
    assert next(iter(retrieval_json(found))) == "format"
    write_facts(tmp_path / "f.json", facts())
    assert read_facts(tmp_path / "f.json") == facts()


@pytest.mark.parametrize(("text", "told"), [
    ("{", "not valid JSON"),
    ("[]", "expected 'sprachbund retrieval' of version 1"),
    (json.dumps({"format": "sprachbund retrieval", "version": 1, "findings": {"source": "en"}}),
     "not findings of a retrieval"),
])
def test_files_that_are_something_else(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=told):
        read_retrieval(tmp_path / "r.json")
    with pytest.raises(FormatError, match="there is no such file"):
        read_retrieval(tmp_path / "none.json")


def test_no_rows() -> None:
    with pytest.raises(DataError, match="there are no score rows of a retrieval"):
        summarise([], facts())
