"""A sweep as it is shown: plain lines, or tables where there is a terminal."""

from __future__ import annotations

from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from sprachbund.cli import sweep_board
from sprachbund.cli.sweep_board import SweepBoard
from sprachbund.stages.events import Progress, StageEvent
from sprachbund.studies.cell_scores import CellScore


def planned(task: str, system: str, seed: int, *, tuning: bool = False, settings: str = "") -> Any:
    name = f"{task} {system} {settings} {seed}"
    cell = SimpleNamespace(task=SimpleNamespace(label=task), system=system, seed=seed, tuning=tuning, settings=settings,
                           label=f"{task}: {system}, seed {seed}")
    roles = ("train", "predict dev", "score dev", *(() if tuning else ("predict", "score")))
    keys = {role: f"{name} {role}" for role in roles}

    class Planned(SimpleNamespace):
        __hash__ = object.__hash__

    return Planned(cell=cell, keys=keys)


CELLS = [planned(task, system, seed) for task in ("POS", "NER") for system in ("last layer", "DLFA") for seed in (1, 2)]


def board(**more: Any) -> tuple[SweepBoard, StringIO]:
    out = StringIO()
    return SweepBoard(Console(file=out, width=100, **more)), out


def rendered(shown: SweepBoard) -> str:
    out = StringIO()
    Console(file=out, width=100).print(shown.render())
    return out.getvalue()


def test_the_table_shows_each_cell_of_a_task_at_work() -> None:
    shown, _ = board(force_terminal=True)
    shown.begin(CELLS)
    shown.scored(CELLS[0], CellScore(94.21, 76.94), stored=True)
    shown(StageEvent("started", CELLS[1].keys["train"], "train", "train"))
    shown(Progress(CELLS[1].keys["train"], "train", 43, 100, "steps"))
    shown(Progress(CELLS[2].keys["predict"], "predict", 1, 2, "sentences"))
    lines = rendered(shown)
    assert "POS: dev / mean over targets, points" in lines
    last, dlfa = (next(line for line in lines.splitlines() if name in line) for name in ("last layer", "DLFA"))
    assert ["94.2 / 76.9" in last, "training 43 %" in last, "predicting 50 %" in dlfa, "·" in dlfa] == [True] * 4
    assert "NER: 0 of 4 cells" in lines
    assert "1 of 8 cells" in lines


def test_in_tuning_the_columns_are_settings() -> None:
    shown, out = board()
    cells = [planned("POS", "last layer", 1, tuning=True, settings=settings) for settings in ("", "epochs 3")]
    shown.begin(cells)
    shown.scored(cells[1], CellScore(93.0, None), stored=False)
    lines = rendered(shown)
    assert "own settings, seed 1" in lines
    assert "epochs 3, seed 1" in lines
    assert "POS: dev, points" in lines
    assert out.getvalue().startswith("2 tuning cells, scored on dev alone\n")
    assert "  scored  POS: last layer, seed 1: dev 93.0 (1 of 2 cells" in out.getvalue()


def test_plain_lines_tell_finished_and_failed_cells_and_how_far_long_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_board, "PLAIN_SECONDS", 0.0)
    shown, out = board()
    shown.begin(CELLS)
    shown(Progress(CELLS[0].keys["train"], "train", 3, 4, "steps", note="resumed"))
    shown.scored(CELLS[0], CellScore(94.2, 76.9), stored=False)
    shown.scored(CELLS[1], CellScore(94.3, 77.0), stored=True)
    shown(StageEvent("failed", CELLS[2].keys["train"], "train", "train POS: DLFA", message="loss is nan\n  → lower"))
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["8 cells", "  note    train: resumed", "          POS: last layer, seed 1: training 75 %"]
    assert lines[3].startswith("  scored  POS: last layer, seed 1: dev 94.2, targets 76.9 (1 of 8 cells, about ")
    assert lines[4:] == ["  failed  train POS: DLFA: loss is nan"], "what was there before is not told again"
    assert "POS: 2 of 4 cells" in rendered(shown)
