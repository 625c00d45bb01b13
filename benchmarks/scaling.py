"""Time and memory against the number of sentences and of languages.

Sentences are drawn from all test sets of ud_pos, so their lengths are real; languages are Tatoeba's.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.curves import Points, curves_picture
from benchmarks.floor import FORWARD, PASSES, Amounts, Shape, count_operations
from benchmarks.floor_section import floor_of, products, seconds_by_round
from benchmarks.harness import System, measure, paired, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import child, wanted
from benchmarks.predict import BATCH_PIECES as PREDICTED_PIECES
from benchmarks.record import Record, figure_text, markdown_table
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.training.config import BATCH_PIECES

TITLES = {
    "prepare": "prepare",
    "predict_bundled": "predict, bundled encoder",
    "predict_small": "predict, small random encoder",
    "train_small": "train, small random encoder",
    "languages": "prepare and predict languages",
}
SHAPES = {"bundled": Shape(12, 384, 1536, 0), "small": Shape(2, 64, 256, 0)}
MULTIPLYING = {"predict_bundled": ("bundled", FORWARD), "predict_small": ("small", FORWARD),
               "train_small": ("small", PASSES)}
"""Work that is mostly products of matrices, so that it has a floor: the encoder, and what is computed of a product."""
FIGURES = {"seconds": "seconds", "anonymous": "memory without mapped files, MiB", "peak_mib": "resident memory, MiB"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks scaling`."""
    add_shared(parser, "scaling", rounds=1)
    add_data(parser)
    parser.add_argument("--sentences", nargs="+", type=int, default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--bundled-up-to", type=int, default=10_000,
                        help="sentences up to which the bundled encoder predicts; all sizes by the small one")
    parser.add_argument("--train-up-to", type=int, default=100_000, help="sentences of the largest training")
    parser.add_argument("--languages", nargs="*", type=int, default=[1, 7, 28, 112])


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    settings = {name: getattr(options, name) for name in ("sentences", "bundled_up_to", "train_up_to", "languages",
                                                          "threads")}
    record = Record("scaling", options, settings)
    for sentences in options.sentences:
        made = measure(_child(options, f"sample/{sentences}", "sample", data_dir=str(options.data_dir),
                              sentences=sentences))
        if made.error:
            raise SystemExit(f"the sentences cannot be drawn: {made.error}")
    systems = wanted(options, systems_of(options))
    paired([*_rates(options), *systems], options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    record.sections["floors"] = {system.name: _floor(record, system.name) for system in systems
                                 if system.name.partition("/")[0] in MULTIPLYING}
    return finish(record)


def systems_of(options: argparse.Namespace) -> list[System]:
    """`NAME/SIZE`; preparing a size stands before what reads it."""
    found = []
    for sentences in options.sentences:
        found.append(_child(options, f"prepare/{sentences}", "prepare", sentences=sentences))
        for encoder, largest in (("bundled", options.bundled_up_to), ("small", math.inf)):
            if sentences <= largest:
                found.append(_child(options, f"predict_{encoder}/{sentences}", "predict", sentences=sentences,
                                    encoder=encoder))
        if sentences <= options.train_up_to:
            found.append(_child(options, f"train_small/{sentences}", "train", sentences=sentences, encoder="small"))
    return [*found, *(_child(options, f"languages/{number}", "languages", languages=number,
                             data_dir=str(options.data_dir)) for number in options.languages)]


def _child(options: argparse.Namespace, name: str, work: str, **given: object) -> System:
    threads = {} if options.threads is None else {"OMP_NUM_THREADS": str(options.threads)}
    specification = {"work": work, "folder": str(options.work / "scaling"), **given}
    return child(name, "scale", specification, environment={**TORCH_ENVIRONMENT, **threads})


def _rates(options: argparse.Namespace) -> list[System]:
    """The rate of each encoder's products; in prediction each thread takes whole batches."""
    threads = options.threads or os.cpu_count() or 1
    return [products(SHAPES[encoder], pieces=PREDICTED_PIECES * threads if passes == FORWARD else BATCH_PIECES,
                     threads=options.threads, passes=passes, name=f"products/{kind}")
            for kind, (encoder, passes) in MULTIPLYING.items()]


def _floor(record: Record, system: str) -> dict[str, Any]:
    kind = system.partition("/")[0]
    encoder, passes = MULTIPLYING[kind]
    own = [run for run in record.runs if run.system == system and not run.error]
    if not own:
        return {"rounds": []}
    first = own[0]  # the data are the same in every round
    amounts = Amounts(*(first.value(figure) or 0.0 for figure in ("pieces", "pairs", "words")))
    shape = replace(SHAPES[encoder], labels=int(first.value("labels") or 0))
    return floor_of(record.runs, count_operations(shape, amounts, passes), {
        system: seconds_by_round(record.runs, system)}, measured=f"products/{kind}")


def _share(record: Record, system: str) -> float | None:
    """Of the measured rate of products, in per cent; the median over rounds."""
    rounds = record.sections.get("floors", {}).get(system, {}).get("rounds", [])
    return 100 * statistics.median(one["shares"][system] for one in rounds) if rounds else None


def finish(record: Record) -> int:
    """Write table and picture."""
    systems = [name for name in dict.fromkeys(run.system for run in record.runs) if name.partition("/")[0] in TITLES]
    cells = []
    for name in systems:
        kind, _, size = name.partition("/")
        figures = [summarise(record.runs, name, figure)
                   for figure in ("seconds", "anonymous_before", "anonymous", "peak_mib")]
        cells.append([TITLES[kind], f"{int(size):,}", *(one.text(0 if number else 1) if one else "" for number, one
                                                        in enumerate(figures)), figure_text(_share(record, name), 0)])
    table = markdown_table(["work", "sentences or languages", "seconds", "MiB before, without mapped files",
                            "at most", "resident at most", "share of the floor's rate, %"], cells)
    growth = markdown_table(["work", "time grows with size to the power", "memory at the largest over the smallest"], [
        [title, figure_text(slope(points_of(record, kind, "seconds")), 2),
         figure_text(quotient(points_of(record, kind, "anonymous")), 2)] for kind, title in TITLES.items()
        if points_of(record, kind, "seconds")])
    picture = curves_picture(
        {heading: {title: points_of(record, kind, figure) for kind, title in TITLES.items()}
         for figure, heading in FIGURES.items()},
        sizes="sentences, or languages", title="Time and memory against size",
        description="Seconds and MiB of preparing, predicting and training, on logarithmic axes.")
    text = ("Sentences are drawn from the test sets of ud_pos; each language of Tatoeba has up to 1,000. The small "
            "encoder (2 layers of width 64, random weights) stands for the bundled one at sizes that would take it "
            "hours: what does not belong to the encoder is the same. A prepared corpus is a mapped file: what is read "
            "of it counts as resident, and the system takes it back where memory is short. The floor: the "
            "operations of encoder and head on real pieces at the rate of matrix products measured beside the runs; "
            "preparing multiplies nothing.")
    return record.finish("Time and memory against size", [text, growth, table], picture)


def points_of(record: Record, kind: str, figure: str) -> Points:
    """(size, median) of a kind of work, where there is one above 0."""
    sizes = {int(run.system.partition("/")[2]) for run in record.runs if run.system.partition("/")[0] == kind}
    found = [(float(size), summarise(record.runs, f"{kind}/{size}", figure)) for size in sorted(sizes)]
    return [(size, one.median) for size, one in found if one is not None and one.median > 0]


def slope(points: Points) -> float | None:
    """The power of the size by which a figure grows between the two largest sizes; 1 is linear."""
    if len(points) < 2:
        return None
    (size, figure), (larger, more) = sorted(points)[-2:]
    return math.log(more / figure) / math.log(larger / size)


def quotient(points: Sequence[tuple[float, float]]) -> float | None:
    """The figure at the largest size over that at the smallest; 1 is flat."""
    ordered = sorted(points)
    return ordered[-1][1] / ordered[0][1] if len(points) > 1 else None
