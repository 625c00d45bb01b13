"""A batch in shards against the same batch in one piece."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.core.seeds import derive_seed
from sprachbund.models.fusion.dlfa import DLFAConfig
from sprachbund.models.threads import worker_threads
from sprachbund.models.transfer_model import build_transfer_model
from sprachbund.testing.toy_task import toy_corpus, toy_model, toy_space
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train
from sprachbund.training.gradients import Gradients, cut_rows, shard_count
from sprachbund.training.optimisation import build_optimiser, set_dropout

CPU = torch.device("cpu")


def one_batch(kind="tokens"):
    corpus = toy_corpus(24, kind)
    stream = WindowStream([corpus], [corpus.label_ids(toy_space(kind))])
    return stream.batch(stream.lengths.argsort()[::-1].copy())


def with_fusion(model, **options):
    return build_transfer_model(model.encoder, DLFAConfig(layer=1, **options), model.head.config, 0)


def gradients_of(model, batch, batch_pieces, threads=1):
    model.zero_grad()
    torch.manual_seed(0)  # of dropout in the head
    with worker_threads(threads) as pool:
        compute = Gradients(model, batch_pieces=batch_pieces, number_format=torch.float32, seed=5, pool=pool)
        loss = compute(batch, 3)
    return loss.detach(), {name: parameter.grad for name, parameter in model.named_parameters()}


def without_dropout(model):
    set_dropout(model.encoder, 0.0)
    model.head.config = model.head.config.model_copy(update={"dropout": 0.0})
    for module in model.head.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model.train()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 6))
def test_cuts_keep_every_row_once_and_in_order(lengths, shards):
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    nothing = torch.zeros(0, dtype=torch.long)
    rows = cut_rows(Batch(mask.long(), mask, None, nothing, None, torch.arange(len(lengths)), nothing), shards)
    assert 1 <= len(rows) <= min(shards, len(lengths))
    assert [row for part in rows for row in range(part.start, part.stop)] == list(range(len(lengths)))
    assert all(part.start < part.stop for part in rows)


def test_shards_are_about_equal():
    mask = torch.ones(20, 7, dtype=torch.bool)
    nothing = torch.zeros(0, dtype=torch.long)
    batch = Batch(mask.long(), mask, None, nothing, None, torch.arange(20), nothing)
    assert cut_rows(batch, 2) == [slice(0, 10), slice(10, 20)]
    assert cut_rows(batch, 4) == [slice(0, 5), slice(5, 10), slice(10, 15), slice(15, 20)]


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
@pytest.mark.parametrize("fusion", ["last_layer", "dlfa"])
def test_shards_give_the_gradients_of_the_whole_batch(kind, fusion):
    model, batch = toy_model(kind), one_batch(kind)
    model = without_dropout(model if fusion == "last_layer" else with_fusion(model))
    loss, gradients = gradients_of(model, batch, batch_pieces=1000)
    model.zero_grad()
    whole = model.loss(batch)
    whole.backward()
    torch.testing.assert_close(loss, whole.detach())
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, rtol=1e-4, atol=1e-6, msg=name)


def test_batch_statistics_of_a_fusion_are_those_of_the_whole_batch():
    one, many = (without_dropout(with_fusion(toy_model())) for _ in range(2))
    gradients_of(one, one_batch(), batch_pieces=300)
    gradients_of(many, one_batch(), batch_pieces=2000)
    for (name, value), (_, other) in zip(one.named_buffers(), many.named_buffers(), strict=True):
        torch.testing.assert_close(value, other, msg=name)


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads):
    results = [gradients_of(toy_model().train(), one_batch(), batch_pieces=1500, threads=count)
               for count in (1, threads)]
    assert torch.equal(results[0][0], results[1][0])
    for name, gradient in results[0][1].items():
        assert torch.equal(gradient, results[1][1][name]), name


def test_the_whole_training_has_the_same_bits_with_one_thread_and_with_two():
    trained = []
    for threads in (1, 2):
        model = toy_model()
        config = TrainingConfig(batch_pieces=750, epochs=3, threads=threads, precision="fp32")
        assert shard_count(model, CPU, config.batch_pieces) == 2
        train(model, toy_corpus(60), toy_space(), config, seed=1)
        trained.append(model.state_dict())
    for name, value in trained[0].items():
        assert torch.equal(value, trained[1][name]), name


def test_the_step_and_the_seed_decide_the_masks():
    losses = {}
    with worker_threads(1) as pool:
        for seed in (5, 6):
            for step in (0, 1, 0):
                model = toy_model().train()
                compute = Gradients(model, batch_pieces=800, number_format=torch.float32, seed=seed, pool=pool)
                torch.manual_seed(derive_seed(1, "head"))
                loss = float(compute(one_batch(), step).detach())
                assert losses.setdefault((seed, step), loss) == loss
    assert len(set(losses.values())) == 4


def test_a_frozen_encoder_gets_no_gradient_and_the_head_does():
    model = toy_model().train()
    model.encoder.requires_grad_(False)
    _, gradients = gradients_of(model, one_batch(), batch_pieces=800)
    assert all((gradients[name] is None) == name.startswith("encoder.") for name in gradients)


def test_one_row_is_one_shard():
    corpus = toy_corpus(1)
    batch = WindowStream([corpus], [corpus.label_ids(toy_space())]).batch(np.array([0]))
    loss, gradients = gradients_of(toy_model().train(), batch, batch_pieces=2000)
    assert torch.isfinite(loss)
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients.values())


def test_encoders_without_streams_are_trained_in_one_piece(monkeypatch):
    model = toy_model()
    monkeypatch.setattr(type(model.encoder), "takes_streams", property(lambda self: False))
    assert shard_count(model, CPU, 3000) == 0
    loss, gradients = gradients_of(model.train(), one_batch(), batch_pieces=3000)
    assert torch.isfinite(loss)
    assert gradients["encoder.model.embeddings.word_embeddings.weight"] is not None


class Waits(TorchDispatchMode):
    """Notes operators whose result the host must wait for."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.overloadpacket in {torch.ops.aten._local_scalar_dense, torch.ops.aten.nonzero, torch.ops.aten.equal}:
            self.seen.append(str(func.overloadpacket))
        return func(*args, **kwargs or {})


def test_a_step_on_a_gpu_waits_once_to_learn_where_the_pieces_are():
    model, batch = toy_model().eval(), one_batch()  # without dropout a processor runs the operators of a GPU
    optimiser = build_optimiser(model, TrainingConfig(), CPU)
    with worker_threads(1) as pool:
        compute = Gradients(model, batch_pieces=64, number_format=torch.float32, seed=5, pool=pool)
        compute.shards = 0  # as on every device but a processor
        with Waits() as waits:
            compute(batch, 0)
            optimiser.step(1.0, 1.0)
    assert waits.seen == ["aten.nonzero"]
