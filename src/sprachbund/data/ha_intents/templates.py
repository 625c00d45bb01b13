"""The sentence templates of the package home-assistant-intents, as its files have them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hassil.errors import HassilError
from hassil.expression import Expression
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from sprachbund.core.errors import DataError
from sprachbund.core.source import Location
from sprachbund.data.ha_intents.labels import domain_label, intent_label
from sprachbund.data.ha_intents.names import DEVICES

PACKAGE = "home_assistant_intents"


class TemplateError(Exception):
    """A template that cannot be expanded (a rule or list that is missing); it is counted and left out."""


@dataclass(frozen=True)
class Template:
    """One sentence template of one language, for one kind of device.

    A template whose `{name}` may be a lamp or a fan stands here twice.

    Args:
        identity: intent, number of the group and of the sentence in it ("HassTurnOn.3.1"), and the
            kind of device where there are several ("HassTurnOn.3.1.fan").
        text: the template itself; equal texts are one template, wherever they stand.
        device: the kind of device that `{name}` means or that the command is about, or None.
        intent: the fine label.
        domain: the coarse label.
    """

    identity: str
    text: str
    device: str | None
    intent: str
    domain: str

    @cached_property
    def expression(self) -> Expression:
        """The template, parsed.

        Raises:
            TemplateError: it does not follow the grammar of templates.
        """
        return parse(self.text)


@dataclass(frozen=True)
class TextList:
    """A list of fixed values, each of which may be a template itself."""

    values: tuple[str, ...]

    @cached_property
    def expressions(self) -> tuple[Expression, ...]:
        """The values, parsed."""
        return tuple(parse(value) for value in self.values)


@dataclass(frozen=True)
class NumberList:
    """A range of numbers, both ends included.

    Args:
        kind: "number", "percentage" or "temperature", as the package has it.
        start: first number.
        stop: last number.
        step: distance.
    """

    kind: str
    start: int
    stop: int
    step: int = 1


class LanguageFile:
    """All templates, lists and rules of one language.

    Args:
        code: the package's language code ("de-CH").
    """

    def __init__(self, code: str) -> None:
        path = data_folder() / f"{code}.json"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(
                f"the package home-assistant-intents has no readable templates in {code}: {error.strerror}",
                where=Location(str(path)),
                remedy="install it again: pip install --force-reinstall home-assistant-intents",
            ) from None
        self.code = code
        self.digest = hashlib.sha256(content).hexdigest()
        self._content: Mapping[str, Any] = json.loads(content)
        self._rules: dict[str, Expression] = {}
        self.lists: Mapping[str, TextList | NumberList | None] = {
            name: _list(value) for name, value in self._content.get("lists", {}).items()
        }
        """Name -> list; None for wildcards, which take any text."""

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """Every template whose intent has a label and whose device has names, in the order of the file."""
        return tuple(self._read_templates())

    def rule(self, name: str) -> Expression:
        """The body of an expansion rule.

        Raises:
            TemplateError: there is no such rule.
        """
        if name not in self._rules:
            text = self._content.get("expansion_rules", {}).get(name)
            if text is None:
                raise TemplateError(f"no rule <{name}>")
            self._rules[name] = parse(text)
        return self._rules[name]

    def _read_templates(self) -> Iterator[Template]:
        for intent, body in self._content["intents"].items():
            for number, group in enumerate(body.get("data", ())):
                combination = (group.get("metadata") or {}).get("slot_combination", "")
                devices = _devices(group)
                for device in devices:
                    label = intent_label(intent, device, combination)
                    if label is None or (device is not None and device not in DEVICES):
                        continue
                    suffix = f".{device}" if len(devices) > 1 else ""
                    for position, text in enumerate(group.get("sentences", ())):
                        identity = f"{intent}.{number}.{position}{suffix}"
                        yield Template(identity, text, device, label, domain_label(intent, device))


@cache
def language_file(code: str) -> LanguageFile:
    """Open one language of the package; the content stays in memory (0.2 MB of text a language).

    Raises:
        DataError: the package is not installed or lacks the language.
    """
    return LanguageFile(code)


@cache
def template_digest(code: str) -> str:
    """Sha256 of one language's file in the package.

    Raises:
        DataError: as `language_file`.
    """
    return language_file(code).digest


@cache
def data_folder() -> Path:
    """The folder with the package's templates, found without importing it.

    Raises:
        DataError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DataError(
            "the data set ha-intents is made from the package home-assistant-intents, which is not installed",
            remedy="type: pip install home-assistant-intents",
        )
    return Path(spec.origin).parent / "data"


def parse(text: str) -> Expression:
    """Parse a template with hassil.

    Raises:
        TemplateError: it does not follow the grammar of templates.
    """
    try:
        return parse_sentence(text).expression
    except (HassilError, ParseError, ValueError, AssertionError) as error:
        raise TemplateError(f"{text!r}: {error}") from error


def _devices(group: Mapping[str, Any]) -> tuple[str | None, ...]:
    found = (group.get("requires_context") or {}).get("domain") or (group.get("slots") or {}).get("domain")
    return tuple(found) if isinstance(found, list) else (found,)


def _list(value: Mapping[str, Any]) -> TextList | NumberList | None:
    if "range" in value:
        numbers = value["range"]
        return NumberList(
            numbers.get("type", "number"), int(numbers["from"]), int(numbers["to"]), int(numbers.get("step", 1))
        )
    if "values" in value:
        items = (item if isinstance(item, str) else item["in"] for item in value["values"])
        return TextList(tuple(items))
    return None
