"""A look at a data set before anything is trained on it: what there is, and what one should know.

Counts, and findings: broken files, wrong encodings, text that stands in training and test, repeated examples,
label sets that differ, blanked labels and answers, text in another script than the language's, languages and
splits that are missing, names that are no language. Each file is read once, an example at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.counts import Counts, Places, Tally
from sprachbund.data.examples import ChoiceExample, Example, FrameExample, TextExample, TokenExample
from sprachbund.data.file_source import FileSource
from sprachbund.data.formats.lines import undecodable
from sprachbund.data.scripts import words_of_script
from sprachbund.data.source import DataSource
from sprachbund.languages.language import find_variant

FindingKind = Literal["broken", "encoding", "blank_label", "in_training", "repeated", "unknown_label", "label_set",
                      "script", "missing_split", "missing_language", "no_language"]
GRAVE: tuple[FindingKind, ...] = ("broken", "blank_label")
"""Findings with which scores cannot be computed, or mean nothing."""
SPLITS = ("train", "dev", "test")
_CHOICES = "questions with choices"
_SHOWN = 5
_ENOUGH = 20  # examples from which one label for all is no chance
_USUAL = 0.01  # share from which a label that a language lacks is worth a word


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know of one language and split, or of the whole set (language and split are "").

    Args:
        kind: what it is about.
        count: how many examples, words, labels, lines or languages it concerns.
        total: out of how many.
        what: one sentence.
        cases: a few of them (identities, labels, codes).
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

    @property
    def grave(self) -> tuple[Finding, ...]:
        """Findings with which scores cannot be computed, or mean nothing."""
        return tuple(found for found in self.findings if found.kind in GRAVE)


def check_source(source: DataSource, splits: Sequence[str] = SPLITS) -> DataCheck:
    """Read every language and split once; a broken file is a finding, not an error.

    Labels and texts of dev and test are compared with all training data of the set.
    """
    counts: list[Counts] = []
    findings = list(_missing(source, splits))
    known: set[bytes] = set()
    labels: set[str] = set()
    for split in sorted(splits, key=lambda name: name != "train"):
        for language in source.languages(split):
            tally = Tally(known, collects=split == "train")
            unit = ""
            try:
                stream = source.stream(language, split)
                for example in tally.watch(stream.examples):
                    unit = unit or _unit(example)
            except DataError as error:
                findings += _broken(source, language, split, error)
                continue
            counted = tally.counts(language, split, dict(stream.notes))
            counts.append(counted)
            findings += check_counts(counted, unit)
            if split == "train":
                labels.update(counted.labels)
            else:
                findings += _unknown_labels(counted, labels) if unit != _CHOICES else ()
    return DataCheck(tuple(counts), (*findings, *_blanked(counts), *_label_sets(counts)))


def count_source(source: DataSource, splits: Sequence[str], languages: Sequence[str] | None = None) -> list[Counts]:
    """Count languages and splits, in order.

    Args:
        source: the data set.
        splits: which; one that no language has is left out.
        languages: codes; None: all.

    Raises:
        DataError: a file is broken, or a language has none of the splits.
    """
    found = []
    for split in splits:
        for language in source.languages(split):
            if languages is None or language in languages:
                tally = Tally(set(), collects=True)
                stream = source.stream(language, split)
                for _ in tally.watch(stream.examples):
                    pass
                found.append(tally.counts(language, split, dict(stream.notes)))
    missing = [code for code in languages or () if code not in {counted.language for counted in found}]
    if missing:
        raise DataError(f"the data set {source.name} has nothing in {', '.join(missing)}",
                        remedy=f"splits asked for: {', '.join(splits)}")
    return found


def check_counts(counted: Counts, unit: str) -> Iterator[Finding]:
    """Findings that one corpus shows by itself.

    Args:
        counted: the corpus.
        unit: what carries labels: "words", "words and sentences", "texts", "questions" or "questions with choices".
    """
    def found(kind: FindingKind, places: Places, what: str) -> Iterator[Finding]:
        if places.count:
            yield Finding(kind, counted.language, counted.split, places.count, counted.examples,
                          f"{what}: {places.count:,} of {counted.examples:,}", places.cases)

    yield from found("encoding", counted.damaged, "examples with U+FFFD, the sign for bytes that were lost")
    yield from found("encoding", counted.twice_encoded,
                     'examples with UTF-8 that was taken for Windows-1252 and encoded again ("Ã©" for "é")')
    yield from found("repeated", counted.repeated, "examples that repeat an earlier one")
    yield from found("in_training", counted.in_training, "examples that stand in the training data too")
    if counted.unlabelled:
        asked = unit in ("questions", _CHOICES)
        total = counted.examples if asked else counted.unlabelled + sum(counted.labels.values())
        lacking = "answer" if asked else "label"
        what = f"{counted.unlabelled} of {total} {unit} have no {lacking}"
        if counted.unlabelled == total:
            what += ": not given, or blanked as in copies made by XTREME's script"
        yield Finding("blank_label", counted.language, counted.split, counted.unlabelled, total, what)
    yield from _script(counted)


def _unit(example: Example) -> str:
    """What carries labels."""
    if isinstance(example, FrameExample):
        return "words and sentences"
    if isinstance(example, TokenExample):
        return "words"
    if isinstance(example, ChoiceExample):
        return _CHOICES
    return "texts" if isinstance(example, TextExample) else "questions"


def _broken(source: DataSource, language: str, split: str, error: DataError) -> Iterator[Finding]:
    """A fault of a file; if its bytes are not UTF-8, how many lines that concerns."""
    yield Finding("broken", language, split, 1, 1, str(error))
    path = source.path(language, split) if isinstance(error, FormatError) else None
    if path is not None:
        lines, faults, first = undecodable(path)
        if faults > 1:
            yield Finding("encoding", language, split, faults, lines,
                          f"{faults} of {lines} lines are not UTF-8, the first is line {first}", (str(first),))


def _missing(source: DataSource, splits: Sequence[str]) -> Iterator[Finding]:
    """Names that are no language, languages of the card that are not there, evaluation splits that some lack."""
    left_out = source.left_out if isinstance(source, FileSource) else ()
    if left_out:
        yield Finding("no_language", "", "", len(left_out), len(left_out),
                      f"folders or files named after no language: {', '.join(left_out[:_SHOWN])}",
                      left_out[:_SHOWN])
    there = {split: source.languages(split) for split in splits}
    present = {code for codes in there.values() for code in codes}
    if source.card is not None:
        absent = tuple(code for code in source.card.languages if code not in present)
        if absent:
            yield Finding("missing_language", "", "", len(absent), len(source.card.languages),
                          f"languages of the card that are not here: {', '.join(absent)}", absent)
    for split, codes in there.items():
        lacking = tuple(sorted(present.difference(codes)))
        if split != "train" and lacking and 2 * len(codes) >= len(present):
            yield Finding("missing_split", "", split, len(lacking), len(present),
                          f"languages without {split} data: {', '.join(lacking)}", lacking)


def _unknown_labels(counted: Counts, known: set[str]) -> Iterator[Finding]:
    unknown = {label: times for label, times in counted.labels.items() if label not in known}
    if unknown and known:
        times, shown = sum(unknown.values()), tuple(unknown)[:_SHOWN]
        yield Finding("unknown_label", counted.language, counted.split, times, sum(counted.labels.values()),
                      f"labels that the training data lack ({_times(times)}): {', '.join(shown)}", shown)


def _blanked(counts: Sequence[Counts]) -> Iterator[Finding]:
    """One and the same label for all, in a set that has more: a placeholder that was put in for the gold labels."""
    known = {label for counted in counts for label in counted.labels}
    for counted in counts:
        if len(counted.labels) == 1 < len(known) and counted.examples >= _ENOUGH:
            (label, times), = counted.labels.items()
            yield Finding("blank_label", counted.language, counted.split, times, times,
                          f"all {times} labels are {label}: blanked, and put in as a placeholder", (label,))


def _label_sets(counts: Sequence[Counts]) -> Iterator[Finding]:
    """Labels that most other languages use and one does not, or that one alone uses, within a split."""
    for split in dict.fromkeys(counted.split for counted in counts):
        corpora = [counted for counted in counts if counted.split == split and len(counted.labels) > 1]
        if len(corpora) < 3:
            continue
        usual = {label for counted in corpora for label in counted.labels
                 if 2 * sum(label in other.labels for other in corpora) > len(corpora)}
        frequent = {label for label in usual if _share(label, corpora) >= _USUAL}
        for counted in corpora:
            lacking = tuple(sorted(frequent.difference(counted.labels)))
            if lacking and counted.examples >= _ENOUGH:
                yield Finding("label_set", counted.language, split, len(lacking), len(usual),
                              f"lacks labels that most languages have: {', '.join(lacking)}", lacking)
            own = tuple(sorted(label for label in counted.labels
                               if sum(label in other.labels for other in corpora) == 1))
            if own:
                times = sum(counted.labels[label] for label in own)
                yield Finding("label_set", counted.language, split, times, sum(counted.labels.values()),
                              f"labels of no other language ({_times(times)}): {', '.join(own[:_SHOWN])}", own[:_SHOWN])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _share(label: str, corpora: Sequence[Counts]) -> float:
    return sum(counted.labels[label] for counted in corpora) / sum(sum(each.labels.values()) for each in corpora)


def _script(counted: Counts) -> Iterator[Finding]:
    variant = find_variant(counted.language)
    total = sum(counted.letters.values())
    expected = sum(counted.letters[word] for word in words_of_script(variant.script))
    if total and expected * 2 < total:
        (word, most), = counted.letters.most_common(1)
        yield Finding("script", counted.language, counted.split, total - expected, total,
                      f"{most / total:.0%} of the letters are {word.capitalize()}, {variant.name} is expected in "
                      f"{variant.script}", (word,))
