"""The README keeps its promises: two one-line commands first, and examples that are true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"


def _blocks(text: str) -> list[str]:
    return re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_the_first_two_blocks_are_one_line_commands() -> None:
    demo, tests = _blocks(README.read_text(encoding="utf-8"))[:2]
    for command, last in ((demo, "sprachbund demo"), (tests, "pytest")):
        assert command.count("\n") == 1
        assert command.rstrip().endswith(last)
        assert "-c constraints.txt" in command


def test_the_python_examples_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPRACHBUND_STORE", str(tmp_path / "store"))
    text = README.read_text(encoding="utf-8")
    parser = doctest.DocTestParser()
    example = parser.get_doctest(text, {}, "README.md", str(README), 0)
    assert example.examples, "the README has no Python example"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_every_pinned_version_is_compatible_with_the_project() -> None:
    pins = (README.parent / "constraints.txt").read_text(encoding="utf-8")
    assert "torch==2.13.0\n" in pins
    names = {line.partition("==")[0].casefold().replace("_", "-") for line in pins.splitlines() if "==" in line}
    project = (README.parent / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9_.-]+)(?:[>=]=)', project, flags=re.MULTILINE)
    assert len(wanted) > 15
    assert {name.casefold().replace("_", "-") for name in wanted} <= names
