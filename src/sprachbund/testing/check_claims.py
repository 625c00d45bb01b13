"""The claims on architecture of 2205.08497 as named checks: `check_claim("hand-computed-case")`, or all of them.

`sprachbund claims` runs them beside its verdicts from results, and names them; the tests run the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from sprachbund.core.errors import RegistryError, join_or, near_matches
from sprachbund.results.claims.records import CheckResult
from sprachbund.testing import claims_of_the_model as model
from sprachbund.testing import claims_of_the_module as module


@dataclass(frozen=True, slots=True)
class Check:
    """A check: the claims that need it, and what runs it."""

    claims: tuple[str, ...]
    run: Callable[[], str]


CHECKS: dict[str, Check] = {
    "two-layers-one-state": Check(("C4",), module.two_layers_one_state),
    "only-the-fused-state": Check(("C10",), model.only_the_fused_state),
    "last-layer-with-itself": Check(("C10",), module.the_last_layer_fused_with_itself),
    "batch-positions-width": Check(("C11", "C16"), model.batch_positions_width),
    "padding-changes-nothing": Check(("C11", "C16"), model.padding_changes_nothing),
    "hand-computed-case": Check(("C12",), module.equations_by_hand),
    "range-of-the-gate": Check(("C12",), module.range_of_the_gate),
    "squeeze-and-expansion": Check(("C14",), module.squeeze_and_expansion),
    "two-convolutions-a-branch": Check(("C15",), module.two_convolutions_a_branch),
    "sum-and-mean": Check(("C16",), module.sum_and_mean_as_input),
    "two-branches": Check(("C17",), module.two_branches),
}
"""Checks by name; what each promises is the first sentence of its function's docstring."""


def check_claim(name: str) -> CheckResult:
    """Run one check.

    Raises:
        RegistryError: there is no such check.
    """
    if name not in CHECKS:
        near = near_matches(name, CHECKS)
        hint = f"did you mean {join_or(near)}? " if near else ""
        raise RegistryError(f"there is no check of a claim {name!r}", remedy=f"{hint}known: {', '.join(CHECKS)}")
    check = CHECKS[name]
    try:
        passed, detail = True, _run(check.run)
    except AssertionError as broken:
        passed, detail = False, str(broken) or "an assertion without words failed"
    except Exception as error:  # a module that cannot even be asked does not keep the promise either
        passed, detail = False, f"{type(error).__name__}: {error}"
    promise = (check.run.__doc__ or "").split("\n\n")[0].replace("\n    ", " ").strip()
    return CheckResult(name, check.claims, promise, passed, detail)


def check_claims() -> tuple[CheckResult, ...]:
    """Run every check, about a second in all; the global random state stays as it is."""
    return tuple(map(check_claim, CHECKS))


def _run(check: Callable[[], str]) -> str:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        return check()
