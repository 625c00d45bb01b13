"""What a report says of a run besides its findings: command, settings, versions, timings, licences."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DataNote:
    """A data set or model that was used, and what its authors ask for.

    Args:
        name: as the run names it.
        description: one sentence.
        licence: its licence, or "" where none is known.
        citation: how to cite it, or "".
        url: where it comes from, or "".
        key: BibTeX key of the citation; "" makes one of it.
    """

    name: str
    description: str = ""
    licence: str = ""
    citation: str = ""
    url: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Everything but numbers; with the findings it makes a report, and both can be stored.

    Args:
        title: heading of the report.
        command: the command that makes the run again; a list of arguments may be given through `shell_command`.
        question: what was asked, one sentence; "" gives one made of the findings.
        settings: the resolved config, nested.
        versions: package or component -> version.
        timings: label of a stage -> seconds it took when it ran.
        cards: data sets and models with licence and citation.
        notes: sentences about the run ("there are no dev data in en: ...").
        provenance: the encoder's sentence, or ""; those that stand in the rows are added.
        hardware: the machine in words, or "".
        created: when the numbers were made, as text, or "".
    """

    title: str
    command: str = ""
    question: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    cards: tuple[DataNote, ...] = ()
    notes: tuple[str, ...] = ()
    provenance: str = ""
    hardware: str = ""
    created: str = ""


def shell_command(arguments: list[str]) -> str:
    """Arguments as one line for a shell.

    >>> shell_command(["sprachbund", "run", "my study.yaml"])
    "sprachbund run 'my study.yaml'"
    """
    return shlex.join(arguments)


def flat_settings(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested settings as dotted names with their values, in their order.

    >>> flat_settings({"seeds": [1, 2], "training": {"epochs": 1.0}, "fusion": [{"type": "dlfa", "layer": 10}]})
    [('seeds', '1, 2'), ('training.epochs', '1.0'), ('fusion.0.type', 'dlfa'), ('fusion.0.layer', '10')]
    """
    return list(_flat("", settings))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), item)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _flat(f"{prefix}.{number}", item)
    elif isinstance(value, list | tuple):
        yield prefix, ", ".join(map(str, value)) or "none"
    else:
        yield prefix, "none" if value is None else str(value) or '""'
