"""Over which languages an average goes: each base language once, its variants inside it, the source left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sprachbund.results.findings import AverageKind, TargetInfo


@dataclass(frozen=True, slots=True)
class LanguageSet:
    """A set of base languages, each with the targets that are averaged into it.

    Args:
        kind, group: as in `AverageScore`.
        members: base code -> codes of its targets, in order.
    """

    kind: AverageKind
    group: str
    members: dict[str, tuple[str, ...]]

    @property
    def languages(self) -> tuple[str, ...]:
        """The base codes."""
        return tuple(self.members)


def language_sets(targets: Iterable[TargetInfo]) -> list[LanguageSet]:
    """All sets that are averaged over: all targets, with the source, each family, each script.

    A language written in two scripts (sr, sr-Latn) counts in both scripts, with the variants of each.

    Args:
        targets: complete targets, the source language included if it was scored.
    """
    averaged = [target for target in targets if target.averaged]
    others = [target for target in averaged if not target.is_source]
    if not others:
        return []
    sets = [_folded("targets", "", others)]
    if len(averaged) > len(others):
        sets.append(_folded("with source", "", averaged))
    sets += [_folded("family", family, members) for family, members in _grouped(others, "family")]
    sets += [_folded("script", script, members) for script, members in _grouped(others, "script")]
    return sets


def _folded(kind: AverageKind, group: str, targets: Iterable[TargetInfo]) -> LanguageSet:
    members: dict[str, tuple[str, ...]] = {}
    for target in targets:
        members[target.base] = (*members.get(target.base, ()), target.code)
    return LanguageSet(kind, group, dict(sorted(members.items())))


def _grouped(targets: list[TargetInfo], name: str) -> Iterator[tuple[str, list[TargetInfo]]]:
    for group in sorted({str(getattr(target, name)) for target in targets}):
        yield group, [target for target in targets if getattr(target, name) == group]
