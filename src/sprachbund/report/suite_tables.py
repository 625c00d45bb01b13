"""Tables of a suite's scores: one line a system, one a task, one a language."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.languages.language import find_variant
from sprachbund.report.numbers import plural, score
from sprachbund.report.tables import NONE, Cell, Column, Line, Table
from sprachbund.results.published_suites import OVERALL, ReportedScores, reported_scores
from sprachbund.results.suite_scores import QA_METRICS, SuiteScores, TaskScores

_GROUPS = {"classification": "Classification", "structured": "Structured", "qa": "Question answering",
           "retrieval": "Retrieval", "multi_choice": "Multiple choice"}
_METRICS = {"accuracy": "accuracy", "f1": "F1", "exact_match": "exact match", "precision": "precision",
            "recall": "recall", "map@20": "MAP@20"}


def group_name(group: str) -> str:
    """A group for tables."""
    return _GROUPS.get(group, group)


def metric_name(metric: str) -> str:
    """A metric for tables."""
    return _METRICS.get(metric, metric)


def points(value: float | None) -> Cell:
    """A score, or that there is none."""
    return Cell(NONE, sort=float("-inf")) if value is None else Cell(score(value), sort=value)


def score_table(scores: SuiteScores) -> Table:
    """The suite's score table: overall, every task under its group, the groups' means; what papers report below."""
    order = [name for group in scores.groups.values() for name in group]
    names = list(dict.fromkeys([*order, *(task.task for task in scores.tasks), *scores.absent]))
    titles = {task.task: task.title for task in scores.tasks}
    columns = [Column("System"), Column("Overall", numeric=True)]
    columns += [Column(titles.get(name, name), numeric=True) for name in names]
    columns += [Column(group_name(group), numeric=True) for group in scores.groups]
    cells = [Cell(scores.system), points(scores.overall), *(task_cell(scores.task(name)) for name in names)]
    cells += [points(scores.group_mean(group)) for group in scores.groups]
    caption = ("In points, as XTREME's evaluator takes means: over all languages of a task, English included; question "
               "answering is the mean of F1 and exact match, which stand beside it as F1 / exact match. A mean with "
               f"anything missing is not given ({NONE}). Coloured rows are reported by the papers named, with their "
               "own data, training and choices: they are not ours, and rows of different papers do not compare "
               "exactly.")
    reported = [_reported_line(row, names, len(scores.groups)) for row in reported_scores(scores.suite)]
    return Table("scores", f"{scores.title}: scores", caption, tuple(columns), (Line(tuple(cells)), *reported))


def _reported_line(row: ReportedScores, names: Sequence[str], groups: int) -> Line:
    setting = () if row.setting == "zero-shot" else (row.setting,)
    cells = [Cell(row.system, (*setting, f"reported: {row.paper}")), points(row.score(OVERALL))]
    for name in names:
        values, mean = row.scores.get(name, {}), row.score(name)
        told = [metric for metric in ("f1", "exact_match") if metric in values]
        both = " / ".join(score(values[metric]) for metric in told)
        if mean is None:
            alone = tuple(f"{metric_name(metric)} {score(values[metric])}" for metric in told)
            cells.append(Cell(NONE, alone, float("-inf")))
        else:
            cells.append(Cell(score(mean), (both,) if len(told) == 2 else (), mean))
    return Line((*cells, *(points(None) for _ in range(groups))), "reported")


def task_cell(task: TaskScores | None) -> Cell:
    """A task's score; F1 and exact match beside that of question answering."""
    if task is None or task.mean is None:
        return points(None)
    both = [value for name in ("f1", "exact_match") if task.qa and (value := task.mean_of(name)) is not None]
    return Cell(score(task.mean), (" / ".join(map(score, both)),) if both else (), task.mean)


def tasks_table(scores: SuiteScores) -> Table:
    """Every task: its score, how it is made, its languages, and why there is none."""
    columns = (Column("Task"), Column("Group"), Column("Score", numeric=True), Column("Made of"),
               Column("Languages", numeric=True), Column("Note"))
    groups: dict[str, list[str]] = {}
    for group, names in scores.groups.items():
        for name in names:
            groups.setdefault(name, []).append(group_name(group))
    lines = []
    for task in scores.tasks:
        used = QA_METRICS if task.qa else tuple(task.scores)[:1]
        means = tuple(f"{metric_name(name)} {score(mean)}" for name in task.scores
                      if (mean := task.mean_of(name)) is not None)
        note = "; ".join(filter(None, (task.note, f"missing: {', '.join(task.missing)}" if task.missing else "")))
        lines.append(Line((
            Cell(task.title), Cell(", ".join(groups.get(task.task, [])) or NONE), _score_or_partial(task),
            Cell(" and ".join(map(metric_name, used)), means if len(means) > 1 else ()),
            Cell(str(len(task.languages) - len(task.missing)), sort=len(task.languages) - len(task.missing)),
            Cell(note or NONE))))
    for name, why in scores.absent.items():
        lines.append(Line((Cell(name), Cell(", ".join(groups.get(name, [])) or NONE), points(None), Cell(NONE),
                           Cell("0", sort=0), Cell(f"missing: {why}"))))
    caption = "A task's score is the mean over all its languages, in points; what is missing is never left out of one."
    return Table("tasks", "Tasks", caption, columns, tuple(lines))


def _score_or_partial(task: TaskScores) -> Cell:
    """A task's score; where languages are missing none, with the mean over the others beside it."""
    if task.mean is not None or task.partial_mean is None:
        return points(task.mean)
    there = len(task.languages) - len(task.missing)
    return Cell(NONE, (f"{score(task.partial_mean)} over {there} of {len(task.languages)}",), float("-inf"))


def languages_table(task: TaskScores) -> Table:
    """Every language of a task by every metric."""
    columns = (Column("Language"), Column("Code", minor=True), Column("Family", minor=True),
               *(Column(metric_name(name), numeric=True) for name in task.scores))
    lines = []
    for code in task.languages:
        language = find_variant(code).language
        lines.append(Line((Cell(language.name), Cell(code), Cell(language.family),
                           *(points(values.get(code)) for values in task.scores.values())),
                          "source" if code == "en" else ""))
    means = [points(task.mean_of(name)) for name in task.scores]
    lines.append(Line((Cell(f"Mean over {plural(len(task.languages), 'language')}"), Cell(""), Cell(""), *means),
                      "source"))
    caption = f"In points; XTREME's means include English.{f' {task.note}.' if task.note else ''}"
    return Table(f"languages-{task.task}", task.title, caption, columns, tuple(lines))
