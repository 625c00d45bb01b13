"""Options that benchmarks share, and the command line as a record repeats it."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

from sprachbund.models.encoders.cached_folder import cache_folder

RESULTS = Path("results/benchmarks")


def add_shared(parser: argparse.ArgumentParser, name: str, *, rounds: int = 3) -> None:
    """Add the options that every benchmark has.

    Args:
        parser: of the command.
        name: of the benchmark, the default of its folder's name.
        rounds: default number of paired rounds.
    """
    parser.add_argument("--name", default=name, help="folder under results/benchmarks")
    parser.add_argument("--rounds", type=int, default=rounds, help="paired rounds: A B C, A B C, ...")
    parser.add_argument("--timeout", type=float, default=7200.0, help="seconds after which one run is stopped")
    parser.add_argument("--threads", type=int, default=None, help="of every system; default: each chooses itself")
    parser.add_argument("--only", nargs="+", metavar="SYSTEM", help="measure these systems only")
    parser.add_argument("--resume", action="store_true", help="keep the runs that the folder's result.json holds")
    parser.add_argument("--work", type=Path, default=cache_folder() / "benchmarks",
                        help="where prepared data and models are kept")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the folder of the data; SPRACHBUND_DATA is the default."""
    named = os.environ.get("SPRACHBUND_DATA")
    parser.add_argument("--data-dir", type=Path, default=Path(named) if named else None, required=named is None,
                        help="folder that holds ud_pos")


def hidden_paths(options: argparse.Namespace) -> dict[str, str]:
    """Paths of this machine -> what a record says instead of them."""
    pairs: list[tuple[object, str]] = [
        (getattr(options, "data_dir", None), "$SPRACHBUND_DATA"),
        (getattr(options, "flair", None), "$FLAIR_PYTHON"),
        (getattr(options, "machamp", None), "$MACHAMP"),
        (getattr(options, "machamp_python", None), "$MACHAMP_PYTHON"),
        (getattr(options, "model", None), "$MODEL"),
        *((folder, f"$EXPORTED/{Path(folder).name}") for folder in getattr(options, "exported", None) or ()),
        (options.work, "$BENCHMARK_WORK"),
        (cache_folder(), "$SPRACHBUND_CACHE"),
        (sys.prefix, "$VIRTUAL_ENV"),
        (Path.cwd(), "."),
        (tempfile.gettempdir(), "$TMPDIR"),
        (Path.home(), "~"),
    ]
    return {str(path): shown for path, shown in pairs if path is not None and len(str(path)) > 1}


def without_paths(text: str, hidden: dict[str, str]) -> str:
    """A text with this machine's paths replaced, longer ones first; `/a/b` is not taken for a part of `/a/bc`."""
    for path in sorted(hidden, key=len, reverse=True):
        text = re.sub(re.escape(path) + r"(?![\w.-])", hidden[path], text)  # no name holds a backslash
    return text


def command_line(options: argparse.Namespace, name: str) -> str:
    """The command as it was given, with variables instead of this machine's paths."""
    hidden = hidden_paths(options)
    given = [without_paths(argument, hidden) for argument in sys.argv[2:]]
    # a variable needs double quotes, everything else what the shell needs
    quoted = [f'"{argument}"' if argument.startswith("$") else shlex.quote(argument) for argument in given]
    return " ".join(["python -m benchmarks", name, *quoted])
