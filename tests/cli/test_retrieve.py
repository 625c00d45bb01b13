from __future__ import annotations

import json
from pathlib import Path

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.report.finished_retrieval import FIGURES, HTML, MARKDOWN, ROWS, read_finished_retrieval
from sprachbund.results.records import read_rows
from tests.pipeline.probe_world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("world"))
    for file in (world.folder / "parallel").glob("*/test.tsv"):  # columns with usual names need no options
        place = world.folder / "columns" / file.parent.name / "test.tsv"
        place.parent.mkdir(parents=True)
        place.write_text(file.read_text().replace("sentence\tenglish", "sentence1\tsentence2"), encoding="utf-8")
    return world


def arguments(world: World, *others: str) -> list[str]:
    return ["retrieve", str(world.encoder), "--data", "columns", "--data-dir", str(world.folder), "--store",
            str(world.store), "--executor", "inline", *others]


def test_a_retrieval_from_the_command_line(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    given = arguments(world, "--layers", "0,3,4", "--pooling", "mean,first", "--precision", "fp32", "-o", str(out))
    assert dispatch(given) == 0
    told = capsys.readouterr().out
    for text in ("columns: mean, cosine", "columns: first, cosine", "layer 3", "retrieval_accuracy (to en)",
                 "retrieval_accuracy by family", "was chosen on\nthese very data", "distinct of 400 texts encoded"):
        assert text in told.replace("chosen on these", "chosen on\nthese"), text
    found = read_finished_retrieval(out)
    assert found.info.command == ("sprachbund retrieve tiny --data columns --data-dir \"$SPRACHBUND_DATA\" --executor "
                                  "inline --layers 0,3,4 --pooling mean,first --precision fp32")
    page, text = ((out / name).read_text(encoding="utf-8") for name in (HTML, MARKDOWN))
    assert str(world.folder) not in page + text
    assert "Sprachbund retrieval" in page
    for system in found.findings.systems:
        assert system.state in page
        assert system.how in page
    assert {file.stem for file in (out / FIGURES).iterdir()} == {
        "languages", "layers-retrieval-accuracy", "layers-retrieval-accuracy-reverse"}
    assert len(read_rows(out / ROWS)) == 3 * 2 * 2 * 4
    assert dispatch(["show", str(out), "-o", str(tmp_path / "again")]) == 0
    assert "layer 3" in capsys.readouterr().out
    assert (tmp_path / "again" / MARKDOWN).read_bytes() == (out / MARKDOWN).read_bytes()
    assert dispatch([*given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"]["source"] == "en"


def test_the_same_in_python(world: World, tmp_path: Path) -> None:
    finished = sb.retrieve(world.encoder, output=tmp_path / "out", store=world.store, data="columns",
                           data_dir=str(world.folder), layers=[4], languages=["de", "tr"], executor="inline")
    assert finished.report.is_file()
    assert [system.name for system in finished.findings.systems] == ["layer 4, mean, cosine"]
    assert finished.info.command.startswith("sprachbund.retrieve(")
    assert "2 languages" in repr(finished)


@pytest.mark.parametrize(("others", "code", "told"), [
    (["--layers", "9"], 1, "there is no layer 9 in this model"),
    (["--languages", "sw"], 2, "no parallel text in sw"),
    (["--comparison", "dot"], 2, "comparison"),
    (["--format", "buc"], 2, "did you mean bucc"),
    (["--system", "x"], 1, "a system or a seed can be chosen of the output folder of a run"),
])
def test_wrong_input(
    world: World, capsys: pytest.CaptureFixture[str], others: list[str], code: int, told: str
) -> None:
    assert dispatch(arguments(world, *others)) == code
    assert told in capsys.readouterr().err
