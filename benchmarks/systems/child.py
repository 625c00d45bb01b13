"""What every child process needs; standard library only, since peers run it in environments of their own."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def specification() -> dict[str, Any]:
    """The JSON object that the harness gave as the only argument."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    return given


def tell(**figures: Any) -> None:
    """Write the child's figures as its last line."""
    sys.stdout.flush()
    print("\n" + json.dumps(figures), flush=True)


def peak_mib() -> float:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


class Clock:
    """Seconds spent inside a `with clock():` block."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Add the time of the block."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began

    def speed(self, pieces: int) -> dict[str, float]:
        """Real pieces of a whole training, its seconds, and their ratio."""
        return {"pieces_per_second": pieces / self.seconds, "train_seconds": self.seconds, "pieces": pieces}
