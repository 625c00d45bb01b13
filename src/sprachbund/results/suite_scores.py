"""Scores of a suite of benchmarks and their means, as XTREME's evaluator takes them; to JSON and back.

A mean is over all languages of a task, over all tasks of a group, over all tasks; where one is missing there is none,
and what is missing is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location

QA_METRICS = ("exact_match", "f1")


@dataclass(frozen=True, slots=True)
class TaskScores:
    """Scores of a task, in points.

    Args:
        task, title: name of its folder, and for tables.
        languages: of the suite's task, in its order.
        scores: metric -> language -> score; the first metric is the task's, but for question answering.
        qa: whether the task's score is the mean of exact match and F1.
        note: what a reader must know ("trained on a stand-in"), or "".
    """

    task: str
    title: str
    languages: tuple[str, ...]
    scores: Mapping[str, Mapping[str, float]]
    qa: bool = False
    note: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Languages without a score by some metric."""
        return tuple(language for language in self.languages
                     if not self.scores or any(language not in values for values in self.scores.values()))

    def mean_of(self, metric: str) -> float | None:
        """The mean of a metric over the task's languages, English included; None where one is missing."""
        values = self.scores.get(metric, {})
        if not self.languages or any(language not in values for language in self.languages):
            return None
        return sum(values[language] for language in self.languages) / len(self.languages)

    @property
    def partial_mean(self) -> float | None:
        """The mean of the first metric over the languages that are there: to be shown with their number, never as the
        task's score."""
        values = next(iter(self.scores.values()), {})
        return sum(values.values()) / len(values) if values else None

    @property
    def mean(self) -> float | None:
        """The task's score; None where a language is missing."""
        names = QA_METRICS if self.qa else tuple(self.scores)[:1]
        means = [self.mean_of(name) for name in names]
        known = [mean for mean in means if mean is not None]
        return sum(known) / len(known) if known and len(known) == len(means) else None


@dataclass(frozen=True, slots=True)
class SuiteScores:
    """Scores of a suite.

    Args:
        suite, title: its name, and for tables.
        system: what was scored.
        tasks: those with any score, in the suite's order.
        absent: task -> why it has none.
        groups: group -> names of its tasks.
        faults: what is known to be wrong with the evaluator's figures.
        notes: what was met in the files.
    """

    suite: str
    title: str
    system: str
    tasks: tuple[TaskScores, ...]
    absent: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def task(self, name: str) -> TaskScores | None:
        """A task by its name; None where it has no score."""
        return next((task for task in self.tasks if task.task == name), None)

    def group_mean(self, group: str) -> float | None:
        """The mean over a group's tasks; None where one has no score."""
        return self._mean(self.groups[group])

    @property
    def overall(self) -> float | None:
        """The mean over all tasks of the suite; None where one has no score."""
        return None if self.absent else self._mean([task.task for task in self.tasks])

    def _mean(self, names: Sequence[str]) -> float | None:
        found = [task.mean if (task := self.task(name)) is not None else None for name in names]
        known = [mean for mean in found if mean is not None]
        return sum(known) / len(known) if known and len(known) == len(found) else None


_ADAPTER = TypeAdapter(SuiteScores)


def scores_json(scores: SuiteScores) -> dict[str, object]:
    """Scores and their means as JSON values; `read_scores` needs the part below "scores" alone."""
    means = {task.task: {"score": task.mean, **{name: task.mean_of(name) for name in task.scores},
                         "missing": list(task.missing)} for task in scores.tasks}
    return {
        "suite": scores.suite, "system": scores.system, "overall": scores.overall,
        "groups": {group: scores.group_mean(group) for group in scores.groups}, "tasks": means,
        "absent": dict(scores.absent), "faults": list(scores.faults), "notes": list(scores.notes),
        "scores": _ADAPTER.dump_python(scores, mode="json"),
    }


def scores_from_json(values: object, source: str) -> SuiteScores:
    """Scores from what `scores_json` gave.

    Raises:
        FormatError: it is something else.
    """
    try:
        return _ADAPTER.validate_python(values["scores"])  # type: ignore[index]
    except (ValidationError, KeyError, TypeError):
        raise FormatError("not the scores of a suite", where=Location(source),
                          remedy="score the suite again") from None
