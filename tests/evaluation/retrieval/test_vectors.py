from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from sprachbund.core.errors import StorageError
from sprachbund.evaluation.probes.states import pooled_vectors
from sprachbund.evaluation.retrieval import vectors as module
from sprachbund.evaluation.retrieval.distinct import distinct
from sprachbund.evaluation.retrieval.vectors import encode
from sprachbund.models.chosen_states import ChosenStates
from sprachbund.testing.toy_task import toy_corpus, toy_model


def model(*chosen: str) -> ChosenStates:
    whole = toy_model("sequence", fusion={"type": "dlfa", "layer": 1}).eval()
    return ChosenStates(whole.encoder, whole.fusion, whole.layers, chosen or None).eval()


def test_vectors_are_those_of_the_chosen_states_and_poolings(tmp_path: Path) -> None:
    corpus = toy_corpus(9, "sequence")
    texts = distinct([corpus])
    every = np.zeros((4, 2, texts.count, 16), dtype=np.float32)
    pooled_vectors(model(), list(texts.corpora), every, precision="fp32")
    told: list[tuple[int, int]] = []
    found = encode(model("1", "fused"), texts, ("first",), tmp_path, precision="fp32",
                   emit=lambda *at: told.append(at))
    assert (found.states, found.poolings) == (("1", "fused"), ("first",))
    assert found.vectors.shape == (2, 1, texts.count, 16)
    assert found.of(0, 0) == pytest.approx(every[1, 1], abs=1e-6)
    assert found.of(1, 0) == pytest.approx(every[3, 1], abs=1e-6)
    assert told[-1] == (texts.count, texts.count)


def test_a_finished_pass_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = distinct([toy_corpus(5, "sequence")])
    first = encode(model("1"), texts, ("mean",), tmp_path, precision="fp32", emit=lambda *_: None)
    monkeypatch.setattr(module, "pooled_vectors", lambda *_, **__: pytest.fail("encoded again"))
    again = encode(model("1"), texts, ("mean",), tmp_path, precision="fp32", emit=lambda *_: None)
    assert np.array_equal(first.of(0, 0), again.of(0, 0))
    assert again.seconds == first.seconds


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", ["total", "used", "free"])
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage(10, 0, 10))
    with pytest.raises(StorageError, match=r"vectors of all states need 0.0 GiB, 0.0 are free\n  → choose fewer"):
        encode(model("1"), distinct([toy_corpus(5, "sequence")]), ("mean",), tmp_path, precision="fp32",
               emit=lambda *_: None)
    assert not list(tmp_path.iterdir())
