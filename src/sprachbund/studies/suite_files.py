"""Files of labels and predictions in XTREME's layout, `TASK/test-LANGUAGE.SUFFIX`, read as its evaluator reads them.

What the evaluator would fail on, or read as something else than was meant, is an error with file and line here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location
from sprachbund.data.formats.lines import open_lines


def read_lines(path: Path) -> list[str]:
    """One stripped text a line, empty ones included.

    Raises:
        FormatError: not UTF-8, with line and byte.
    """
    return [text.strip() for _, text in open_lines(path)]


def read_tags(path: Path) -> list[list[str]]:
    """Tags, one a line; an empty line ends a sentence.

    Raises:
        FormatError: not UTF-8; a line with more than a tag.
    """
    sentences: list[list[str]] = [[]]
    for number, text in open_lines(path):
        tag = text.strip()
        if not tag:
            sentences.append([])
        elif "\t" in tag:
            raise FormatError(f"expected one tag, got {tag!r}", where=Location(str(path), number),
                              remedy="leave the words out: a line holds a tag and nothing else")
        else:
            sentences[-1].append(tag)
    return sentences if sentences[-1] else sentences[:-1]


def read_json(path: Path) -> Any:
    """A JSON value.

    Raises:
        FormatError: not UTF-8, not JSON; with line and column.
    """
    text = "\n".join(line for _, line in open_lines(path))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"not valid JSON: {error.msg}",
                          where=Location(str(path), error.lineno, error.colno)) from None


def read_gold_answers(path: Path) -> dict[str, tuple[str, ...]]:
    """Questions and their gold answers, from SQuAD's JSON.

    Raises:
        FormatError: not SQuAD's JSON; a question without answers, or two of one identity.
    """
    found: dict[str, tuple[str, ...]] = {}
    values = read_json(path)
    articles = values.get("data") if isinstance(values, dict) else values
    try:
        for identity, answers in _questions(articles):
            if identity in found:
                raise FormatError(f"the question {identity!r} stands twice", where=Location(str(path)))
            if not answers:
                raise FormatError(f"the question {identity!r} has no gold answer", where=Location(str(path)),
                                  remedy="give the file before XTREME's script takes its answers out")
            found[identity] = answers
    except (KeyError, TypeError, AttributeError):
        raise FormatError("expected SQuAD's JSON: data, paragraphs, qas with id and answers",
                          where=Location(str(path))) from None
    return found


def _questions(articles: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                yield str(question["id"]), tuple(str(answer["text"]) for answer in question["answers"])


def read_answers(path: Path) -> dict[str, str]:
    """Predicted answers by the identity of their question.

    Raises:
        FormatError: not an object of texts.
    """
    values = read_json(path)
    if not isinstance(values, dict) or not all(isinstance(text, str) for text in values.values()):
        raise FormatError('expected an object of texts, {"question": "answer"}', where=Location(str(path)))
    return values


def read_entities(path: Path) -> dict[str, list[str]]:
    """Lists of entities by the identity of their mention.

    Raises:
        FormatError: not an object of lists of texts.
    """
    values = read_json(path)
    if not isinstance(values, dict) or not all(
            isinstance(items, list) and all(isinstance(item, str) for item in items) for items in values.values()):
        raise FormatError('expected an object of lists, {"mention": ["Q1", "Q2"]}', where=Location(str(path)))
    return values


def read_choices(path: Path) -> list[str]:
    """The field "label" of every line of JSON.

    Raises:
        FormatError: a line that is not JSON, or has no label.
    """
    labels = []
    for number, text in open_lines(path):
        try:
            labels.append(json.dumps(json.loads(text)["label"]))
        except (json.JSONDecodeError, KeyError, TypeError):
            raise FormatError('expected JSON with the field "label"', where=Location(str(path), number)) from None
    return labels
