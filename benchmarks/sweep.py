"""Two trainings of a sweep: beside one another with half of the cores each, or one after the other with all of them."""

from __future__ import annotations

import argparse
import json
import os

from benchmarks.floor import Shape, training_operations
from benchmarks.floor_section import floor_of, floor_text, products, seconds_by_round
from benchmarks.harness import System, paired, ratios, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import Prepared, child, ours, prepare, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT
from sprachbund.training.config import BATCH_PIECES

TOGETHER, IN_TURN = "together", "in_turn"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks sweep`."""
    add_shared(parser, "sweep")
    add_data(parser)
    parser.add_argument("--sentences", type=int, default=300, help="training sentences")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    prepared = prepare(options, options.sentences)
    facts = {name: value for name, value in prepared.facts.items() if name != "lengths"}
    record = Record("sweep", options, {"data": facts, "threads": options.threads, "cores": os.cpu_count()})
    cores = options.threads or os.cpu_count() or 1
    systems = wanted(options, [
        _system(prepared, TOGETHER, "beside one another, half of the cores each", max(1, cores // 2)),
        _system(prepared, IN_TURN, "one after the other, all cores", cores),
    ])
    record.sections["titles"] = {system.name: system.title for system in systems}
    labels = json.loads((prepared.folder / "train" / "labels.json").read_text(encoding="utf-8"))["labels"]
    shape, lengths = Shape.of_folder(prepared.folder / "encoder", len(labels)), prepared.facts["lengths"]
    rate = products(shape, pieces=BATCH_PIECES, threads=options.threads)
    paired([rate, *systems], options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    twice = training_operations(shape, [*lengths, *lengths], 2 * prepared.facts["words"])
    record.sections["floor"] = floor_of(record.runs, twice, {
        name: seconds_by_round(record.runs, name, "training_seconds") for name in record.sections["titles"]})
    return _finish(record)


def _system(prepared: Prepared, name: str, title: str, threads: int) -> System:
    runs = [json.loads(ours(prepared, threads=threads, seed=seed).command[-1]) for seed in (0, 1)]
    return child(name, "side_by_side", {"runs": runs, "together": name == TOGETHER}, title=title,
                 environment=TORCH_ENVIRONMENT)


def _finish(record: Record) -> int:
    titles, data = record.sections["titles"], record.settings["data"]
    figures = (("real pieces a second, whole processes", "pieces_per_second", 0),
               ("real pieces a second, training alone", "training_pieces_per_second", 0),
               ("peak MiB of all processes", "trained_mib", 0))
    rows = []
    for name, title in titles.items():
        cells = [summarise(record.runs, name, figure) for _, figure, _ in figures]
        rows.append([title, *(cell.text(decimals) if cell else ""
                              for cell, (_, _, decimals) in zip(cells, figures, strict=True))])
    table = markdown_table(["two trainings", *(heading for heading, _, _ in figures)], rows)
    gain = ratios(record.runs, TOGETHER, IN_TURN, "pieces_per_second")
    text = (f"{data['sentences']:,} English sentences, two seeds. Beside one another over one after the other, within "
            f"rounds: {gain.text(2) if gain else 'not measured'}.")
    told = floor_text(record.sections["floor"], titles)
    panels = [Panel(heading, [(title, summarise(record.runs, name, figure)) for name, title in titles.items()],
                    frozenset({titles.get(TOGETHER, "")})) for heading, figure, _ in figures]
    picture = panels_picture(panels, title="Two trainings of a sweep", description="Speed and memory of both ways.")
    return record.finish("Two trainings of a sweep", [text, table, told], picture)
