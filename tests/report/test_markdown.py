from __future__ import annotations

import re
from pathlib import Path

from sprachbund.report.contents import tell
from sprachbund.report.markdown import markdown_report, markdown_table, write_markdown
from sprachbund.report.tables import Cell, Column, Line, Table


def test_a_table_as_it_is_written():
    table = Table("t", "Title", "Caption.", (Column("Language"), Column("a_b", numeric=True)),
                  (Line((Cell("Ger|man"), Cell("81.2", ("79.9–82.5", "sd 0.4"), 81.2, "better"))),))
    assert markdown_table(table, "Encoder: x.", heading=True) == (
        "## Title\n\n"
        "| Language | a\\_b |\n"
        "|---|---:|\n"
        "| Ger\\|man | 81.2 ▲ (79.9–82.5, sd 0.4) |\n\n"
        "Caption. Encoder: x."
    )


def test_every_row_of_every_table_has_as_many_cells_as_its_head(findings, info):
    text = markdown_report(tell(findings, info))
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(blocks) >= 5
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_the_report_tells_everything(wide_findings, info):
    text = markdown_report(tell(wide_findings, info))
    assert text.startswith("# A \\<small\\> study & its report\n\n*How far does")
    for target in wide_findings.targets:
        assert f"| {target.name} |" in text
    for told in ("```sh\nsprachbund run 'my study.yaml'\n```", "`training.learning_rate`: 0.0001", "`torch`: 2.13.0",
                 "licence: CC0-1.0", "licence: not stated", "There are no dev data in en.", "One seed:", "1 min 15 s"):
        assert told in text


def test_every_table_bears_the_provenance(findings, info):
    text = markdown_report(tell(findings, info))
    tables = len(re.findall(r"^\|---", text, re.MULTILINE))
    assert text.count("dequantised from 4 bit: not mBERT") == tables + 1


def test_missing_cells_are_listed(study, info):
    text = markdown_report(tell(study(drop=lambda row: row.target == "fi" and row.seed == 2), info))
    assert "### Missing\n\n- fi is in no average and no comparison: no row of last layer seed 2" in text


def test_the_report_is_written(findings, info, tmp_path: Path):
    write_markdown(tmp_path / "report.md", findings, info)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == markdown_report(tell(findings, info))
