from __future__ import annotations

import re
from concurrent.futures import Future
from threading import Barrier, Thread
from time import monotonic, sleep

import pytest
import torch

from sprachbund.models.threads import worker_threads


@pytest.fixture(autouse=True)
def _three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def numbers(_: object = None) -> set[str]:
    """What torch, OpenMP and, where there is one, MKL say of the thread that asks."""
    told = re.findall(r"(?:at::get_num_threads|omp_get_max_threads|mkl_get_max_threads)\(\)\s*:\s*(\d+)",
                      torch.__config__.parallel_info())
    return {*told, str(torch.get_num_threads())}


def test_each_worker_has_one_thread_and_the_caller_keeps_its_number():
    meet = Barrier(2, timeout=30)

    def look(_: int) -> set[str]:
        meet.wait()  # both workers are there
        return numbers()

    with worker_threads(2) as pool:
        assert list(pool.map(look, range(2))) == [{"1"}, {"1"}]
        assert numbers() == {"3"}
    assert numbers() == {"3"}


def test_a_thread_that_begins_afterwards_has_the_callers_number():
    with worker_threads(2) as pool:
        list(pool.map(numbers, range(4)))
    seen: list[set[str]] = []
    later = Thread(target=lambda: seen.append(numbers()))
    later.start()
    later.join()
    assert seen == [{"3"}]


def test_an_error_is_the_callers_and_what_has_not_begun_is_left():
    jobs: list[Future[None]] = []
    begun: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise ValueError("broken")
        begun.append(number)
        until = monotonic() + 5
        while not jobs[-1].cancelled() and monotonic() < until:
            sleep(0.001)

    with pytest.raises(ValueError, match="broken"), worker_threads(1) as pool:  # noqa: PT012 - the block is the test
        jobs += [pool.submit(work, number) for number in range(4)]
        jobs[0].result()
    assert 3 not in begun
    assert jobs[-1].cancelled()
    assert torch.get_num_threads() == 3


def test_the_same_result_as_in_the_calling_thread():
    torch.set_num_threads(1)
    matrices = torch.randn(6, 64, 64, generator=torch.Generator().manual_seed(0))
    with worker_threads(3) as pool:
        found = list(pool.map(lambda one: one @ one, matrices))
    assert torch.equal(torch.stack(found), torch.stack([one @ one for one in matrices]))
