"""The predict stage: one trained model over the source and all target languages, in one stream."""

from __future__ import annotations

import json

import torch

from sprachbund.evaluation.predict import predict
from sprachbund.models.encoders.encoder import EncoderConfig
from sprachbund.models.saved_model import LoadedModel, load_model
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

VERSION = 1
CORPUS = "corpus "
"""Prefix of the inputs that are corpora; the language code follows."""


def run(job: Job) -> None:
    """Predict.

    Inputs: "model" (a train stage) or the setting `model` (a folder or hub id trained elsewhere), and one
    "corpus CODE" a language. Output: `CODE/` with the predictions of each language and `model.json` with
    labels and description, so that scoring needs no weights.
    """
    device = str(job.settings.get("device") or "auto")
    torch.set_num_threads(job.cpus)
    loaded = open_model(job)
    codes = sorted(name.removeprefix(CORPUS) for name in job.inputs if name.startswith(CORPUS))
    corpora = [EncodedCorpus.load(job.inputs[CORPUS + code]) for code in codes]
    total = sum(corpus.n_examples for corpus in corpora)

    def emit(done: int, total_windows: int) -> None:
        values = {"languages": float(len(codes)), "examples": float(total)}
        job.emit(Progress(job.key, "predict", done, total_windows, "sentences", values))

    predictions = predict(loaded.model, corpora, loaded.labels, precision=str(job.config["precision"]),
                          device=device, emit=emit)
    for code, one in zip(codes, predictions, strict=True):
        one.save(job.output / code)
    facts = loaded.facts()
    facts["source"] = facts["source"] or job.config.get("source", "")  # a model trained elsewhere does not say it
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    (job.output / "model.json").write_text(text, encoding="utf-8")


def open_model(job: Job) -> LoadedModel:
    """The trained model of an input stage, or one that a setting names."""
    if "model" in job.inputs:
        return load_model(job.inputs["model"] / "model")
    named = EncoderConfig.model_validate(job.settings["model"])
    return load_model(named.name, allow_pickle=named.allow_pickle, trust_remote_code=named.trust_remote_code)
