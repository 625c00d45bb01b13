"""Where a stage ran, found without importing what it names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from sprachbund.stages import environment as module
from sprachbund.stages.environment import environment, has_gpu, physical_memory_gib, usable_cpus


def test_versions_and_machine_are_told() -> None:
    facts = environment()
    assert facts["torch"] == version("torch")
    assert facts["transformers"] == version("transformers")
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["cpus"] == str(usable_cpus())
    assert {"sprachbund", "platform", "processor"} <= set(facts)
    assert all(facts.values())


def test_nothing_heavy_is_imported() -> None:
    code = "import json, sys\nimport sprachbund.stages.run\nfrom sprachbund.stages.environment import environment\n"
    code += "environment()\nprint(json.dumps([m for m in ('torch', 'transformers', 'pyarrow') if m in sys.modules]))"
    told = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert json.loads(told.stdout) == []


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder), *words]
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout.strip()


def test_the_commit_of_a_checkout_is_told_and_whether_it_was_changed(tmp_path: Path) -> None:
    package = tmp_path / "src" / "sprachbund"
    package.mkdir(parents=True)
    (package / "code.py").write_text("a = 1\n")
    assert module._git_commit(package) is None
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-q", "-m", "first")
    commit = _git(tmp_path, "rev-parse", "HEAD")
    assert module._git_commit(package) == commit
    (package / "code.py").write_text("a = 2\n")
    assert module._git_commit(package) == commit + "+modified"
    installed = tmp_path / "venv" / "site-packages" / "sprachbund"
    installed.mkdir(parents=True)
    assert module._git_commit(installed) is None


def test_memory_is_a_number_of_gibibytes_or_unknown() -> None:
    memory = physical_memory_gib()
    assert memory is None or 0.1 < memory < 1e5


@pytest.mark.parametrize(("quota", "cores"), [("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1), ("", 8)])
def test_a_containers_quota_counts_as_so_many_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: int
) -> None:
    monkeypatch.setattr(module, "_CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    if quota:
        (tmp_path / "cpu.max").write_text(quota + "\n")
    assert usable_cpus() == cores


def test_a_containers_memory_is_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONTROL_GROUP", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    machine = physical_memory_gib()
    (tmp_path / "memory.max").write_text(f"{2**27}\n")
    assert machine is None or (machine > 0.125 and physical_memory_gib() == 0.125)


def test_a_gpu_is_what_nvidias_driver_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platform, "system", lambda: "Linux")
    monkeypatch.setattr(module, "_gpus", lambda: "NVIDIA H200")
    assert has_gpu()
    monkeypatch.setattr(module, "_gpus", lambda: None)
    assert has_gpu() == Path("/dev/kfd").exists()
    monkeypatch.setattr(module.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(module.platform, "machine", lambda: "arm64")
    assert has_gpu()
