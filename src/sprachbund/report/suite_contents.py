"""What the report of a suite tells, before any format; it is laid out as a probe's."""

from __future__ import annotations

from sprachbund.report.numbers import plural, score
from sprachbund.report.probe_contents import ProbeContents, ProbeSection
from sprachbund.report.run_info import RunInfo, flat_settings
from sprachbund.report.suite_tables import group_name, languages_table, score_table, tasks_table
from sprachbund.results.suite_scores import SuiteScores


def tell_suite(scores: SuiteScores, info: RunInfo) -> ProbeContents:
    """Turn scores and what is known of how they were made into what a report tells."""
    whole = ProbeSection("scores", "Scores", "", tables=(score_table(scores),))
    every = tuple(ProbeSection(f"task-{task.task}", task.title, task.note, tables=(languages_table(task),))
                  for task in scores.tasks)
    return ProbeContents(
        title=info.title or f"{scores.title}: {scores.system}",
        question=info.question or f"What does {scores.system} score in {scores.title}, by the suite's own evaluator?",
        headline=headline(scores), provenance=f"Encoder: {info.provenance}." if info.provenance else "",
        facts=_facts(scores), roles=(), sections=(whole, *every), models=tasks_table(scores),
        not_tested=tuple(f"{name}: {why}" for name, why in scores.absent.items()),
        notes=tuple(dict.fromkeys((*scores.faults, *scores.notes, *info.notes))),
        settings=tuple(flat_settings(info.settings)), versions=tuple(info.versions.items()), command=info.command,
        cards=info.cards, hardware=info.hardware, created=info.created,
    )


def headline(scores: SuiteScores) -> str:
    """The overall mean, or what it lacks; then the groups' means."""
    told = plural(len(scores.tasks), "task")
    groups = [f"{group_name(group).lower()} {score(mean)}" for group in scores.groups
              if (mean := scores.group_mean(group)) is not None]
    known = f": {', '.join(groups)}" if groups else ""
    if scores.overall is not None:
        return f"{scores.title}: {score(scores.overall)} points over {told}, English included{known}."
    partial = [task.task for task in scores.tasks if task.mean is None]
    lacking = "; ".join(filter(None, (f"missing: {', '.join(scores.absent)}" if scores.absent else "",
                                      f"without all languages: {', '.join(partial)}" if partial else "")))
    return f"{scores.title}: {told} scored, no overall mean ({lacking}){known}."


def _facts(scores: SuiteScores) -> tuple[tuple[str, str], ...]:
    languages = {code for task in scores.tasks for code in task.languages if code not in task.missing}
    return (("System", scores.system), ("Tasks", ", ".join(task.title for task in scores.tasks)),
            ("Languages", f"{plural(len(languages), 'language')} in all: {', '.join(sorted(languages))}"),
            ("Means", "over a task's languages, English included; over tasks; as XTREME's evaluator takes them"))
