"""Questions with choices, one JSON object a line, with the keys of the data sets that are published so.

| data set | context | question | choices | right one |
|---|---|---|---|---|
| COPA, XCOPA | `premise` | `question`: cause or effect | `choice1`, `choice2` ... | `label` from 0 |
| Social IQa | `context` | `question` | `answerA`, `answerB` ... | `label` from 1, or the letter in `correct` |
| Cosmos QA | `context` | `question` | `answer0`, `answer1` ... | `label` from 0 |
| CommonsenseQA | | `question`: `stem` | `choices` with `label` and `text` | the label in `answerKey` |
| HellaSwag | `activity_label`: `ctx` | | `endings` | `label` from 0 |
| any other | `context` or none | `question` or none | `choices`, a list of texts | `label` from 0 |

Each line may have its own number of choices. COPA asks for the cause or the effect; here that becomes the question
that was put to COPA's own annotators (`PROMPTS`), in English whatever the language of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path
from string import ascii_uppercase
from typing import Any, ClassVar, NamedTuple

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.examples import ChoiceExample
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.formats.tables import json_kind, json_lines, json_text

PROMPTS = {"cause": "What was the cause of this?", "effect": "What happened as a result?"}
"""COPA's kind of question -> the question that is read (Roemmele et al. 2011, figure 1)."""

_SHAPE = '{"context": "...", "question": "...", "choices": ["...", "..."], "label": 0}'
_KNOWN = ("premise, question, choice1, choice2 (COPA); context, question, answerA, answerB (Social IQa) or answer0, "
          "answer1 (Cosmos QA); question with stem and choices (CommonsenseQA); ctx, endings (HellaSwag); or context, "
          "question, choices")
_IDS = ("id", "idx", "ind")
_NUMBER = re.compile(r"-?[0-9]{1,9}")


class ChoicesReader:
    """Questions with choices in JSON lines; see the module."""

    name: ClassVar[str] = "choices"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[ChoiceExample]:
        """Yield the questions in order.

        Raises:
            FormatError: a line that is no JSON object or has other keys, fewer than two choices, an empty text, a
                label that is no choice's.
        """
        objects = ChoiceObjects(notes)
        for number, values in json_lines(path, notes, _SHAPE):
            yield objects.example(values, Location(str(path), number))


class ChoiceObjects:
    """Turns objects with the keys of one of the data sets into examples, in order.

    Args:
        notes: counts, added to: `missing_labels` and `blank_labels` (empty, null or -1) of questions for which nobody
            says which choice is right, `repeated_choices` of questions with two choices that are the same text.
    """

    def __init__(self, notes: Counter[str]) -> None:
        self._notes = notes
        self._identities = Identities(notes)

    def example(self, values: Mapping[str, Any], where: Location) -> ChoiceExample:
        """One object as an example.

        Raises:
            FormatError: as `ChoicesReader.read`, at `where`.
        """
        fields = _Fields(values, where, self._notes)
        read = next((read for known, read in _LAYOUTS if known(values)), None)
        if read is None:
            raise fields.fault(f"the keys {', '.join(map(str, list(values)[:8])) or '(none)'} are not those of a "
                               "question with choices", f"give the keys of one of these: {_KNOWN}")
        found = read(fields)
        if len(set(found.choices)) < len(found.choices):
            self._notes["repeated_choices"] += 1
        return ChoiceExample(self._identities.next(fields.identity()), *found, where)


class _Found(NamedTuple):
    context: str
    question: str
    choices: tuple[str, ...]
    answer: int | None


@dataclass(frozen=True, slots=True)
class _Fields:
    """The values of one object, asked for by key; faults are told with its place."""

    values: Mapping[str, Any]
    where: Location
    notes: Counter[str]

    def fault(self, what: str, remedy: str) -> FormatError:
        return FormatError(what, where=self.where, remedy=remedy)

    def text(self, key: str) -> str:
        """A text that is there."""
        return self.as_text(self.values.get(key), key)

    def text_or_none(self, key: str) -> str:
        """A text, "" where it is left out."""
        return "" if self.values.get(key) in (None, "") else self.text(key)

    def as_text(self, value: object, key: str) -> str:
        if not isinstance(value, str) or not value.strip():
            found = "text without a letter in it" if isinstance(value, str) else json_kind(value)
            raise self.fault(f"{key!r} should be text, found {found}", "fill in the text, or take the line out")
        return json_text(value.strip(), key, self.where)

    def texts(self, value: object, key: str) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise self.fault(f"{key!r} should be a list of texts, found {json_kind(value)}", f"write {_SHAPE}")
        return tuple(self.as_text(one, key) for one in value)

    def numbered(self, prefix: str, suffixes: Iterable[str]) -> tuple[str, ...]:
        """The texts of the keys with one prefix, which go on without a gap."""
        keys = list(takewhile(self.values.__contains__, (prefix + suffix for suffix in suffixes)))
        gap = sorted(key for key in self.values if re.fullmatch(f"{prefix}([0-9]+|[A-Z])", key) and key not in keys)
        if gap:
            raise self.fault(f"{gap[0]!r} does not follow {keys[-1]!r}", "number the choices without a gap")
        return self.several(tuple(map(self.text, keys)))

    def several(self, choices: tuple[str, ...]) -> tuple[str, ...]:
        """The choices, of which there are at least two."""
        if len(choices) < 2:
            raise self.fault(f"a question needs two choices or more, found {len(choices)}",
                             "add the choices, or take the line out")
        return choices

    def number(self, key: str, first: int, choices: int) -> int | None:
        """The index of the right choice from 0, from a number that counts from `first`."""
        value = self._label(key)
        if value is None:
            return None
        number = int(value) if _NUMBER.fullmatch(value) else None
        if number == -1:
            self.notes["blank_labels"] += 1
            return None
        if number is None or not first <= number < first + choices:
            raise self.fault(f"{key!r} is {value[:40]!r}, and the {choices} choices have the numbers {first} to "
                             f"{first + choices - 1}", "mend the label, or leave it blank (null)")
        return number - first

    def name(self, key: str, names: tuple[str, ...]) -> int | None:
        """The index of the right choice from 0, from its name."""
        value = self._label(key)
        if value is None:
            return None
        if value not in names:
            raise self.fault(f"{key!r} is {value[:40]!r}, and the choices are {', '.join(names)}",
                             "mend the label, or leave it blank (null)")
        return names.index(value)

    def identity(self) -> str | None:
        """The object's own id, where it has one."""
        key = next((key for key in _IDS if self.values.get(key) is not None), None)
        if key is None:
            return None
        own = self.values[key]
        if not isinstance(own, str | int) or isinstance(own, bool):
            raise self.fault(f"{key!r} should be text or a number, found {json_kind(own)}", "mend the id")
        return json_text(str(own), key, self.where)

    def _label(self, key: str) -> str | None:
        """A label as text; None, and counted, where it is not there or blank."""
        if key not in self.values:
            self.notes["missing_labels"] += 1
            return None
        value = self.values[key]
        if value is None or (isinstance(value, str) and not value.strip()):
            self.notes["blank_labels"] += 1
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.fault(f"{key!r} should be a whole number or text, found {json_kind(value)}",
                             "mend the label, or leave it blank (null)")
        return json_text(str(value).strip(), key, self.where)


def _copa(fields: _Fields) -> _Found:
    asked = fields.text("question")
    if asked.lower() not in PROMPTS:
        raise fields.fault(f"'question' is {asked[:40]!r}, expected cause or effect",
                           "write cause or effect; data with questions of their own have the keys context and choices")
    choices = fields.numbered("choice", map(str, count(1)))
    return _Found(fields.text("premise"), PROMPTS[asked.lower()], choices, fields.number("label", 0, len(choices)))


def _social_iqa(fields: _Fields) -> _Found:
    choices = fields.numbered("answer", ascii_uppercase)
    if "label" not in fields.values and "correct" in fields.values:
        answer = fields.name("correct", tuple(ascii_uppercase[:len(choices)]))
    else:
        answer = fields.number("label", 1, len(choices))
    return _Found(fields.text("context"), fields.text("question"), choices, answer)


def _cosmos_qa(fields: _Fields) -> _Found:
    choices = fields.numbered("answer", map(str, count()))
    answer = fields.number("label", 0, len(choices))
    return _Found(fields.text("context"), fields.text("question"), choices, answer)


def _commonsense_qa(fields: _Fields) -> _Found:
    """As published, with all in `question`, or as hubs have it, with `choices` as columns."""
    asked = fields.values["question"]
    if isinstance(asked, dict):
        given = asked.get("choices")
        rows = [one if isinstance(one, dict) else {} for one in given] if isinstance(given, list) else []
        columns: Mapping[str, Any] = {key: [row.get(key) for row in rows] for key in ("label", "text")}
        stem = asked.get("stem")
    else:
        columns, stem = fields.values["choices"], asked
    choices = fields.several(fields.texts(columns.get("text"), "text"))
    names = fields.texts(columns.get("label"), "label")
    if len(set(names)) != len(choices) or len(names) != len(choices):
        raise fields.fault(f"{len(choices)} choices have the labels {', '.join(names)}", "give each its own label")
    return _Found("", fields.as_text(stem, "stem"), choices, fields.name("answerKey", names))


def _hellaswag(fields: _Fields) -> _Found:
    """The activity stands before the context, as the data set's own baselines have it, unless it is there already."""
    context, activity = fields.text("ctx"), fields.text_or_none("activity_label")
    if activity and not context.startswith(activity):
        context = f"{activity}: {context}"
    choices = fields.several(fields.texts(fields.values["endings"], "endings"))
    return _Found(context, "", choices, fields.number("label", 0, len(choices)))


def _plain(fields: _Fields) -> _Found:
    context, question = fields.text_or_none("context"), fields.text_or_none("question")
    if not context and not question:
        raise fields.fault("there is neither a context nor a question", f"write {_SHAPE}")
    choices = fields.several(fields.texts(fields.values["choices"], "choices"))
    return _Found(context, question, choices, fields.number("label", 0, len(choices)))


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: all(key in values for key in keys)


def _asks_commonsense(values: Mapping[str, Any]) -> bool:
    asked = values.get("question")
    return isinstance(asked, dict) or (asked is not None and isinstance(values.get("choices"), dict))


_LAYOUTS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[_Fields], _Found]], ...] = (
    (_has("premise", "question", "choice1"), _copa),
    (_has("context", "question", "answerA"), _social_iqa),
    (_has("context", "question", "answer0"), _cosmos_qa),
    (_asks_commonsense, _commonsense_qa),
    (_has("ctx", "endings"), _hellaswag),
    (_has("choices"), _plain),
)
"""Whether an object has the keys of a data set, and how it is read; the first that fits is taken."""
