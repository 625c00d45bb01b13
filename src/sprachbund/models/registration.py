"""Tell transformers of our model type without importing it: `register_with_transformers()`.

After that `AutoConfig`, `AutoModelForTokenClassification`, `AutoModelForSequenceClassification` and `pipeline`
open our saved models, whenever transformers is imported. This module imports neither torch nor
transformers, so that `import sprachbund` stays light: a finder waits for the one module of
transformers that holds the table of configs and adds our line to it right after it was executed.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

_AWAITED = "transformers.models.auto.configuration_auto"
_REGISTER = "sprachbund.models.saved_config:register"  # by name: it imports transformers


def register_with_transformers() -> None:
    """Register now if transformers' table of configs is loaded already, else as soon as it is; idempotent."""
    if _AWAITED in sys.modules:
        resolve_name(_REGISTER)()
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the awaited module as Python would have, and nothing else."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != _AWAITED:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _RegisteringLoader(spec.loader)
        return spec


class _RegisteringLoader(Loader):
    """The module's own loader, with our registration after it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
        resolve_name(_REGISTER)()
