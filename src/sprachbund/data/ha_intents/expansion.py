"""Template to text: one way through the choices, drawn with a seed, slot spans kept on the way.

hassil's own sampler enumerates: it gives strings without spans, its first sentences differ in
their last words only, and its number words come out of a set, so that their order depends on the
hash seed. Here every choice of the parsed template is drawn with equal chance instead, top down.
Short forms are then as likely as long ones, whereas among all expansions the long ones outnumber
them by far (a template with ten optional words has one short form in a thousand).
"""

from __future__ import annotations

import math
import random
from collections import abc
from dataclasses import dataclass
from typing import TypeVar

from hassil.expression import (
    Alternative,
    Expression,
    ListReference,
    Permutation,
    RuleReference,
    Sequence,
    TextChunk,
)

from sprachbund.data.ha_intents.names import DEVICES, LISTS, Names
from sprachbund.data.ha_intents.templates import LanguageFile, NumberList, Template, TemplateError, TextList

T = TypeVar("T")

MAX_DEPTH = 40
"""Rules within rules; deeper ones refer to each other in a circle."""

SLOT_WAYS = 10
"""Values that a slot has, about."""

_USUAL_NUMBERS = {"temperature": (15, 30), "number": (1, 60)}
"""What people say, within the templates' wider ranges (0 to 100 degrees, 100 hours)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that belongs to one slot or to none."""

    text: str
    slot: str | None


class Draw:
    """Draws one expansion after the other from one template.

    Args:
        template: the template.
        language: where its lists and rules stand.
        names: fills the lists that the package leaves open.
        seed: decides everything; equal seeds give equal expansions on every machine.
    """

    def __init__(self, template: Template, language: LanguageFile, names: Names, seed: int) -> None:
        self._template, self._language, self._names = template, language, names
        self._random = random.Random(seed)

    def next(self) -> tuple[Segment, ...]:
        """The next expansion, spaces as the template has them; the same one may come again.

        Raises:
            TemplateError: a list or rule is missing, or nothing can fill `{name}`.
        """
        segments: list[Segment] = []
        self._expand(self._template.expression, segments, None, 0)
        return tuple(segments)

    def _expand(self, expression: Expression, out: list[Segment], slot: str | None, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise TemplateError(f"rules refer to each other in a circle in {self._template.text!r}")
        if isinstance(expression, TextChunk):
            out.append(Segment(expression.original_text, slot))
        elif isinstance(expression, Alternative):
            if expression.items:
                self._expand(self._pick(expression.items), out, slot, depth + 1)
        elif isinstance(expression, Permutation):
            for item in self._shuffled(expression.items):
                self._expand(item, out, slot, depth + 1)
        elif isinstance(expression, Sequence):
            for item in expression.items:
                self._expand(item, out, slot, depth + 1)
        elif isinstance(expression, RuleReference):
            self._expand(self._language.rule(expression.rule_name), out, slot, depth + 1)
        elif isinstance(expression, ListReference):
            self._fill(expression, out, slot or expression.slot_name, depth)
        else:
            raise TemplateError(f"unknown part {type(expression).__name__} in {self._template.text!r}")

    def _fill(self, reference: ListReference, out: list[Segment], slot: str, depth: int) -> None:
        name = reference.list_name
        inline = reference.get_inline_range()
        if name == "name":
            out.append(Segment(self._device_name(), slot))
        elif name in LISTS:
            out.append(Segment(self._pick(self._names.of(LISTS[name])), slot))
        elif inline is not None:
            out.append(Segment(self._number(NumberList("number", *inline)), slot))
        else:
            content = self._language.lists.get(name)
            if isinstance(content, NumberList):
                out.append(Segment(self._number(content), slot))
            elif isinstance(content, TextList) and content.values:
                value: list[Segment] = []
                self._expand(self._pick(content.expressions), value, slot, depth + 1)
                out.append(Segment("".join(segment.text for segment in value), slot))
            else:
                raise TemplateError(f"nothing fills the list {{{name}}} of {self._template.text!r}")

    def _device_name(self) -> str:
        device = self._template.device
        if device is None:
            raise TemplateError(f"{self._template.text!r} does not say what kind of device {{name}} is")
        return self._pick(self._names.of(DEVICES[device]))

    def _number(self, numbers: NumberList) -> str:
        low, high = _USUAL_NUMBERS.get(numbers.kind, (numbers.start, numbers.stop))
        start, stop = max(low, numbers.start), min(high, numbers.stop)
        if numbers.step > 1 or stop <= start:  # the range knows better
            start, stop = numbers.start, numbers.stop
        step = 5 if numbers.kind == "percentage" and numbers.step == 1 else numbers.step
        return str(self._pick(range(start, stop + 1, step)))

    def _pick(self, items: abc.Sequence[T]) -> T:
        return items[int(self._random.random() * len(items))]

    def _shuffled(self, items: list[Expression]) -> list[Expression]:
        return [item for _, item in sorted(((self._random.random(), item) for item in items), key=lambda pair: pair[0])]


def may_be_bare(expression: Expression, language: LanguageFile, depth: int = 0) -> bool:
    """Say whether a template can be nothing but slots (`[turn on] {name}`), so that little text says little.

    Raises:
        TemplateError: a rule is missing.
    """
    if depth > MAX_DEPTH:
        raise TemplateError("rules refer to each other in a circle")
    if isinstance(expression, TextChunk):
        return not any(character.isalnum() for character in expression.original_text)
    if isinstance(expression, Alternative):
        return any(may_be_bare(item, language, depth + 1) for item in expression.items)
    if isinstance(expression, Sequence | Permutation):
        return all(may_be_bare(item, language, depth + 1) for item in expression.items)
    if isinstance(expression, RuleReference):
        return may_be_bare(language.rule(expression.rule_name), language, depth + 1)
    return True


def ways(expression: Expression, language: LanguageFile, depth: int = 0) -> int:
    """Number of ways through a template; a slot counts as `SLOT_WAYS`.

    Raises:
        TemplateError: rules refer to each other in a circle, or one is missing.
    """
    if depth > MAX_DEPTH:
        raise TemplateError("rules refer to each other in a circle")
    if isinstance(expression, Alternative):
        return sum(ways(item, language, depth + 1) for item in expression.items)
    if isinstance(expression, Sequence | Permutation):
        orders = math.factorial(len(expression.items)) if isinstance(expression, Permutation) else 1
        return orders * math.prod(ways(item, language, depth + 1) for item in expression.items)
    if isinstance(expression, RuleReference):
        return ways(language.rule(expression.rule_name), language, depth + 1)
    return SLOT_WAYS if isinstance(expression, ListReference) else 1
