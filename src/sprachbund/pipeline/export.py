"""Export: a trained model as a folder with an ONNX graph, held against torch before it is let out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sprachbund.batching.batch import Batch
from sprachbund.core.errors import DataError, FormatError, IntegrityError, ModelError, StorageError
from sprachbund.core.files import sha256_file, write_aside, write_text
from sprachbund.core.source import Location
from sprachbund.data.examples import Corpus
from sprachbund.data.inputs import read_file
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.predictions import Predictions
from sprachbund.evaluation.score import primary_score
from sprachbund.models.classifier import Classifier
from sprachbund.models.exported.folder import (
    CHECKED,
    GRAPH,
    GRAPH_FILES,
    Checked,
    ExportedConfig,
    Format,
    LayerUse,
    require_onnx,
)
from sprachbund.models.exported.graph import export_graph
from sprachbund.models.exported.int8 import quantise
from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.saved_facts import CONFIG
from sprachbund.models.saved_model import LoadedModel, save_tokenizer, saved_pieces
from sprachbund.pipeline.prepare import load_task
from sprachbund.stages.manifest import MANIFEST
from sprachbund.stages.store import Store
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.tokenization.origin import check_tokenizer
from sprachbund.tokenization.parts import NO_LABEL
from sprachbund.tokenization.subset import spread

SENTENCES = 1000
"""Sentences on which a graph is checked, at most."""
LARGEST_DIFFERENCE = 1e-4
"""Of a logit, in fp32."""
ACCEPTED_LOSS = 0.3
"""Points of the primary metric that int8 may lose."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Exported:
    """What an export left behind.

    Args:
        folder: the exported model.
        checked: the check of the graph in fp32, then, of an int8 one, its own.
        bytes_fp32, bytes_written: sizes of the graph.
    """

    folder: Path
    checked: tuple[Checked, ...]
    bytes_fp32: int
    bytes_written: int


class _Result(NamedTuple):
    predictions: Predictions
    logits: NDArray[np.float32]
    seconds: float


def export(
    loaded: LoadedModel, corpus: EncodedCorpus, folder: Path, *, int8: bool = False,
    accept_loss: float = ACCEPTED_LOSS, tell: Tell = lambda _: None,
) -> Exported:
    """Write a model as an ONNX graph, all or nothing.

    Args:
        loaded: a trained model.
        corpus: what the graph is checked on; of more than `SENTENCES` examples some are taken, evenly spread.
        folder: where to; must be empty or not there.
        int8: quantise the weights.
        accept_loss: points of the primary metric that int8 may lose on the corpus.
        tell: told what is being done.

    Raises:
        MissingExtraError: onnx or onnxruntime is not installed.
        ModelError: the model cannot become a graph, is one already, or its graph gives something else than torch.
        DataError: int8, and the corpus has no labels or none of the model's; a corpus of another tokenizer.
        StorageError: there is something in the folder, no space, no permission.
    """
    versions = {**require_onnx(), "torch": torch.__version__}
    if isinstance(loaded.model, ExportedClassifier):
        raise ModelError("this model is an exported one already", remedy="export the model that it was made from")
    if loaded.labels.kind == "span":
        raise ModelError("models that answer questions are not exported", remedy="use the model as it is")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise StorageError("there is something in this place already", where=Location(str(folder)),
                           remedy="choose another folder with --output, or remove it first")
    check_tokenizer([corpus], loaded.tokenizer, loaded.description.encoder or "the model")
    part = spread(corpus, SENTENCES)
    with write_aside(folder) as temporary:
        graphs = temporary / "fp32"
        graphs.mkdir(parents=True)
        tell("writing the graph")
        export_graph(loaded.model.cpu(), loaded.labels.kind, uses_type_ids=loaded.tokenizer.uses_type_ids,
                     path=graphs / GRAPH)
        tell(f"predicting {part.n_examples:,} sentences with torch")
        expected = _result(loaded.model, part, loaded)
        tell("predicting them with the graph")
        checks = [_checked("fp32", graphs, part, expected, loaded, versions)]
        _refuse_difference(checks[0])
        size = _size(graphs)
        if int8:
            tell("quantising")
            quantise(graphs / GRAPH, temporary / GRAPH)
            tell("predicting them in int8")
            checks.append(_checked("int8", temporary, part, expected, loaded, versions))
            _refuse_loss(checks[1], accept_loss)
        else:
            for path in graphs.iterdir():
                path.rename(temporary / path.name)
        rmtree(graphs)
        _describe(temporary, checks[-1], loaded)
        written = _size(temporary)
    return Exported(folder, tuple(checks), size, written)


def stored_dev(model: Path) -> EncodedCorpus | None:
    """The dev corpus that stands in the store beside a model that was trained into it.

    Args:
        model: folder of a saved model.

    Returns:
        None where the folder is no output of a train stage, there were no dev data, they are gone, or another
        version wrote them.
    """
    stage = model.resolve().parent
    if not (stage / MANIFEST).is_file():
        return None
    store = Store(stage.parent.parent)
    try:
        key = store.manifest(stage.name).input_keys().get("dev")
    except (IntegrityError, StorageError):  # the output of another program
        return None
    if key is None or not store.has(key):
        return None
    folder = store.open(key)
    try:
        return EncodedCorpus.load(folder)
    except FormatError:  # intact, and of another version
        return None


def corpus_of_file(name: str, loaded: LoadedModel) -> EncodedCorpus:
    """Read a file as `sprachbund predict` reads it, with the labels it has.

    Raises:
        FormatError: the file is not there, or breaks its format.
        DataError: it is empty.
    """
    path = Path(name)
    if not path.is_file():  # standard input could not be named in what was checked
        raise FormatError("there is no such file", where=Location(name), remedy="check the path")
    examples = tuple(read_file(name, loaded.labels.kind))
    corpus = Corpus(path.name, loaded.description.source or "und", "check", examples, sha256_file(path))
    return encode_corpus(corpus, loaded.tokenizer, loaded.description.max_pieces)


def _result(model: Classifier, corpus: EncodedCorpus, loaded: LoadedModel) -> _Result:
    """Predict as the engine does, and keep the logits; batches are the same for every model."""
    kept: dict[int, NDArray[np.float32]] = {}

    def keep(_: Classifier, given: tuple[Batch], logits: Tensor) -> None:
        kept[int(given[0].windows[0])] = logits.float().numpy()  # batches may come from several threads

    hook = model.register_forward_hook(keep)
    began = time.perf_counter()
    try:
        (predictions,) = predict(model, [corpus], loaded.labels, precision="fp32")
    finally:
        hook.remove()
    seconds = time.perf_counter() - began
    return _Result(predictions, np.concatenate([kept[first] for first in sorted(kept)]), seconds)


def _checked(
    number_format: Format, graphs: Path, corpus: EncodedCorpus, expected: _Result, loaded: LoadedModel,
    versions: dict[str, str],
) -> Checked:
    """Run a graph on the corpus and compare it with what torch gave."""
    graph = ExportedClassifier(graphs / GRAPH, {}, loaded.tokenizer.vocabulary_size)
    found = _result(graph, corpus, loaded)
    metric, scores = "", list[float | None]((None, None))
    if (corpus.gold_ids != NO_LABEL).all():
        metric = load_task(loaded.description.task).metrics(loaded.labels)[0]
        scores = [primary_score(corpus, one.predictions, loaded.labels, metric) for one in (expected, found)]
    elif number_format == "int8":
        corpus.gold()  # says which example lacks its label
    return Checked(
        number_format=number_format,
        data_set=corpus.data_set, language=corpus.language, split=corpus.split, fingerprint=corpus.fingerprint,
        sentences=corpus.n_examples, words=corpus.n_words,
        agreement=float((expected.predictions.label_ids == found.predictions.label_ids).mean() * 100),
        largest_difference=float(np.abs(expected.logits - found.logits).max(initial=0)),
        metric=metric, score_torch=scores[0], score_onnx=scores[1],
        seconds_torch=expected.seconds, seconds_onnx=found.seconds, threads=torch.get_num_threads(),
        versions=versions,
    )


def _refuse_difference(checked: Checked) -> None:
    if checked.largest_difference <= LARGEST_DIFFERENCE and checked.agreement == 100:
        return
    raise ModelError(
        f"the graph gives something else than torch: logits differ by up to {checked.largest_difference:.2g} "
        f"(at most {LARGEST_DIFFERENCE:g} is let through), {checked.agreement:.2f} % of the predictions are equal",
        remedy="use the model itself; a part of it may behave otherwise in ONNX (report which fusion and encoder)",
    )


def _refuse_loss(checked: Checked, accepted: float) -> None:
    if checked.score_torch is None or checked.score_onnx is None:
        raise DataError("what int8 loses cannot be told: the sentences have no labels",
                        remedy="give labelled sentences with --check")
    loss = checked.score_torch - checked.score_onnx
    if loss > accepted:
        raise ModelError(
            f"int8 loses {loss:.2f} points of {checked.metric} ({checked.score_torch:.2f} to {checked.score_onnx:.2f}, "
            f"{checked.agreement:.2f} % of the predictions equal); more than {accepted:g} is refused",
            remedy=f"export it without --int8, or take the loss with --accept-loss {np.ceil(loss * 10) / 10:.1f}",
        )


def _describe(folder: Path, checked: Checked, loaded: LoadedModel) -> None:
    facts = loaded.facts()
    description = loaded.description.model_copy(
        update={"system": f"{loaded.description.system}, onnx {checked.number_format}"}
    )
    config = ExportedConfig(
        number_format=checked.number_format,
        labels=loaded.labels,
        use=LayerUse(fusion=facts["fusion"], layers=tuple(facts["layers"]), gate=facts["gate"]),
        description=description.model_dump(mode="json"),
        pieces=saved_pieces(loaded.tokenizer).model_dump(mode="json"),
        files={path.name: sha256_file(path) for path in _graph_files(folder)},
    )
    save_tokenizer(loaded.tokenizer, folder)
    write_text(folder / CONFIG, config.model_dump_json(indent=2) + "\n")
    write_text(folder / CHECKED, json.dumps(checked.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n")


def _graph_files(folder: Path) -> list[Path]:
    return sorted(path for pattern in GRAPH_FILES for path in folder.glob(pattern))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _graph_files(folder))
