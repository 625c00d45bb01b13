"""Findings by what they speak of: one dictionary a kind of finding, made once."""

from __future__ import annotations

from sprachbund.languages.language import script_name
from sprachbund.report.ordering import by_family
from sprachbund.results.findings import (
    AverageDifference,
    AverageKind,
    AverageScore,
    Difference,
    Estimate,
    Findings,
    Handled,
    TargetInfo,
    TransferGap,
)

_GROUPS = {
    ("distance", "near"): "The nearest third", ("distance", "middle"): "The middle third",
    ("distance", "far"): "The farthest third", ("pretraining", "seen"): "In the encoder’s pretraining",
    ("pretraining", "unseen"): "Not in it",
}


class Lookup:
    """Look up single findings.

    Args:
        findings: where from.

    Attributes:
        targets: code -> what is known of the language.
        out: codes that are in no average and no comparison.
        resampled: what the intervals cover, "examples and seeds" or "examples".
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.targets = {target.code: target for target in findings.targets}
        several = any(len(system.seeds) > 1 for system in findings.systems)
        self.resampled = "examples and seeds" if several else "examples"
        self.out = {item.target for item in findings.left_out}
        self._scores = {(item.system, item.metric, item.target): item.estimate for item in findings.scores}
        self._differences = {(item.system, item.metric, item.target): item.difference for item in findings.differences}
        self._averages = {(item.system, item.metric, item.kind, item.group): item for item in findings.averages}
        self._average_differences = {
            (item.system, item.metric, item.kind, item.group): item for item in findings.average_differences
        }
        self._gaps = {(item.system, item.metric, item.kind, item.group): item
                      for item in (*findings.gaps, *findings.group_gaps)}
        self._handled: dict[tuple[str, str], list[Handled]] = {}
        for handled in findings.handled:
            self._handled.setdefault((handled.metric, handled.target), []).append(handled)

    def score(self, system: str, metric: str, target: str) -> Estimate | None:
        """A system's score in a language, or None where there is none."""
        return self._scores.get((system, metric, target))

    def difference(self, system: str, metric: str, target: str) -> Difference | None:
        """A system against the baseline in a language."""
        return self._differences.get((system, metric, target))

    def average(self, system: str, metric: str, kind: AverageKind = "targets", group: str = "") -> AverageScore | None:
        """A system's average over a language set."""
        return self._averages.get((system, metric, kind, group))

    def average_difference(
        self, system: str, metric: str, kind: AverageKind = "targets", group: str = ""
    ) -> AverageDifference | None:
        """A system against the baseline on average over a language set."""
        return self._average_differences.get((system, metric, kind, group))

    def gap(
        self, system: str, metric: str, kind: AverageKind = "targets", group: str = ""
    ) -> TransferGap | None:
        """Source score minus the mean over a language set."""
        return self._gaps.get((system, metric, kind, group))

    def handled(self, metric: str, target: str) -> list[Handled]:
        """What was done to a language's words, one entry a system."""
        return self._handled.get((metric, target), [])

    def groups(self, kind: AverageKind) -> list[str]:
        """Names of the groups that have an average: families and scripts by size, others from near to far."""
        found = {item.group: len(item.languages) for item in self.findings.averages if item.kind == kind}
        if kind in ("distance", "pretraining"):
            return list(found)
        return sorted(found, key=lambda name: (-found[name], name))

    def row_name(self, target: TargetInfo) -> str:
        """A target's name where it stands below its base language: there a variant needs only its difference."""
        base = self.targets.get(target.base)
        if base is None or base is target:
            return target.name
        return target.name.removeprefix(base.name).strip() or target.name

    def group_name(self, kind: AverageKind, group: str) -> str:
        """A family as it is, a script by its English name, a third of the distances or a pretraining in words."""
        return script_name(group) if kind == "script" else _GROUPS.get((kind, group), group)

    def significant(self, system: str, metric: str) -> tuple[int, int, int]:
        """In how many languages a system is better, worse (Holm, at the findings' level), and how many were tested."""
        tested = [item.difference for item in self.findings.differences
                  if (item.system, item.metric) == (system, metric) and not self.targets[item.target].is_source]
        better = sum(is_significant(difference, self.findings.level) and difference.mean > 0 for difference in tested)
        worse = sum(is_significant(difference, self.findings.level) and difference.mean < 0 for difference in tested)
        return better, worse, len(tested)

    def ordered(self) -> list[tuple[str, list[TargetInfo]]]:
        """All targets under headings (`by_family`); inside a group the baseline's best language comes first."""
        return [(heading, self._best_first(members)) for heading, members in by_family(self.findings.targets)]

    def _best_first(self, members: list[TargetInfo]) -> list[TargetInfo]:
        """Variants stay beside their base language, which stands where its own score puts it."""
        baseline, metric = self.findings.systems[0].name, self.findings.metric.name

        def height(target: TargetInfo) -> float:
            estimate = self.score(baseline, metric, target.code)
            return estimate.mean if estimate else float("-inf")

        best = {target.base: max(height(other) for other in members if other.base == target.base) for target in members}
        return sorted(members, key=lambda t: (-best[t.base], t.base, t.code != t.base, -height(t), t.code))


def is_significant(difference: Difference, level: float) -> bool:
    """Whether a difference is told apart from zero: p (after Holm, where there are many) at the level."""
    p = difference.p if difference.p_holm is None else difference.p_holm
    return p <= 1 - level + 1e-12
