"""Predictions as a table, as CoNLL-U or as JSON lines, written while they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TextIO

from sprachbund.core.errors import RegistryError, join_or, near_matches
from sprachbund.data.examples import ChoiceExample, FrameExample, QuestionExample, TokenExample
from sprachbund.evaluation.labelled import Labelled

Writer = Callable[[Labelled], str]


def write_predictions(items: Iterable[Labelled], file: TextIO, form: str) -> int:
    """Write predictions as a stream and return how many examples were written.

    Args:
        items: labelled examples, consumed one at a time.
        file: where to.
        form: "table", "conllu" (taggers) or "jsonl".

    Raises:
        RegistryError: an unknown form.
    """
    if form not in FORMS:
        near = near_matches(form, FORMS)
        raise RegistryError(f"there is no output format {form!r}",
                            remedy=(f"did you mean {join_or(near)}? " if near else "") + f"known: {', '.join(FORMS)}")
    writer, count = FORMS[form], 0
    for item in items:
        file.write(writer(item))
        file.flush()
        count += 1
    return count


def as_table(item: Labelled) -> str:
    """Words over their labels, below their intent if there is one; or a label, an answer or the number of a choice,
    with its probability and the text or the question."""
    example = item.example
    if isinstance(example, FrameExample):
        return f"{item.intent or '?'}\t{item.intent_confidence:.3f}\n" + _words_over_labels(example, item)
    if isinstance(example, TokenExample):
        return _words_over_labels(example, item)
    if isinstance(example, QuestionExample):
        answer = item.labels[0]
        return f"{'?' if answer is None else answer or '-'}\t{item.confidence[0]:.3f}\t{example.question}\n"
    if isinstance(example, ChoiceExample):
        return f"{item.labels[0]}\t{item.confidence[0]:.3f}\t{example.first} | {_chosen(example, item.labels[0])}\n"
    pair = f" | {example.text_pair}" if example.text_pair is not None else ""
    return f"{item.labels[0] or '?'}\t{item.confidence[0]:.3f}\t{example.text}{pair}\n"


def _words_over_labels(example: TokenExample, item: Labelled) -> str:
    labels = [label or "?" for label in item.labels]
    widths = [max(len(word), len(label)) for word, label in zip(example.words, labels, strict=True)]
    rows = (example.words, labels)
    return "\n".join(" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in rows) + "\n\n"


def as_conllu(item: Labelled) -> str:
    """A CoNLL-U sentence: the label in UPOS, or in MISC where it is no tag of a tagger of words; an intent above it."""
    example = item.example
    if not isinstance(example, TokenExample):
        raise RegistryError("CoNLL-U holds labels of words, and this model labels whole texts",
                            remedy="use --to table or --to jsonl")
    lines = [f"# sent_id = {example.identity}"]
    if isinstance(example, FrameExample):
        lines.append(f"# intent = {item.intent or '_'}")
    for number, (word, label) in enumerate(zip(example.words, item.labels, strict=True), 1):
        is_span = label is not None and ("-" in label or label == "O")
        upos, misc = ("_", f"Label={label}") if is_span else (label or "_", "_")
        lines.append("\t".join([str(number), word, "_", upos, "_", "_", "_", "_", "_", misc]))
    return "\n".join(lines) + "\n\n"


def as_json_line(item: Labelled) -> str:
    """One JSON object a line; frames as the reader `frame_jsonl` reads them."""
    example = item.example
    record: dict[str, object] = {"id": example.identity}
    if isinstance(example, FrameExample):
        record |= {"words": example.words, "slots": item.labels, "confidence": _rounded(item.confidence),
                   "intent": item.intent, "intent_confidence": round(item.intent_confidence, 4)}
    elif isinstance(example, TokenExample):
        record |= {"words": example.words, "labels": item.labels, "confidence": _rounded(item.confidence)}
    elif isinstance(example, QuestionExample):
        start = None if item.span is None else item.span[0]
        record |= {"question": example.question, "answer": item.labels[0], "answer_start": start,
                   "confidence": _rounded(item.confidence)[0]}
    elif isinstance(example, ChoiceExample):
        record |= {"context": example.context, "question": example.question, "choices": example.choices,
                   "choice": int(item.labels[0] or 0), "answer": _chosen(example, item.labels[0]),
                   "confidence": _rounded(item.confidence)[0]}
    else:
        record |= {"text": example.text, "label": item.labels[0], "confidence": _rounded(item.confidence)[0]}
        if example.text_pair is not None:
            record["text_pair"] = example.text_pair
    return json.dumps(record, ensure_ascii=False) + "\n"


def _chosen(example: ChoiceExample, number: str | None) -> str:
    """The text of the choice with a number from 1, the question before it where there is a context."""
    return example.choices[int(number) - 1] if number else "?"


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


FORMS: dict[str, Writer] = {"table": as_table, "conllu": as_conllu, "jsonl": as_json_line}
