"""`sprachbund data check | stats`: read every file of a data set; what is wrong in it, or its lengths and labels."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from sprachbund.cli.data_open import open_by_name
from sprachbund.cli.options import AsJson, DataDir, split
from sprachbund.cli.terminal import console
from sprachbund.core.errors import DataError
from sprachbund.data.check import GRAVE, SPLITS, DataCheck, Finding, check_source, count_source
from sprachbund.data.counts import Counts
from sprachbund.languages.language import find_variant

_SPLITS = ",".join(SPLITS)
_HEADINGS = {
    "broken": "files that cannot be read",
    "encoding": "wrong encodings",
    "blank_label": "labels or answers that are not there",
    "in_training": "test text that training has",
    "repeated": "repeated text",
    "unknown_label": "labels that training does not know",
    "label_set": "label sets that differ",
    "script": "another script than expected",
    "missing_split": "languages without a split",
    "missing_language": "languages that are missing",
    "no_language": "names that are no language",
}

Name = Annotated[str, typer.Argument(help="A data set's name, a folder, or a pattern with {language}.")]
ForTask = Annotated[str | None, typer.Option("--task", help="What it is read for; default: the data set's own task.")]
LabelSet = Annotated[str | None, typer.Option("--labels", help="Label set, where a data set offers several.")]
Splits = Annotated[str, typer.Option("--splits", help="Splits that are read.")]


def check(
    name: Name, task: ForTask = None, labels: LabelSet = None, splits: Splits = _SPLITS,
    cases: Annotated[int, typer.Option(min=1, help="Lines a heading; --json has all.")] = 8,
    data_dir: DataDir = None, json: AsJson = False,
) -> int:
    """Read every file and tell what one should know before training. Exit code 1 where scores would mean nothing."""
    source = open_by_name(name, task, labels, data_dir)
    found = check_source(source, split(splits))
    if json:
        _print_json({"data_set": source.name, "findings": [asdict(each) for each in found.findings],
                     "counts": [_plain(counted) for counted in found.counts]})
    else:
        _tell(source.name, found, cases)
    return 1 if found.grave else 0


def stats(
    name: Name, languages: Annotated[str | None, typer.Option(help="Languages, as de,fr. Default: all.")] = None,
    task: ForTask = None, labels: LabelSet = None, splits: Splits = _SPLITS, data_dir: DataDir = None,
    json: AsJson = False,
) -> int:
    """Tell how many examples there are, how long they are, and how often each label occurs."""
    source = open_by_name(name, task, labels, data_dir)
    chosen = None if languages is None else [find_variant(each).code for each in split(languages)]
    found = count_source(source, split(splits), chosen)
    if not found:
        raise DataError(f"{source.name} has none of the splits {splits}", remedy="try --splits train,dev,test")
    if json:
        _print_json({"data_set": source.name, "counts": [_plain(counted) for counted in found]})
        return 0
    _lengths(found)
    _labels(found)
    return 0


def _tell(name: str, found: DataCheck, cases: int) -> None:
    out = console()
    for each in dict.fromkeys(counted.split for counted in found.counts):
        corpora = [counted for counted in found.counts if counted.split == each]
        known = {label for counted in corpora for label in counted.labels}
        out.print(f"[bold]{name} {each}[/]: {len(corpora)} languages, {sum(c.examples for c in corpora):,} examples, "
                  f"{sum(c.words for c in corpora):,} words, {len(known)} labels", highlight=False)
    for kind, heading in _HEADINGS.items():
        lines = [finding for finding in found.findings if finding.kind == kind]
        if lines:
            out.print(f"\n[{'red' if kind in GRAVE else 'yellow'}]{heading}[/] ({len(lines)})", highlight=False)
            for finding in sorted(lines, key=lambda each: -each.count / max(each.total, 1))[:cases]:
                out.print(f"  {escape(_line(finding))}", highlight=False, soft_wrap=True)
            if len(lines) > cases:
                out.print(f"  [dim]and {len(lines) - cases} more (--cases, --json)[/]", highlight=False)
    if not found.findings:
        out.print("nothing to mind", highlight=False)


def _line(finding: Finding) -> str:
    place = " ".join(filter(None, (finding.language, finding.split)))
    return f"{place}: {finding.what}" if place else finding.what


def _lengths(found: Sequence[Counts]) -> None:
    table = Table(box=None, pad_edge=False, caption="words an example: mean, median, 95th percentile, longest; "
                  "characters a word (texts: cut at blanks)", caption_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("split", no_wrap=True)
    for heading in ("examples", "words", "mean", "median", "95 %", "longest", "chars", "labels", "blank"):
        table.add_column(heading, justify="right", no_wrap=True)
    for counted in found:
        summary = _summary(counted)
        table.add_row(
            counted.language, counted.split, f"{counted.examples:,}", f"{counted.words:,}", f"{summary['mean']:.1f}",
            str(summary["median"]), str(summary["p95"]), f"{summary['longest']:,}",
            f"{counted.characters / max(counted.words, 1):.1f}", str(len(counted.labels)), f"{counted.unlabelled:,}")
    console().print(table)


def _labels(found: Sequence[Counts]) -> None:
    """Share of each label, a column a split, over the languages that were asked for."""
    totals: dict[str, dict[str, int]] = {}
    for counted in found:
        into = totals.setdefault(counted.split, {})
        for label, times in counted.labels.items():
            into[label] = into.get(label, 0) + times
    known = sorted({label for into in totals.values() for label in into},
                   key=lambda label: -max(into.get(label, 0) for into in totals.values()))
    if not known:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("label")
    for each in totals:
        table.add_column(each, justify="right")
        table.add_column("", justify="right")
    for label in known:
        cells = []
        for into in totals.values():
            cells += [f"{into.get(label, 0):,}", f"{100 * into.get(label, 0) / max(sum(into.values()), 1):.1f} %"]
        table.add_row(escape(label), *cells)
    console().print()
    console().print(table)


def _summary(counted: Counts) -> dict[str, Any]:
    """Mean, median, 95th percentile (nearest rank) and maximum of the number of words in an example."""
    return {"mean": counted.words / max(counted.examples, 1), "median": _rank(counted, 0.5),
            "p95": _rank(counted, 0.95), "longest": max(counted.lengths, default=0)}


def _rank(counted: Counts, share: float) -> int:
    passed = 0
    for length in sorted(counted.lengths):
        passed += counted.lengths[length]
        if passed >= share * counted.examples:
            return length
    return 0


def _plain(counted: Counts) -> dict[str, Any]:
    return {"language": counted.language, "split": counted.split, "examples": counted.examples,
            "words": counted.words, "characters": counted.characters, "unlabelled": counted.unlabelled,
            "words_per_example": _summary(counted), "labels": dict(counted.labels), "letters": dict(counted.letters),
            "notes": counted.notes}


def _print_json(value: dict[str, Any]) -> None:
    print(json_module.dumps(value, ensure_ascii=False, indent=1))
