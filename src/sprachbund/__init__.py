"""Sprachbund: labels in one language, a model for a hundred others, and an honest measure of how far it carries.

The public face; every name is loaded on first use (PEP 562), so `import sprachbund` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sprachbund.models.registration import register_with_transformers

if TYPE_CHECKING:
    from sprachbund.api import compare, demo, evaluate, export, load_run, open_model, predict, run
    from sprachbund.api_adapt import adapt
    from sprachbund.api_claims import claims
    from sprachbund.api_probe import probe
    from sprachbund.api_retrieve import retrieve
    from sprachbund.api_suite import run_suite, score_suite
    from sprachbund.api_sweep import sweep
    from sprachbund.languages.language import find as language
    from sprachbund.models.encoders.opening import open_encoder as load_encoder
    from sprachbund.models.saved_model import load_model

__version__ = "0.1.0"
__all__ = [
    "adapt",
    "claims",
    "compare",
    "demo",
    "evaluate",
    "export",
    "language",
    "load_encoder",
    "load_model",
    "load_run",
    "open_model",
    "predict",
    "probe",
    "retrieve",
    "run",
    "run_suite",
    "score_suite",
    "sweep",
]

_ADDRESSES = {
    "adapt": "sprachbund.api_adapt:adapt",
    "claims": "sprachbund.api_claims:claims",
    "compare": "sprachbund.api:compare",
    "demo": "sprachbund.api:demo",
    "evaluate": "sprachbund.api:evaluate",
    "export": "sprachbund.api:export",
    "language": "sprachbund.languages.language:find",
    "load_encoder": "sprachbund.models.encoders.opening:open_encoder",
    "load_model": "sprachbund.models.saved_model:load_model",
    "load_run": "sprachbund.api:load_run",
    "open_model": "sprachbund.api:open_model",
    "predict": "sprachbund.api:predict",
    "probe": "sprachbund.api_probe:probe",
    "retrieve": "sprachbund.api_retrieve:retrieve",
    "run": "sprachbund.api:run",
    "run_suite": "sprachbund.api_suite:run_suite",
    "score_suite": "sprachbund.api_suite:score_suite",
    "sweep": "sprachbund.api_sweep:sweep",
}

register_with_transformers()  # the one thing done on import: our saved models open by transformers' Auto classes


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _ADDRESSES:
        raise AttributeError(f"module 'sprachbund' has no attribute {name!r}")
    module, _, attribute = _ADDRESSES[name].partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__version__"]
