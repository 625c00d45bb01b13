"""Claims as Markdown, for repositories."""

from __future__ import annotations

from collections.abc import Iterator

from sprachbund.report.claims_contents import ClaimContents, ClaimLine, EncoderClaims, FigureLine
from sprachbund.report.markdown import bullet_list, markdown_table, plain_text
from sprachbund.report.tables import Cell, Column, Line, Table

_COLUMNS = (Column("Claim"), Column("What it says"), Column("Verdict"), Column("Figures"), Column("Seeds"),
            Column("Data sets"))
_PARTS = (Column("Part"), Column("System"), Column("Verdict"), Column("Figures"), Column("Seeds"))


def claims_markdown(contents: ClaimContents) -> str:
    """The whole page as text."""
    parts = [f"# {plain_text(contents.title)}", f"*{plain_text(contents.question)}*",
             f"**{plain_text(contents.headline)}**"]
    parts.append(bullet_list(tuple(map(plain_text, contents.about))))
    for item in contents.encoders:
        parts += _encoder(item)
    parts += ["## Checks of the architecture", markdown_table(_checks(contents))]
    if contents.read:
        parts += ["## What was read", bullet_list(tuple(map(plain_text, contents.read)))]
    if contents.command:
        parts += ["## How to make it again", f"```sh\n{contents.command}\n```"]
    if contents.created:
        parts.append(contents.created)
    return "\n\n".join(part for part in parts if part) + "\n"


def _encoder(item: EncoderClaims) -> Iterator[str]:
    yield f"## {plain_text(item.encoder or 'No results')}"
    if item.provenance:
        yield f"> Encoder: {plain_text(item.provenance)}."
    yield f"**{plain_text(item.mechanism)}**"
    lines = tuple(Line((Cell(_name(line)), Cell(line.says), Cell(line.verdict), _figures(line.figures, line.measure),
                        Cell(line.seeds), Cell(line.data_sets))) for line in item.lines)
    yield markdown_table(Table("verdicts", "", "", _COLUMNS, lines), item.provenance and f"Encoder: {item.provenance}.")
    if item.notes:
        yield bullet_list(tuple(map(plain_text, item.notes)))
    for line in item.lines:
        yield from _details(line)


def _details(line: ClaimLine) -> Iterator[str]:
    yield f"### {_name(line)}: {plain_text(line.verdict)}"
    yield f"{plain_text(line.says)} *{plain_text(line.rule)}*"
    yield " ".join(plain_text(sentence) for sentence in (line.why, line.settle) if sentence)
    if line.parts:
        lines = tuple(Line((Cell(part.name), Cell(part.system), Cell(part.verdict), _figures(part.figures),
                            Cell(part.seeds))) for part in line.parts)
        yield markdown_table(Table("parts", "", "", _PARTS, lines))
        yield bullet_list(tuple(f"**{plain_text(part.name)}**: {plain_text(part.why)}" for part in line.parts))
    if line.remarks:
        yield bullet_list(tuple(map(plain_text, line.remarks)))
    if line.missing:
        yield "Missing:\n\n" + bullet_list(tuple(map(plain_text, line.missing)))


def _name(line: ClaimLine) -> str:
    return f"{line.claim} ({line.variant})" if line.variant else line.claim


def _figures(figures: tuple[FigureLine, ...], measure: str = "") -> Cell:
    told = "; ".join(map(_figure, figures))
    return Cell(f"{measure}: {told}" if measure else told)


def _figure(figure: FigureLine) -> str:
    interval = f" ({figure.interval})" if figure.interval else ""
    return f"{figure.name}: {figure.value}{interval}"


def _checks(contents: ClaimContents) -> Table:
    columns = (Column("Check"), Column("Claims"), Column("What it promises"), Column("Held"), Column("Seen"))
    lines = tuple(Line((Cell(check.name), Cell(", ".join(check.claims)), Cell(check.promise),
                        Cell("yes" if check.passed else "no"), Cell(check.detail))) for check in contents.checks)
    return Table("checks", "", "", columns, lines)

