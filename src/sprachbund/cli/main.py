"""The command line: subcommands loaded on demand, and the only place where an error becomes an exit code."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import PurePath

from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT

COMMANDS = {
    "demo": "Train on English only and measure 40 and more languages, last layer against DLFA, in minutes.",
    "run": "Train in a source language and evaluate zero-shot in all target languages.",
    "adapt": "Let an encoder learn from raw text, without labels, before any task.",
    "sweep": "Compare aggregators over layers, seeds and tasks; goes on where it stood.",
    "claims": "Verdicts on the paper's claims from stored results, by rule, with intervals and what is missing.",
    "probe": "Measure what each layer holds, before and after fine-tuning: meaning, language, structure.",
    "retrieve": "Find translations, answers or pairs across languages in any layer, without training.",
    "suite": "XTREME and XTREME-R: run their tasks by their recipes, or score a folder of predictions.",
    "evaluate": "Score a model trained elsewhere over all target languages, without training.",
    "predict": "Label text or files with a trained model.",
    "export": "Write a trained model as an ONNX graph, fp32 or int8, checked against torch.",
    "compare": "Compare two stored runs: differences with intervals, and what they decide differently.",
    "show": "Tell a stored run, sweep or probe again, finished or not; make its report anew from the rows.",
    "data": "Data sets: list the known ones, show examples, check every file, count, fetch from the hub.",
    "check": "Run the contract of a component on it: check fusion NAME, built in or of another package.",
}
"""Subcommand -> its line in `--help`; the module of the same name is imported only when it is called."""

_HELP = """\
sprachbund: labels in one language, a model for a hundred others, and an honest measure of how far it carries.

Usage: sprachbund COMMAND [OPTIONS]

{commands}

Every command explains itself: sprachbund COMMAND --help. Version {version}.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    0: done. 1: something in the data, a model or the machine is wrong. 2: the command or a config is
    wrong. 130: interrupted; the next run goes on from there.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(dispatch(given))


def dispatch(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        print(_help_text())
        return 0
    if arguments[0] in {"--version", "-V"}:
        print(f"sprachbund {version('sprachbund')}")
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        return _unknown(name)
    # forked workers of tokenizers warn if the last one is not said
    for variable, value in {**TORCH_ENVIRONMENT, "TOKENIZERS_PARALLELISM": "true"}.items():
        os.environ.setdefault(variable, value)
    return _call(name, rest)


def _call(name: str, arguments: list[str]) -> int:
    from sprachbund.core.errors import SprachbundError

    try:
        command = import_module(f"sprachbund.cli.{name}").command
        told = typed(name, arguments)
        result = command(args=arguments, prog_name=f"sprachbund {name}", standalone_mode=False, obj=told)
        return int(result or 0)
    except SprachbundError as error:
        _say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted\n  → run the same command again: finished stages are kept")
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except Exception as error:
        return _usage_or_raise(error, name)


def typed(name: str, arguments: Sequence[str]) -> str:
    """The command as a report tells it: where things lie on this machine is left out.

    >>> typed("run", ["--data", "ud_pos", "--data-dir", "data", "--seeds=1,2", "-o", "out", "--json"])
    'sprachbund run --data ud_pos --data-dir "$SPRACHBUND_DATA" --seeds=1,2'
    """
    words, pending = ["sprachbund", name], list(arguments)
    while pending:
        word = pending.pop(0)
        option, equals, value = word.partition("=")
        if option in {"--output", "-o", "--store", "--data-dir"}:
            if not equals and pending:
                pending.pop(0)
            words += ["--data-dir", '"$SPRACHBUND_DATA"'] if option == "--data-dir" else []
        elif PurePath(value or word).is_absolute():
            words.append(f"{option}={shlex.quote(PurePath(value).name)}" if value else shlex.quote(PurePath(word).name))
        elif word != "--json":
            words.append(shlex.quote(word))
    return " ".join(words)


def _usage_or_raise(error: Exception, name: str) -> int:
    """Turn click's own errors (unknown option, missing argument) into a message; let bugs keep their traceback."""
    message = getattr(error, "format_message", None)
    if message is None:
        if type(error).__name__ in {"Exit", "Abort"}:
            return int(getattr(error, "exit_code", 130))
        raise error
    _say(f"{message()}\n  → sprachbund {name} --help lists the options")
    return 2


def _unknown(name: str) -> int:
    from sprachbund.core.errors import join_or, near_matches

    near = near_matches(name, COMMANDS)
    hint = f"did you mean {join_or(near)}? " if near else ""
    _say(f"there is no command {name!r}\n  → {hint}known: {', '.join(COMMANDS)}")
    return 2


def _help_text() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = "\n".join(f"  {name:<{width}}{text}" for name, text in COMMANDS.items())
    return _HELP.format(commands=lines, version=version("sprachbund"))


def _say(text: str) -> None:
    print(f"sprachbund: {text}", file=sys.stderr)


def _silence_stdout() -> None:
    """The reader of a pipe went away (`| head`): no traceback at interpreter exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
