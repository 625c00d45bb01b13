"""An adaptation as a table: what was read, and how well hidden pieces are found before and after."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sprachbund.results.adaptation import Adaptation, AdaptedText, Guess, short

_COLUMNS = ("text", "pieces", "held\nout", "by fre-\nquency", "loss\nbefore", "loss\nafter",
            "pseudo-\nperpl.\nbefore", "pseudo-\nperpl.\nafter")


def print_adaptation(console: Console, adaptation: Adaptation, notes: Sequence[str] = ()) -> None:
    """Print the table, with a line for all texts where there are several, and the notes below it."""
    table = Table(title=f"Adapted: {adaptation.encoder}, {adaptation.steps:,} steps", title_justify="left")
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if number == 0 else "right", no_wrap=True)
    for text in adaptation.texts:
        table.add_row(*_row(text))
    if len(adaptation.texts) > 1:
        table.add_section()
        table.add_row(*_row(adaptation.whole()), style="bold")
    console.print(table)
    console.print(Text(f"{adaptation.masking}; looked for among {adaptation.output_vocabulary:,} pieces; losses in "
                       "nats a piece, on the texts held out, beside that of guessing by frequency; seed "
                       f"{adaptation.seed}"), highlight=False)
    console.print(Text(f"Encoder: {adaptation.provenance}.", style="bold"))
    for note in notes:
        console.print(Text(f"note: {note}"))


def _row(text: AdaptedText) -> list[str]:
    return [text.label, f"{text.pieces:,}", f"{text.held_out_texts:,}",
            "-" if text.by_frequency is None else f"{text.by_frequency:.3f}",
            *(_loss(guess) for guess in (text.before, text.after)),
            *(_perplexity(guess) for guess in (text.before, text.after))]


def _loss(guess: Guess | None) -> str:
    return "-" if guess is None else f"{guess.loss:.3f}"


def _perplexity(guess: Guess | None) -> str:
    return "-" if guess is None or guess.pseudo_perplexity is None else short(guess.pseudo_perplexity)
