"""`sprachbund check fusion NAME`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sprachbund.cli.main import dispatch

BROKEN = """
from typing import Literal
from sprachbund.models.fusion.average import Average, AverageConfig

class LoudConfig(AverageConfig):
    type: Literal["loud"] = "loud"

class Loud(Average):
    name, summary, config_class = "loud", "adds up its padding", LoudConfig

    def forward(self, states, mask):
        return states[0] + states[1].mean(1, keepdim=True) + 0 * states[-1]
"""


def install(folder: Path, module: str, code: str, name: str, target: str) -> None:
    """A package as pip leaves it, with one entry point."""
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    info = folder / f"{module}-0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0.3\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[sprachbund.fusions]\n{name} = {module}:{target}\n", encoding="utf-8")


@pytest.mark.parametrize(("name", "told"), [
    ("last_layer", "last_layer (built in): the last layer alone"),
    ("dlfa", "keeps the contract: layers 4, 1 of 4, config, seed, shapes, padding, bfloat16, gradients, saving, gate"),
    ("average:over=[0,2],integration=sum", "layers 0, 2 of 4"),
    ("dlfa:kernel=3,layer=2", "what a token gets depends on where its neighbours stand"),
])
def test_a_built_in_keeps_the_contract(name: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["check", "fusion", name]) == 0
    assert told in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("name", "code", "told"), [
    ("dfla", 2, "there is no fusion named 'dfla'\n  → did you mean dlfa?"),
    ("scalar-mixx", 2, "did you mean scalar_mix?"),
    ("dlfa:layr=2", 2, "layr: unknown key; known here: "),
    ("average:over=[1,1]", 2, "over: 1 stands twice in [1, 1]"),
])
def test_wrong_names_and_options(name: str, code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["check", "fusion", name]) == code
    message = capsys.readouterr().err
    assert told in message
    assert "Traceback" not in message


def test_a_strangers_broken_promise_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, "loud_fusion", BROKEN, "loud", "Loud")
    monkeypatch.syspath_prepend(tmp_path)
    assert dispatch(["check", "fusion", "loud"]) == 1
    message = capsys.readouterr().err
    assert "the fusion loud breaks its contract: " in message
    assert "docs/add-an-aggregator.md" in message
    sys.modules.pop("loud_fusion", None)
