"""`sprachbund claims`: what stored results say of every claim on layer fusion, by rule."""

from __future__ import annotations

import json as json_module
import sys
from typing import Annotated

import typer

from sprachbund.cli.terminal import console

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def claims(
    context: typer.Context,
    folders: Annotated[list[str] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of sweeps and probes, or "
                                                        "folders of such folders. Default: results/.")] = None,
    output: Annotated[str, typer.Option("--output", "-o", help="Folder for claims.json, claims.md and "
                                        "claims.html.")] = "claims",
    json: Annotated[bool, typer.Option("--json", help="Print claims.json instead of the table.")] = False,
) -> int:
    """Give the claims C1 to C17 of 2205.08497 their verdicts from stored results; run the checks of architecture."""
    from sprachbund import api_claims  # these import pyarrow, which `--help` does without

    finished = api_claims.claims(*(folders or ()), output=output, command=str(context.obj or ""))
    if json:
        json_module.dump(finished.to_json(), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    from sprachbund.report.claims_terminal import print_claims
    from sprachbund.report.finished_claims import CLAIMS, HTML

    out = console()
    print_claims(out, finished.contents)
    out.print()
    for name, file in (("page", HTML), ("verdicts", CLAIMS)):
        out.print(f"{name:<9} {finished.folder / file if finished.folder else file}", highlight=False, soft_wrap=True)
    return 0


command = typer.main.get_command(app)
