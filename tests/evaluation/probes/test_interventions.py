from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.batching.collate import WindowStream
from sprachbund.core.errors import ModelError
from sprachbund.evaluation.predict import predict, predict_together
from sprachbund.evaluation.probes.interventions import WithFrozenGate, WithoutSubspace, changed
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space

DLFA = {"type": "dlfa", "layer": 1}


def fused_and_batch(model):
    corpus = toy_corpus(5)
    batch = WindowStream([corpus]).batch(np.arange(corpus.n_windows))
    with torch.inference_mode():
        return model.fusion(model.states(batch), batch.mask), batch


def test_a_state_loses_its_subspace_but_for_the_mean() -> None:
    model = toy_model(fusion=DLFA).eval()
    fused, batch = fused_and_batch(model)
    basis = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 3)))[0]
    mean = np.random.default_rng(1).standard_normal(16)
    with torch.inference_mode():
        left = WithoutSubspace(model.fusion, basis, mean)(model.states(batch), batch.mask)
    inside, outside = torch.from_numpy(basis).float(), torch.from_numpy(mean @ basis).float()
    torch.testing.assert_close(left @ inside, outside.expand(*left.shape[:2], 3), atol=1e-5, rtol=0)
    away = torch.eye(16) - inside @ inside.T
    torch.testing.assert_close(left @ away, fused @ away, atol=1e-5, rtol=0)


def test_nothing_taken_out_is_the_model_itself() -> None:
    model, corpora = toy_model(fusion=DLFA).eval(), [toy_corpus(20)]
    same = changed(model, WithoutSubspace(model.fusion, np.zeros((16, 0)), np.zeros(16)))
    (one,), (other,) = predict_together([model, same], corpora, toy_space())
    assert other.confidence.tolist() == one.confidence.tolist()
    assert one.confidence == pytest.approx(predict(model, corpora, toy_space())[0].confidence, abs=1e-6)


def test_a_frozen_gate_weighs_every_position_alike() -> None:
    model = toy_model(fusion={**DLFA, "gate": "sigmoid"}).eval()
    _, batch = fused_and_batch(model)
    gate = np.linspace(0, 1, 16)
    with torch.inference_mode():
        last, lower = model.states(batch)
        frozen = WithFrozenGate(model.fusion, gate)([last, lower], batch.mask)
    weights = torch.from_numpy(gate).float()
    wanted = weights * last + (1 - weights) * lower
    torch.testing.assert_close(frozen[batch.mask], wanted[batch.mask], atol=1e-5, rtol=0)


def test_a_gate_that_does_not_fit() -> None:
    with pytest.raises(ModelError, match="the fusion last layer has no gate that could be frozen"):
        WithFrozenGate(toy_model().fusion, np.ones(16))
    with pytest.raises(ModelError, match=r"a gate of 3 channels was given to DLFA .* whose gate has 16"):
        WithFrozenGate(toy_model(fusion=DLFA).fusion, np.ones(3))
