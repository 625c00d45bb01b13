"""Every example in a docstring is run, on the package as it is installed."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sprachbund

MODULES = sorted(module.name for module in pkgutil.walk_packages(sprachbund.__path__, "sprachbund."))


EXAMPLES = [name for name in MODULES if ".cli." not in name or name.endswith((".terminal", ".main"))]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
