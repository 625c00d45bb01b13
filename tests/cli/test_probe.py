from __future__ import annotations

import json
from pathlib import Path

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.gates import read_gates
from sprachbund.results.probe_files import read_probe
from tests.pipeline.probe_world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def test_a_probe_from_the_command_line(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = world.folder / "columns"
    for file in (world.folder / "parallel").glob("*/test.tsv"):  # columns with usual names need no options
        place = data / file.parent.name / "test.tsv"
        place.parent.mkdir(parents=True)
        place.write_text(file.read_text().replace("sentence\tenglish", "sentence1\tsentence2"), encoding="utf-8")
    model, out = world.trained({"type": "dlfa", "layer": 2}), tmp_path / "out"
    arguments = ["probe", str(model), "--data", "columns", "--words", "words", "--data-dir", str(world.folder),
                 "--languages", "German,tr", "--measures", "retrieval,pos,gates", "--sentences", "30",
                 "--precision", "fp32", "-o", str(out), "--store", str(world.store), "--executor", "inline"]
    assert dispatch(arguments) == 0
    told = capsys.readouterr().out
    assert "before fine-tuning" in told
    assert "after fine-tuning: DLFA (k=2, literal), tagging, seed 3" in told
    found = read_probe(out)
    assert {point.language for point in found.points} == {"de", "tr", "en"}
    assert found.command == ("sprachbund probe model-dlfa-tokens --data columns --words words --data-dir "
                             '"$SPRACHBUND_DATA" --languages German,tr --measures retrieval,pos,gates --sentences 30 '
                             "--precision fp32 --executor inline")
    assert str(world.folder) not in (out / "probe.html").read_text(encoding="utf-8")
    assert len(read_gates(out / "gates.parquet")) == len(found.gates) > 0
    assert dispatch(["show", str(out), "-o", str(tmp_path / "again")]) == 0
    assert "after fine-tuning: DLFA (k=2, literal)" in capsys.readouterr().out
    assert (tmp_path / "again" / "probe.md").read_bytes() == (out / "probe.md").read_bytes()
    assert dispatch([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"]["source"] == "en"


def test_the_same_in_python(world: World, tmp_path: Path) -> None:
    finished = sb.probe(world.encoder, output=tmp_path / "out", store=world.store, **world.settings,
                        measures=["cka"], languages=["de", "fr", "tr"])
    assert finished.report.is_file()
    assert {point.measure for point in finished.findings.points} == {"cka"}
    assert finished.findings.command.startswith("sprachbund.probe(")


@pytest.mark.parametrize(("arguments", "code", "told"), [
    (["nowhere"], 1, "nowhere"),
    (["{encoder}", "--languages", "sw"], 2, "no parallel text in sw"),
    (["{encoder}", "--measures", "retrival"], 2, "retrival"),
    (["{encoder}", "--measures", "gates"], 2, "it has no fusion and so no gate"),
    (["{encoder}", "--system", "last layer"], 1, "a system or a seed can be chosen of the output folder of a run"),
    (["{encoder}", "--data-dir", "nowhere"], 1, "nowhere: there is no such folder"),
    (["{encoder}", "--sentences", "1"], 2, "greater than or equal to 2"),
])
def test_wrong_input(
    world: World, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    given = [text.format(encoder=world.encoder) for text in arguments]
    folder = ["--data", "columns", "--words", "words", "--data-dir", str(world.folder), "--store", str(world.store)]
    (world.folder / "columns" / "de").mkdir(parents=True, exist_ok=True)
    (world.folder / "columns" / "de" / "test.tsv").write_text("sentence1\tsentence2\na b\tc d\ne f\tg h\n")
    assert dispatch(["probe", *folder, *given]) == code
    assert told in capsys.readouterr().err
