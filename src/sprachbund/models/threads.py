"""Work side by side in threads of one process, each with one thread of torch's own.

Torch's operators release the interpreter's lock, so Python threads compute at once; that pays where
one operator is too small to be shared among processor cores.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def worker_threads(count: int, each: int = 1) -> Iterator[ThreadPoolExecutor]:
    """A pool of threads in which torch computes with one thread (or `each`) each.

    Torch keeps the number of threads (OpenMP's and MKL's) for each thread, and gives a new thread the number
    that was set last, anywhere. Each worker therefore sets its own, and the caller's number is set
    again at the end, so that threads which begin later have it too.

    Inference mode, gradient mode and autocast are a thread's own as well: what runs in the pool enters them
    itself. What has not begun when the block is left, by an error too, does not begin any more.

    Args:
        count: threads; at least 1.
        each: torch's own threads in each.

    >>> with worker_threads(2) as pool:
    ...     list(pool.map(lambda _: torch.get_num_threads(), range(3)))
    [1, 1, 1]
    """
    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(count, "sprachbund", initializer=torch.set_num_threads, initargs=(each,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(before)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch use so many threads in this thread for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
