from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from sprachbund.report.lookup import Lookup
from sprachbund.report.terminal import print_findings
from sprachbund.results.findings import Findings

A, B = "last layer", "DLFA (k=10, literal)"


def shown(findings: Findings, width: int, **given: bool) -> str:
    console = Console(file=io.StringIO(), width=width, **given)
    print_findings(console, findings)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 130, 200])
def test_no_line_is_wider_than_the_terminal(wide_findings, width):
    assert max(cell_len(line) for line in shown(wide_findings, width).splitlines()) <= width


def test_at_80_columns_no_name_and_no_number_is_cut(wide_findings):
    text = shown(wide_findings, 80)
    assert "…" not in text
    look = Lookup(wide_findings)
    for target in wide_findings.targets:
        assert re.search(rf"{re.escape(look.row_name(target))} {target.code} +.*±.*\[.*\]", text), target.name


def test_a_long_name_gives_way_to_its_code(findings):
    targets = tuple(replace(item, name="A name that is much too long for it" if item.code == "fi" else item.name)
                    for item in findings.targets)
    text = shown(replace(findings, targets=targets), 80)
    assert "  A name that is much to… fi " in text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_a_pipe_gets_plain_text(findings):
    assert "\x1b" not in shown(findings, 80)
    assert "\x1b" in shown(findings, 80, force_terminal=True)


def test_languages_stand_under_their_families_and_averages_at_the_bottom(findings):
    lines = [line.strip() for line in shown(findings, 80).splitlines()]
    order = ["Source language", "Target languages", "Averages", f"Encoder: {findings.provenance[0]}."]
    assert [line for line in lines if line in order] == order
    assert lines[0] == "accuracy, test split, in points; seeds 1, 2, 3"
    assert any(line.startswith("All targets n=3") for line in lines)
    assert any(line.startswith("Targets and source n=4") for line in lines)
    assert any(line.startswith("Transfer gap") for line in lines)


def test_what_differs_is_marked_and_nothing_else(study):
    found = study({A: 0.0, B: 0.2}, rates={"en": 0.5, "de": 0.5, "fi": 0.4}, n=300)
    assert re.search(r"German de .*\* \+", shown(found, 80))
    same = study({A: 0.0, B: 0.0}, rates={"en": 0.5, "de": 0.5, "fi": 0.4})
    table = shown(same, 80).split("No difference")[0]
    assert "*" not in table


def test_many_systems_come_in_portions_with_the_baseline_in_each(study):
    text = shown(study({A: 0.0, **{f"system {number}": 0.0 for number in range(1, 6)}}), 80)
    heads = [line for line in text.splitlines() if line.startswith("Language")]
    assert len(heads) == 3
    assert all(A in line for line in heads)
    for number in range(1, 6):
        assert sum(f"system {number}" in line for line in heads) == 1
    assert max(map(cell_len, text.splitlines())) <= 80


def test_one_system_needs_no_difference(study):
    text = shown(study({A: 0.0}), 80)
    assert "Difference" not in text
    assert "Trained on English alone" in text


def test_one_seed_is_said(study):
    text = " ".join(shown(study(seeds=(1,)), 80).split())
    assert "One seed: the intervals cover the choice of test examples" in text
    assert "Deviation of the target mean" not in text
    assert "bootstrap interval over examples." in text


def test_missing_cells_and_languages_left_out_are_told(study):
    text = shown(study(drop=lambda row: row.target == "fi" and row.seed == 2), 80)
    assert "fi is in no average: no row of last layer seed 2" in text
    assert "2 cells without a row" in text


def test_all_metrics_on_request(study):
    console = Console(file=io.StringIO(), width=80)
    print_findings(console, study(), metrics="all")
    assert console.file.getvalue().count("in points; seeds") == 1
