"""The prepare stage: read one language and split, check it, turn it into pieces once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import canonical_json
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.labels import LabelSpace, LabelWitnesses
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource
from sprachbund.data.splits import sample_stream
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.saved_facts import model_tokenizer
from sprachbund.stages.stage import Job
from sprachbund.tasks.task import TASKS, Task
from sprachbund.tokenization.encoded_corpus import encode_stream
from sprachbund.tokenization.tokenizer import PieceTokenizer

VERSION = 2
SAMPLE_SEED = 0
"""Subsets are the same for every seed of a run, so that seeds differ by training alone."""

LABELS = "labels.json"


def run(job: Job) -> None:
    """Read, check and encode one corpus, an example at a time: memory does not grow with the corpus.

    Config: task, language, split, limit, max_pieces, for questions also answers (their windows).
    Settings: where the data and the encoder lie.

    Raises:
        FormatError, DataError: from reading and from the task's own check.
        ModelError: the tokenizer cannot be opened.
    """
    task = load_task(str(job.config["task"]))
    source = source_for(job.settings["data"], task, job.settings["data_dir"])
    where = str(job.config["language"]), str(job.config["split"])
    stream, witnesses = source.stream(*where), LabelWitnesses()
    checked = witnesses.watch(task.checked(stream.examples, needs_labels=True))
    limit = job.config["limit"]
    if isinstance(limit, int):  # how many there are must be known before any is drawn: the corpus is read twice
        total = sum(1 for _ in checked)
        stream = sample_stream(source.stream(*where), total, limit, SAMPLE_SEED)
    else:
        stream = replace(stream, examples=checked)
    tokenizer = tokenizer_for(job.settings["encoder"])
    max_pieces = min(int(str(job.config["max_pieces"])), tokenizer.max_pieces)
    answers = AnswerConfig.model_validate(job.config.get("answers", {}))
    encode_stream(stream, tokenizer, max_pieces, job.output, answers)
    space = task.label_space(witnesses.examples)  # of all examples: a sample may lack rare labels
    (job.output / LABELS).write_text(space.model_dump_json(), encoding="utf-8")


def read_labels(prepared: Path) -> LabelSpace:
    """The label space of all examples of a prepared corpus, those outside of a sample included."""
    return LabelSpace.model_validate_json((prepared / LABELS).read_text(encoding="utf-8"))


def load_task(name: str) -> Task:
    """An instance of a registered task."""
    task: Task = TASKS.load(name).value()
    return task


def source_for(data: Any, task: Task, data_dir: Any) -> DataSource:
    """Open the data set that a config's plain values name."""
    return _open(canonical_json(data), task.name, str(data_dir) if data_dir else None)


def tokenizer_for(encoder: Any) -> PieceTokenizer:
    """Open the tokenizer of an encoder or saved model; it stays open, since every language of a run asks for it."""
    return _tokenizer(canonical_json(encoder))


@lru_cache(maxsize=8)
def _open(data: str, task_name: str, data_dir: str | None) -> DataSource:
    task = load_task(task_name)
    folder = Path(data_dir) if data_dir else None
    return open_source(DataConfig.model_validate_json(data), kind=task.kind, formats=task.formats, data_dir=folder)


@lru_cache(maxsize=2)
def _tokenizer(encoder: str) -> PieceTokenizer:
    return model_tokenizer(EncoderConfig.model_validate_json(encoder))
