"""Voice commands of one language: expansions drawn evenly over labels and templates, cleaned."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from sprachbund.core.seeds import derive_seed
from sprachbund.data.ha_intents.expansion import Draw, may_be_bare, ways
from sprachbund.data.ha_intents.names import names
from sprachbund.data.ha_intents.splits import divide
from sprachbund.data.ha_intents.surface import Surface, outside_words, stutters, surface
from sprachbund.data.ha_intents.templates import LanguageFile, Template, TemplateError, language_file

SOURCE = "en"
SEED = 0
PER_LABEL: Mapping[str, int] = {"train": 240, "dev": 30, "test": 40, "target": 15}
"""Commands of one fine label in each split of the source language, and in a target language's test."""
PATIENCE = 12
"""A template that gave nothing new this many times in a row is exhausted."""
FEWEST_WORDS = 2
"""Words that a command must have beside its slots, if its template could be slots alone."""


@dataclass(frozen=True, slots=True)
class Command:
    """One voice command.

    Args:
        identity: the template's identity and the number of the draw ("HassTurnOn.3.1-2").
        surface: text and slots.
        intent: the fine label.
        domain: the coarse label.
    """

    identity: str
    surface: Surface
    intent: str
    domain: str


@dataclass(frozen=True)
class Commands:
    """The commands of one split, in an order drawn with the seed, and what was counted on the way."""

    items: tuple[Command, ...]
    notes: Mapping[str, int] = field(default_factory=dict)


@cache
def source_commands() -> Mapping[str, Commands]:
    """The source language's commands by split; no template and no text stands in two splits.

    Raises:
        DataError: the package with the templates is missing.
    """
    file = language_file(SOURCE)
    split_of = divide(file.templates, lambda template: ways(template.expression, file), SEED)
    drawn = {
        split: _draw(file, [template for template in file.templates if split_of[template.text] == split], split)
        for split in ("test", "dev", "train")
    }
    return _cleaned(drawn)


def target_commands(code: str) -> Commands:
    """A target language's test commands, those with labels that the source's training data know.

    Raises:
        DataError: the package lacks the language.
    """
    file = language_file(code)
    commands = _cleaned({"target": _draw(file, file.templates, "target")})["target"]
    known = {(command.intent, command.domain) for command in source_commands()["train"].items}
    intents, domains = {intent for intent, _ in known}, {domain for _, domain in known}
    kept = tuple(item for item in commands.items if item.intent in intents and item.domain in domains)
    return Commands(kept, {**commands.notes, "labels_unknown_to_source": len(commands.items) - len(kept)})


class _Well:
    """A template and its draws; `next` skips what says too little and what was drawn before."""

    def __init__(self, template: Template, file: LanguageFile, notes: Counter[str]) -> None:
        self._template, self._notes = template, notes
        self._draw = Draw(template, file, names(file.code), derive_seed(SEED, "draw", file.code, template.identity))
        self._bare = may_be_bare(template.expression, file)
        self._count = 0

    def next(self, seen: set[str]) -> Command | None:
        """The next new command, or None if the template is exhausted.

        Raises:
            TemplateError: the template cannot be expanded.
        """
        for _ in range(PATIENCE):
            self._count += 1
            item = surface(self._draw.next())
            key = item.text.casefold()
            if key not in seen and self._speaks(item):
                seen.add(key)
                template = self._template
                return Command(f"{template.identity}-{self._count}", item, template.intent, template.domain)
        return None

    def _speaks(self, item: Surface) -> bool:
        if len(outside_words(item)) < (FEWEST_WORDS if self._bare else 1):
            self._notes["draws_that_say_too_little"] += 1
            return False
        if stutters(item):
            self._notes["draws_with_a_repeated_word"] += 1
            return False
        return True


def _draw(file: LanguageFile, templates: Iterable[Template], split: str) -> Commands:
    """Draw up to the limit for every fine label; put all in an order of their own."""
    notes: Counter[str] = Counter()
    found: list[Command] = []
    by_label: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        by_label[template.intent].append(template)
    for label in sorted(by_label):
        found += _draw_label(file, by_label[label], PER_LABEL[split], notes)
    found.sort(key=lambda command: (derive_seed(SEED, "order", file.code, command.identity), command.identity))
    return Commands(tuple(found), notes)


def _draw_label(
    file: LanguageFile, templates: Iterable[Template], limit: int, notes: Counter[str]
) -> list[Command]:
    """Draw one label: each domain in turn, within a domain each template in turn, until all are exhausted."""
    domains: dict[str, dict[str, Template]] = defaultdict(dict)
    for template in sorted(templates, key=lambda item: (derive_seed(SEED, "turn", item.identity), item.identity)):
        domains[template.domain].setdefault(template.text, template)
    seen: set[str] = set()
    streams = [_in_turn(file, domains[domain].values(), seen, notes) for domain in sorted(domains)]
    return list(islice(_round_robin(streams), limit))


def _in_turn(
    file: LanguageFile, templates: Iterable[Template], seen: set[str], notes: Counter[str]
) -> Iterator[Command]:
    waiting: deque[_Well | Template] = deque(templates)
    while waiting:
        well = waiting.popleft()
        try:
            opened = _Well(well, file, notes) if isinstance(well, Template) else well
            command = opened.next(seen)
        except TemplateError:
            notes["templates_that_cannot_be_expanded"] += 1
            continue
        if command is not None:
            waiting.append(opened)
            yield command


def _round_robin(streams: Iterable[Iterator[Command]]) -> Iterator[Command]:
    waiting = deque(streams)
    while waiting:
        stream = waiting.popleft()
        command = next(stream, None)
        if command is not None:
            waiting.append(stream)
            yield command


def _cleaned(splits: Mapping[str, Commands]) -> Mapping[str, Commands]:
    """Leave out texts with more than one label, and texts that an earlier split has."""
    labels: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for commands in splits.values():
        for command in commands.items:
            labels[command.surface.text.casefold()].add((command.intent, command.domain))
    taken: set[str] = set()
    cleaned = {}
    for split, commands in splits.items():
        clear = [item for item in commands.items if len(labels[item.surface.text.casefold()]) == 1]
        new = [item for item in clear if item.surface.text.casefold() not in taken]
        taken.update(item.surface.text.casefold() for item in new)
        counted = {
            "texts_with_several_labels": len(commands.items) - len(clear),
            "texts_of_another_split": len(clear) - len(new),
        }
        cleaned[split] = Commands(tuple(new), {**commands.notes, **counted})
    return cleaned
