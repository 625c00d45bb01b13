"""Fine-tuning on an accelerator in bf16: mBERT's shape and a 1.7-billion decoder's, ours against the strongest Trainer.

Weights are random, data are English sentences of `ud_pos`. Each system's best batch size is searched first, then both
train in paired rounds. The floor: model FLOPs over the rate of matrix products measured at the run's own shapes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.accelerator_report import finish
from benchmarks.floor import Shape, floors, training_operations
from benchmarks.harness import Measurement, System, measure, paired, say
from benchmarks.options import add_shared
from benchmarks.peers import Prepared, child, prepare, wanted
from benchmarks.record import Record

OURS, TRAINER, PRODUCTS = "ours", "trainer", "products"
FILLED = "filled"
"""Ours with batches cut for a costlier step than the engine assumes: searched only, to show what that would bring."""
ALL, PART = "all", "part"
"""Folders of prepared data: all English sentences, and those among which batch sizes are searched."""

SEARCH_SENTENCES = 4000
TITLES = {OURS: "sprachbund, {batch:,} pieces a batch", TRAINER: "Trainer, by length, batch {batch}, {workers} workers"}


@dataclass(frozen=True, slots=True)
class Case:
    """A shape and how it is trained.

    Args:
        title: heading in the report.
        budgets: token budgets of ours that are tried.
        rows: batch sizes of the Trainer that are tried.
        epochs: passes of a measured run over all sentences: some seconds on a large GPU.
        search_epochs: passes of the search over its part of them.
    """

    title: str
    budgets: tuple[int, ...]
    rows: tuple[int, ...]
    epochs: int
    search_epochs: int


CASES = {
    "mbert": Case("mBERT's shape (12 layers, 768 wide)", (4096, 8192, 16_384, 32_768), (64, 128, 256, 512, 1024),
                  epochs=12, search_epochs=6),
    "qwen3": Case("a decoder of 1.7 billion (28 layers, 2,048 wide)", (2048, 4096, 8192, 16_384), (32, 64, 128, 256),
                  epochs=2, search_epochs=1),
    "tiny-bert": Case("a tiny encoder", (256, 512), (8, 16), 1, 1),
    "tiny-qwen3": Case("a tiny decoder", (256, 512), (8, 16), 1, 1),
}
"""Shape of `random_encoder.SHAPES` -> how it is measured; the tiny ones try every line on a processor."""

WORKERS = {"cuda": (4, 0), "cpu": (0,)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks accelerator`."""
    add_shared(parser, "accelerator", rounds=2)
    named = os.environ.get("SPRACHBUND_DATA")
    parser.add_argument("--data-dir", type=Path, default=Path(named) if named else None,
                        help="folder that holds ud_pos")
    parser.add_argument("--prepared", type=Path, help="folder of data made before; default: made in --work")
    parser.add_argument("--prepare-only", action="store_true", help="make the data and stop: needs no accelerator")
    parser.add_argument("--sentences", type=int, help="training sentences; default all")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--shapes", nargs="+", choices=sorted(CASES), default=["mbert", "qwen3"])
    parser.add_argument("--limit", type=float, default=450.0, help="seconds; no round is begun that would end later")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind; refuse where there is no accelerator."""
    began = time.perf_counter()
    if options.prepare_only:
        print(f"{_made(options)[ALL].facts['sentences']:,} sentences are prepared in {_folder(options)}")
        return 0
    device = _device(options)
    prepared = _made(options) if options.prepared is None else _opened(options.prepared)
    facts = {name: value for name, value in prepared[ALL].facts.items() if name not in {"lengths", "bf16"}}
    record = Record("accelerator", options, {"device": device, "data": facts, "shapes": options.shapes})
    encoders = {shape: _encoder(options, shape) for shape in options.shapes}
    settings = _searched(options, device, prepared[PART], encoders, record)
    systems = wanted(options, _systems(options, device, prepared[ALL], encoders, settings))
    record.sections["titles"] = {system.name: system.title for system in systems}
    paired(within(systems, began, options.limit), options.rounds, timeout=options.timeout, done=record.runs,
           told=record.add)
    record.sections["floor"] = {
        shape: floor_of(prepared[ALL], encoders[shape][0], CASES[shape].epochs, shape, record.runs)
        for shape in options.shapes
    }
    return finish(record, {shape: CASES[shape].title for shape in options.shapes})


def within(systems: list[System], began: float, limit: float) -> Callable[[int], list[System]]:
    """The systems of each round, and none once a round as long as the longest so far would end too late.

    Args:
        systems: of every round.
        began: when the command began, by `time.perf_counter`.
        limit: seconds.
    """
    starts: list[float] = []

    def round_of(number: int) -> list[System]:
        starts.append(time.perf_counter() - began)
        longest = max((later - earlier for earlier, later in pairwise(starts)), default=0.0)
        return systems if starts[-1] + longest <= limit else []

    return round_of


def _device(options: argparse.Namespace) -> dict[str, Any]:
    """What there is to measure.

    Raises:
        SystemExit: there is no such accelerator.
    """
    looked = measure(child("device", "accelerator_found", {"device": options.device}))
    if looked.error:
        raise SystemExit(f"the accelerator cannot be asked for: {looked.error}")
    if not looked.values["found"]:
        raise SystemExit("PyTorch finds no CUDA device here, so nothing is measured and nothing recorded: run this on "
                         "a machine with a GPU, or try its lines with --device cpu --shapes tiny-bert tiny-qwen3")
    return dict(looked.values)


def _folder(options: argparse.Namespace) -> Path:
    return options.prepared or options.work / "accelerator"  # type: ignore[no-any-return]


def _made(options: argparse.Namespace) -> dict[str, Prepared]:
    """Make the data, or find them made.

    Raises:
        SystemExit: nobody says where the data are.
    """
    if options.data_dir is None:
        raise SystemExit("no data: give --data-dir (or set SPRACHBUND_DATA), or --prepared with a folder made before")
    part = min(SEARCH_SENTENCES, options.sentences or SEARCH_SENTENCES)
    return {ALL: prepare(options, options.sentences, light=_folder(options) / ALL),
            PART: prepare(options, part, light=_folder(options) / PART)}


def _opened(folder: Path) -> dict[str, Prepared]:
    """Data made before.

    Raises:
        SystemExit: they are not there.
    """
    try:
        return {name: Prepared(folder / name, json.loads((folder / name / "facts.json").read_text(encoding="utf-8")))
                for name in (ALL, PART)}
    except FileNotFoundError as error:
        raise SystemExit(f"{error.filename} is not there: make the data first, where ud_pos is, with --prepare-only "
                         f"--prepared {folder}") from None


def _encoder(options: argparse.Namespace, shape: str) -> tuple[Path, int]:
    """Folder of the random weights, and the rows into which piece ids are folded.

    Raises:
        SystemExit: they cannot be made.
    """
    folder = options.work / f"random-{shape}"
    made = measure(child(shape, "random_encoder", {"shape": shape, "folder": str(folder)}))
    if made.error:
        raise SystemExit(f"the random weights cannot be made: {made.error}")
    return folder, int(made.values["vocabulary"])


def _searched(
    options: argparse.Namespace, device: Mapping[str, Any], part: Prepared, encoders: Mapping[str, tuple[Path, int]],
    record: Record,
) -> dict[str, dict[str, Any]]:
    """The fastest setting of every system, by "shape/system"; found before where a record is resumed.

    Raises:
        SystemExit: a search failed, or nothing fits.
    """
    found: dict[str, Any] = record.sections.setdefault("search", {})
    for shape in options.shapes:
        for system, batches, workers in ((OURS, CASES[shape].budgets, (0,)), (FILLED, CASES[shape].budgets, (0,)),
                                         (TRAINER, CASES[shape].rows, WORKERS[options.device])):
            name = f"{shape}/{system}"
            if name not in found:
                given = _given(options, device, part, encoders[shape], system, CASES[shape].search_epochs, 0)
                run = measure(child(name, "accelerator_training",
                                    {**given, "batches": list(batches), "workers": list(workers)}),
                              timeout=options.timeout)
                say(run)
                found[name] = _chosen(run)
                record.write()
    return {name: one["chosen"] for name, one in found.items()}


def _chosen(run: Measurement) -> dict[str, Any]:
    """What was tried, and the fastest of it."""
    tried = [] if run.error else run.values["tried"]
    worked = [one for one in tried if not one["error"]]
    if not worked:
        raise SystemExit(f"{run.system}: {run.error or 'no batch size fits into memory'}")
    best = max(worked, key=lambda one: one["pieces_per_second"])
    return {"tried": tried, "chosen": best}


def _given(
    options: argparse.Namespace, device: Mapping[str, Any], prepared: Prepared, encoder: tuple[Path, int], system: str,
    epochs: int, seed: int,
) -> dict[str, Any]:
    """The specification of a training, its setting left out."""
    sampling = {"sampling": "filled"} if system == FILLED else {}
    return {**sampling, "system": OURS if system == FILLED else system, "prepared": str(prepared.folder),
            "encoder": str(encoder[0]), "vocabulary": encoder[1], "device": options.device,
            "bf16": bool(device["bf16"]), "epochs": epochs, "seed": seed, "threads": options.threads}


def _systems(
    options: argparse.Namespace, device: Mapping[str, Any], prepared: Prepared,
    encoders: Mapping[str, tuple[Path, int]], settings: Mapping[str, Mapping[str, Any]],
) -> list[System]:
    """Both systems of every shape, and the child that measures its matrix products."""
    found = []
    for shape, encoder in encoders.items():
        for system in (OURS, TRAINER):
            chosen = settings[f"{shape}/{system}"]
            setting = {name: chosen[name] for name in ("batch", "workers", "recompute")}
            title = TITLES[system].format(**setting) + (", layers recomputed" if setting["recompute"] else "")
            given = _given(options, device, prepared, encoder, system, CASES[shape].epochs, 0)
            found.append(child(f"{shape}/{system}", "accelerator_training", {**given, "setting": setting}, title=title))
        mean = settings[f"{shape}/{OURS}"]
        products = Shape.of_folder(encoder[0], labels=0).products()
        found.append(child(f"{shape}/{PRODUCTS}", "gemm", {
            "pieces": max(1, round(mean["pieces"] / mean["steps"])), "products": [list(one) for one in products],
            "repeats": 10, "bf16": bool(device["bf16"]), "threads": options.threads, "device": options.device,
        }, title="matrix products alone"))
    return found


def floor_of(prepared: Prepared, encoder: Path, epochs: int, shape: str, runs: list[Measurement]) -> dict[str, Any]:
    """Operations of a run, and in each round the seconds they take at the measured rate, and the share reached.

    Args:
        prepared: all sentences.
        encoder: folder of the shape.
        epochs: passes of a run.
        shape: prefix of the systems' names.
        runs: of all systems.

    Returns:
        "gflop" of a run, and "rounds": by round "floor_seconds", "gflop_per_second" of the products alone and
        "share" by system.
    """
    labels = json.loads((prepared.folder / "train" / "labels.json").read_text(encoding="utf-8"))["labels"]
    once = training_operations(Shape.of_folder(encoder, len(labels)), prepared.facts["lengths"],
                               prepared.facts["words"])
    rounds = []
    for products in (run for run in runs if run.system == f"{shape}/{PRODUCTS}" and not run.error):
        seconds = floors(once, products.values)["floor_seconds"] * epochs
        spent = {system: run.value("train_seconds") for system in (OURS, TRAINER) for run in runs
                 if run.system == f"{shape}/{system}" and run.round == products.round}
        rounds.append({"round": products.round, "floor_seconds": seconds,
                       "gflop_per_second": once.total * epochs / 1e9 / seconds,
                       "share": {system: seconds / one for system, one in spent.items() if one}})
    return {"gflop": once.total * epochs / 1e9, "rounds": rounds}
