"""The predict stage: one trained model over the source and all target languages, in one stream."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch

from sprachbund.data.answers import AnswerConfig
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.gates import GateSums
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.predict_answers import predict_answers
from sprachbund.evaluation.predictions import Predictions
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.saved_model import LoadedModel, load_model
from sprachbund.models.transfer_model import TransferModel
from sprachbund.pipeline.check import check_all_labels
from sprachbund.pipeline.corpora import corpora_of
from sprachbund.results.gates import FILE as GATES
from sprachbund.results.gates import write_gates
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.origin import check_tokenizer

NOTES = "notes.json"
"""Sentences for the user."""


def run(job: Job) -> None:
    """Predict.

    Inputs: "model" (a train stage) or the setting `model` (a folder or hub id trained elsewhere), and one
    "corpus CODE" a language. Output: `CODE/` with the predictions (or answers) of each language and `model.json` with
    labels and description, so that scoring needs no weights; `notes.json`; of a model with a gate
    `gates.parquet`, its statistics by language and label. They lie here and not in the model's folder, since
    that is sealed when training ends, and the pass over all languages is made here anyway.

    Raises:
        DataError: a corpus was encoded with another tokenizer than the model's.
        LabelError: the setting `unknown_labels` is "fail" and a corpus has a label that the model does not know.
    """
    device = str(job.settings.get("device") or "auto")
    torch.set_num_threads(job.cpus)
    loaded = open_model(job)
    notes: list[str] = []
    by_code = corpora_of(job)
    codes, corpora = list(by_code), list(by_code.values())
    check_tokenizer(corpora, loaded.tokenizer, loaded.description.encoder or "the model")
    if job.settings.get("unknown_labels") == "fail":
        check_all_labels(corpora, loaded.labels, job)
    total = sum(corpus.n_examples for corpus in corpora)

    def emit(done: int, total_windows: int) -> None:
        values = {"languages": float(len(codes)), "examples": float(total)}
        job.emit(Progress(job.key, "predict", done, total_windows, "sentences", values))

    def tell(note: str) -> None:
        notes.append(note)
        job.emit(Progress(job.key, "predict", 0, 0, "", note=note))

    gates = gate_sums(loaded, corpora)
    precision = str(job.config["precision"])
    predictions: list[Predictions | Answers]
    if "answers" in job.config:
        answers = AnswerConfig.model_validate(job.config["answers"])
        predictions = [*predict_answers(loaded.model, corpora, answers, precision=precision, device=device,
                                        emit=emit, tell=tell, gates=gates)]
    else:
        predictions = [*predict(loaded.model, corpora, loaded.labels, precision=precision, device=device,
                                emit=emit, tell=tell, gates=gates)]
    if gates is not None:
        write_gates(job.output / GATES, gates.rows(loaded.description.task))
    for code, one in zip(codes, predictions, strict=True):
        one.save(job.output / code)
    facts = loaded.facts()
    facts["source"] = facts["source"] or job.config.get("source", "")  # a model trained elsewhere does not say it
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (job.output / "model.json").write_text(text, encoding="utf-8")
    (job.output / NOTES).write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")


def gate_sums(loaded: LoadedModel, corpora: Sequence[EncodedCorpus]) -> GateSums | None:
    """An empty collection of gate statistics for a model that has a gate, else None."""
    model = loaded.model
    if isinstance(model, TransferModel) and model.fusion.gate_channels is not None:
        return GateSums(model, corpora)
    return None


def open_model(job: Job) -> LoadedModel:
    """The trained model of an input stage, or one that a setting names."""
    if "model" in job.inputs:
        return load_model(job.inputs["model"] / "model")
    named = EncoderConfig.model_validate(job.settings["model"])
    return load_model(named.name, allow_pickle=named.allow_pickle, trust_remote_code=named.trust_remote_code)
