"""Names to components: a visible table of built-ins beside each interface, and entry points of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from sprachbund.core.errors import RegistryError, join_or, near_matches


@dataclass(frozen=True, slots=True)
class Component:
    """A registered component and where it comes from.

    Args:
        name: the registered name.
        value: the loaded class or object.
        distribution: `name==version` of the package that brought it, or None for a built-in
            (whose version is part of the stage's code version).
    """

    name: str
    value: Any
    distribution: str | None


class Registry:
    """One kind of component.

    Args:
        kind: the word for messages ("fusion", "encoder").
        group: entry-point group for third parties ("sprachbund.fusions").
        built_in: name -> "module:attribute", loaded only when the name is asked for.
    """

    def __init__(self, kind: str, group: str, built_in: Mapping[str, str]) -> None:
        self.kind, self.group, self.built_in = kind, group, dict(built_in)

    def names(self) -> list[str]:
        """All registered names, built-ins first, without loading any."""
        return [*self.built_in, *sorted({point.name for point in self._points()} - set(self.built_in))]

    def load(self, name: str) -> Component:
        """Load a component by name.

        Raises:
            RegistryError: nobody, or more than one package, registers that name; or the package that
                registers it cannot be imported.
        """
        if name in self.built_in:
            module, _, attribute = self.built_in[name].partition(":")
            return Component(name, getattr(import_module(module), attribute), None)
        points = [point for point in self._points() if point.name == name]
        if not points:
            raise self._unknown(name)
        if len(points) > 1:
            owners = join_or(sorted(_distribution(point) for point in points))
            raise RegistryError(f"the {self.kind} {name!r} is registered by more than one package: {owners}",
                                remedy="uninstall all but one of them")
        return Component(name, self._load_point(points[0]), _distribution(points[0]))

    def _load_point(self, point: EntryPoint) -> Any:
        try:
            return point.load()
        except Exception as error:  # whatever a stranger's module raises while it is imported
            owner = _distribution(point)
            raise RegistryError(
                f"the {self.kind} {point.name!r} of {owner} cannot be loaded from {point.value}: "
                f"{type(error).__name__}: {error}",
                remedy=f"install a version of {owner.partition('==')[0]} that works here, or uninstall it",
            ) from error

    def _points(self) -> list[EntryPoint]:
        return list(entry_points(group=self.group))

    def _unknown(self, name: str) -> RegistryError:
        near = near_matches(name, self.names())
        hint = f"did you mean {join_or(near)}? " if near else ""
        return RegistryError(
            f"there is no {self.kind} named {name!r}",
            remedy=f"{hint}known: {', '.join(self.names())}; others come by an entry point in the group {self.group!r}",
        )


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name}=={point.dist.version}" if point.dist else "unknown distribution"
