"""What papers report in suites of benchmarks, to stand beside our own scores as reported and never mixed with them.

The table is `published_suites.csv`: zero-shot rows only, each figure with the paper and the table it was read in.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

OVERALL = "overall"
"""Task of a mean over all tasks, as a paper gives it."""


@dataclass(frozen=True, slots=True)
class ReportedScores:
    """What one source reports of one system in a suite.

    Args:
        suite, system: their names.
        setting: "zero-shot", or what else was done.
        paper: the source, and the table or file in it.
        scores: task -> metric -> points, means over the task's languages.
    """

    suite: str
    system: str
    setting: str
    paper: str
    scores: Mapping[str, Mapping[str, float]]

    def score(self, task: str) -> float | None:
        """The task's score as XTREME takes it: the mean of exact match and F1 where both are there; None elsewhere."""
        values = dict(self.scores.get(task, {}))
        if set(values) == {"f1", "exact_match"}:
            return (values["f1"] + values["exact_match"]) / 2
        is_half = set(values) == {"f1"} and task in ("xquad", "mlqa", "tydiqa")
        return None if is_half or not values else next(iter(values.values()))


@cache
def reported_scores(suite: str) -> tuple[ReportedScores, ...]:
    """All rows of a suite, in the order of the table.

    >>> [row.score("xnli") for row in reported_scores("xtreme") if row.system == "mBERT"]
    [65.4]
    """
    text = (files("sprachbund.results") / "published_suites.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str, str], dict[str, dict[str, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["suite"] == suite:
            named = (row["system"], row["setting"], f"{row['paper']}, {row['table']}")
            found.setdefault(named, {}).setdefault(row["task"], {})[row["metric"]] = float(row["value"])
    return tuple(ReportedScores(suite, system, setting, paper, scores)
                 for (system, setting, paper), scores in found.items())
