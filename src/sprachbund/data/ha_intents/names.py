"""Our table of names: rooms, floors, devices and free text in every language of the data set.

The templates leave these open (`{area}`, `{name}`, `{floor}` and the wildcards), because in a real
home they are the user's own. One YAML file a language holds ours, in dictionary form; templates of
inflecting languages therefore give texts that a native speaker would inflect further.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from sprachbund.core.config import Config, load_config
from sprachbund.core.files import sha256_file

FOLDER = Path(__file__).parent / "names"

Few = Annotated[tuple[str, ...], Field(min_length=1)]


class Names(Config):
    """What fills the open places of one language's templates."""

    area: Annotated[tuple[str, ...], Field(min_length=8)]
    """Rooms."""
    floor: Annotated[tuple[str, ...], Field(min_length=3)]
    """Storeys of a house."""
    light: Few
    """Lamps."""
    switch: Few
    """Appliances that are switched on and off."""
    fan: Few
    """Fans."""
    media_player: Few
    """What plays sound or pictures."""
    climate: Few
    """Heating and cooling."""
    cover: Few
    """What opens and closes: curtains, blinds, garage doors."""
    lock: Few
    """Doors that can be locked."""
    vacuum: Few
    """Vacuum cleaners."""
    lawn_mower: Few
    """Lawn mowers."""
    scene: Few
    """Scenes: several devices set at once."""
    script: Few
    """Routines."""
    sensor: Few
    """What is measured."""
    binary_sensor: Few
    """What notices something."""
    weather: Few
    """Towns whose weather is known."""
    todo: Few
    """Names of lists."""
    person: Few
    """First names of people."""
    zone: Few
    """Where people can be."""
    message: Few
    """What is announced."""
    search_query: Few
    """What is played."""
    timer_name: Few
    """What a timer is for."""
    timer_command: Few
    """What is done when a timer ends."""
    item: Few
    """What stands on a list."""

    def of(self, key: str) -> tuple[str, ...]:
        """The names under a key (a field of this class)."""
        names: tuple[str, ...] = getattr(self, key)
        return names


LISTS = {
    "area": "area",
    "floor": "floor",
    "zone": "zone",
    "message": "message",
    "search_query": "search_query",
    "timer_name": "timer_name",
    "timer_command": "timer_command",
    "shopping_list_item": "item",
    "todo_list_item": "item",
}
"""Open lists of the templates -> the field of `Names` that fills them; `{name}` depends on the kind of device."""

DEVICES = {
    **{
        kind: kind
        for kind in (
            "light", "switch", "fan", "media_player", "climate", "cover", "lock", "vacuum", "lawn_mower",
            "scene", "script", "sensor", "binary_sensor", "weather", "todo", "person",
        )
    },
    "input_boolean": "switch",
    "button": "script",
    "input_button": "script",
}  # fmt: skip
"""Kinds of device that a template's `{name}` may mean -> the field of `Names` that fills it.

Valves are left out: their templates repeat those of curtains and blinds ("raise the valve")."""


@cache
def names(code: str) -> Names:
    """The names of one language.

    Raises:
        DataError, ConfigError: the file is missing or faulty (a damaged installation).
    """
    return load_config(FOLDER / f"{code}.yaml", Names)


@cache
def names_digest(code: str) -> str:
    """Sha256 of one language's names as they stand in the file."""
    return sha256_file(FOLDER / f"{code}.yaml")


@cache
def named_languages() -> tuple[str, ...]:
    """Codes of all languages that have names, sorted: the languages of the data set."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
