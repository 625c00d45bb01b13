"""Prediction over the test sets of many languages: ours against transformers' pipeline and Trainer.predict.

All systems have the same weights (an epoch of some English sentences); accuracy over all words, and the share of
words on which a system agrees with ours, stand beside each speed.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.floor import FORWARD, Amounts, Shape, count_operations
from benchmarks.floor_section import floor_of, floor_text, products, seconds_by_round
from benchmarks.harness import System, measure, paired, ratios, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import Prepared, child, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table
from sprachbund.pipeline.process_environment import TORCH_ENVIRONMENT

OURS, ENCODED, PIPELINE, TRAINER = "ours", "ours_encoded", "pipeline", "trainer_predict"
BATCH = 32
BATCH_PIECES = 1024
"""Pieces of our batches on a processor (`evaluation.predict`, whose home imports torch, which the harness must not)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks predict`."""
    add_shared(parser, "predict")
    add_data(parser)
    parser.add_argument("--sentences", type=int, help="of each test set, drawn by a fixed seed; default all")
    parser.add_argument("--languages", nargs="+", metavar="CODE", help="test sets; default all of ud_pos")
    parser.add_argument("--train-sentences", type=int, default=2000, help="English sentences of the one epoch")
    parser.add_argument("--model", type=Path, help="a trained folder of ours (last layer alone) instead")
    parser.add_argument("--exported", nargs="+", type=Path, default=[], metavar="FOLDER",
                        help="exports of the prepared model (by sprachbund export), measured too")


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    prepared = prepare(options)
    record = Record("predict", options, {"data": dict(prepared.facts), "batch": BATCH, "threads": options.threads})
    systems = wanted(options, systems_of(options, prepared))
    record.sections["titles"] = {system.name: system.title for system in systems}
    data = prepared.facts
    shape = Shape.of_folder(prepared.folder / "peer", data["labels"])
    # each of our threads takes whole batches
    rate = products(shape, pieces=BATCH_PIECES * (options.threads or os.cpu_count() or 1), threads=options.threads,
                    passes=FORWARD)
    paired([rate, *systems], options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    operations = count_operations(shape, Amounts(data["pieces"], data["pairs"], data["words"]), FORWARD)
    exported = {folder.name for folder in options.exported}
    record.sections["floor"] = floor_of(record.runs, operations, {
        system.name: seconds_by_round(record.runs, system.name) for system in systems if system.name not in exported})
    return finish(record)


def prepare(options: argparse.Namespace) -> Prepared:
    """The model and the test sets.

    Raises:
        SystemExit: they cannot be made.
    """
    folder = options.work / f"predict-{options.sentences or 'all'}-{'-'.join(options.languages or ['all'])}"
    made = measure(child("prepare", "prepare_predict", {
        "data_dir": str(options.data_dir), "languages": options.languages, "sentences": options.sentences,
        "train_sentences": options.train_sentences, "model": str(options.model) if options.model else None,
        "folder": str(folder),
    }, environment=TORCH_ENVIRONMENT))
    if made.error:
        raise SystemExit(f"model and data cannot be prepared: {made.error}")
    return Prepared(folder, made.values)


def systems_of(options: argparse.Namespace, prepared: Prepared) -> list[System]:
    """Ours first: the others are compared with what it left behind."""
    shared = {"prepared": str(prepared.folder), "codes": prepared.facts["codes"], "threads": options.threads}

    def own(name: str, title: str, model: Path, *, text: bool) -> System:
        given = {**shared, "name": name, "model": str(model), "text": text}
        return child(name, "predict_ours", given, title=title, environment=TORCH_ENVIRONMENT)

    def peer(name: str, kind: str, title: str) -> System:
        given = {**shared, "name": name, "kind": kind, "batch": BATCH}
        return child(name, "predict_peer", given, title=title, environment=dict.fromkeys(TORCH_ENVIRONMENT))

    model = prepared.folder / "model"
    return [
        own(OURS, "sprachbund, tokenising included", model, text=True),
        own(ENCODED, "sprachbund", model, text=False),
        *(own(folder.name, f"sprachbund, {folder.name}", folder.absolute(), text=False) for folder in options.exported),
        peer(PIPELINE, "pipeline", f"transformers.pipeline, batch {BATCH}, tokenising included"),
        peer(TRAINER, "trainer", f"Trainer.predict, batch {BATCH}"),
    ]


def finish(record: Record) -> int:
    """Write table and picture."""
    titles, runs, data = record.sections["titles"], record.runs, record.settings["data"]
    cells, panels = [], []
    for name, title in titles.items():
        # what tokenises inside its time is compared with what does so too
        base = OURS if name in {OURS, PIPELINE} else ENCODED
        times = ratios(runs, base, name, "sentences_per_second")
        figures = [summarise(runs, name, figure) for figure in ("sentences_per_second", "pieces_per_second", "seconds")]
        scores = [summarise(runs, name, figure) for figure in ("accuracy", "agreement")]
        cells.append([title, *(one.text(0) if one else "" for one in figures[:2]), figures[2].text(1) if figures[2]
                      else "", times.text(2) if times else "", *(one.text(2) if one else "" for one in scores)])
    table = markdown_table(["system", "sentences/s", "pieces/s", "seconds", "ours is faster by", "accuracy",
                            "agreement with ours, %"], cells)
    told = floor_text(record.sections["floor"], titles)
    for figure, heading in (("sentences_per_second", "sentences a second"), ("pieces_per_second", "pieces a second")):
        rows = [(title, summarise(runs, name, figure)) for name, title in titles.items()]
        own = frozenset(title for title in titles.values() if title.startswith("sprachbund"))
        panels.append(Panel(heading, rows, own))
    text = (f"{data['sentences']:,} sentences in {data['languages']} languages, {data['words']:,} words, "
            f"{data['pieces']:,} pieces, special ones included; fp32. Each system is compared with ours under the same "
            f"conditions: tokenising inside the time or before it.")
    picture = panels_picture(panels, title="Speed of prediction", description="Sentences and pieces a second.")
    return record.finish("Speed of prediction", [text, table, told], picture)
