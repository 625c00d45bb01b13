"""Makes `saved_models` importable in this folder; one saved tagger and one saved classifier for all tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import saved_models as toys
from saved_models import Saved


@pytest.fixture(scope="session")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A saved tagger: read only, copy before changing its files."""
    return toys.saved(tmp_path_factory.mktemp("tagger"), toys.TAGS)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A saved classifier of texts."""
    return toys.saved(tmp_path_factory.mktemp("classifier"), toys.CLASSES)
