"""Exports that are let out, and those that are refused with nothing left behind."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import sprachbund as sb
from sprachbund.core.errors import DataError, FormatError, IntegrityError, MissingExtraError, ModelError, StorageError
from sprachbund.data.examples import Corpus, TextExample, TokenExample
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.predict import predict
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.exported import int8
from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.saved_model import LoadedModel, ModelDescription, load_model
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.pipeline import export as pipeline
from sprachbund.pipeline.export import corpus_of_file, export, stored_dev
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

LABELS = {"tokens": LabelSpace(kind="tokens", labels=("NOUN", "VERB", "X")),
          "sequence": LabelSpace(kind="sequence", labels=("no", "yes"))}


def trained(folder: Path, kind: str) -> LoadedModel:
    """A random model whose labels differ from sentence to sentence."""
    opened = open_encoder(str(make_tiny_encoder(folder / "tiny", "bert")))
    space = LABELS[kind]
    head = HeadConfig(type="token_labels" if kind == "tokens" else "sequence_label", n_labels=len(space.labels))
    model = build_transfer_model(opened.encoder, fusion_config({"type": "dlfa", "layer": 1}), head, seed=5).eval()
    with torch.no_grad():
        model.head.classifier.weight.mul_(30)
    task = "tagging" if kind == "tokens" else "classification"
    about = ModelDescription(task=task, source="en", encoder="tiny", system="DLFA (k=1, literal)", max_pieces=64)
    return LoadedModel(model, opened.tokenizer, space, about)


def corpus_for(loaded: LoadedModel, *, labelled: bool = True) -> EncodedCorpus:
    """Real sentences in twenty languages; gold labels are what torch predicts, so that its score is 100."""
    texts = [text for some in SENTENCES.values() for text in some]
    tokens = loaded.labels.kind == "tokens"
    bare = [TokenExample(str(number), tuple(text.split())) if tokens else TextExample(str(number), text)
            for number, text in enumerate(texts)]

    def encoded(examples: list[TokenExample | TextExample]) -> EncodedCorpus:
        corpus = Corpus("sentences", "en", "dev", tuple(examples), fingerprint="f" * 64)
        return encode_corpus(corpus, loaded.tokenizer, 64)

    first = encoded(bare)
    if not labelled:
        return first
    (found,) = predict(loaded.model, [first], loaded.labels, precision="fp32")
    gold = found.by_example(first)
    return encoded([replace(example, labels=tuple(labels)) if tokens else replace(example, label=labels[0])
                    for example, labels in zip(bare, gold, strict=True)])


@pytest.fixture(scope="module", params=["tokens", "sequence"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return trained(tmp_path_factory.mktemp("model"), request.param)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return trained(tmp_path_factory.mktemp("model"), "tokens")


def test_an_exported_model_opens_and_says_what_torch_says(either: LoadedModel, tmp_path: Path) -> None:
    corpus = corpus_for(either)
    done = export(either, corpus, tmp_path / "out")
    (checked,) = done.checked
    assert (checked.agreement, checked.score_torch, checked.score_onnx) == (100, 100, 100)
    assert 0 < checked.largest_difference <= 1e-4
    assert (checked.sentences, checked.data_set, checked.fingerprint) == (60, "sentences", "f" * 64)
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "config.json", "export.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
    ]
    opened = load_model(done.folder)
    assert isinstance(opened.model, ExportedClassifier)
    assert opened.labels == either.labels
    assert opened.description.system == "DLFA (k=1, literal), onnx fp32"
    before, after = either.facts(), opened.facts()
    assert {key: after[key] for key in after if key != "system"} == {
        key: before[key] for key in before if key != "system"}
    found, expected = (predict(one.model, [corpus], one.labels, precision="fp32")[0] for one in (opened, either))
    np.testing.assert_array_equal(found.label_ids, expected.label_ids)
    np.testing.assert_allclose(found.confidence, expected.confidence, atol=1e-4)
    assert json.loads((done.folder / "export.json").read_text())["agreement"] == 100


def test_int8_tells_agreement_and_the_change_of_the_score(either: LoadedModel, tmp_path: Path) -> None:
    done = export(either, corpus_for(either), tmp_path / "out", int8=True, accept_loss=20)
    exact, small = done.checked
    assert exact.number_format == "fp32"
    assert small.number_format == "int8"
    assert small.largest_difference > exact.largest_difference
    assert small.agreement > 80
    assert small.score_torch == 100
    assert small.score_onnx is not None
    assert 80 < small.score_onnx <= 100
    assert done.bytes_written < done.bytes_fp32 / 2
    assert not (done.folder / "fp32").exists()
    assert load_model(done.folder).description.system == "DLFA (k=1, literal), onnx int8"


def test_a_loss_is_refused_and_taken_when_it_is_accepted(
    tagger: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8, "MATRIX_LEVELS", 1)  # weights of -1, 0 and 1 lose much
    corpus = corpus_for(tagger)
    expected = r"int8 loses \d+\.\d\d points of accuracy \(100.00 to .* more than 0.3 is refused"
    with pytest.raises(ModelError, match=expected) as told:
        export(tagger, corpus, tmp_path / "out", int8=True)
    assert not list(tmp_path.iterdir())
    accepted = float(str(told.value).rpartition("--accept-loss ")[2])
    loss = export(tagger, corpus, tmp_path / "out", int8=True, accept_loss=accepted).checked[1]
    assert loss.score_onnx is not None
    assert accepted - 0.1 <= 100 - loss.score_onnx <= accepted


def test_a_graph_that_says_something_else_is_refused(tagger: LoadedModel, tmp_path: Path) -> None:
    class Moody(TransferModel):
        """Looks at the values it gets, which a trace cannot see."""

        def forward(self, batch: object, states: object = None) -> torch.Tensor:
            logits = super().forward(batch)  # type: ignore[arg-type]
            return logits * (1 if int(batch.piece_ids[0, 0]) == 1 else 2)  # type: ignore[attr-defined]

    inner = tagger.model
    assert isinstance(inner, TransferModel)
    moody = replace(tagger, model=Moody(inner.encoder, inner.fusion, inner.head).eval())
    with pytest.raises(ModelError, match="the graph gives something else than torch: logits differ by up to"):
        export(moody, corpus_for(tagger), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_int8_without_labels_is_refused_and_fp32_does_without(tagger: LoadedModel, tmp_path: Path) -> None:
    corpus = corpus_for(tagger, labelled=False)
    (checked,) = export(tagger, corpus, tmp_path / "out").checked
    assert (checked.metric, checked.score_torch) == ("", None)
    with pytest.raises(DataError, match="the example 0 has no gold label"):
        export(tagger, corpus, tmp_path / "int8", int8=True)
    assert not (tmp_path / "int8").exists()


def test_at_most_so_many_sentences_are_compared(
    tagger: LoadedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SENTENCES", 7)
    assert export(tagger, corpus_for(tagger), tmp_path / "out").checked[0].sentences == 7


def test_a_place_that_is_taken_and_a_model_that_is_a_graph_are_refused(tagger: LoadedModel, tmp_path: Path) -> None:
    corpus = corpus_for(tagger)
    done = export(tagger, corpus, tmp_path / "out")
    with pytest.raises(StorageError, match="there is something in this place already"):
        export(tagger, corpus, done.folder)
    with pytest.raises(ModelError, match="this model is an exported one already"):
        export(load_model(done.folder), corpus, tmp_path / "again")


@pytest.mark.parametrize("damage", ["other bytes", "missing"])
def test_a_damaged_graph_is_told_when_it_is_opened(damage: str, tagger: LoadedModel, tmp_path: Path) -> None:
    graph = export(tagger, corpus_for(tagger), tmp_path / "out").folder / "model.onnx"
    if damage == "missing":
        graph.unlink()
    else:
        content = bytearray(graph.read_bytes())
        content[len(content) // 2] ^= 1
        graph.write_bytes(content)
    expected = "is missing" if damage == "missing" else "its sha256 is not the one it was written with"
    with pytest.raises(IntegrityError, match=expected) as caught:
        sb.predict(tmp_path / "out", "the dog")
    assert str(graph) in str(caught.value)


def test_a_missing_extra_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match="exporting a model needs the package onnx, which is not installed"):
        sb.export("no-such-model")


def test_a_folder_outside_of_a_store_has_no_stored_dev(tmp_path: Path) -> None:
    (tmp_path / "stage" / "model").mkdir(parents=True)
    assert stored_dev(tmp_path / "stage" / "model") is None
    shutil.rmtree(tmp_path / "stage" / "model")
    (tmp_path / "stage" / "manifest.json").write_text("{}")  # of another program
    assert stored_dev(tmp_path / "stage" / "model") is None


def test_a_file_to_check_on_is_read_with_its_labels(tagger: LoadedModel, tmp_path: Path) -> None:
    path = tmp_path / "some.conllu"
    path.write_text("1\tdog\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n")
    corpus = corpus_of_file(str(path), tagger)
    assert (corpus.data_set, corpus.split, corpus.gold()) == ("some.conllu", "check", [["NOUN"]])


def test_a_file_to_check_on_that_is_not_there_is_told(tagger: LoadedModel) -> None:
    with pytest.raises(FormatError, match="there is no such file"):
        corpus_of_file("-", tagger)
