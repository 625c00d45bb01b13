"""Exports: three files a table with language set, seeds and intervals, and references that a parser reads."""

import csv
from pathlib import Path

from sprachbund.report.exports import (
    Export,
    probe_references,
    sweep_exports,
    sweep_references,
    write_exports,
)
from sprachbund.report.finished_run import FinishedRun
from sprachbund.report.run_info import RunInfo
from sprachbund.report.sweep_contents import tell_sweep
from sprachbund.report.tables import Cell, Column, Line, Table
from sprachbund.results.findings import Findings
from sprachbund.results.sweep_findings import SweepFindings
from tests.report.bibtex_parser import parse_bibtex
from tests.report.latex_structure import check_latex
from tests.results.probe_samples import findings as probe_findings


def _check(folder: Path) -> set[str]:
    """Every table as three files, LaTeX that compiles in structure, as many rows in CSV as in LaTeX."""
    names = {path.stem for path in folder.glob("*.csv")}
    assert names == {path.stem for path in folder.glob("*.md")} == {path.stem for path in folder.glob("*.tex")}
    for name in names:
        rows = check_latex((folder / f"{name}.tex").read_text(encoding="utf-8"))
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            table = list(csv.reader(file))
        assert len({len(row) for row in table}) == 1
        groups = sum(row[0].startswith(r"\textbf") and not any(row[1:]) for row in rows)
        assert len(table) == len(rows) - groups
    return names


def test_a_run_exports_every_table_and_what_to_cite(findings: Findings, info: RunInfo, tmp_path: Path) -> None:
    FinishedRun((), findings, info).write(tmp_path)
    names = _check(tmp_path / "tables")
    assert {"comparison", "family", "script", "languages-accuracy", "systems"} <= names
    for name in names:
        for ending in ("md", "tex"):
            text = (tmp_path / "tables" / f"{name}.{ending}").read_text(encoding="utf-8")
            assert "Seeds 1, 2, 3." in text
            assert "Target languages: de, fi, th." in text
            assert "bootstrap over" in text
            assert "not mBERT" in text
    found = parse_bibtex((tmp_path / "references.bib").read_text(encoding="utf-8"))
    assert {"nobody-2026", "efron-tibshirani-1993-introduction", "holm-1979-simple",
            "wang-etal-2024-multilingual"} <= set(found)
    assert "rajpurkar-etal-2016-squad" not in found


def test_a_sweep_exports_every_table(sweep: SweepFindings, info: RunInfo, tmp_path: Path) -> None:
    write_exports(tmp_path, sweep_exports(tell_sweep(sweep, info)), sweep_references(sweep, info))
    names = _check(tmp_path / "tables")
    assert {"gains", "choices", "systems-ud_pos", "systems-xnli"} <= names
    found = parse_bibtex((tmp_path / "references.bib").read_text(encoding="utf-8"))
    assert {"chen-etal-2022-feature", "peters-etal-2018-deep", "dai-etal-2021-attentional"} <= set(found)


def test_a_probe_cites_its_measures(info: RunInfo) -> None:
    keys = {reference.key for reference in probe_references(probe_findings(), info)}
    assert {"kornblith-etal-2019-similarity", "libovicky-etal-2020-language"} <= keys


def test_names_are_safe_and_none_is_lost(tmp_path: Path) -> None:
    def made(name: str, *lines: Line) -> Export:
        return Export(Table(name, "T", "", (Column("a"),), lines), ())

    line = Line((Cell("x"),))
    write_exports(tmp_path, [made("languages-hub:me/x", line), made("languages-hub-me-x", line), made("../up", line),
                             made("table-layers", line), made("empty")], ())
    assert _check(tmp_path / "tables") == {"languages-hub-me-x", "languages-hub-me-x-2", "up", "layers"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["references.bib", "tables"]
