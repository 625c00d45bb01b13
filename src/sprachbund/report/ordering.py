"""In which order languages stand: under their families, the largest first."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.results.findings import TargetInfo

LARGE_FAMILY = 8
"""Families with more languages than this are shown branch by branch."""


def by_family(targets: Sequence[TargetInfo]) -> list[tuple[str, list[TargetInfo]]]:
    """All targets under headings: the source, then families (large ones by branch), single languages last.

    Args:
        targets: in any order; inside a group it is kept.
    """
    source = [target for target in targets if target.is_source]
    others = [target for target in targets if not target.is_source]
    groups: list[tuple[str, list[TargetInfo]]] = []
    single: list[TargetInfo] = []
    for family in _by_size([target.family for target in others], others):
        members = [target for target in others if target.family == family]
        if _languages(members) == 1:
            single += members
        elif _languages(members) > LARGE_FAMILY:
            groups += _by_branch(family, members)
        else:
            groups.append((family, members))
    if single:
        groups.append(("Single-language families" if groups else "Target languages", single))
    if source:
        groups.insert(0, ("Source language", source))
    return groups


def _languages(members: Sequence[TargetInfo]) -> int:
    return len({target.base for target in members})


def _by_size(names: Sequence[str], members: Sequence[TargetInfo]) -> list[str]:
    size = {name: _languages([target for target in members if name in (target.family, target.branch)])
            for name in dict.fromkeys(names)}
    return sorted(size, key=lambda name: (-size[name], name))


def _by_branch(family: str, members: list[TargetInfo]) -> list[tuple[str, list[TargetInfo]]]:
    groups, rest = [], []
    for branch in _by_size([target.branch for target in members], members):
        inside = [target for target in members if target.branch == branch]
        if _languages(inside) > 1 and branch:
            groups.append((f"{family}: {branch}", inside))
        else:
            rest += inside
    if rest:
        groups.append((f"{family}: others" if groups else family, rest))
    return groups
