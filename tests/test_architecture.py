"""The house as DESIGN.md draws it: docstrings, sizes, light imports, registries that hold what they name."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import sprachbund
from sprachbund.cli.main import COMMANDS
from sprachbund.core.registry import Registry

PACKAGE = Path(sprachbund.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
LINES = 400
FUNCTION_LINES = 90


def _names(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=_names)
def test_no_file_grows_past_what_one_can_see(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("path", FILES, ids=_names)
def test_functions_are_short_and_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name} has no docstring"
    public = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{node.name} has {length} lines"
    for node in tree.body:
        if isinstance(node, public) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_package_inits_do_no_work() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        if path.parent != PACKAGE:
            assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1, path


def test_help_and_import_stay_light() -> None:
    code = (
        "import sys, sprachbund\n"
        "from sprachbund.cli.main import dispatch\n"
        "assert dispatch(['--help']) == 0\n"
        "heavy = {'torch', 'transformers', 'pyarrow', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(("code", "allowed"), [
    *((f"from sprachbund.cli.main import dispatch; assert dispatch(['{name}', '--help']) == 0", set())
      for name in COMMANDS),
    ("import sprachbund.pipeline.prepare", {"huggingface_hub"}),  # a process that prepares corpora
    ("import sprachbund.pipeline.check, sprachbund.pipeline.score", {"huggingface_hub", "pyarrow"}),
    ("import sprachbund; sprachbund.run", {"huggingface_hub", "pyarrow", "torch"}),  # fusions' configs stand with them
])
def test_what_does_not_compute_imports_no_model_library(code: str, allowed: set[str]) -> None:
    forbidden = {"torch", "transformers", "accelerate", "pyarrow", "huggingface_hub"} - allowed
    program = f"import sys\n{code}\nfound = {forbidden}.intersection(sys.modules)\nassert not found, found"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def _registries() -> list[Registry]:
    found = []
    for path in FILES:
        if path.name == "__init__.py":
            continue
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if "Registry(" in path.read_text(encoding="utf-8") and path.stem != "registry":
            module = importlib.import_module(".".join(parts))
            found += [value for _, value in inspect.getmembers(module) if isinstance(value, Registry)]
    return list({id(registry): registry for registry in found}.values())


def test_every_registered_name_loads_and_bears_its_name() -> None:
    registries = _registries()
    assert len(registries) >= 5
    for registry in registries:
        for name in registry.built_in:
            value = registry.load(name).value
            assert value.__doc__, f"{registry.kind} {name} has no docstring"
            assert getattr(value, "name", name) == name
