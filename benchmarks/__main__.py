"""`python -m benchmarks COMMAND`: one module a command, imported when it is called."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "train": "Fine-tune for POS: our engine against transformers' Trainer, flair and MaChAmp; with the floor.",
    "sampling": "Accuracy of our batches, of random ones and of batches grouped as the peers do, over seeds.",
    "predict": "Predict all POS languages: ours against transformers.pipeline and Trainer.predict, and exports.",
    "sweep": "Two trainings beside one another, or one after the other: what a sweep should do.",
    "fusion": "What DLFA costs over the last layer: training step, inference, memory.",
    "scaling": "Time and memory against the number of sentences (1,000 to 1,000,000) and of languages (1 to 112).",
    "coverage": "How often 95 % intervals of a mean gain over languages hold the truth, in simulated studies.",
    "startup": "Import of the package, help of every command, a second run of the same thing.",
    "accelerator": "Fine-tuning in bf16 on a GPU: mBERT's shape and a 1.7-billion decoder's, against Trainer.",
    "memory": "Peak memory of fine-tuning: the bundled encoder, mBERT's and XLM-R-base's shape.",
}
"""Command -> its line of help; `benchmarks.COMMAND` holds `add_arguments(parser)` and `run(options)`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark and return the exit code; 1: some system failed (its error stands in the results)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else "--help"
    if name not in COMMANDS:
        width = max(map(len, COMMANDS))
        lines = "\n".join(f"  {command:{width}}  {line}" for command, line in COMMANDS.items())
        print(f"Usage: python -m benchmarks COMMAND [OPTIONS]\n\n{lines}\n\nSee benchmarks/README.md.")
        return 0 if name in {"--help", "-h"} else 2
    module = import_module(f"benchmarks.{name.replace('-', '_')}")
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", description=COMMANDS[name],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(given[1:])))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C does: no child outlives the command
    sys.exit(main())
