"""Where a stage ran: interpreter, packages, machine, commit; recorded beside a result, never part of a key."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("sprachbund", "torch", "transformers", "tokenizers", "safetensors", "accelerate", "numpy", "pyarrow")
"""Packages whose versions are recorded; looked up in their metadata, none is imported."""


_CONTROL_GROUP = Path("/sys/fs/cgroup")


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """Describe this process's interpreter, packages, machine and, within a checkout, commit.

    Returns:
        name -> text. "git_commit" ends in "+modified" if tracked files differ from it; "gpus" stands there
        only where NVIDIA's driver lists some.
    """
    facts = {"python": platform.python_version(), "platform": platform.platform(), "processor": _processor()}
    facts["cpus"] = str(usable_cpus())
    for package in PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    for fact, value in (("gpus", _gpus()), ("git_commit", _git_commit(Path(__file__).resolve().parents[1]))):
        if value is not None:
            facts[fact] = value
    return facts


def usable_cpus() -> int:
    """Return how many processor cores this process may use; a container's quota counts as so many cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _container_limit("cpu.max").partition(" ")
    return max(1, min(cores, int(quota) // int(period))) if quota.isdigit() and period.isdigit() else cores


def physical_memory_gib() -> float | None:
    """Return the machine's, or its container's, memory in gibibytes, or None where the system does not say."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):  # no sysconf (Windows), or it does not know these names
        return None
    limit = _container_limit("memory.max")
    return min(memory, int(limit) / 2**30) if limit.isdigit() else memory


def has_gpu() -> bool:
    """Say whether torch may find a GPU here; told without importing it, so that it can be wrong where torch was
    built without support for it."""
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    return _gpus() is not None or Path("/dev/kfd").exists()


def _container_limit(name: str) -> str:
    """A limit of the control group (version 2) this process sees as its root, as containers do; "max" or "": none."""
    try:
        return (_CONTROL_GROUP / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _gpus() -> str | None:
    """Models by NVIDIA's driver; asking torch would mean to import it."""
    models = []
    for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        models += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return ", ".join(models) or None


def _git_commit(package: Path) -> str | None:
    """The commit of the checkout that a package folder belongs to; a virtual environment inside another
    project's checkout does not count."""
    checkout = package.parent.parent
    git = shutil.which("git")
    if git is None or package.parent.name != "src" or not (checkout / ".git").exists():
        return None
    command = [git, "-C", str(checkout), "describe", "--always", "--dirty=+modified", "--abbrev=40", "--exclude=*"]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True, env=quiet)
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.strip() or None
