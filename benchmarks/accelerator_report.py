"""Report and picture of `accelerator`."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks.harness import Summary, ratios, summarise
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, figure_text, markdown_table

TRIED = {"ours": "ours", "filled": "ours, batches filled (not in the engine)", "trainer": "Trainer"}
GOAL = 1.5
"""Times as fast as the Trainer's strongest form."""


def finish(record: Record, headings: Mapping[str, str]) -> int:
    """Report and picture; the exit code.

    Args:
        record: with sections "titles", "search" and "floor".
        headings: shape -> heading.
    """
    device, data = record.settings["device"], record.settings["data"]
    parts = [(
        f"{device['name']}, PyTorch {device['torch']}, matrix products in {'bf16' if device['bf16'] else 'fp32'} over "
        f"fp32 weights, for both. {data['sentences']:,} English sentences, {data['pieces']:,} real pieces a pass; "
        f"random weights; the piece ids of the bundled tokenizer, folded into the shape's vocabulary. Medians and "
        f"ranges over paired rounds, ratios within rounds; each system after some steps that are not counted. "
        f"Utilisation: model FLOPs of real pieces, forward and backward, over the rate of matrix products measured "
        f"beside the run at its own shapes. Goal: at least {GOAL} times as fast as the Trainer."
    )]
    panels = []
    for shape, heading in headings.items():
        floor = record.sections["floor"][shape]
        names = [f"{shape}/ours", f"{shape}/trainer"]
        parts += [f"## {heading[0].upper()}{heading[1:]}",
                  markdown_table(["system", "real pieces a second", "we are x times as fast", "utilisation",
                                  "peak GPU memory, MiB", "padding"], [_row(record, floor, name) for name in names]),
                  _floor(floor), _search(record, [names[0], f"{shape}/filled", names[1]])]
        rows = [(record.sections["titles"].get(name, name), summarise(record.runs, name, "pieces_per_second"))
                for name in names]
        panels.append(Panel(f"{heading}: real pieces a second", rows, frozenset({rows[0][0]})))
    picture = panels_picture(panels, title="Fine-tuning on an accelerator",
                             description="Real pieces a second of ours and of the Trainer.")
    return record.finish("Fine-tuning on an accelerator", parts, picture)


def _row(record: Record, floor: Mapping[str, Any], name: str) -> list[str]:
    shape, system = name.split("/")
    runs = record.runs
    shares = [100 * one["share"][system] for one in floor["rounds"] if system in one["share"]]
    share = f"{statistics.median(shares):.0f} %" if shares else ""
    return [record.sections["titles"].get(name, name), _cell(summarise(runs, name, "pieces_per_second"), 0),
            _cell(ratios(runs, f"{shape}/ours", name, "pieces_per_second"), 2), share,
            _cell(summarise(runs, name, "allocated_mib"), 0),
            figure_text(None if (padding := summarise(runs, name, "padding")) is None else 100 * padding.median) + (
                "" if padding is None else " %")]


def _floor(floor: Mapping[str, Any]) -> str:
    if not floor["rounds"]:
        return "No floor: the matrix products were not measured."
    rate = statistics.median(one["gflop_per_second"] for one in floor["rounds"])
    seconds = statistics.median(one["floor_seconds"] for one in floor["rounds"])
    return (f"A run is {floor['gflop']:,.0f} GFLOP; at the measured {rate:,.0f} GFLOP/s its products alone take "
            f"{seconds:.2f} s.")


def _search(record: Record, names: list[str]) -> str:
    rows = [[TRIED[name.split("/")[1]], f"{one['batch']:,}", str(one["workers"]), "yes" if one["recompute"] else "no",
             one["error"] or f"{one['pieces_per_second']:,.0f}", figure_text(one.get("allocated_mib"), 0)]
            for name in names for one in record.sections["search"][name]["tried"]]
    return "Searched among, on a part of the data:\n\n" + markdown_table(
        ["system", "batch (ours: pieces, theirs: rows)", "workers", "layers recomputed", "real pieces a second",
         "peak GPU memory, MiB"], rows)


def _cell(summary: Summary | None, decimals: int) -> str:
    return "" if summary is None else summary.text(decimals)
