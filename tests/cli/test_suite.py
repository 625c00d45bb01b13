"""`sprachbund suite score` on a folder in XTREME's layout."""

import json
from pathlib import Path

import pytest

from sprachbund.cli.main import dispatch
from sprachbund.studies.suite_config import read_suite
from tests.report.latex_structure import check_latex
from tests.studies.suite_folder import write_suite_folder


def test_scores_are_printed_with_groups_and_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite_folder(tmp_path / "mine", read_suite("xtreme"), examples=4)
    assert dispatch(["suite", "score", str(tmp_path / "mine"), "-o", str(tmp_path / "out")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in ("XTREME: mine", "PAWS-X", "Structured", "Question answering", "points over 9 tasks, English included",
                  "seqeval", "more notes", "Reported by papers", "report"):
        assert words in told
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"suite.html", "suite.md", "scores.json", "info.json", "tables", "references.bib"}
    rows = check_latex((tmp_path / "out" / "tables" / "scores.tex").read_text(encoding="utf-8"))
    assert rows[1][0] == "mine"
    assert "reported: " in rows[2][0]
    assert "hu-etal-2020-xtreme" in (tmp_path / "out" / "references.bib").read_text(encoding="utf-8")
    assert "seqeval" in (tmp_path / "out" / "suite.html").read_text(encoding="utf-8")


def test_labels_may_lie_elsewhere_and_json_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite_folder(tmp_path, read_suite("xtreme-r"), examples=4)
    (tmp_path / "labels").rename(tmp_path / "gold")
    assert dispatch(["suite", "score", str(tmp_path / "predictions"), "--labels", str(tmp_path / "gold"), "--suite",
                     "xtreme-r", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["overall"] is None
    assert set(values["absent"]) == {"lareqa"}
    assert values["groups"]["multi_choice"] == values["tasks"]["xcopa"]["score"]


def test_what_is_wrong_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["suite", "score", str(tmp_path / "nowhere")]) == 1
    assert "there is no such folder" in capsys.readouterr().err
    assert dispatch(["suite", "score", str(tmp_path), "--suite", "glue"]) == 2
    assert "there is no suite named 'glue'" in capsys.readouterr().err
