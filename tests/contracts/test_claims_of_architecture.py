"""Each claim on the architecture of 2205.08497 is decided by checks that run; each check notices a broken module."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from sprachbund.core.errors import RegistryError
from sprachbund.models.fusion.aif import AIF
from sprachbund.models.fusion.dlfa import DLFA
from sprachbund.models.transfer_model import TransferModel
from sprachbund.results.claims.statements import STATEMENTS
from sprachbund.testing.check_claims import CHECKS, check_claim, check_claims


@pytest.mark.parametrize("name", CHECKS)
def test_the_check_holds(name: str) -> None:
    result = check_claim(name)
    assert result.passed, result.detail
    assert result.promise.endswith(".")
    assert result.detail


def test_every_claim_on_architecture_has_a_check_and_no_other_claim_has_one() -> None:
    decided = {statement.claim for statement in STATEMENTS if statement.kind != "empirical"}
    assert {claim for check in CHECKS.values() for claim in check.claims} == decided


def test_checks_leave_the_random_state_and_gradients_as_they_are() -> None:
    before = torch.get_rng_state()
    assert [result.name for result in check_claims()] == list(CHECKS)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.is_grad_enabled()


def test_an_unknown_check_is_told_with_near_matches() -> None:
    with pytest.raises(RegistryError, match="no check of a claim 'two-branch'") as caught:
        check_claim("two-branch")
    assert "did you mean two-branches" in str(caught.value.remedy)


# --- what each check would notice --------------------------------------------------------------------------------

Method = Callable[..., torch.Tensor]


def _mean(original: Method) -> Method:
    return lambda self, states, mask: (states[0] + states[1]) / 2


def _swapped(original: Method) -> Method:
    return lambda self, states, mask: original(self, states[::-1], mask)


def _only_last(original: Method) -> Method:
    return lambda self, states, mask: original(self, [states[0], states[1].detach()], mask)


def _one_vector(original: Method) -> Method:
    return lambda self, states, mask: original(self, states, mask).mean(1)


def _added(original: Method) -> Method:
    return lambda self, states, mask: original(self, states, mask) + 1e-4


@pytest.mark.parametrize(("name", "broken"), [
    ("two-layers-one-state", _only_last),
    ("two-layers-one-state", _one_vector),
    ("hand-computed-case", _mean),
    ("hand-computed-case", _swapped),
    ("last-layer-with-itself", _added),
    ("batch-positions-width", _one_vector),
])
def test_a_module_that_does_something_else_is_noticed(
    monkeypatch: pytest.MonkeyPatch, name: str, broken: Callable[[Method], Method]
) -> None:
    monkeypatch.setattr(DLFA, "forward", broken(DLFA.forward))
    result = check_claim(name)
    assert not result.passed
    assert result.detail


def test_a_gate_that_never_leaves_its_range_is_not_the_literal_one(monkeypatch: pytest.MonkeyPatch) -> None:
    original = AIF.weights
    monkeypatch.setattr(AIF, "weights", lambda *given: original(*given).clamp(0, 1))
    assert "literal gate lies in" in check_claim("range-of-the-gate").detail


@pytest.mark.parametrize("name", ["squeeze-and-expansion", "two-convolutions-a-branch"])
def test_another_layout_of_the_branches_is_noticed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    original = AIF.__init__

    def longer(self: AIF, width: int, **options: object) -> None:
        original(self, width, **options)
        self.local_branch.append(nn.Linear(width, width))

    monkeypatch.setattr(AIF, "__init__", longer)
    assert not check_claim(name).passed


def test_a_head_that_reads_more_than_the_fused_state_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = TransferModel.forward

    def reads_another_layer(self: TransferModel, batch, states=None):
        states = self.encoder(batch.piece_ids, batch.mask, (1, *self.layers), batch.type_ids)
        fused = self.fusion(states.select(self.layers), batch.mask) + 0.1 * states.by_layer[1]
        return self.head(fused, batch.mask, batch.word_positions)

    monkeypatch.setattr(TransferModel, "forward", reads_another_layer)
    assert not check_claim("only-the-fused-state").passed
    monkeypatch.setattr(TransferModel, "forward", original)
    assert check_claim("only-the-fused-state").passed


def test_padding_that_matters_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = TransferModel.fused

    def by_length(self: TransferModel, piece_ids, mask, type_ids=None):
        return original(self, piece_ids, mask, type_ids) * piece_ids.shape[1]

    monkeypatch.setattr(TransferModel, "fused", by_length)
    assert not check_claim("padding-changes-nothing").passed


def test_sum_and_mean_that_do_not_differ_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = AIF.__init__
    monkeypatch.setattr(AIF, "__init__", lambda self, width, **options: original(
        self, width, **{**options, "integration": "mean"}))
    assert not check_claim("sum-and-mean").passed


def test_a_module_that_raises_breaks_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: AIF, *args: object) -> torch.Tensor:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(AIF, "weights", fails)
    result = check_claim("range-of-the-gate")
    assert (result.passed, result.detail) == (False, "RuntimeError: shapes differ")
