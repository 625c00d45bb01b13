"""Gradients of several threads added up in place, with the same bits whichever thread is faster.

Each thread's backward pass adds to `grad` of the shared parameters; torch locks a parameter while it does. A sum
of two has the same bits in either order, so two shards need not wait for one another. From the third shard on
the order matters: a shard's share of a parameter waits until the shards before it have added theirs. A parameter
that has a gradient already (an embedding matrix that is a head's output matrix too) has one summand more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from torch import Tensor

_FREE = 2  # summands that may be added in any order


class Turn:
    """One shard's place in the order; entered by its thread for as long as its backward pass takes.

    Args:
        number: of the shard, from 0.
        order: that all shards share.
    """

    def __init__(self, number: int, order: _Order) -> None:
        self._number, self._order = number, order

    def __enter__(self) -> None:
        self._order.own.number = self._number

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._order.leave(self._number)


class _Order:
    """Who has added to which parameter."""

    def __init__(self) -> None:
        self.own = threading.local()
        self._changed = threading.Condition()
        self._added: set[tuple[int, int]] = set()  # shard, parameter
        self._left: set[int] = set()

    def wait(self, parameter: int, free: int) -> None:
        """Wait until all shards before this thread's have added to a parameter, or will not any more.

        Args:
            parameter: its number.
            free: shards that need not wait.
        """
        number = self.own.number
        if number >= free:
            with self._changed:
                self._changed.wait_for(lambda: all(
                    (before, parameter) in self._added or before in self._left for before in range(number)))

    def added(self, parameter: int) -> None:
        """Note that this thread's shard has added to a parameter."""
        with self._changed:
            self._added.add((self.own.number, parameter))
            self._changed.notify_all()

    def leave(self, number: int) -> None:
        """Note that a shard adds nothing any more: it is done, or has failed."""
        with self._changed:
            self._left.add(number)
            self._changed.notify_all()


@contextmanager
def in_order(parameters: Sequence[Tensor], shards: int) -> Iterator[list[Turn]]:
    """Let the backward passes of some shards add to the parameters' `grad` as if one came after the other.

    A shard must not begin before those with lower numbers have begun; else it may wait for ever.

    Args:
        parameters: leaves that backward passes add to.
        shards: how many there are.

    Yields:
        The turn of each shard, to be entered by its thread.
    """
    order = _Order()
    hooks = []
    for number, parameter in enumerate(parameters):
        free = _FREE if parameter.grad is None else _FREE - 1
        if shards > free:
            hooks += _hooks(parameter, number, order, free)
    try:
        yield [Turn(number, order) for number in range(shards)]
    finally:
        for hook in hooks:
            hook.remove()


def _hooks(parameter: Tensor, number: int, order: _Order, free: int) -> list[Any]:
    wait: Any = parameter.register_hook  # untyped in torch
    note: Any = parameter.register_post_accumulate_grad_hook
    return [wait(lambda _: order.wait(number, free)), note(lambda _: order.added(number))]
