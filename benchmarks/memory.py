"""Peak memory of fine-tuning: the bundled encoder, and random weights in mBERT's and XLM-R-base's shape.

Every system takes the first steps of an epoch over all English sentences with its own batches, the largest
first, so that a few steps reach the peak of a whole training.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from benchmarks.harness import Summary, System, measure, paired, ratios, summarise
from benchmarks.options import add_data, add_shared
from benchmarks.peers import BUNDLED, Prepared, child, ours, prepare, trainer, wanted
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table

ENCODERS = {
    "bundled": "bundled encoder (384 wide, 250,037 pieces)",
    "mbert": "mBERT's shape (768 wide, 119,547 pieces)",
    "xlmr": "XLM-R-base's shape (768 wide, 250,002 pieces)",
}
PEERS = {"dynamic": "Trainer, dynamic padding, fp32, batch 8", "strongest": "Trainer, by length, {}, batch {}",
         "strongest_limited": "the same, oneDNN's caches limited as ours"}
LIMITED = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16", "LRU_CACHE_CAPACITY": "16"}
DYNAMIC_BATCH = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m benchmarks memory`."""
    add_shared(parser, "memory", rounds=2)
    add_data(parser)
    parser.add_argument("--sentences", type=int, help="training sentences, the longest among them; default all")
    parser.add_argument("--steps", type=int, default=5, help="optimiser steps of each run")
    parser.add_argument("--batch", type=int, default=32, help="rows of the Trainer's strongest form")
    parser.add_argument("--encoders", nargs="+", choices=sorted(ENCODERS), default=list(ENCODERS))


def run(options: argparse.Namespace) -> int:
    """Measure, and leave the results behind."""
    prepared = prepare(options, options.sentences, longest=True)
    facts = {name: value for name, value in prepared.facts.items() if name != "lengths"}
    settings = {"data": facts, "steps": options.steps, "batch": options.batch, "threads": options.threads}
    record = Record("memory", options, settings)
    systems = wanted(options, [one for encoder in options.encoders for one in _systems(options, prepared, encoder)])
    record.sections["titles"] = {system.name: system.title for system in systems}
    paired(systems, options.rounds, timeout=options.timeout, done=record.runs, told=record.add)
    record.sections["floors"] = {
        encoder: floor_mib(Path(_encoder(options, prepared, encoder)[0]), rows) for encoder in options.encoders
        if (rows := summarise(record.runs, f"{encoder}/ours", "rows"))}
    return _finish(record)


def _systems(options: argparse.Namespace, prepared: Prepared, encoder: str) -> list[System]:
    """Ours with its default budget and with the peers' largest batches, and the Trainer's forms."""
    where, vocabulary = _encoder(options, prepared, encoder)
    longest, bf16 = int(prepared.facts["longest"]), bool(prepared.facts["bf16"])
    own: dict[str, Any] = {"encoder": BUNDLED if encoder == "bundled" else where, "vocabulary": vocabulary,
                           "threads": options.threads}
    found = [_ours(options, prepared, f"{encoder}/ours", "sprachbund, default budget", None, own)]
    for peer, rows in (("dynamic", DYNAMIC_BATCH), ("strongest", options.batch)):
        title = f"sprachbund, budget {rows} x {longest} pieces"
        found.append(_ours(options, prepared, f"{encoder}/ours_as_{peer}", title, rows * longest, own))
    shared: dict[str, Any] = {"encoder": where, "vocabulary": vocabulary, "threads": options.threads,
                              "steps": options.steps}
    strongest = {"batch": options.batch, "grouped": True, "bf16": bf16}
    title = PEERS["strongest"].format("bf16" if bf16 else "fp32", options.batch)
    return [
        *found,
        trainer(prepared, f"{encoder}/dynamic", PEERS["dynamic"], batch=DYNAMIC_BATCH, largest_first=True, **shared),
        trainer(prepared, f"{encoder}/strongest", title, **strongest, **shared),
        trainer(prepared, f"{encoder}/strongest_limited", PEERS["strongest_limited"], environment=LIMITED,
                **strongest, **shared),
    ]


def _ours(
    options: argparse.Namespace, prepared: Prepared, name: str, title: str, budget: int | None, own: dict[str, Any]
) -> System:
    training = {} if budget is None else {"batch_pieces": budget}
    return ours(prepared, name=name, title=title, training=training, sampling="largest", steps=options.steps, **own)


def _encoder(options: argparse.Namespace, prepared: Prepared, encoder: str) -> tuple[str, int | None]:
    """Folder of the encoder, and the rows into which piece ids are folded (None: they fit).

    Raises:
        SystemExit: it cannot be made.
    """
    if encoder == "bundled":
        return str(prepared.folder / "encoder"), None
    folder = options.work / f"random-{encoder}"
    made = measure(child(encoder, "random_encoder", {"shape": encoder, "folder": str(folder)}))
    if made.error:
        raise SystemExit(f"the random weights cannot be made: {made.error}")
    return str(folder), int(made.values["vocabulary"])


def floor_mib(folder: Path, rows: Summary) -> dict[str, float]:
    """MiB of weight, gradient and AdamW's two moments, in fp32, of everything that is trained.

    Args:
        folder: of an encoder, in hub layout with one file of weights.
        rows: of the embedding matrix, as many as the training data use.

    Returns:
        "in_use": with the rows in use alone; "all": with all of them.
    """
    with (folder / "model.safetensors").open("rb") as file:  # its header: 8 bytes of length, then JSON
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    sizes = [math.prod(tensor["shape"]) for name, tensor in header.items()
             if name != "__metadata__" and "pooler" not in name]
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    unused = (config["vocab_size"] - rows.median) * config["hidden_size"]
    return {"in_use": 16 * (sum(sizes) - unused) / 2**20, "all": 16 * sum(sizes) / 2**20}


def _floor_parts(record: Record, encoder: str) -> list[str]:
    floor = record.sections.get("floors", {}).get(encoder)
    if not floor:
        return []
    return [f"**Floor.** Weights, gradients and AdamW's two moments of all that is trained: {floor['in_use']:,.0f} MiB "
            f"with the embedding rows in use, {floor['all']:,.0f} MiB with all of them, which the Trainer keeps. "
            f"Activations and libraries count nothing."]


def _finish(record: Record) -> int:
    titles, runs, data = record.sections["titles"], record.runs, record.settings["data"]
    parts = [(
        f"{data['sentences']:,} English sentences, the longest has {data['longest']} pieces; "
        f"{record.settings['steps']} steps of each system's own batches of an epoch, the largest first. Peaks are "
        f"resident memory of the whole process in MiB. Piece ids are the bundled tokenizer's, folded into smaller "
        f"vocabularies. Goal: at most half of the Trainer's."
    )]
    panels = []
    for encoder, heading in ENCODERS.items():
        names = [name for name in titles if name.startswith(f"{encoder}/")]
        rows = [(titles[name], summarise(runs, name, "peak_mib")) for name in names]
        cells = []
        for name, (title, summary) in zip(names, rows, strict=True):
            shares = [ratios(runs, name, f"{encoder}/{peer}", "peak_mib") for peer in PEERS]
            cells.append([title, summary.text(0) if summary else "", *(one.text(2) if one else "" for one in shares)])
        if names:
            parts += [f"## {heading}", markdown_table(
                ["system", "peak MiB", "over dynamic", "over strongest", "over strongest, caches limited"], cells)]
            own = frozenset(title for title, _ in rows if title.startswith("sprachbund"))
            parts += _floor_parts(record, encoder)
            panels.append(Panel(f"{heading}: peak MiB", rows, own))
    picture = panels_picture(panels, title="Peak memory of fine-tuning", description="Peak memory of each system.")
    return record.finish("Peak memory of fine-tuning", parts, picture)
