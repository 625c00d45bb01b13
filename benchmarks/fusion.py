"""What a fusion costs over the last layer: a training step and inference on the same batches, and peak memory."""

from __future__ import annotations

import argparse
import os
from typing import Any

from benchmarks.floor import FORWARD, PASSES, Amounts, Shape, count_operations
from benchmarks.floor_section import floor_of, floor_text, products
from benchmarks.harness import System, paired, ratios, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import Prepared, child, prepare, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.predict import BATCH_PIECES as PREDICTED_PIECES
from benchmarks.record import Record, figure_text, markdown_table
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.training.config import BATCH_PIECES

LAST = "last_layer"
FUSIONS: dict[str, dict[str, Any]] = {
    LAST: {"type": "last_layer"},
    "dlfa_10": {"type": "dlfa", "layer": 10},
    "average": {"type": "average"},
}
TITLES = {LAST: "last layer", "dlfa_10": "DLFA of layer 10 and the last", "average": "mean of all layers"}
GOALS = {("train", "dlfa_10"): 1.05, ("predict", "dlfa_10"): 1.03, ("memory", "dlfa_10"): 1.03}
WORK = {"train": "training step", "predict": "inference"}
BATCHES = {"train": (BATCH_PIECES, PASSES), "predict": (PREDICTED_PIECES, FORWARD)}
"""Pieces of a batch, and what is computed of each product."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks fusion`."""
    add_shared(parser, "fusion")
    add_data(parser)
    parser.add_argument("--sentences", type=int, default=2000, help="English sentences, the longest among them")
    parser.add_argument("--steps", type=int, default=40, help="batches trained on; parts of the data labelled")
    parser.add_argument("--memory-steps", type=int, default=5, help="largest batches, for the peak of memory")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    prepared = prepare(options, options.sentences, longest=True)
    settings = {"sentences": prepared.facts["sentences"], "steps": options.steps, "memory_steps": options.memory_steps,
                "threads": options.threads}
    record = Record("fusion", options, settings)
    systems = wanted(options, systems_of(options, prepared))
    shape = Shape.of_folder(prepared.folder / "encoder", labels=0)
    # a batch of training is shared out among the threads, each batch of prediction is one thread's
    cores = {"train": 1, "predict": options.threads or os.cpu_count() or 1}
    rates = [products(shape, pieces=pieces * cores[work], threads=options.threads, passes=passes,
                      name=f"products/{work}") for work, (pieces, passes) in BATCHES.items()]
    paired([*rates, *systems], options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    record.sections["floor"] = {work: _floor(record, prepared, work) for work in WORK}
    return finish(record)


def systems_of(options: argparse.Namespace, prepared: Prepared) -> list[System]:
    """Times of all fusions in one child, in turns; peaks of each in a child of its own."""
    shared = {"prepared": str(prepared.folder), "threads": options.threads}
    times = [child(work, "fusion_steps", {**shared, "fusions": FUSIONS, "work": work, "steps": options.steps,
                                          "largest": False}, environment=TORCH_ENVIRONMENT) for work in WORK]
    peaks = [child(f"memory/{name}", "fusion_steps",
                   {**shared, "fusions": {name: fusion}, "work": "train", "steps": options.memory_steps,
                    "largest": True}, environment=TORCH_ENVIRONMENT) for name, fusion in FUSIONS.items()]
    return [*times, *peaks]


def _floor(record: Record, prepared: Prepared, work: str) -> dict[str, Any]:
    """The floor of the batches that were timed: encoder and head, as if a fusion cost nothing."""
    own = [run for run in record.runs if run.system == work and not run.error]
    if not own:
        return {"rounds": []}
    first = own[0]  # batches are the same in every round
    amounts = Amounts(*(first.value(figure) or 0.0 for figure in ("pieces", "pairs", "words")))
    shape = Shape.of_folder(prepared.folder / "encoder", int(first.value("labels") or 0))
    spent = {name: {run.round: run.value(f"total/{name}") for run in own} for name in FUSIONS}
    return floor_of(record.runs, count_operations(shape, amounts, BATCHES[work][1]), spent,
                    measured=f"products/{work}")


def finish(record: Record) -> int:
    """Write table and picture."""
    cells, panels = [], []
    for work, title in WORK.items():
        rows = []
        for name, fusion in TITLES.items():
            seconds, ratio = (summarise(record.runs, work, f"{figure}/{name}") for figure in ("seconds", "ratio"))
            cells.append([f"{title}, {fusion}", f"{1000 * seconds.median:,.1f} ms" if seconds else "",
                          ratio.text(3) if ratio else "", figure_text(GOALS.get((work, name)), 2)])
            rows.append((fusion, ratio))
        panels.append(Panel(f"{title}: time over the last layer's, same batch", rows, frozenset({TITLES["dlfa_10"]}),
                            from_zero=False))
    rows = []
    for name, fusion in TITLES.items():
        peak = summarise(record.runs, f"memory/{name}", "peak_mib")
        ratio = ratios(record.runs, f"memory/{name}", f"memory/{LAST}", "peak_mib")
        cells.append([f"peak memory of training, {fusion}", f"{peak.text(0)} MiB" if peak else "",
                      ratio.text(3) if ratio else "", figure_text(GOALS.get(("memory", name)), 2)])
        rows.append((fusion, ratio))
    panels.append(Panel("peak memory of training over the last layer's", rows, frozenset({TITLES["dlfa_10"]}),
                        from_zero=False))
    table = markdown_table(["work, fusion", "median", "over the last layer", "goal: at most"], cells)
    picture = panels_picture(panels, title="Cost of fusions", description="Time and memory over the last layer's.")
    text = (f"Bundled encoder, {record.settings['sentences']:,} English sentences: {record.settings['steps']} batches "
            f"of training, and as many parts of the data labelled by the engine of prediction. Every batch or part is "
            f"given to each fusion in turn, in the other order every second time, and the ratio is taken within it.")
    told = [f"{title.capitalize()}: {floor_text(record.sections['floor'][work], TITLES)}"
            for work, title in WORK.items()]
    return record.finish("Cost of fusions", [text, table, *told], picture)
