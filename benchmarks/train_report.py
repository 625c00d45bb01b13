"""Report and picture of `train`."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.floor_section import floor_text
from benchmarks.harness import Measurement, Summary, ratios, summarise
from benchmarks.options import RESULTS
from benchmarks.peers import OURS
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table, read_result
from sprachbund.training.config import BATCH_PIECES


def finish_speed(record: Record) -> int:
    """Report and picture of the timing; the exit code."""
    titles, runs = record.sections["titles"], record.runs
    accuracy = _stored_accuracy()
    rows = [
        [title, _cell(summarise(runs, name, "pieces_per_second"), 0),
         _cell(ratios(runs, OURS, name, "pieces_per_second"), 1), _cell(summarise(runs, name, "train_seconds"), 1),
         _cell(summarise(runs, name, "peak_mib"), 0), _cell(ratios(runs, OURS, name, "peak_mib"), 2), accuracy(name)]
        for name, title in titles.items()
    ]
    header = ["system", "real pieces a second", "we are x times as fast", "seconds of training", "peak MiB",
              "our peak / theirs", "dev accuracy (train-accuracy)"]
    data = record.settings["data"]
    about = (f"{data['sentences']} English sentences, {data['pieces']:,} real pieces, one epoch. Medians and ranges "
             f"over paired rounds; ratios within rounds. Seconds are those of the training call alone, peaks those of "
             f"the whole process. Ours trains in batches of {BATCH_PIECES} pieces here, as with all of the data; dev "
             f"accuracy and the time it took at that size, with the smaller batches that our default takes for it, "
             f"stand in train-accuracy.")
    picture = _picture(record, [("real pieces a second", "pieces_per_second"), ("peak memory, MiB", "peak_mib")],
                       "Fine-tuning English POS")
    return record.finish("Training: speed, memory, floor",
                         [about, markdown_table(header, rows), *_search_parts(record), *_floor_parts(record)], picture)


def _search_parts(record: Record) -> list[str]:
    if "search" not in record.sections:
        return []
    rows = [[f"batch {one['batch']}, {'bf16' if one['bf16'] else 'fp32'}", str(one["sentences"]),
             f"{one['pieces_per_second']:.0f}" if one["pieces_per_second"] else one["error"],
             f"{one['peak_mib']:.0f}"] for one in record.sections["search"]["tried"]]
    return ["## The Trainer's strongest form",
            "Grouped by length, fused AdamW, one run each:",
            markdown_table(["batch and number format", "sentences", "real pieces a second", "peak MiB"], rows)]


def _floor_parts(record: Record) -> list[str]:
    parts = ["## The floor", floor_text(record.sections["floor"], record.sections["titles"])]
    parted = record.sections.get("profile", {}).get("shares")
    if parted:
        parts += ["Where our time goes (torch's profiler, own time of operators, all threads):",
                  markdown_table(["part", "share"], [[part, f"{100 * one:.1f} %"] for part, one in parted.items()])]
    return parts


def finish_accuracy(record: Record) -> int:
    """Report and picture of the accuracy; the exit code."""
    titles, runs = record.sections["titles"], record.runs
    rows = [[title, _cell(summarise(runs, name, "dev_accuracy"), 2), _cell(summarise(runs, name, "train_seconds"), 1),
             _cell(summarise(runs, name, "pieces_per_second"), 0), _cell(summarise(runs, name, "steps"), 0)]
            for name, title in titles.items()]
    data = record.settings["data"]
    about = (f"{data['sentences']} English sentences, one epoch, scored on English dev ({data['dev_words']:,} words) "
             f"by our scorer. The seed is the round's number.")
    header = ["system", "dev accuracy", "seconds of training", "real pieces a second", "optimiser steps"]
    picture = _picture(record, [("accuracy on English dev", "dev_accuracy"), ("seconds of training", "train_seconds")],
                       "Accuracy beside time")
    return record.finish("Training: accuracy beside time", [about, markdown_table(header, rows)], picture)


def _stored_accuracy() -> Callable[[str], str]:
    """Accuracies that `--accuracy` left behind, by system; empty texts where there are none."""
    folder = RESULTS / "train-accuracy"
    runs = []
    if (folder / "result.json").exists():
        runs = [Measurement(**run) for run in read_result(folder)["runs"]]
    return lambda name: _cell(summarise(runs, name, "dev_accuracy"), 2)


def _picture(record: Record, figures: list[tuple[str, str]], title: str) -> str:
    panels = []
    for heading, figure in figures:
        rows = [(text, summarise(record.runs, name, figure)) for name, text in record.sections["titles"].items()]
        own = frozenset(text for text, _ in rows if text.startswith("sprachbund"))
        panels.append(Panel(heading, rows, own, from_zero=figure != "dev_accuracy"))
    return panels_picture(panels, title=title, description=f"{title}: medians with ranges for every system.")


def _cell(summary: Summary | None, decimals: int) -> str:
    return "" if summary is None else summary.text(decimals)


