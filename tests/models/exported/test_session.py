"""A graph behind the interface of a classifier."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import saved_models as toys
import torch
from saved_models import Saved

from sprachbund.core.errors import IntegrityError, MissingExtraError
from sprachbund.models.exported.graph import export_graph
from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.threads import worker_threads


@pytest.fixture(scope="module")
def path(tagger: Saved, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("graph") / "model.onnx"
    export_graph(tagger.model, "tokens", uses_type_ids=True, path=file)
    return file


def test_segments_that_a_corpus_does_not_store_are_the_first_ones(tagger: Saved, path: Path) -> None:
    batch = toys.batch_of(tagger.tokenizer, "Der Hund bellt", "Ja")
    classifier = ExportedClassifier(path, {}, 2000)
    assert torch.equal(classifier(batch), classifier(replace(batch, type_ids=None)))


def test_calls_from_several_threads_give_the_same(tagger: Saved, path: Path) -> None:
    classifier = ExportedClassifier(path, {}, 2000)
    batches = [toys.batch_of(tagger.tokenizer, " ".join(["Hund"] * length)) for length in range(1, 9)]
    expected = [classifier(batch) for batch in batches]
    with worker_threads(2) as pool:
        found = list(pool.map(classifier, batches))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_a_file_that_is_no_graph_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(IntegrityError, match="onnxruntime cannot read the graph") as caught:
        ExportedClassifier(tmp_path / "model.onnx", {}, 2000)
    assert str(tmp_path / "model.onnx") in str(caught.value)


def test_without_onnxruntime_the_command_to_install_it_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match="running an exported model needs the package onnxruntime") as caught:
        ExportedClassifier(path, {}, 2000)
    assert "pip install 'sprachbund[onnx]'" in str(caught.value)
