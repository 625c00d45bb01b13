"""`sprachbund show`: a stored run, sweep, probe, retrieval or claims again, uncomputed; a display while one runs."""

from __future__ import annotations

import json as json_module
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sprachbund.cli.options import AsJson
from sprachbund.cli.terminal import Display, console
from sprachbund.report.numbers import duration
from sprachbund.stages.events import Emit

if TYPE_CHECKING:
    from sprachbund.report.finished_claims import FinishedClaims
    from sprachbund.report.finished_probe import FinishedProbe
    from sprachbund.report.finished_retrieval import FinishedRetrieval
    from sprachbund.report.finished_run import FinishedRun
    from sprachbund.report.finished_sweep import FinishedSweep

    _Stored = FinishedRun | FinishedSweep | FinishedProbe | FinishedRetrieval | FinishedClaims

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command()
def show(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Output folder of a run, a probe, a "
                                          "retrieval, claims, or a sweep (finished or not), or its name below runs/.")],
    output: Annotated[str | None, typer.Option("--output", "-o", help="Make findings and report again from the rows, "
                                               "and write them into this folder.")] = None,
    json: AsJson = False,
) -> int:
    """Tell a stored run, sweep, probe or claims again; a sweep that still runs is told from the cells that are done."""
    from sprachbund.report.finished_claims import is_claims  # these import pyarrow, which `--help` does without
    from sprachbund.report.finished_probe import is_probe
    from sprachbund.report.finished_retrieval import is_retrieval
    from sprachbund.report.finished_sweep import is_sweep

    place = _place(folder)
    stored: _Stored
    if is_probe(place):
        stored = _probe(place, output)
    elif is_retrieval(place):
        stored = _retrieval(place, output)
    elif is_claims(place):
        stored = _claims(place, output)
    else:
        stored = _sweep(place, output) if is_sweep(place) else _run(folder, output)
    if json:
        _dump(stored)
        return 0
    _tell(stored)
    return 0


def show_run(call: Callable[[Emit], FinishedRun], *, json: bool) -> int:
    """Run `call` with a live display, then print its table and where the report lies.

    With `json`, progress goes to standard error and `results.json` to standard output.
    """
    began = time.monotonic()
    out = console(stderr=json)
    display = Display(out)
    with display.live() as emit:
        finished = call(emit)
    if json:
        _dump(finished)
        return 0
    from sprachbund.report.finished_run import ROWS  # these two import pyarrow, which `--help` does without
    from sprachbund.report.terminal import print_findings

    print_findings(out, finished.findings)
    out.print()
    if display.executed:
        ran = f"{display.executed} stages run, {display.hits} found in the store"
    else:
        ran = f"nothing to compute: all {display.hits} stages were in the store"
    out.print(f"{ran} ({duration(time.monotonic() - began)})", highlight=False)
    out.print(f"report  {finished.report}", highlight=False, soft_wrap=True)
    out.print(f"rows    {finished.report.with_name(ROWS)}", highlight=False, soft_wrap=True)
    return 0


def _place(folder: str) -> Path:
    path, below = Path(folder), Path("runs") / folder
    return below if not path.is_dir() and below.is_dir() else path


def _sweep(place: Path, output: str | None) -> FinishedSweep:
    from sprachbund.report.finished_sweep import SWEEP, read_finished_sweep, sweep_from_rows

    if output is None and (place / SWEEP).is_file():
        return read_finished_sweep(place)
    found = sweep_from_rows(place)
    return found.write(Path(output)) if output else found


def _probe(place: Path, output: str | None) -> FinishedProbe:
    from sprachbund.report.finished_probe import read_finished_probe

    found = read_finished_probe(place)
    return found.write(Path(output)) if output else found


def _retrieval(place: Path, output: str | None) -> FinishedRetrieval:
    from dataclasses import replace

    from sprachbund.report.finished_retrieval import read_finished_retrieval
    from sprachbund.results.retrieval_summary import summarise

    stored = read_finished_retrieval(place)
    if output is None:
        return stored
    findings = summarise(stored.rows, stored.findings.facts, stored.findings.notes)
    return replace(stored, findings=findings).write(Path(output))


def _claims(place: Path, output: str | None) -> FinishedClaims:
    from sprachbund.report.finished_claims import read_claims

    found = read_claims(place)
    return found.write(Path(output)) if output else found


def _run(folder: str, output: str | None) -> FinishedRun:
    from dataclasses import replace

    from sprachbund import api
    from sprachbund.results.transfer import find

    stored = api.load_run(folder)
    if output is None:
        return stored
    unaveraged = [target.code for target in stored.findings.targets if not target.averaged]
    depth = stored.findings.languages
    found = find(stored.rows, split=stored.findings.split, unaveraged=unaveraged, draws=stored.findings.draws,
                 level=stored.findings.level, segmentation=depth.segmentation if depth else None)
    return replace(stored, findings=found).write(Path(output))


def _dump(stored: _Stored) -> None:
    json_module.dump(stored.to_json(), sys.stdout, ensure_ascii=False, indent=1)
    print()


def _tell(stored: _Stored) -> None:
    from sprachbund.report.claims_terminal import print_claims
    from sprachbund.report.finished_claims import FinishedClaims
    from sprachbund.report.finished_probe import FinishedProbe
    from sprachbund.report.finished_retrieval import FinishedRetrieval
    from sprachbund.report.finished_run import FinishedRun
    from sprachbund.report.probe_terminal import print_probe
    from sprachbund.report.retrieval_terminal import print_retrieval
    from sprachbund.report.sweep_terminal import print_sweep
    from sprachbund.report.terminal import print_findings

    out = console()
    if isinstance(stored, FinishedRun):
        print_findings(out, stored.findings)
    elif isinstance(stored, FinishedProbe):
        print_probe(out, stored.findings)
    elif isinstance(stored, FinishedRetrieval):
        print_retrieval(out, stored.findings)
    elif isinstance(stored, FinishedClaims):
        print_claims(out, stored.contents)
    else:
        print_sweep(out, stored.findings)
    if stored.folder is not None:
        out.print(f"\nreport  {stored.report}", highlight=False, soft_wrap=True)


command = typer.main.get_command(app)
