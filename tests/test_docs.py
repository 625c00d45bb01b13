"""The pages under docs/ keep their promises: their code runs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from sprachbund.models.fusion.fusion import FUSIONS, build_fusion, fusion_config
from sprachbund.testing.check_fusion import check_fusion

PAGE = Path(__file__).resolve().parents[1] / "docs" / "add-an-aggregator.md"


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's package as pip leaves it."""
    (tmp_path / "gated_fusion.py").write_text(block("python"), encoding="utf-8")
    points = tomllib.loads(block("toml"))["project"]["entry-points"]
    lines = [f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in own.items())
             for group, own in points.items()]
    info = tmp_path / "gated_fusion-0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gated-fusion\nVersion: 0.3\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    sys.modules.pop("gated_fusion", None)


def test_every_aggregator_stands_on_its_page_with_its_options_and_weights() -> None:
    lines = (PAGE.parent / "aggregators.md").read_text(encoding="utf-8").splitlines()
    told = {cells[1].strip(" `"): cells for cells in (line.split("|") for line in lines if line.startswith("| `"))}
    assert set(told) == set(FUSIONS.built_in)
    for name, cells in told.items():
        fields = FUSIONS.load(name).value.config_class.model_fields
        options = set(fields) - {"type", "identity_start", "upper"}
        assert set(re.findall(r"`(\w+)`", cells[2])) == options
        layer = {"layer": 7} if "layer" in fields and fields["layer"].is_required() else {}
        fusion = build_fusion(fusion_config({"type": name, **layer}), 384, n_layers=12)
        assert int(cells[4].replace(",", "")) == sum(weight.numel() for weight in fusion.parameters()), name


def test_an_aggregator_of_twenty_lines_keeps_the_contract(installed: Path) -> None:
    assert len(block("python").splitlines()) <= 20
    assert [point.name for point in entry_points(group="sprachbund.fusions")] == ["gated"]
    component = FUSIONS.load("gated")
    assert component.distribution == "gated-fusion==0.3"
    assert "identity start" in check_fusion("gated", {"layer": 1})
    config = fusion_config({"type": "gated", "layer": 9})
    assert (config.label(), config.aggregator()) == ("gated (k=9)", "gated")


def test_the_pages_command_checks_it(installed: Path) -> None:
    command = next(line for line in block("sh").splitlines() if line.startswith("sprachbund check")).split()
    told = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("gated (gated-fusion==0.3): two layers, one learnt weight a channel")


def test_what_the_page_names_is_there() -> None:
    for path in re.findall(r"`((?:sprachbund\.)?(?:models|testing)\.[\w.]+)`", PAGE.read_text(encoding="utf-8")):
        module, _, name = path.removeprefix("sprachbund.").rpartition(".")
        assert f" {name}(" in (PAGE.parents[1] / "src/sprachbund" / f"{module.replace('.', '/')}.py").read_text(
            encoding="utf-8"), path
