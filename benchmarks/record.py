"""What a benchmark leaves behind: result.json with every run, report.md, and a picture."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Measurement, say
from benchmarks.options import RESULTS, command_line, hidden_paths, without_paths
from sprachbund.core.files import write_text
from sprachbund.stages.environment import environment


class Record:
    """The folder of one benchmark; `result.json` is written anew after every run, so that nothing is lost.

    Args:
        benchmark: name of the command.
        options: as parsed.
        settings: what was measured, as JSON values; runs made under other settings are not resumed.

    Attributes:
        runs: every run so far.
        sections: further results by name, as JSON values.
    """

    def __init__(self, benchmark: str, options: argparse.Namespace, settings: Mapping[str, Any]) -> None:
        self.folder = RESULTS / options.name
        self.benchmark = benchmark
        self.settings = json.loads(json.dumps(settings))
        self.runs: list[Measurement] = []
        self.sections: dict[str, Any] = {}
        self._sittings: list[dict[str, Any]] = []
        self._hidden = hidden_paths(options)
        self._command = command_line(options, benchmark)
        if options.resume:
            self._resume()
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, run: Measurement) -> None:
        """Keep a run, tell it, and write everything down."""
        say(run)
        if not any(sitting.get("now") for sitting in self._sittings):
            self._sittings.append({"now": True})
        self.runs.append(run)
        self.write()

    @property
    def sittings(self) -> list[dict[str, Any]]:
        """When, by which command and in which environment runs were measured, in order; a report that is only written
        anew is none."""
        now = {"command": self._command, "written": datetime.now(UTC).isoformat(timespec="seconds"),
               "environment": environment()}
        found = [now if sitting.get("now") else sitting for sitting in self._sittings]
        return found or [now]

    def write(self) -> None:
        """Write `result.json`."""
        facts = {
            "benchmark": self.benchmark, "command": self._command, "settings": self.settings,
            "sittings": self.sittings, **self.sections, "runs": [run.to_json() for run in self.runs],
        }
        text = json.dumps(facts, indent=1, ensure_ascii=False)
        write_text(self.folder / "result.json", without_paths(text, self._hidden) + "\n")

    def finish(self, title: str, parts: Sequence[str], picture: str) -> int:
        """Write everything; parts are Markdown paragraphs and tables.

        Returns:
            1 if a system failed, else 0: the exit code.
        """
        failed = {run.system: run.error for run in self.runs if run.error}
        told = [f"`{name}` failed: {error.splitlines()[-1] if error else ''}" for name, error in failed.items()]
        facts = "; ".join(
            f"measured by {sitting['written'][:10]}: "
            + ", ".join(f"{name} {value}" for name, value in sitting["environment"].items())
            for sitting in self.sittings)
        body = [f"# {title}", f"`{self._command}`", *parts, *told, "![picture](picture.svg)",
                f"Every run stands in `result.json`. {facts}."]
        write_text(self.folder / "report.md", without_paths("\n\n".join(body), self._hidden) + "\n")
        write_text(self.folder / "picture.svg", picture)
        self.write()
        return 1 if failed else 0

    def _resume(self) -> None:
        path = self.folder / "result.json"
        if not path.exists():
            return
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts["settings"] != self.settings:
            raise SystemExit(f"{path} was measured with other settings: {facts['settings']}; use another --name")
        kept = {"benchmark", "command", "settings", "sittings", "written", "environment", "runs"}
        older = {name: facts[name] for name in ("command", "written", "environment") if name in facts}
        self._sittings = facts.get("sittings") or [older]
        self.sections = {name: value for name, value in facts.items() if name not in kept}
        self.runs = [Measurement(**run) for run in facts["runs"] if not run["error"]]


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are set to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def figure_text(value: float | None, decimals: int = 1) -> str:
    """A figure for a table; nothing where there is none."""
    return "" if value is None else f"{value:,.{decimals}f}"


def read_result(folder: Path) -> dict[str, Any]:
    """A stored `result.json`."""
    facts: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return facts
