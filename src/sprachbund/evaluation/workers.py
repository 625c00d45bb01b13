"""Batches of prediction in several threads: each batch is computed by one, so the results are those of one thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import chain
from queue import SimpleQueue
from typing import TypeVar

import torch
from torch import nn

from sprachbund.models.exported.session import ExportedClassifier
from sprachbund.models.foreign import ForeignClassifier
from sprachbund.models.layer_states import LayerStates
from sprachbund.models.shared_encoder import SharedEncoderModels
from sprachbund.models.threads import worker_threads
from sprachbund.models.transfer_model import TransferModel

T = TypeVar("T")
R = TypeVar("R")

BATCHES_A_THREAD = 4
"""Fewer are not worth threads: at the end some would wait for the last batch of another."""

_IN_TORCH = (TransferModel, SharedEncoderModels, ForeignClassifier, LayerStates)
_QUEUED = 4  # batches a thread that wait for their turn or to be taken


def models_for_threads(model: nn.Module, n_batches: int) -> list[nn.Module]:
    """The model, and copies of it that share its weights, one for each of torch's threads.

    Copies, since what runs a model may put hooks on it for the time of a call; a graph of onnxruntime needs none.
    There is one model alone on an accelerator, for few batches, and for classifiers that may not compute in torch
    or cannot be copied.

    Args:
        model: in evaluation mode.
        n_batches: how many batches there are.
    """
    threads = torch.get_num_threads()
    if isinstance(model, ExportedClassifier):
        return [model] * (threads if n_batches >= threads * BATCHES_A_THREAD else 1)
    on_processor = all(parameter.device.type == "cpu" for parameter in model.parameters())
    if not on_processor or not isinstance(model, _IN_TORCH) or (
            n_batches < threads * BATCHES_A_THREAD):
        return [model]
    shared = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
    try:
        return [model, *(deepcopy(model, dict(shared)) for _ in range(threads - 1))]
    except (TypeError, RuntimeError):  # something in it that cannot be copied: a lock, a session, a tensor with history
        return [model]


def in_threads(work: Callable[[nn.Module, T], R], models: Sequence[nn.Module], items: Sequence[T]) -> Iterator[R]:
    """Yield `work(model, item)` for each item, in order; as many at once as there are models.

    With one model everything is done in the calling thread, with as many threads of torch as it has. With several,
    torch has one thread in each of ours.
    """
    if len(models) == 1:
        yield from (work(models[0], item) for item in items)
        return
    free: SimpleQueue[nn.Module] = SimpleQueue()
    for model in models:
        free.put(model)

    def one(item: T) -> R:
        model = free.get()
        try:
            return work(model, item)
        finally:
            free.put(model)

    with worker_threads(len(models)) as pool:
        running = deque(pool.submit(one, item) for item in items[: _QUEUED * len(models)])
        for item in items[_QUEUED * len(models):]:
            yield running.popleft().result()
            running.append(pool.submit(one, item))
        yield from (future.result() for future in running)
