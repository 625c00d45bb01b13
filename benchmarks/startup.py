"""Start-up: import, help of every command, and a second run of the same thing."""

from __future__ import annotations

import argparse
import sys

from benchmarks.harness import System, paired, summarise
from benchmarks.options import add_shared
from benchmarks.peers import wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, figure_text, markdown_table
from sprachbund.cli.main import COMMANDS

IMPORT, HELP = "import", "help"
GOALS = {IMPORT: 0.3, HELP: 0.5}
_IMPORT = """
import json, sys, time
began = time.perf_counter()
import sprachbund
print(json.dumps({"seconds": time.perf_counter() - began, "torch": "torch" in sys.modules}))
"""
_RUN = """
import json, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run([sys.executable, "-m", "sprachbund", *sys.argv[1:]], capture_output=True, text=True)
if done.returncode:
    sys.exit(done.stderr[-500:])
print(json.dumps({"seconds": time.perf_counter() - began}))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks startup`."""
    add_shared(parser, "startup", rounds=5)
    parser.add_argument("--demo", nargs=argparse.REMAINDER, metavar="ARGUMENT",
                        help="also time `sprachbund demo ARGUMENT...`, the first time and again; comes last; give it "
                             "an empty store, or the first time is a second one (--demo --store FOLDER)")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    record = Record("startup", options, {"demo": options.demo})
    systems = wanted(options, systems_of())
    record.sections["titles"] = {system.name: system.title for system in systems}
    paired(systems, options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    if options.demo is not None:
        demo = [command_system(f"demo/{which}", f"demo, the {which} time", ["demo", *options.demo])
                for which in ("first", "second")]
        paired(demo, 1, timeout=options.timeout, told=record.add)
        record.sections["titles"] |= {system.name: system.title for system in demo}
    return finish(record)


def systems_of() -> list[System]:
    """The interpreter alone, the import, and help of the program and of each command."""
    bare = System("python", (sys.executable, "-c", "print('{}')"), title="the interpreter alone")
    imported = System(IMPORT, (sys.executable, "-c", _IMPORT), title="import sprachbund")
    helps = [command_system(HELP, "sprachbund --help", ["--help"])]
    helps += [command_system(f"{HELP}/{name}", f"sprachbund {name} --help", [name, "--help"]) for name in COMMANDS]
    return [bare, imported, *helps]


def command_system(name: str, title: str, arguments: list[str]) -> System:
    """Our command line, timed from within a small process, so that the start of its interpreter is inside the time."""
    return System(name, (sys.executable, "-c", _RUN, *arguments), title=title)


def finish(record: Record) -> int:
    """Write table and picture."""
    cells, rows = [], []
    for name, title in record.sections["titles"].items():
        seconds = summarise(record.runs, name, "wall_seconds" if name == "python" else "seconds")
        cells.append([title, seconds.text(3) if seconds else "", figure_text(GOALS.get(name), 1)])
        rows.append((title, seconds))
    table = markdown_table(["what", "seconds", "goal: under"], cells)
    short = [row for row in rows if not row[0].startswith("demo")]
    picture = panels_picture([Panel("seconds", short, frozenset({"import sprachbund", "sprachbund --help"}))],
                             title="Start-up", description="Seconds of import and help.")
    text = ("Import: inside an interpreter that runs already. Help: the whole command, the interpreter's start "
            "included; its floor is the interpreter alone.")
    return record.finish("Start-up", [text, table], picture)
