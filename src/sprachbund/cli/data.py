"""`sprachbund data list | show | check | stats | get`: the data sets that are known, and what is in them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from sprachbund.cli.data_check import check, stats
from sprachbund.cli.data_get import get
from sprachbund.cli.data_open import open_by_name
from sprachbund.cli.options import DataDir
from sprachbund.cli.terminal import console
from sprachbund.core.errors import DataError
from sprachbund.data.catalogue import DatasetCard, cards
from sprachbund.data.examples import ChoiceExample, Example, FrameExample, QuestionExample, TokenExample
from sprachbund.data.splits import sample
from sprachbund.languages.language import find_variant

app = typer.Typer(add_completion=False, rich_markup_mode="rich", help="Show, check, count and fetch data sets.")
app.command("check")(check)
app.command("stats")(stats)
app.command("get")(get)


@app.command("list")
def list_command() -> int:
    """List the data sets that have a card, and where each can come from besides a folder a language."""
    table = Table(box=None, pad_edge=False)
    table.add_column("data set", no_wrap=True)
    table.add_column("languages", justify="right")
    table.add_column("also from", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    for card in cards():
        places = {"installed": card.bundled, "hub": card.hub, "XTREME": card.xtreme}
        table.add_row(card.name, str(len(card.languages)), ", ".join(name for name, there in places.items() if there),
                      f"{card.summary} [dim]({escape(card.licence)})[/]")
    console().print(table)
    return 0


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A data set's name, a folder, or a pattern with {language}.")],
    language: Annotated[str | None, typer.Option("--language", "-l", help="Language code or name.")] = None,
    split: Annotated[str, typer.Option(help="train, dev or test.")] = "test",
    task: Annotated[str | None, typer.Option(help="What it is read for: tagging, classification, ...; default: the "
                                             "data set's own task.")] = None,
    labels: Annotated[str | None, typer.Option(help="Label set, where a data set offers several.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Number of examples.")] = 10,
    seed: Annotated[int, typer.Option(help="Which examples are drawn.")] = 0,
    data_dir: DataDir = None,
) -> int:
    """Print examples of one language, or, without --language, the languages there are."""
    source = open_by_name(name, task, labels, data_dir)
    out = console()
    if source.card is not None:
        _card(source.card)
    if language is None:
        codes = source.languages(split)
        if not codes:
            raise DataError(f"{source.name} has no {split} split", remedy="try --split train or --split dev")
        out.print(f"[bold]{len(codes)} languages and variants[/] with {split} data: {', '.join(codes)}")
        return 0
    code = find_variant(language).code
    corpus = source.corpus(code, split)
    total = len(corpus.examples)
    chosen = sample(corpus, min(count, total), seed)
    out.print(f"[bold]{source.name}[/], {find_variant(code).language.name} ({code}), {split}: {total:,} examples, "
              f"{len(chosen.examples)} drawn with seed {seed}\n")
    for example in chosen.examples:
        out.print(_line(example), highlight=False)
    if corpus.notes:
        counted = ", ".join(f"{key.replace('_', ' ')} {value:,}" for key, value in sorted(corpus.notes.items()))
        out.print(f"\n[dim]counted while reading: {counted}[/]")
    return 0


def _card(card: DatasetCard) -> None:
    console().print(f"[dim]{escape(card.summary)}. Licence: {escape(card.licence)}[/]")


def _line(example: Example) -> str:
    if isinstance(example, TokenExample):
        labels = example.labels or ("",) * len(example.words)
        words = (f"{escape(word)}[cyan]/{escape(label)}[/]" if label not in {"", "O"} else escape(word)
                 for word, label in zip(example.words, labels, strict=True))
        intent = f"[cyan]{escape(example.intent or '-'):<28}[/] " if isinstance(example, FrameExample) else ""
        return f"  {intent}" + " ".join(words)
    if isinstance(example, QuestionExample):
        told = " | ".join(dict.fromkeys(answer.text for answer in example.answers or ())) or "-"
        return f"  [cyan]{escape(told):<28}[/] {escape(example.question)} [dim]|[/] {escape(example.context)}"
    if isinstance(example, ChoiceExample):
        asked = escape(" ".join(filter(None, (example.context, example.question))))
        choices = [escape(choice) for choice in example.choices]
        if example.answer is not None:
            choices[example.answer] = f"[cyan]{choices[example.answer]}[/]"
        return f"  [cyan]{example.label or '-':>2}[/] {asked} [dim]|[/] {' [dim]/[/] '.join(choices)}"
    pair = f" [dim]|[/] {escape(example.text_pair)}" if example.text_pair is not None else ""
    return f"  [cyan]{escape(example.label or '-'):<28}[/] {escape(example.text)}{pair}"


command = typer.main.get_command(app)
