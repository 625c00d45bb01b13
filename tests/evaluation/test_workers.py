from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from sprachbund.evaluation import workers
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.workers import in_threads, models_for_threads
from sprachbund.models.classifier import Classifier
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space


@pytest.fixture
def torch_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("family", ["bert", "modernbert"])
@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_three_threads_give_what_one_gives_bit_for_bit(
    torch_threads: None, monkeypatch: pytest.MonkeyPatch, kind: str, family: str
) -> None:
    fusion = {"type": "dlfa", "layer": 1} if kind == "tokens" else None
    model = toy_model(kind, family=family, fusion=fusion, seed=3)
    corpora = [toy_corpus(n, kind, family=family, language=code, seed=n) for n, code in ((70, "en"), (5, "de"))]
    found = {}
    seen: set[int] = set()
    stream_batch = workers.in_threads

    def watched(work, models, items):  # type: ignore[no-untyped-def]
        def noting(model: Classifier, item: object) -> object:
            seen.add(threading.get_ident())
            return work(model, item)

        return stream_batch(noting, models, items)

    monkeypatch.setattr("sprachbund.evaluation.predict.in_threads", watched)
    for threads in (1, 3):
        torch.set_num_threads(threads)
        seen.clear()
        progress: list[tuple[int, int]] = []
        found[threads] = predict(model, corpora, toy_space(kind), precision="fp32", batch_pieces=30,
                                 emit=lambda *one, progress=progress: progress.append(one))
        assert progress[-1] == (75, 75)
        assert progress == sorted(progress)
        assert (threading.get_ident() in seen) == (threads == 1)
    for one, other in zip(found[1], found[3], strict=True):
        assert np.array_equal(one.label_ids, other.label_ids)
        assert np.array_equal(one.confidence.view(np.int32), other.confidence.view(np.int32))
    assert torch.get_num_threads() == 3


def test_copies_share_their_weights_and_hold_the_same_settings(torch_threads: None) -> None:
    torch.set_num_threads(3)
    model = toy_model(fusion={"type": "dlfa", "layer": 1}).eval()
    first, *copies = models_for_threads(model, 100)
    assert first is model
    assert len(copies) == 2
    addresses = [parameter.data_ptr() for parameter in model.parameters()]
    for copy in copies:
        assert [parameter.data_ptr() for parameter in copy.parameters()] == addresses
        assert copy.encoder is not model.encoder
        assert not copy.training


class Stranger(Classifier):
    def forward(self, batch: object) -> torch.Tensor:
        raise NotImplementedError


def test_one_model_where_threads_do_not_pay_or_may_not_be(torch_threads: None) -> None:
    torch.set_num_threads(2)
    model = toy_model()
    assert len(models_for_threads(model, 8)) == 2
    assert models_for_threads(model, 7) == [model]
    stranger = Stranger()
    assert models_for_threads(stranger, 100) == [stranger]
    model.lock = threading.Lock()  # type: ignore[assignment]
    assert models_for_threads(model, 100) == [model]
    torch.set_num_threads(1)
    assert models_for_threads(toy_model(), 100)[1:] == []


def test_results_come_in_order_and_never_two_at_once_from_one_model() -> None:
    models = [toy_model(), toy_model()]
    busy: set[int] = set()

    def work(model: Classifier, item: int) -> int:
        assert id(model) not in busy
        busy.add(id(model))
        torch.randn(50, 50) @ torch.randn(50, 50)
        busy.remove(id(model))
        return item * item

    assert list(in_threads(work, models, list(range(40)))) == [item * item for item in range(40)]
    assert list(in_threads(work, models, [3])) == [9]


def test_an_error_in_a_thread_is_the_callers() -> None:
    def work(model: Classifier, item: int) -> int:
        if item == 5:
            raise ValueError("batch 5")
        return item

    with pytest.raises(ValueError, match="batch 5"):
        list(in_threads(work, [toy_model(), toy_model()], list(range(100))))
