from __future__ import annotations

import subprocess
import sys

import pytest

from sprachbund.cli.main import COMMANDS, dispatch


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_an_unknown_command_gets_near_matches_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["evaluat"]) == 2
    assert "did you mean evaluate?" in capsys.readouterr().err


def test_an_unknown_option_is_one_message_without_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["run", "--fuson", "dlfa"]) == 2
    message = capsys.readouterr().err
    assert "--fuson" in message
    assert "Traceback" not in message


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch([name, "--help"]) == 0
    assert f"sprachbund {name}" in capsys.readouterr().out


def test_the_package_itself_can_be_run() -> None:
    command = [sys.executable, "-m", "sprachbund", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("sprachbund ")


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["--version"]) == 0
    assert capsys.readouterr().out.startswith("sprachbund ")
