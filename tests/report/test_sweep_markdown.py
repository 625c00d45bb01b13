from __future__ import annotations

import re

from sprachbund.report.sweep_contents import tell_sweep
from sprachbund.report.sweep_markdown import sweep_markdown


def test_the_report_has_every_table_and_names_every_figure(sweep, info):
    contents = tell_sweep(sweep, info)
    text = sweep_markdown(contents, "figures")
    assert text.startswith("# A \\<small\\> study & its report\n")
    assert set(re.findall(r"\]\(figures/(.*?)\.svg\)", text)) == {drawn.name for drawn in contents.drawings()}
    for heading in ("## Gains over the last layer", "## Which layer, and how much of it is luck", "## At equal source",
                    "## ud\\_pos, accuracy", "## xnli, accuracy", "## Missing", "## How to make it again"):
        assert heading in text, heading
    assert "Stand-in training set: SNLI for MultiNLI." in text


def test_tables_are_rectangular(sweep, info):
    lines = sweep_markdown(tell_sweep(sweep, info), "figures").splitlines()
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("|"):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    assert len([block for block in blocks if block]) == 9 + 2 * 3  # three of the sweep, six a task
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block}) <= 1


def test_tasks_head_their_rows(sweep, info):
    text = sweep_markdown(tell_sweep(sweep, info), "figures")
    assert "| **ud\\_pos: accuracy, 9 languages, seeds 1, 2, 3** |" in text
