"""Child: the machine's rate of matrix products at a run's own shapes, forward, for inputs and for weights.

Specification: pieces (m), products (list of [k, n]), repeats, bf16, threads (null: torch's choice), device ("cpu",
where it is left out), passes (all three, where they are left out). Figures: products, a row for each (k, n), pass,
setting and library with median and best GFLOP/s. Settings: all threads in one product, and one thread on each core at
the same time, each with its share of the pieces (summed). On a GPU torch alone, and so many products between two looks
at the clock that calling them costs nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product as product_of
from threading import Barrier
from typing import Any

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.nn import functional as F

from benchmarks.systems.child import specification, tell

ALL, EACH = "all threads", "one thread a core"
CALLS = 50
"""Products on a GPU between two looks at the clock."""
Product = Callable[[], object]


def main() -> None:
    """Measure every product."""
    given = specification()
    threads = given["threads"] or torch.get_num_threads()
    rows: list[dict[str, Any]] = []
    given.setdefault("device", "cpu")
    given.setdefault("passes", list(PASSES))
    processor = given["device"] == "cpu"
    for setting in (ALL, EACH) if threads > 1 and processor else (ALL,):
        for k, n in given["products"]:
            for name, library in product_of(given["passes"], LIBRARIES if processor else ("torch",)):
                rates = measured(given, setting, threads, (name, library, k, n))
                if rates:
                    rows.append({"setting": setting, "k": k, "n": n, "pass": name, "library": library,
                                 "median": statistics.median(rates), "best": max(rates)})
    tell(products=rows, pieces=given["pieces"], threads=threads, bf16=given["bf16"])


def measured(given: dict[str, Any], setting: str, threads: int, what: tuple[str, str, int, int]) -> list[float]:
    """GFLOP/s of each repeat; empty where the library has no such product."""
    name, library, k, n = what
    workers, threads = (threads, 1) if setting == EACH else (1, threads)
    pieces = given["pieces"] // workers
    kind = torch.bfloat16 if given["bf16"] else torch.float32
    products = [product(name, library, (pieces, k, n), kind, given["device"]) for _ in range(workers)]
    if not all(products):
        return []
    barrier = Barrier(workers)

    def repeat(one: Product) -> list[float]:
        torch.set_num_threads(threads)  # OpenMP keeps this number for each thread that calls it
        one()
        one()
        barrier.wait()
        return list((_seconds if given["device"] == "cpu" else _seconds_on_gpu)(one, given["repeats"]))

    with threadpool_limits(threads), ThreadPoolExecutor(workers) as pool:
        seconds = list(pool.map(repeat, [one for one in products if one is not None]))
    operations = 2 * pieces * k * n / 1e9
    return [sum(operations / one for one in at_once) for at_once in zip(*seconds, strict=True)]


def _seconds(one: Product, repeats: int) -> Iterator[float]:
    for _ in range(repeats):
        began = time.perf_counter()
        one()
        yield time.perf_counter() - began


def _seconds_on_gpu(one: Product, repeats: int) -> Iterator[float]:
    """Seconds of one product, the mean of `CALLS` that follow one another without a pause."""
    torch.cuda.synchronize()
    for _ in range(repeats):
        began = time.perf_counter()
        for _ in range(CALLS):
            one()
        torch.cuda.synchronize()
        yield (time.perf_counter() - began) / CALLS


def product(
    name: str, library: str, shape: tuple[int, int, int], kind: torch.dtype, device: str = "cpu"
) -> Product | None:
    """One product of a linear layer with m inputs of k values and n outputs, in one library."""
    m, k, n = shape
    inputs, weights, gradients = (torch.randn(*size, dtype=kind, device=device) for size in ((m, k), (n, k), (m, n)))
    if library == "numpy":
        return None if kind is torch.bfloat16 else _in_numpy(name, inputs, weights, gradients)
    if library == "onednn":
        return _in_onednn(name, inputs, weights, gradients)
    return {
        "forward": lambda: F.linear(inputs, weights),
        "input gradient": lambda: gradients @ weights,
        "weight gradient": lambda: gradients.t() @ inputs,
    }[name]


def _in_numpy(name: str, inputs: Tensor, weights: Tensor, gradients: Tensor) -> Product:
    x, w, g = inputs.numpy(), weights.numpy(), gradients.numpy()
    return {"forward": lambda: x @ w.T, "input gradient": lambda: g @ w, "weight gradient": lambda: g.T @ x}[name]


def _in_onednn(name: str, inputs: Tensor, weights: Tensor, gradients: Tensor) -> Product | None:
    """oneDNN's linear layer, which torch itself uses for inference only."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return None
    linear = torch.ops.mkldnn._linear_pointwise
    left, right = {
        "forward": (inputs, weights),
        "input gradient": (gradients, weights.t().contiguous()),
        "weight gradient": (gradients.t().contiguous(), inputs.t().contiguous()),
    }[name]
    return lambda: linear(left, right, None, "none", [], "")


PASSES = ("forward", "input gradient", "weight gradient")
LIBRARIES = ("torch", "onednn", "numpy")


if __name__ == "__main__":
    main()
