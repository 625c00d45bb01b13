"""Fine-tuning English-EWT POS with the bundled encoder: speed, memory, the floor; with `--accuracy`, accuracy."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.floor import Shape, training_operations
from benchmarks.floor_section import PRODUCTS, floor_of, products, seconds_by_round
from benchmarks.harness import System, measure, paired, say
from benchmarks.options import RESULTS, add_data, add_shared
from benchmarks.peers import (
    OURS,
    RANDOM,
    Prepared,
    ours,
    prepare,
    toolkits,
    trainer,
    trainers,
    wanted,
)
from benchmarks.record import Record, read_result
from benchmarks.train_report import finish_accuracy, finish_speed
from sprachbund.training.config import BATCH_PIECES

BATCHES = (8, 16, 32, 64)
"""Batch sizes among which the Trainer's strongest form is searched."""

GOAL_SHARE = 0.6
"""Below this share of the floor's rate a profile is written beside the result."""

DEFAULT_SENTENCES = {False: 240, True: 2000}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks train`."""
    add_shared(parser, "train")
    add_data(parser)
    parser.add_argument("--sentences", type=int, help="training sentences; default 240, with --accuracy 2000")
    parser.add_argument("--accuracy", action="store_true", help="score English dev after training; one seed a round")
    parser.add_argument("--batch", type=int, help="of the Trainer's strongest form; default: searched")
    parser.add_argument("--search-sentences", type=int, default=128, help="sentences of the search for that batch")
    parser.add_argument("--flair", type=Path, help="Python of an environment that has flair")
    parser.add_argument("--machamp", type=Path, help="checkout of MaChAmp")
    parser.add_argument("--machamp-python", type=Path, help="Python of an environment that MaChAmp runs in")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    if options.accuracy and options.name == "train":
        options.name = "train-accuracy"
    sentences = options.sentences or DEFAULT_SENTENCES[options.accuracy]
    prepared = prepare(options, sentences)
    facts = {name: value for name, value in prepared.facts.items() if name != "lengths"}
    record = Record("train", options, {"accuracy": options.accuracy, "threads": options.threads, "data": facts})
    strongest = _strongest(options, prepared, record)
    systems = partial(_systems, options, prepared, strongest)
    record.sections["titles"] = {system.name: system.title for system in systems(0) if system.name != PRODUCTS}
    paired(systems, options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    if options.accuracy:
        return finish_accuracy(record)
    _add_floor(prepared, record)
    _add_profile(options, prepared, record)
    return finish_speed(record)


def _systems(options: argparse.Namespace, prepared: Prepared, strongest: dict[str, Any], number: int) -> list[System]:
    """All systems of a round; the seed is the round's number."""
    shared: dict[str, Any] = {"threads": options.threads, "seed": number, "dev": options.accuracy}
    training = {"batch_pieces": None} if options.accuracy else {}  # as it comes, for so many sentences
    found = [ours(prepared, training=training, **shared)]
    if options.accuracy:
        found.append(ours(prepared, name=RANDOM, title="sprachbund, random batches", training=training,
                          sampling="random", **shared))
    found += trainers(prepared, strongest, **shared)
    found += toolkits(options, prepared, seed=number, dev=options.accuracy)
    chosen = wanted(options, found)
    rate = products(Shape.of_folder(prepared.folder / "encoder", labels=0), pieces=BATCH_PIECES,
                    bf16=bool(prepared.facts["bf16"]), threads=options.threads)
    return chosen if options.accuracy else [rate, *chosen]


def _strongest(options: argparse.Namespace, prepared: Prepared, record: Record) -> dict[str, Any]:
    """Batch size and number format of the Trainer's strongest form: given, found before, or searched now."""
    bf16 = bool(prepared.facts["bf16"])
    if options.batch:
        return {"batch": options.batch, "bf16": bf16}
    stored = RESULTS / "train"
    if "search" not in record.sections and options.accuracy and (stored / "result.json").exists():
        record.sections["search"] = read_result(stored)["search"]
    if "search" not in record.sections:
        record.sections["search"] = _search(options, bf16, record)
    chosen = record.sections["search"]["chosen"]
    return {"batch": chosen["batch"], "bf16": chosen["bf16"]}


def _search(options: argparse.Namespace, bf16: bool, record: Record) -> dict[str, Any]:
    """Measure every batch size once; where bf16 is emulated, once with bf16 too, to show what that costs."""
    part = prepare(options, options.search_sentences)
    tried: list[dict[str, Any]] = []

    def attempt(prepared: Prepared, batch: int, number_format: bool) -> float:
        name = f"batch {batch}, {'bf16' if number_format else 'fp32'}"
        found = measure(trainer(prepared, name, name, batch=batch, grouped=True, bf16=number_format,
                                threads=options.threads), timeout=options.timeout)
        say(found)
        tried.append({"batch": batch, "bf16": number_format, "sentences": prepared.facts["sentences"],
                      "pieces_per_second": found.value("pieces_per_second"), "peak_mib": found.peak_mib,
                      "error": found.error})
        record.sections["search"] = {"tried": tried}
        record.write()
        return found.value("pieces_per_second") or 0.0

    speeds = {batch: attempt(part, batch, bf16) for batch in BATCHES}
    if not bf16:
        attempt(prepare(options, max(8, options.search_sentences // 8)), 8, True)
    best = max(speeds, key=lambda batch: speeds[batch])
    return {"tried": tried, "chosen": {"batch": best, "bf16": bf16}}


def _add_floor(prepared: Prepared, record: Record) -> None:
    """Operations of the run, the seconds that they take at the measured rates, and the share of the rate we reach."""
    space = json.loads((prepared.folder / "train" / "labels.json").read_text(encoding="utf-8"))
    shape = Shape.of_folder(prepared.folder / "encoder", len(space["labels"]))
    operations = training_operations(shape, prepared.facts["lengths"], prepared.facts["words"])
    spent = {name: seconds_by_round(record.runs, name, "train_seconds") for name in record.sections["titles"]}
    floor = floor_of(record.runs, operations, spent)
    own = [one["shares"][OURS] for one in floor["rounds"] if OURS in one["shares"]]
    record.sections["floor"] = {**floor, "share": statistics.median(own) if own else None}


def _add_profile(options: argparse.Namespace, prepared: Prepared, record: Record) -> None:
    """Where our time goes, if we are far from the floor."""
    share = record.sections["floor"]["share"]
    if share is None or share >= GOAL_SHARE or "profile" in record.sections:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profile.json"
        found = measure(ours(prepared, threads=options.threads, profile=str(path)), timeout=options.timeout)
        record.sections["profile"] = {"error": found.error} if found.error else json.loads(path.read_text())
    record.write()
