"""A suite of benchmarks as its evaluator sees it: tasks, their languages and files, groups, known faults."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from pydantic import Field, model_validator

from sprachbund.core.config import Config, parse_yaml, validate
from sprachbund.core.errors import RegistryError, join_or, near_matches

SUITES = ("xtreme", "xtreme-r")
"""Suites that come with the package."""

FileKind = Literal["labels", "tags", "pairs", "answers", "mlqa_answers", "choices", "entities", "unscored"]
"""What a task's files of labels and predictions hold, and so how they are scored.

labels: one a line, accuracy. tags: one a line, sentences apart by empty lines, seqeval's F1. pairs: two identities a
line, F1 of the set. answers, mlqa_answers: JSON by question, exact match and F1. choices: JSON lines, accuracy.
entities: JSON lists by mention, MAP@20. unscored: the evaluator gives no score."""

SUFFIXES: dict[FileKind, str] = {"answers": "json", "mlqa_answers": "json", "entities": "json", "choices": "jsonl"}
"""How a kind's files end; the others end in tsv."""


class SuiteTask(Config):
    """A task of a suite."""

    title: str
    """For tables."""
    kind: FileKind
    languages: tuple[str, ...]
    """Codes in the evaluator's order; every mean is over all of them."""
    faults: tuple[str, ...] = ()
    """What is known to be wrong with the evaluator's figures of this task."""

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
