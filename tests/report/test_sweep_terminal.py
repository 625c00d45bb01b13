from __future__ import annotations

import io

import pytest
from rich.console import Console

from sprachbund.report.sweep_terminal import print_sweep


def _printed(findings, width: int) -> str:
    out = io.StringIO()
    print_sweep(Console(file=out, width=width), findings)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_gains_layers_and_what_to_mind_fit_the_width(sweep, width):
    text = _printed(sweep, width)
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    flat = " ".join(text.split())
    assert "DLFA (literal) by layer: 3 " in flat
    assert " 9× +" in flat
    assert "On 1 of 2 tasks something that sees lower layers" in flat
    assert "Stand-in training set: SNLI for MultiNLI." in flat
    assert "3 cells missing: panx: last layer, seed 1; xnli: layer 6, seed 3: no test row" in flat
    assert "Encoder: simulated rows: no encoder." in flat
    assert "* +3." in flat or "* +2." in flat


def test_hardly_anything_is_told(small_sweep):
    flat = " ".join(_printed(small_sweep(), 80).split())
    assert "One seed: intervals cover the choice of test examples" in flat
    assert "Holm" not in flat
