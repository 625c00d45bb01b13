"""Claims in a terminal: one line a claim and reading, then what they lack. Plain text where there is no terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sprachbund.report.claims_contents import ClaimContents, ClaimLine, EncoderClaims

_STYLES = {"supported": "green", "tested": "green", "not supported": "red", "parameter effect": "yellow",
           "smaller than reported": "yellow", "middle": "yellow", "undecided at this size": "yellow"}
_SHOWN_MISSING = 3


def print_claims(console: Console, contents: ClaimContents) -> None:
    """Print the headline and, for each encoder, its verdicts and what they lack.

    Args:
        console: where to.
        contents: what to print.
    """
    console.print(Text(contents.headline, style="bold"))
    for item in contents.encoders:
        console.print()
        console.print(_table(item))
        console.print()
        console.print(Text(item.mechanism, style="bold"))
        if item.provenance:
            console.print(Text(f"Encoder: {item.provenance}.", style="bold"))
        for style, line in _closing_lines(item):
            console.print(Text(line, style=style))
    broken = [check for check in contents.checks if not check.passed]
    for check in broken:
        console.print(Text(f"Check {check.name} is broken: {check.detail}", style="red"))


def _table(item: EncoderClaims) -> RichTable:
    table = RichTable(title=item.encoder or "no results", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
                      show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Claim", no_wrap=True)
    table.add_column("Verdict", ratio=2)
    table.add_column("Figures (interval)", ratio=3)
    table.add_column("Seeds", no_wrap=True)
    for line in item.lines:
        verdict = Text(line.verdict, style=_STYLES.get(line.kind, "dim"))
        name = Text.assemble(line.claim, (f"\n{line.variant}" if line.variant else "", "dim"))
        table.add_row(name, verdict, _figures(line), line.seeds)
    return table


def _figures(line: ClaimLine) -> Text:
    told = [f"{item.name} {item.value}" + (f" ({item.interval})" if item.interval else "") for item in line.figures]
    return Text.assemble((f"{line.measure}\n" if line.measure else "", "dim"), "\n".join(told))


def _closing_lines(item: EncoderClaims) -> list[tuple[str, str]]:
    lines = [("dim", f"{line.claim} {line.variant}: {line.settle}".replace(" :", ":"))
             for line in item.lines if line.settle]
    for line in item.lines:
        for remark in line.remarks:
            lines.append(("yellow", f"{line.claim}: {remark}"))
        if line.missing:
            more = len(line.missing) - _SHOWN_MISSING
            told = "; ".join(line.missing[:_SHOWN_MISSING]) + (f"; and {more} more" if more > 0 else "")
            lines.append(("dim", f"{line.claim} lacks: {told}"))
    return list(dict.fromkeys([*lines, *(("dim", note) for note in item.notes)]))
