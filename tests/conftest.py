"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# As the command line does, before anything imports torch: bounds on oneDNN's shape caches.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
os.environ.setdefault("LRU_CACHE_CAPACITY", "16")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # too late for this process, but executors ask for it
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["HF_HUB_OFFLINE"] = "1"  # no test may reach a hub


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data folder, or a skip where it is absent."""
    named = os.environ.get("SPRACHBUND_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is absent (set SPRACHBUND_DATA)")
    return folder
