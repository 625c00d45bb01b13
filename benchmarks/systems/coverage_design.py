"""Child of `coverage`: all ways on the simulated studies of one design."""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np

from benchmarks.coverage_designs import EXAMPLES, Design, studies
from benchmarks.coverage_methods import SCOPES, Methods
from benchmarks.systems.child import specification, tell


def main() -> None:
    given = specification()
    design = Design.from_json(given["design"])
    methods = Methods(design.families, EXAMPLES, design.parallel)
    found: dict[tuple[str, str], list[tuple[bool, float, bool]]] = defaultdict(list)
    began = time.perf_counter()
    for number, study in enumerate(studies(design, given["studies"])):
        truth = dict(zip(SCOPES, (study.these, study.like_these), strict=True))
        for (scope, name), (low, high) in methods.intervals(study.counts, number).items():
            found[scope, name].append((low <= truth[scope] <= high, high - low, low > 0 or high < 0))
    tell(seconds=time.perf_counter() - began, methods=[
        {"scope": scope, "method": name, "coverage": float(np.mean([one[0] for one in each])),
         "width": float(np.median([one[1] for one in each])), "found": float(np.mean([one[2] for one in each])),
         "studies": len(each)}
        for (scope, name), each in found.items()
    ])


if __name__ == "__main__":
    main()
