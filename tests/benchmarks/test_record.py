import argparse
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.harness import Measurement, Summary
from benchmarks.options import command_line, without_paths
from benchmarks.pictures import Panel, panels_picture
from benchmarks.record import Record, markdown_table


@pytest.fixture
def options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return argparse.Namespace(name="smoke", resume=False, work=tmp_path / "work", data_dir=Path("/data/of mine"))


def run(number, error=""):
    return Measurement("ours", number, 1.0, 2.0, {} if error else {"speed": 3.0}, error)


def result():
    return json.loads(Path("results/benchmarks/smoke/result.json").read_text(encoding="utf-8"))


def test_every_run_is_written_at_once(options, capsys):
    record = Record("train", options, {"sentences": 3})
    record.add(run(0))
    assert [one["round"] for one in result()["runs"]] == [0]
    record.add(run(1))
    assert [one["round"] for one in result()["runs"]] == [0, 1]
    (sitting,) = result()["sittings"]
    assert sitting["environment"]["torch"]
    assert "ours" in capsys.readouterr().err


def test_a_record_goes_on_where_it_stopped_but_not_with_other_settings(options):
    first = Record("train", options, {"sentences": 3})
    first.sections["floor"] = {"seconds": 1.0}
    first.add(run(0))
    first.add(run(1, "broke"))
    options.resume = True
    again = Record("train", options, {"sentences": 3})
    assert [(one.round, one.value("speed")) for one in again.runs] == [(0, 3.0)]
    assert again.sections == {"floor": {"seconds": 1.0}}
    with pytest.raises(SystemExit, match="other settings"):
        Record("train", options, {"sentences": 4})


def test_runs_keep_the_sitting_in_which_they_were_measured(options):
    Record("train", options, {}).add(run(0))
    then = {"command": "then", "written": "2026-01-02T03:04:05", "environment": {"torch": "1"}}
    first = {**result(), "sittings": [then]}
    path = Path("results/benchmarks/smoke/result.json")
    path.write_text(json.dumps(first), encoding="utf-8")
    options.resume = True
    Record("train", options, {}).finish("Title", [], "<svg/>")  # a report written anew measures nothing
    assert result()["sittings"] == first["sittings"]
    assert "measured by 2026-01-02: torch 1." in path.with_name("report.md").read_text(encoding="utf-8")
    again = Record("train", options, {})
    again.add(run(1))
    again.add(run(2))
    assert [sitting["command"] for sitting in result()["sittings"]][:1] == ["then"]
    assert len(result()["sittings"]) == 2


def test_no_path_of_the_machine_is_recorded(options, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "train", "--data-dir", "/data/of mine", "--name", "a b"])
    assert command_line(options, "train") == "python -m benchmarks train --data-dir \"$SPRACHBUND_DATA\" --name 'a b'"
    record = Record("train", options, {})
    record.add(run(0, f"no file {options.work}/model"))
    assert result()["runs"][0]["error"] == "no file $BENCHMARK_WORK/model"
    assert without_paths("/a/b/c /a/d /a-b/c", {"/a": "A", "/a/b": "$B"}) == "$B/c A/d /a-b/c"


def test_models_and_exports_are_recorded_by_their_role(options, monkeypatch):
    options.model, options.exported = Path("/store/abc/model"), [Path("/out/int8")]
    given = ["--model", "/store/abc/model", "--exported", "/out/int8"]
    monkeypatch.setattr(sys, "argv", ["benchmarks", "predict", *given])
    assert command_line(options, "predict").endswith('--model "$MODEL" --exported "$EXPORTED/int8"')


def test_finishing_writes_report_and_picture_and_tells_failures(options):
    record = Record("train", options, {})
    record.add(run(0, "ended with exit code 1: no memory"))
    assert record.finish("Title", ["a paragraph"], "<svg/>") == 1
    report = Path("results/benchmarks/smoke/report.md").read_text(encoding="utf-8")
    assert report.startswith("# Title\n")
    assert "`ours` failed: ended with exit code 1: no memory" in report
    assert Path("results/benchmarks/smoke/picture.svg").read_text(encoding="utf-8") == "<svg/>"


def test_a_table():
    assert markdown_table(["a", "b"], [["x|y", "1"]]) == "| a | b |\n| --- | ---: |\n| x/y | 1 |"


def test_the_picture_holds_every_system_and_says_what_is_missing():
    rows = [("ours", Summary(9.0, 8.0, 10.0, 3)), ("theirs", None)]
    picture = panels_picture([Panel("speed", rows, frozenset({"ours"})), Panel("nothing", [("ours", None)])],
                             title="Speed", description="Speed of two systems.")
    root = ElementTree.fromstring(picture)
    words = [element.text for element in root.iter() if element.text]
    assert any("ours: 9.00 (8.00 to 10.00), 3 runs" in word for word in words)
    assert "theirs" in words
    assert "not measured" in words
    assert "nothing" not in words


def test_help_names_the_commands(capsys):
    assert main(["--help"]) == 0
    assert "sampling" in capsys.readouterr().out
    assert main(["nonsense"]) == 2
