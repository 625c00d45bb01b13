"""A suite of benchmarks as its evaluator sees it: tasks, their languages and files, groups, known faults."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, model_validator

from sprachbund.core.config import Config, parse_yaml, validate
from sprachbund.core.errors import RegistryError, join_or, near_matches
from sprachbund.data.card import Split
from sprachbund.evaluation.probes.poolings import Pooling

SUITES = ("xtreme", "xtreme-r")
"""Suites that come with the package."""

FileKind = Literal["labels", "tags", "pairs", "answers", "mlqa_answers", "choices", "entities", "unscored"]
"""What a task's files of labels and predictions hold, and so how they are scored.

labels: one a line, accuracy. tags: one a line, sentences apart by empty lines, seqeval's F1. pairs: two identities a
line, F1 of the set. answers, mlqa_answers: JSON by question, exact match and F1. choices: JSON lines, accuracy.
entities: JSON lists by mention, MAP@20. unscored: the evaluator gives no score."""

SUFFIXES: dict[FileKind, str] = {"answers": "json", "mlqa_answers": "json", "entities": "json", "choices": "jsonl"}
"""How a kind's files end; the others end in tsv."""


class SuiteRun(Config):
    """How a task is learnt and predicted."""

    task: str
    """A registered task."""
    test: str
    """Card of the data that are scored."""
    train: tuple[str, ...] = Field(min_length=1)
    """Data to learn from in English, the suite's own first; the first that is there is taken, and if it is another
    one it is named as a stand-in."""
    splits: tuple[Split, ...] = ("test",)
    """Splits that may be scored, the suite's own first."""
    remark: str = ""
    """What of the suite's recipe cannot be done here; stands wherever the score does."""
    training: dict[str, Any] = Field(default_factory=dict)
    """Settings of training, as `TrainingConfig` has them."""
    large: dict[str, Any] = Field(default_factory=dict)
    """Settings of training that replace these for large encoders."""


class SuiteLookup(Config):
    """How a task of retrieval is looked up, without training."""

    data: str
    """Card of the data."""
    pooling: Pooling
    metric: str
    """A registered metric of rankings."""
    layer_of_12: int
    """Layer of an encoder with 12 layers; as high in others."""
    layer_of_24: int | None = None
    """Layer of one with 24, where the suite names another."""

    def layer(self, n_layers: int) -> int:
        """The layer of an encoder.

        >>> SuiteLookup(data="tatoeba", pooling="mean", metric="m", layer_of_12=7, layer_of_24=13).layer(24)
        13
        """
        if n_layers == 24 and self.layer_of_24 is not None:
            return self.layer_of_24
        return max(1, round(self.layer_of_12 * n_layers / 12))


class SuiteTask(Config):
    """A task of a suite."""

    title: str
    """For tables."""
    kind: FileKind
    languages: tuple[str, ...]
    """Codes in the evaluator's order; every mean is over all of them."""
    faults: tuple[str, ...] = ()
    """What is known to be wrong with the evaluator's figures of this task."""
    run: SuiteRun | None = None
    """How it is learnt; None: it is not, here."""
    lookup: SuiteLookup | None = None
    """How it is looked up, where it is a task of retrieval."""

    @property
    def suffix(self) -> str:
        """How its files end."""
        return SUFFIXES.get(self.kind, "tsv")

    @property
    def is_qa(self) -> bool:
        """Whether its score is the mean of exact match and F1."""
        return self.kind in ("answers", "mlqa_answers")


class Suite(Config):
    """A suite of benchmarks."""

    name: str
    title: str
    paper: str = Field(pattern=r"^[0-9]{4}\.[0-9]{5}$")
    """arXiv number."""
    groups: dict[str, tuple[str, ...]]
    """Group -> tasks; a group's score is the mean over its tasks."""
    faults: tuple[str, ...] = ()
    """What a reader of any of the evaluator's figures must know."""
    tasks: dict[str, SuiteTask]
    """Name of a task's folder -> the task."""

    @model_validator(mode="after")
    def _known_tasks(self) -> Suite:
        unknown = sorted({name for group in self.groups.values() for name in group} - set(self.tasks))
        if unknown:
            raise ValueError(f"groups name tasks that the suite does not have: {join_or(unknown)}")
        return self


def read_suite(name: str) -> Suite:
    """A suite that comes with the package.

    Raises:
        RegistryError: there is none of that name.
    """
    if name not in SUITES:
        near = near_matches(name, SUITES)
        hint = f"did you mean {join_or(near)}? " if near else ""
        raise RegistryError(f"there is no suite named {name!r}", remedy=f"{hint}known: {', '.join(SUITES)}")
    file = files("sprachbund.studies") / "suites" / f"{name}.yaml"
    return validate(parse_yaml(file.read_text(encoding="utf-8"), file.name), Suite, file.name)
