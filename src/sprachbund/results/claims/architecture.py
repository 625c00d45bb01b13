"""C4, C10, C11, C14-C17 and the equations of C12: decided by checks of the module itself, which are named."""

from __future__ import annotations

from collections.abc import Sequence

from sprachbund.results.claims.records import CheckResult, ClaimVerdict
from sprachbund.results.claims.statements import STATEMENTS

EQUATIONS = "equations"


def by_checks(checks: Sequence[CheckResult]) -> list[ClaimVerdict]:
    """One verdict a claim on architecture: tested where every check of it passed, by name.

    A check that fails makes the claim "not supported" by this implementation, with what it saw; a claim whose checks
    did not run is not tested here.

    Args:
        checks: as they ran.
    """
    found = []
    for statement in STATEMENTS:
        if statement.kind == "empirical":
            continue
        own = [check for check in checks if statement.claim in check.claims]
        variant = EQUATIONS if statement.kind == "both" else ""
        names = tuple(check.name for check in own)
        failed = [check for check in own if not check.passed]
        if not own:
            found.append(ClaimVerdict(statement.claim, "", variant, "not tested here", "No check of it ran.",
                                      missing=("the checks of the module (sprachbund claims runs them)",)))
        elif failed:
            told = "; ".join(f"{check.name}: {check.detail}" for check in failed)
            found.append(ClaimVerdict(statement.claim, "", variant, "not supported", f"Failed: {told}.", checks=names))
        else:
            told = "; ".join(f"{check.name}: {check.detail}" for check in own)
            found.append(ClaimVerdict(statement.claim, "", variant, "tested", f"{told}.", checks=names))
    return found
