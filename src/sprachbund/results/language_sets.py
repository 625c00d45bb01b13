"""Over which languages an average goes: each base language once, its variants inside it, the source left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sprachbund.languages.distances import distance
from sprachbund.languages.pretraining import pretraining
from sprachbund.results.findings import AverageKind, TargetInfo

THIRDS = ("near", "middle", "far")
SEEN = ("seen", "unseen")
_LEAST_FOR_THIRDS = 6


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


def language_sets(targets: Iterable[TargetInfo], *, source: str = "", encoder: str = "") -> list[LanguageSet]:
    """All sets that are averaged over: all targets, with the source, each family, each script; thirds of syntactic
    distance to the source, and whether the encoder saw the language in pretraining.

    A language written in two scripts (sr, sr-Latn) counts in both scripts, with the variants of each.

    Args:
        targets: complete targets, the source language included if it was scored.
        source: code of the source language; "": no sets by distance.
        encoder: its name; "", or one whose pretraining is not known: no sets by pretraining.
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
    return sets + _by_distance(others, source) + _by_pretraining(others, encoder)


def _by_distance(targets: list[TargetInfo], source: str) -> list[LanguageSet]:
    """Thirds of the languages whose distance is known; languages as far as each other stay together."""
    bases = dict.fromkeys(target.base for target in targets) if source else {}
    far = {base: found for base in bases if (found := distance("syntactic", source, base)) is not None}
    if len(far) < _LEAST_FOR_THIRDS:
        return []
    ordered = sorted(far.values())
    bounds = [ordered[len(ordered) * third // 3 - 1] for third in (1, 2)]
    inside = {base: THIRDS[sum(value > bound for bound in bounds)] for base, value in far.items()}
    return _named("distance", THIRDS, targets, inside)


def _by_pretraining(targets: list[TargetInfo], encoder: str) -> list[LanguageSet]:
    known = pretraining(encoder) if encoder else None
    if known is None:
        return []
    inside = {target.base: SEEN[target.base not in known.languages] for target in targets}
    return _named("pretraining", SEEN, targets, inside) if len(set(inside.values())) > 1 else []


def _named(
    kind: AverageKind, names: Iterable[str], targets: list[TargetInfo], inside: dict[str, str]
) -> list[LanguageSet]:
    found = ((name, [target for target in targets if inside.get(target.base) == name]) for name in names)
    return [_folded(kind, name, members) for name, members in found if members]


def _folded(kind: AverageKind, group: str, targets: Iterable[TargetInfo]) -> LanguageSet:
    members: dict[str, tuple[str, ...]] = {}
    for target in targets:
        members[target.base] = (*members.get(target.base, ()), target.code)
    return LanguageSet(kind, group, dict(sorted(members.items())))


def _grouped(targets: list[TargetInfo], name: str) -> Iterator[tuple[str, list[TargetInfo]]]:
    for group in sorted({str(getattr(target, name)) for target in targets}):
        yield group, [target for target in targets if getattr(target, name) == group]
