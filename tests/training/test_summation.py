"""Gradients that several threads add to: the bits of adding one after the other."""

from __future__ import annotations

import threading
import time

import pytest
import torch

from sprachbund.models.threads import worker_threads
from sprachbund.training.summation import in_order

SHARDS = 5
SHARES = [torch.tensor([10.0 ** (7 - 3 * shard), 1.0 / 3 ** shard]) for shard in range(SHARDS)]
"""In single precision each order of adding these gives another sum."""


class Slow(torch.autograd.Function):
    """Lets the gradient through after a while."""

    @staticmethod
    def forward(ctx, x, seconds):
        ctx.seconds = seconds
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        time.sleep(ctx.seconds)
        return gradient, None


def added_up(pauses, threads, before=None):
    parameters = [torch.zeros(2, requires_grad=True) for _ in range(3)]
    for parameter in parameters:
        parameter.grad = None if before is None else before.clone()

    def backward(turn, share, pause):
        with turn:
            sum((Slow.apply(one, pause) * share).sum() for one in parameters).backward()

    with worker_threads(threads) as pool, in_order(parameters, len(pauses)) as turns:
        list(pool.map(backward, turns, SHARES, pauses))
    return [parameter.grad for parameter in parameters]


@pytest.mark.parametrize("shards", [1, 2, SHARDS])
def test_whichever_thread_is_faster_the_sum_is_that_of_the_order(shards):
    expected = torch.zeros(2)
    for share in SHARES[:shards]:
        expected = expected + share
    late_first = [0.02 * (shards - number) for number in range(shards)]
    for pauses in (late_first, late_first[::-1]):
        for sum_of_shares in added_up(pauses, threads=shards):
            assert torch.equal(sum_of_shares, expected)


@pytest.mark.parametrize("shards", [1, 2, SHARDS])
def test_the_order_counts_what_a_parameter_has_got_already(shards):
    before = torch.tensor([10.0 ** -5, 5.0])
    expected = before
    for share in SHARES[:shards]:
        expected = expected + share
    late_first = [0.02 * (shards - number) for number in range(shards)]
    for pauses in (late_first, late_first[::-1]):
        for sum_of_shares in added_up(pauses, threads=shards, before=before):
            assert torch.equal(sum_of_shares, expected)


def test_the_shares_would_tell_another_order():
    expected, other = torch.zeros(2), torch.zeros(2)
    for share in SHARES:
        expected = expected + share
    for share in reversed(SHARES):
        other = other + share
    assert not torch.equal(expected, other)


def test_a_shard_that_fails_keeps_nobody_waiting():
    parameter = torch.zeros(2, requires_grad=True)

    def backward(turn, share):
        with turn:
            if share is SHARES[0]:
                raise ValueError("no gradient")
            (parameter * share).sum().backward()

    def all_of_them():
        with worker_threads(3) as pool, in_order([parameter], 3) as turns:
            for future in [pool.submit(backward, turn, share) for turn, share in zip(turns, SHARES, strict=False)]:
                failures.append(future.exception())

    failures = []
    runner = threading.Thread(target=all_of_them, daemon=True)
    runner.start()
    runner.join(10)
    assert not runner.is_alive()
    assert [type(failure) for failure in failures] == [ValueError, type(None), type(None)]


def test_no_hook_stays_behind():
    parameter = torch.zeros(2, requires_grad=True)
    with in_order([parameter], 3):
        pass
    (parameter * 2).sum().backward()
    assert torch.equal(parameter.grad, torch.full((2,), 2.0))
