"""A folder in XTREME's layout made by chance, always the same: labels and predictions of every task of a suite."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from sprachbund.studies.suite_config import Suite, SuiteTask

UPOS = ("NOUN", "VERB", "SCONJ", "CCONJ", "SYM", "X", "ADJ", "INTJ", "PUNCT", "DET")
BIO = ("O", "O", "O", "B-LOC", "I-LOC", "B-PER", "I-PER", "B-ORG", "I-ORG")
WORDS = ("the", "a", "Haus", "der", "casa", "la", "của", "nhà", "البيت", "ال", "東京", "在北京。", "1952", "«x»", "a-b",
         ",", "ein", "ของ", "घर", "x.")


def write_suite_folder(folder: Path, suite: Suite, seed: int = 7, examples: int = 12) -> None:
    """Write `labels` and `predictions` below a folder, right in about two thirds of the cases."""
    rng = random.Random(seed)
    for name, task in suite.tasks.items():
        for language in task.languages:
            gold, predicted = _MAKERS[task.kind](rng, task, name, examples)
            for kind, text in (("labels", gold), ("predictions", predicted)):
                place = folder / kind / name
                place.mkdir(parents=True, exist_ok=True)
                (place / f"test-{language}.{task.suffix}").write_text(text, encoding="utf-8")


def _guess(rng: random.Random, right: str, choices: tuple[str, ...]) -> str:
    return right if rng.random() < 0.67 else rng.choice(choices)


def _labels(rng: random.Random, _: SuiteTask, name: str, count: int) -> tuple[str, str]:
    choices = tuple(map(str, range(40))) if name == "tatoeba" else ("entailment", "neutral", "contradiction")
    gold = [rng.choice(choices) for _ in range(count)]
    return "".join(f"{item}\n" for item in gold), "".join(f"{_guess(rng, item, choices)}\n" for item in gold)


def _tags(rng: random.Random, _: SuiteTask, name: str, count: int) -> tuple[str, str]:
    tags = UPOS if name == "udpos" else BIO
    sentences = [[rng.choice(tags) for _ in range(rng.randint(1, 9))] for _ in range(count)]
    guesses = [[_guess(rng, tag, tags) for tag in sentence] for sentence in sentences]
    return tuple("".join("".join(f"{tag}\n" for tag in one) + "\n" for one in all_) for all_ in (sentences, guesses))  # type: ignore[return-value]


def _pairs(rng: random.Random, _: SuiteTask, __: str, count: int) -> tuple[str, str]:
    gold = [(f"de-{number:03}", f"en-{number * 7 % 100:03}") for number in range(count)]
    found = [pair if rng.random() < 0.6 else (pair[0], f"en-{rng.randint(0, 99):03}") for pair in gold][: count - 2]
    return tuple("".join(f"{one}\t{other}\n" for one, other in pairs) for pairs in (gold, found))  # type: ignore[return-value]


def _text(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 5)))


def _answers(rng: random.Random, _: SuiteTask, __: str, count: int) -> tuple[str, str]:
    questions, found = [], {}
    for number in range(count):
        texts = [_text(rng) for _ in range(rng.randint(1, 3))]
        questions.append({"id": f"q{number}", "question": "?", "answers": [
            {"text": text, "answer_start": 0} for text in texts]})
        if number:
            found[f"q{number}"] = rng.choice((texts[0].upper(), f"{texts[-1]} {_text(rng)}", _text(rng)))
    data = [{"title": "t", "paragraphs": [{"context": "", "qas": questions}]}]
    return json.dumps({"version": "1.1", "data": data}), json.dumps(found, ensure_ascii=False)


def _choices(rng: random.Random, _: SuiteTask, __: str, count: int) -> tuple[str, str]:
    gold = [rng.randint(0, 1) for _ in range(count)]
    guesses = [rng.randint(0, 1) for _ in range(count)]
    return tuple("".join(f'{{"idx": {place}, "label": {label}}}\n' for place, label in enumerate(labels))  # type: ignore[return-value]
                 for labels in (gold, guesses))


def _entities(rng: random.Random, _: SuiteTask, __: str, count: int) -> tuple[str, str]:
    gold, found = {}, {}
    for number in range(count):
        gold[f"m{number}"] = [f"Q{rng.randint(1, 30)}"]
        found[f"m{number}"] = [f"Q{entity}" for entity in rng.sample(range(1, 31), 25)]
    del found["m0"]
    return json.dumps(gold), json.dumps(found)


_MAKERS: dict[str, Callable[[random.Random, SuiteTask, str, int], tuple[str, str]]] = {
    "labels": _labels, "tags": _tags, "pairs": _pairs, "answers": _answers, "mlqa_answers": _answers,
    "choices": _choices, "entities": _entities,
}
