"""The train stage: encoder, fusion and head on the source language's training data; a saved model comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sprachbund.core.seeds import derive_seed
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.labels import POOLED, LabelSpace, joined_space
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.predict_answers import predict_answers
from sprachbund.evaluation.score import primary_score
from sprachbund.evaluation.score_answers import answer_score
from sprachbund.models.encoders.hub import ADAPTATION
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import BY_KIND, HeadConfig
from sprachbund.models.saved_facts import ModelDescription
from sprachbund.models.saved_model import save_model
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.pipeline.adapt_plan import ADAPTED, ENCODER
from sprachbund.pipeline.corpora import learnt_of
from sprachbund.pipeline.prepare import load_task, read_labels
from sprachbund.results.adaptation import read_adaptation
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tasks.task import Task
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.origin import check_tokenizer
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import LabelledCorpora
from sprachbund.training.engine import TrainingProgress, train_on

FEW = 6
"""Languages of training data that are named one by one."""


def run(job: Job) -> None:
    """Train one system with one seed.

    Config: task, source, encoder, fusion, pooling, head_normalisation, training, seed; for questions also answers, for
    intents and slots intent_weight.
    Inputs: "train", perhaps more to learn from, where the source language has dev data "dev", and where the encoder
    learnt from raw text before "encoder". Output: `model/` (a saved model) and `training.json` (history, dev score,
    speed).
    """
    task = load_task(str(job.config["task"]))
    learnt = learnt_of(job)
    corpora = tuple(map(EncodedCorpus.load, learnt))
    dev = EncodedCorpus.load(job.inputs["dev"]) if "dev" in job.inputs else None
    space = joined_space(map(read_labels, learnt))
    config = TrainingConfig.model_validate(
        {**_mapping(job.config["training"]), **_mapping(job.settings["training"]), "threads": job.cpus}
    )
    answers = AnswerConfig.model_validate(job.config["answers"]) if task.kind == "span" else None
    seed = int(str(job.config["seed"]))
    adapted = job.inputs[ADAPTED] / ENCODER if ADAPTED in job.inputs else None
    opened = open_encoder(EncoderConfig.model_validate(job.settings["encoder"]) if adapted is None else str(adapted))
    check_tokenizer((*corpora, *([dev] if dev else [])), opened.tokenizer, str(job.config["encoder"]))
    fusion = fusion_config(_mapping(job.config["fusion"]))
    head = head_config(task, space, config, job.config["pooling"], str(job.config["head_normalisation"]),
                       float(str(job.config.get("intent_weight", 1.0))))
    model = build_transfer_model(opened.encoder, fusion, head, seed=derive_seed(seed, "model"))
    result = train_on(
        model, LabelledCorpora(corpora, space), config, seed,
        work=job.work,
        emit=_progress(job),
        score_dev=_dev_scorer(task, dev, space, config, answers) if dev is not None else None,
    )
    description = ModelDescription(
        task=task.name,
        source=str(job.config["source"]),
        more_sources=tuple(map(str, _listed(job.settings.get("more_sources")))),
        beyond=str(job.settings.get("beyond", "")),
        encoder=str(job.config["encoder"]),
        provenance=opened.encoder.provenance,
        intermediate=(read_adaptation(adapted / ADAPTATION).in_words(),) if adapted else (),
        system=fusion.label(),
        train_data=train_data(corpora),
        train_examples=sum(corpus.n_examples for corpus in corpora),
        seed=seed,
        max_pieces=min(config.max_pieces, opened.tokenizer.max_pieces),
        answers=answers,
    )
    save_model(model, job.output / "model", tokenizer=opened.tokenizer, labels=space, description=description)
    summary = json.dumps(result.to_json(), indent=1, ensure_ascii=False)
    (job.output / "training.json").write_text(summary, encoding="utf-8")


def train_data(corpora: Sequence[EncodedCorpus]) -> str:
    """What was learnt from, in words: data sets, and the languages of each where there are several corpora."""
    if len(corpora) == 1:
        return corpora[0].data_set
    found: dict[str, list[str]] = {}
    for corpus in corpora:
        found.setdefault(corpus.data_set, []).append(corpus.language)
    return " + ".join(f"{name} ({', '.join(codes) if len(codes) <= FEW else f'{len(codes)} languages'})"
                      for name, codes in found.items())


def head_config(
    task: Task, space: LabelSpace, config: TrainingConfig, pooling: Any, normalisation: str = "none",
    intent_weight: float = 1.0,
) -> HeadConfig:
    """The head that a label space's kind asks for."""
    values: dict[str, Any] = {"type": BY_KIND[task.kind], "n_labels": len(space.labels), "dropout": config.head_dropout,
              "normalisation": normalisation}
    if task.kind in POOLED:
        values["pooling"] = pooling or "first"
    if task.kind == "joint":
        values |= {"n_intents": len(space.intents), "intent_weight": intent_weight}
    return HeadConfig.model_validate(values)


def _dev_scorer(
    task: Task, dev: EncodedCorpus, space: LabelSpace, config: TrainingConfig, answers: AnswerConfig | None
) -> Callable[[TransferModel], float]:
    metric = task.metrics(space)[0]

    def score_dev(model: TransferModel) -> float:
        if answers is not None:
            (given,) = predict_answers(model, [dev], answers, precision=config.precision)
            return answer_score(dev, given, metric, answers.no_answer)
        (predictions,) = predict(model, [dev], space, precision=config.precision)
        return primary_score(dev, predictions, space, metric)

    return score_dev


def _progress(job: Job) -> Callable[[TrainingProgress], None]:
    def emit(progress: TrainingProgress) -> None:
        job.emit(Progress(job.key, f"train {job.settings['system']}, seed {job.config['seed']}", progress.step,
                          progress.steps, "steps", progress.values, progress.note))

    return emit


def _listed(value: Any) -> list[Any]:
    return list(value or ())


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value)
