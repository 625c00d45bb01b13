"""Holm's correction of a sweep's p-values: over tasks for one aggregator, and over everything that was compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from sprachbund.results.sweep_findings import Bounds, Contender, Gain, SweepPart
from sprachbund.statistics.comparisons import holm

Scope = Literal["here", "beyond"]
Key = tuple[str, ...]


def corrected(parts: Sequence[SweepPart]) -> Iterator[SweepPart]:
    """Fill `p_tasks` and `p_all` of every contender's gain, over the baseline and over each control.

    Gains over the baseline and over a control are questions of their own, and so are the two targets of
    inference: each is corrected among its own kind.

    Args:
        parts: of one sweep.
    """
    gains: dict[Key, Gain] = {}
    for place, part in enumerate(parts):
        for contender in part.contenders:
            gains[str(place), contender.aggregator, "baseline"] = contender.gain
            for gain in contender.over_controls:
                gains[str(place), contender.aggregator, gain.against] = gain
    scopes: tuple[Scope, ...] = ("here", "beyond")
    for scope in scopes:
        gains = _adjusted(gains, scope, "p_tasks", lambda key: key[1:])
        gains = _adjusted(gains, scope, "p_all", lambda key: ("baseline" if key[2] == "baseline" else "control",))
    for place, part in enumerate(parts):
        yield replace(part, contenders=tuple(_filled(contender, str(place), gains) for contender in part.contenders))


def _adjusted(
    gains: dict[Key, Gain], scope: Scope, field: Literal["p_tasks", "p_all"], family: Callable[[Key], Key]
) -> dict[Key, Gain]:
    """Gains with one field of one scope's bounds filled, corrected within each family that has more than one."""
    families: dict[Key, list[Key]] = {}
    bounds: dict[Key, Bounds] = {key: value for key, gain in gains.items() if (value := getattr(gain, scope))}
    for key in bounds:
        families.setdefault(family(key), []).append(key)
    adjusted = dict(gains)
    for keys in families.values():
        if len(keys) < 2:
            continue
        for key, p in zip(keys, holm([bounds[key].p for key in keys]), strict=True):
            filled = replace(bounds[key], p_tasks=float(p)) if field == "p_tasks" else replace(
                bounds[key], p_all=float(p))
            adjusted[key] = replace(gains[key], here=filled) if scope == "here" else replace(gains[key], beyond=filled)
    return adjusted


def _filled(contender: Contender, place: str, gains: dict[Key, Gain]) -> Contender:
    return replace(
        contender, gain=gains[place, contender.aggregator, "baseline"],
        over_controls=tuple(gains[place, contender.aggregator, gain.against] for gain in contender.over_controls),
    )
