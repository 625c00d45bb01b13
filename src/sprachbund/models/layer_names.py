"""How states are named when some of them are asked for; no torch."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.core.errors import ModelError, join_or

FUSED = "fused"
"""Name of the state that the head of a trained model reads."""


def state_names(n_layers: int, *, fused: bool) -> tuple[str, ...]:
    """Names of all states of an encoder with N layers and, where there is a fusion, of the fused state.

    >>> state_names(2, fused=True)
    ('0', '1', '2', 'fused')
    """
    return (*map(str, range(n_layers + 1)), *((FUSED,) if fused else ()))


def check_states(chosen: Sequence[str] | None, n_layers: int, *, fused: bool) -> tuple[str, ...]:
    """The chosen states in the model's order, each once; all where None.

    Raises:
        ModelError: a state that the model does not have.
    """
    every = state_names(n_layers, fused=fused)
    if chosen is None:
        return every
    unknown = [name for name in chosen if name not in every]
    if unknown:
        why = "an encoder has no fused state; " if FUSED in unknown else ""
        raise ModelError(f"there is no layer {join_or(unknown)} in this model",
                         remedy=f"{why}it has 0 (embeddings) to {n_layers}" + (f" and {FUSED}" if fused else ""))
    return tuple(name for name in every if name in chosen)
