from __future__ import annotations

import numpy as np
import pytest
import torch

from sprachbund.core.errors import DataError
from sprachbund.testing.toy_text import toy_masked_model, toy_text
from sprachbund.tokenization.masking import MaskingConfig
from sprachbund.training import session
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train_on
from sprachbund.training.masked_text import epochs_of

CONFIG = TrainingConfig(batch_pieces=60, epochs=1, threads=1, precision="fp32", checkpoint_seconds=1e-9,
                        learning_rate=1e-3)


class Killed(BaseException):
    """Nothing catches this: what a kill leaves is the last checkpoint."""


@pytest.fixture(autouse=True)
def _told_at_every_step(monkeypatch):
    monkeypatch.setattr(session, "EMIT_SECONDS", 0)


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    return tuple(toy_text(folder / code, 30, language=code, seed=seed) for seed, code in enumerate(("en", "de")))


def run(texts, work=None, *, config=CONFIG, stop=None, seed=1, **model):
    opened, data = toy_masked_model(texts, **model)

    def emit(progress):
        if not progress.note and progress.step == stop:
            raise Killed

    result = train_on(opened.model, data, config, seed, work=work, emit=emit)
    return {name: value.clone() for name, value in opened.model.state_dict().items()}, result, data


def assert_same(one, other):
    for name, value in other[0].items():
        assert torch.equal(one[0][name], value), name
    assert one[1].history == other[1].history


def test_hidden_pieces_are_learnt(texts):
    config = CONFIG.model_copy(update={"epochs": 6, "learning_rate": 5e-3, "head_learning_rate": 2e-2,
                                       "dropout": 0.0})
    _, result, data = run(texts, config=config)
    assert result.history[0].loss == pytest.approx(np.log(len(data.rows)), abs=1.0)
    assert np.mean([point.loss for point in result.history[-20:]]) < 0.9 * result.history[0].loss


def test_the_seed_decides_everything(texts):
    one, same, other = (run(texts, seed=seed) for seed in (1, 1, 2))
    assert_same(one, same)
    assert one[1].history != other[1].history


def test_a_killed_adaptation_goes_on_to_the_same_bits(texts, tmp_path):
    for stop in (1, 7):
        with pytest.raises(Killed):
            run(texts, tmp_path, stop=stop)
    assert_same(run(texts, tmp_path), run(texts))


def test_any_number_of_threads_gives_the_same_bits(texts):
    """The embeddings get gradients from the head as well as from every shard."""
    config = CONFIG.model_copy(update={"batch_pieces": 1200, "epochs": 4})  # three shards
    one = run(texts, config=config)
    for threads in (2, 3):
        assert_same(run(texts, config=config.model_copy(update={"threads": threads})), one)


def test_the_output_vocabulary_moves_and_nothing_else(texts):
    before, _ = toy_masked_model(texts)
    name = "encoder.model.embeddings.word_embeddings.weight"
    start = before.model.state_dict()[name]
    trained, _, data = run(texts)
    moved = (trained[name] != start).any(1).nonzero().flatten().tolist()
    assert moved == data.rows.tolist()
    everything, _, all_data = run(texts, full=True)
    assert len(all_data.rows) == len(start)
    moved = (everything[name] != start).any(1).sum()
    assert moved == len(start)


def test_trimming_the_matrix_changes_nothing(texts):
    trimmed = run(texts)
    whole = run(texts, config=CONFIG.model_copy(update={"trim_vocabulary": False}))
    for name, value in trimmed[0].items():
        torch.testing.assert_close(whole[0][name], value, rtol=1e-4, atol=2e-4)
    assert [point.loss for point in whole[1].history] == pytest.approx(
        [point.loss for point in trimmed[1].history], abs=1e-4)


def test_frozen_embeddings_stay(texts):
    before, _ = toy_masked_model(texts)
    name = "encoder.model.embeddings.word_embeddings.weight"
    trained, result, _ = run(texts, config=CONFIG.model_copy(update={"frozen_layers": 1}))
    assert torch.equal(trained[name], before.model.state_dict()[name])
    assert result.history[-1].loss < result.history[0].loss


def test_other_pieces_are_hidden_in_every_step_and_none_of_the_held_out(texts):
    _, data = toy_masked_model(texts)
    batches = data.batches(CONFIG, 1, pin=False)
    first = batches.sampler.epoch(0)[0]
    one, same, other = (batches.batch(first, step) for step in (0, 0, 1))
    assert torch.equal(one.piece_ids, same.piece_ids)
    assert not torch.equal(one.piece_ids, other.piece_ids)
    assert torch.equal(one.mask, other.mask)
    held = set(batches.stream.windows(held_out=True).tolist())
    assert held
    assert not held & set(batches.windows.tolist())
    assert len(np.concatenate(batches.sampler.epoch(0))) + len(held) == 60


def test_steps_become_epochs(texts):
    _, data = toy_masked_model(texts)
    sampler = data.batches(CONFIG, 1, pin=False).sampler
    size = sampler.steps(1)
    for steps in (1, 2, size - 1, size, size + 1, 3 * size + 2):
        assert sampler.steps(epochs_of(sampler, steps)) == steps


def test_a_checkpoint_of_another_masking_is_not_used(texts, tmp_path):
    with pytest.raises(Killed):
        run(texts, tmp_path, stop=3)
    opened, data = toy_masked_model(texts, masking=MaskingConfig(rate=0.3))
    notes = []
    train_on(opened.model, data, CONFIG, 1, work=tmp_path, emit=lambda one: notes.append(one.note))
    assert "the checkpoint belongs to another training: training starts from the beginning" in notes


def test_nothing_to_learn_from(tmp_path):
    text = toy_text(tmp_path, 3, held_out=1.0)
    _, data = toy_masked_model((text,))
    with pytest.raises(DataError, match=r"all of the text is held out.*\n.*lower held_out"):
        data.batches(CONFIG, 1, pin=False)
