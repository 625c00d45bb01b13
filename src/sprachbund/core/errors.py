"""The whole tree of errors, drawn once.

SprachbundError                what, where, remedy
├── ConfigError                faults of a config or of command-line flags, all at once
├── DataError                  a file's content
│   ├── FormatError            a line that does not follow its format, bad bytes, an empty file
│   └── LabelError             a label that the label space does not know
├── LanguageError              an unknown language
├── RegistryError              an unknown or ambiguous name of a component
├── MissingExtraError          an optional dependency that is not installed
├── ModelError                 an encoder or model that cannot be opened, a layer that is not there
├── IntegrityError             a stored or downloaded file whose checksum is wrong
├── StorageError               no space, no permission
├── StageError                 a stage that failed; carries the stage and the cause
└── Interrupted                Ctrl-C or a signal; the work done so far is kept

The command line turns each into one message and an exit code (`exit_code`); nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

from sprachbund.core.source import Location


class SprachbundError(Exception):
    """Base of all errors that a user can cause or mend.

    Args:
        what: what came and what was expected, one sentence without a final full stop.
        where: the file, line and column, if there is one.
        remedy: what to do, one sentence without a final full stop.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: Location | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        todo = f"\n  → {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{todo}"

    def __reduce__(self) -> tuple[object, ...]:
        """Make the error survive a process boundary (executors send it home)."""
        return (_rebuild, (type(self), dict(self.__dict__), self.args))


def _rebuild(cls: type[SprachbundError], state: dict[str, object], args: tuple[object, ...]) -> SprachbundError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    error.args = args
    return error


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a config: the dotted field, what is wrong, where, and the near matches."""

    field: str
    what: str
    where: Location | None = None
    suggestions: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        hint = f" (did you mean {join_or(self.suggestions)}?)" if self.suggestions else ""
        return f"{place}{self.field}: {self.what}{hint}"


class ConfigError(SprachbundError):
    """Every fault of a config at once.

    Args:
        faults: at least one fault.
        source: what was read, for the first line ("study.yaml", "the command line").
    """

    exit_code = 2

    def __init__(self, faults: Sequence[Fault], source: str) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        super().__init__(f"{count} in {source}\n{lines}")


class DataError(SprachbundError):
    """The content of a file is not what it should be."""


class FormatError(DataError):
    """A line that does not follow its format, invalid bytes, an empty file."""


class LabelError(DataError):
    """A label that the label space does not know."""


class LanguageError(SprachbundError):
    """A language code or name that the table does not know."""

    exit_code = 2


class RegistryError(SprachbundError):
    """An unknown or ambiguous name of an encoder, fusion, task, metric, reader or executor."""

    exit_code = 2


class MissingExtraError(SprachbundError):
    """An optional dependency is needed and not installed; the message holds the command to type."""

    def __init__(self, feature: str, extra: str, package: str) -> None:
        self.feature, self.extra, self.package = feature, extra, package
        super().__init__(
            f"{feature} needs the package {package}, which is not installed",
            remedy=f"type: pip install 'sprachbund[{extra}]'",
        )


class ModelError(SprachbundError):
    """An encoder or model that cannot be opened, or a layer that it does not have."""


class IntegrityError(SprachbundError):
    """A stored file whose checksum differs from the one recorded when it was written."""


class StorageError(SprachbundError):
    """No space left, no permission, a folder that is not there."""


class StageError(SprachbundError):
    """A stage failed; `cause_type` and `details` tell what was raised in it."""

    def __init__(
        self, what: str, *, stage: str, cause_type: str = "", details: str = "", remedy: str | None = None
    ) -> None:
        self.stage, self.cause_type, self.details = stage, cause_type, details
        super().__init__(what, remedy=remedy)


class Interrupted(SprachbundError):  # noqa: N818 - it is what happened, not a fault
    """Ctrl-C or a termination signal; what was done so far is kept and the next run goes on from it."""

    exit_code = 130


def join_or(names: Iterable[str]) -> str:
    """Join names for a sentence: `a`, `a or b`, `a, b or c`."""
    items = list(names)
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} or {items[-1]}"


def near_matches(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return up to `count` known names that resemble `name`, compared without case, `-` and `_`."""
    folded = {_fold(other): other for other in known}
    close = get_close_matches(_fold(name), list(folded), n=count, cutoff=0.6)
    return tuple(folded[match] for match in close)


def _fold(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
