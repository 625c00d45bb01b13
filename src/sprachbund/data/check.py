"""A look at a data set before anything is trained on it: what there is, and what one should know.

Counts, and findings: broken files, text that stands in training and test, repeated examples, labels
that training lacks, blanked labels, text in another script than the language's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import Corpus, Example, TokenExample
from sprachbund.data.scripts import letters_by_script, words_of_script
from sprachbund.data.source import DataSource
from sprachbund.data.splits import content
from sprachbund.languages.language import find_variant

FindingKind = Literal["broken", "in_training", "repeated", "unknown_label", "blank_label", "script"]
_SPLITS = ("train", "dev", "test")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """What one language and split holds.

    Args:
        words: words of token examples; words separated by blanks of texts (few in scripts without blanks).
        labels: label -> how often, the most frequent first.
        unlabelled: words, or texts, without a label.
        notes: what the reader counted.
    """

    language: str
    split: str
    examples: int
    words: int
    labels: Counter[str]
    unlabelled: int
    notes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know of one language and split.

    Args:
        kind: what it is about.
        count: how many examples, words or labels it concerns.
        total: out of how many.
        what: one sentence.
        cases: a few of them (identities, labels).
    """

    kind: FindingKind
    language: str
    split: str
    count: int
    total: int
    what: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What `check_source` saw."""

    counts: tuple[Counts, ...]
    findings: tuple[Finding, ...]


def check_source(source: DataSource, splits: Sequence[str] = _SPLITS) -> DataCheck:
    """Read every language and split once; a broken file is a finding, not an error.

    Labels and texts of dev and test are compared with all training data of the set.
    """
    counts: list[Counts] = []
    findings: list[Finding] = []
    known: dict[tuple[str, ...], str] = {}
    labels: set[str] = set()
    for split in sorted(splits, key=lambda name: name != "train"):
        for language in source.languages(split):
            try:
                corpus = source.corpus(language, split)
            except FormatError as error:
                findings.append(Finding("broken", language, split, 1, 1, str(error)))
                continue
            counted = count(corpus)
            counts.append(counted)
            findings += check_corpus(corpus, counted)
            if split == "train":
                labels.update(counted.labels)
                for example in corpus.examples:
                    known.setdefault(content(example), language)
                continue
            findings += _in_training(corpus, known)
            findings += _unknown_labels(counted, labels)
    return DataCheck(tuple(counts), tuple(findings))


def count(corpus: Corpus) -> Counts:
    """Count a corpus."""
    labels, words, unlabelled = Counter[str](), 0, 0
    for example in corpus.examples:
        if isinstance(example, TokenExample):
            words += len(example.words)
            labels.update(example.labels or ())
            unlabelled += 0 if example.labels else len(example.words)
        else:
            words += sum(len(text.split()) for text in _texts(example))
            if example.label is None:
                unlabelled += 1
            else:
                labels[example.label] += 1
    return Counts(corpus.language, corpus.split, len(corpus.examples), words, Counter(dict(labels.most_common())),
                  unlabelled, dict(corpus.notes))


def check_corpus(corpus: Corpus, counted: Counts | None = None) -> list[Finding]:
    """Findings that one corpus shows by itself: repeated examples, blank labels, an unexpected script."""
    counted = counted or count(corpus)
    findings = []
    seen: dict[tuple[str, ...], str] = {}
    repeated = [example.identity for example in corpus.examples
                if seen.setdefault(content(example), example.identity) != example.identity]
    if repeated:
        findings.append(_finding("repeated", corpus, repeated, f"{len(repeated)} examples repeat an earlier one"))
    if counted.unlabelled:
        unit = "words" if isinstance(corpus.examples[0], TokenExample) else "texts"
        total = counted.unlabelled + sum(counted.labels.values())
        findings.append(Finding("blank_label", corpus.language, corpus.split, counted.unlabelled, total,
                                f"{counted.unlabelled} of {total} {unit} have no label"))
    return findings + _script(corpus)


def _in_training(corpus: Corpus, known: dict[tuple[str, ...], str]) -> list[Finding]:
    shared = [example.identity for example in corpus.examples if content(example) in known]
    return [_finding("in_training", corpus, shared, f"{len(shared)} examples stand in the training data too")
            ] if shared else []


def _unknown_labels(counted: Counts, known: set[str]) -> list[Finding]:
    unknown = {label: times for label, times in counted.labels.items() if label not in known}
    if not unknown or not known:
        return []
    times = sum(unknown.values())
    return [Finding("unknown_label", counted.language, counted.split, times, sum(counted.labels.values()),
                    f"{len(unknown)} labels ({times} times) are not in the training data", tuple(unknown)[:_SHOWN])]


def _script(corpus: Corpus) -> list[Finding]:
    variant = find_variant(corpus.language)
    letters = letters_by_script(text for example in corpus.examples for text in _texts(example))
    total = sum(letters.values())
    expected = sum(letters[word] for word in words_of_script(variant.script))
    if not total or expected * 2 >= total:
        return []
    (word, most), = letters.most_common(1)
    return [Finding("script", corpus.language, corpus.split, total - expected, total,
                    f"{most / total:.0%} of the letters are {word.capitalize()}, {variant.name} is expected in "
                    f"{variant.script}", (word,))]


def _texts(example: Example) -> Iterator[str]:
    if isinstance(example, TokenExample):
        yield from example.words
    else:
        yield example.text
        if example.text_pair is not None:
            yield example.text_pair


def _finding(kind: FindingKind, corpus: Corpus, identities: Sequence[str], what: str) -> Finding:
    return Finding(kind, corpus.language, corpus.split, len(identities), len(corpus.examples), what,
                   tuple(identities[:_SHOWN]))
