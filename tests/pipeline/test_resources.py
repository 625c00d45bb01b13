"""What stages ask for."""

from __future__ import annotations

import pytest

from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.pipeline import resources
from sprachbund.pipeline.resources import prediction_resources, training_resources

SMALL = EncoderInfo("small", 12, 384, "")
LARGE = EncoderInfo("large", 24, 1024, "")


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "has_gpu", lambda: False)


def test_threads_that_the_user_asks_for_are_cores_and_others_are_the_executors() -> None:
    chosen = training_resources(SMALL, device="auto", threads=4, trim_vocabulary=True)
    assert (chosen.cpus, chosen.elastic) == (4, False)
    free = prediction_resources(SMALL, device="auto", threads=None)
    assert (free.cpus, free.elastic) == (1, True)


def test_memory_grows_with_the_encoder_and_with_the_vocabulary_that_is_trained() -> None:
    def gib(info: EncoderInfo, *, trim: bool = True) -> float:
        return training_resources(info, device="cpu", threads=None, trim_vocabulary=trim).memory_gib

    assert gib(SMALL) == pytest.approx(2.7, abs=0.1)  # 21 M weights in the layers, 96 M in the full vocabulary
    assert gib(SMALL, trim=False) == pytest.approx(3.7, abs=0.1)
    assert gib(LARGE) == pytest.approx(7.5, abs=0.2)
    assert prediction_resources(LARGE, device="cpu", threads=None).memory_gib < gib(LARGE)
    assert prediction_resources(None, device="cpu", threads=None).memory_gib == 3.0


@pytest.mark.parametrize(("device", "found", "expected"), [
    ("auto", True, True), ("auto", False, False), ("cpu", True, False), ("cuda:1", False, True), ("mps", False, True),
])
def test_who_may_use_a_gpu_says_so(
    monkeypatch: pytest.MonkeyPatch, device: str, found: bool, expected: bool
) -> None:
    monkeypatch.setattr(resources, "has_gpu", lambda: found)
    assert prediction_resources(SMALL, device=device, threads=None).gpu is expected
