"""Accuracy on English dev of three ways to make batches, with one engine, over seeds; goes on where it stopped."""

from __future__ import annotations

import argparse
import shutil

from benchmarks.harness import System, paired, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import Prepared, ours, prepare, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table

TITLES = {
    "window": "sprachbund: shuffle window of 800",
    "random": "random batches, as many and as many sentences",
    "random_budget": "random batches, same budget of padded pieces",
    "grouped": "grouped and ordered by length as the peers do",
    "sorted": "all sorted, batches shuffled",
}
"""Sampling -> what tables call it."""

FIGURES = (("accuracy on English dev", "dev_accuracy", 2), ("padding, share of positions", "padding", 4),
           ("optimiser steps", "steps", 0), ("seconds of training", "train_seconds", 0))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks sampling`."""
    add_shared(parser, "sampling", rounds=2)
    parser.set_defaults(only=["window", "random", "grouped"])
    add_data(parser)
    parser.add_argument("--sentences", type=int, help="training sentences; default all 12,544")
    parser.add_argument("--epochs", type=float, default=1.0, help="passes over the training data")


def run(options: argparse.Namespace) -> int:
    """Train and score every sampling with every seed; the seed is the round's number. Finished runs are kept."""
    prepared = prepare(options, options.sentences)
    facts = {name: value for name, value in prepared.facts.items() if name != "lengths"}
    settings = {"data": facts, "epochs": options.epochs, "threads": options.threads}
    options.resume = True  # a run takes minutes to an hour
    record = Record("sampling", options, settings)
    kept = options.work / "sampling" / options.name
    titles = {system.name: system.title for system in _systems(options, prepared, 0)}
    paired(lambda number: _systems(options, prepared, number), options.rounds, timeout=options.timeout,
           done=record.runs, told=record.add)
    if not any(one.error for one in record.runs):
        shutil.rmtree(kept, ignore_errors=True)  # checkpoints of runs that are done
    return _finish(record, titles)


def _systems(options: argparse.Namespace, prepared: Prepared, number: int) -> list[System]:
    def system(name: str) -> System:
        work = options.work / "sampling" / options.name / f"{name}-{number}"
        return ours(prepared, name=name, title=TITLES[name], sampling=name, seed=number, threads=options.threads,
                    training={"epochs": options.epochs, "batch_pieces": None}, dev=True, work=str(work))

    return wanted(options, [system(name) for name in TITLES])


def _finish(record: Record, titles: dict[str, str]) -> int:
    rows = []
    for name, title in titles.items():
        cells = [summarise(record.runs, name, figure) for _, figure, _ in FIGURES]
        rows.append([title, *(cell.text(decimals) if cell else ""
                              for cell, (_, _, decimals) in zip(cells, FIGURES, strict=True))])
    differences = _differences(record, titles)
    data = record.settings["data"]
    about = (f"{data['sentences']:,} English sentences, {record.settings['epochs']:g} epoch(s), one engine, the "
             f"default recipe; the seed is the round's number and the same for all in a round. Medians and ranges over "
             f"seeds.")
    panels = [Panel(heading, [(title, summarise(record.runs, name, figure)) for name, title in titles.items()],
                    frozenset({TITLES["window"]}), from_zero=figure == "padding")
              for heading, figure, _ in FIGURES[:2]]
    picture = panels_picture(panels, title="Ways to make batches", description="Accuracy and padding by sampling.")
    table = markdown_table(["batches", *(heading for heading, _, _ in FIGURES)], rows)
    return record.finish("Ways to make batches", [about, table, *differences], picture)


def _differences(record: Record, titles: dict[str, str]) -> list[str]:
    """Points by which each sampling is above random batches, seed by seed."""
    values = {(run.system, run.round): run.value("dev_accuracy") for run in record.runs}
    rows = []
    for name, title in titles.items():
        pairs = [(value, values.get(("random", number))) for (system, number), value in values.items()
                 if system == name != "random"]
        points = [first - second for first, second in pairs if first is not None and second is not None]
        if points:
            rows.append([title, ", ".join(f"{point:+.2f}" for point in points), f"{sum(points) / len(points):+.2f}"])
    return [markdown_table(["against random batches", "points by seed", "mean"], rows)] if rows else []
