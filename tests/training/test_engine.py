from __future__ import annotations

import json
import math
from itertools import chain

import numpy as np
import pytest
import torch

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, ModelError
from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.evaluation.predict import predict
from sprachbund.models import precision
from sprachbund.testing.toy_task import toy_corpus, toy_encoder, toy_label, toy_model, toy_space
from sprachbund.tokenization.encoded_corpus import encode_corpus
from sprachbund.training import session
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train

CONFIG = TrainingConfig(batch_pieces=60, epochs=2, threads=1, precision="fp32")
LEARNS = CONFIG.model_copy(update={"learning_rate": 5e-3, "head_learning_rate": 2e-2, "epochs": 9, "dropout": 0.0})


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def accuracy(model, corpus, kind="tokens"):
    (result,) = predict(model, [corpus], toy_space(kind), precision="fp32")
    gold, predicted = chain(*corpus.gold()), chain(*result.by_example(corpus))
    pairs = list(zip(gold, predicted, strict=True))
    return 100 * sum(a == b for a, b in pairs) / len(pairs)


@pytest.mark.parametrize("kind", ["tokens", "sequence"])
def test_a_task_is_learnt(kind):
    model, corpus = toy_model(kind), toy_corpus(80, kind)
    result = train(model, corpus, toy_space(kind), LEARNS, seed=1)
    new = toy_corpus(40, kind, seed=9) if kind == "tokens" else corpus  # texts: at least the ones it has seen
    assert accuracy(model, new, kind) > 95
    assert result.history[-1].loss < result.history[0].loss / 3
    assert result.steps == result.history[-1].step
    assert result.pieces_per_second > 0
    assert result.device == "cpu, fp32, 1 thread"


def test_the_seed_decides_everything():
    trained = []
    for seed in (1, 1, 2):
        model = toy_model()
        train(model, toy_corpus(), toy_space(), CONFIG, seed)
        trained.append(weights(model))
        torch.manual_seed(seed * 17)  # what happened before must not matter
    assert all(torch.equal(trained[0][name], trained[1][name]) for name in trained[0])
    assert not all(torch.equal(trained[0][name], trained[2][name]) for name in trained[0])


def test_the_outside_keeps_its_random_numbers_and_threads():
    torch.manual_seed(5)
    expected, threads = torch.rand(3), torch.get_num_threads()
    torch.manual_seed(5)
    train(toy_model(), toy_corpus(5), toy_space(), CONFIG, seed=1)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


def test_frozen_parts_stay_and_the_rest_moves():
    for settings in ({"freeze_encoder": True}, {"frozen_layers": 1}):
        model = toy_model(fusion={"type": "dlfa", "layer": 1})
        before = weights(model)
        train(model, toy_corpus(), toy_space(), CONFIG.model_copy(update=settings), seed=1)
        moved = {name for name, value in weights(model).items() if not torch.equal(value, before[name])}
        assert any(name.startswith("head.") for name in moved)
        assert any(name.startswith("fusion.") for name in moved)
        encoder = {name for name in moved if name.startswith("encoder.")}
        assert all(".layer.1." in name for name in encoder)
        assert bool(encoder) == ("frozen_layers" in settings)


def test_a_frozen_encoder_has_no_dropout():
    model, seen = toy_model(), []
    config = CONFIG.model_copy(update={"freeze_encoder": True})
    train(model, toy_corpus(5), toy_space(), config, seed=1, emit=lambda _: seen.append(model.encoder.training))
    assert seen
    assert not any(seen)


def test_the_best_weights_on_dev_are_kept():
    scores = iter([60.0, 90.0, 70.0])
    model, seen = toy_model(), []

    def score_dev(current):
        seen.append(weights(current))
        return next(scores)

    config = CONFIG.model_copy(update={"evaluations": 3})
    result = train(model, toy_corpus(), toy_space(), config, seed=1, score_dev=score_dev)
    assert (result.dev, result.best_step) == (90.0, round(result.steps * 2 / 3))
    assert all(torch.equal(value, seen[1][name]) for name, value in weights(model).items())
    assert [point.dev for point in result.history if point.dev is not None] == [60.0, 90.0, 70.0]


def test_the_mean_of_the_last_evaluation_points_is_kept():
    seen = []

    def score(model):
        seen.append(weights(model))
        return float(len(seen))

    model = toy_model()
    config = TrainingConfig(batch_pieces=60, epochs=2, evaluations=4, averaged_checkpoints=3, precision="fp32")
    result = train(model, toy_corpus(20), toy_space(), config, seed=1, score_dev=score)
    assert len(seen) == 5  # four points, and the mean itself
    assert result.dev == 5.0
    assert result.best_step == result.steps
    for name, value in weights(model).items():
        torch.testing.assert_close(value, sum(point[name] for point in seen[1:4]) / 3, msg=name)
        assert torch.equal(value, seen[4][name]), name


def test_a_mean_needs_no_dev_data():
    means = []
    for score in (None, lambda model: 0.0):
        model = toy_model()
        config = TrainingConfig(batch_pieces=60, evaluations=2, averaged_checkpoints=2, precision="fp32")
        train(model, toy_corpus(20), toy_space(), config, seed=1, score_dev=score)
        means.append(weights(model))
    assert all(torch.equal(value, means[1][name]) for name, value in means[0].items())


def test_more_points_than_there_are():
    with pytest.raises(ConfigError, match="averaged_checkpoints: there are no 3 points to average: set evaluations"):
        validate({"evaluations": 2, "averaged_checkpoints": 3}, TrainingConfig, "run.yaml")


def test_without_evaluations_dev_is_scored_once_at_the_end_and_the_last_weights_stay():
    steps = []
    result = train(toy_model(), toy_corpus(), toy_space(), CONFIG, seed=1, score_dev=lambda _: steps.append(1) or 50.0)
    assert (len(steps), result.dev, result.best_step) == (1, 50.0, result.steps)
    assert train(toy_model(), toy_corpus(5), toy_space(), CONFIG, seed=1).dev is None


def test_scoring_dev_changes_no_weight():
    plain, scored = toy_model(), toy_model()
    train(plain, toy_corpus(), toy_space(), CONFIG, seed=1)
    config = CONFIG.model_copy(update={"evaluations": 4})
    dev = toy_corpus(10, seed=3)
    train(scored, toy_corpus(), toy_space(), config, seed=1,
          score_dev=lambda model: accuracy(model, dev) + 1e-3 * torch.rand(()).item() + next(rising))
    assert all(torch.equal(value, weights(plain)[name]) for name, value in weights(scored).items())


rising = iter(range(0, 1000, 200))


def test_dev_is_scored_with_the_whole_vocabulary():
    rows = []
    before = toy_model().encoder.word_embeddings.weight.shape
    train(toy_model(), toy_corpus(), toy_space(), CONFIG, seed=1,
          score_dev=lambda model: rows.append(model.encoder.word_embeddings.weight.shape) or 1.0)
    assert rows == [before]


def test_progress_is_told(monkeypatch):
    monkeypatch.setattr(session, "EMIT_SECONDS", 0)
    told = []
    result = train(toy_model(), toy_corpus(), toy_space(), CONFIG, seed=1, emit=told.append, score_dev=lambda _: 12.5)
    assert [one.step for one in told] == list(range(1, result.steps + 1))
    assert {"loss", "pieces/s", "seconds left"} <= set(told[0].values)
    assert told[-1].values["seconds left"] == 0
    assert told[-1].values["dev"] == 12.5


def test_progress_is_told_a_few_times_a_second_only():
    told = []
    result = train(toy_model(), toy_corpus(), toy_space(), CONFIG, seed=1, emit=told.append)
    assert 1 <= len(told) <= result.steps
    assert told[-1].step == result.steps


def test_the_result_as_json():
    result = train(toy_model(), toy_corpus(5), toy_space(), CONFIG, seed=1, score_dev=lambda _: math.nan)
    values = json.loads(json.dumps(result.to_json(), allow_nan=True))
    assert values["dev"] is None
    assert values["history"][-1]["step"] == result.steps


def test_a_loss_that_is_no_number():
    model = toy_model()
    with torch.no_grad():
        model.head.classifier.bias.fill_(math.nan)
    with pytest.raises(ModelError, match=r"the loss is nan at step 1 of \d+\n.*lower learning_rate"):
        train(model, toy_corpus(), toy_space(), CONFIG, seed=1)
    assert model.encoder.word_embeddings.weight.shape[0] > 1000  # left whole


def test_a_device_that_is_not_there():
    with pytest.raises(ConfigError, match="device: 'cuda:77' cannot be used here"):
        train(toy_model(), toy_corpus(2), toy_space(), CONFIG.model_copy(update={"device": "cuda:77"}), seed=1)


def test_a_processor_without_bf16_is_told(monkeypatch):
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: False)
    told = []
    config = CONFIG.model_copy(update={"precision": "bf16"})
    result = train(toy_model(), toy_corpus(3), toy_space(), config, seed=1, emit=told.append)
    assert result.device == "cpu, fp32, 1 thread"
    assert result.notes == ("this cpu has no bf16 arithmetic: fp32 is used",)
    assert told[0].note == result.notes[0]


def test_bf16_keeps_fp32_weights_and_learns(monkeypatch):
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: True)
    model = toy_model()
    result = train(model, toy_corpus(80), toy_space(), LEARNS.model_copy(update={"precision": "bf16"}), seed=1)
    assert result.device == "cpu, bf16, 1 thread"
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert accuracy(model, toy_corpus(40, seed=9)) > 95


def test_part_of_an_epoch():
    whole = train(toy_model(), toy_corpus(), toy_space(), CONFIG.model_copy(update={"epochs": 1}), seed=1).steps
    half = train(toy_model(), toy_corpus(), toy_space(), CONFIG.model_copy(update={"epochs": 0.5}), seed=1).steps
    assert half == math.ceil(whole / 2)


def test_a_budget_below_the_longest_sentence_trains_each_alone_and_says_so_once():
    """Sentences of one length: a budget below it and a budget for just one of them make the same batches."""
    words = ("cat", "dog", "apple", "moon", "under", "east", "night")
    rows = [words[number:] + words[:number] for number in range(len(words))]
    examples = tuple(TokenExample(str(number), row, tuple(map(toy_label, row))) for number, row in enumerate(rows))
    corpus = encode_corpus(Corpus("toy", "en", "train", examples, "seven"), toy_encoder().tokenizer, 64)
    length = int(np.diff(corpus.window_offsets)[0])
    results, weights = [], []
    for budget in (8, length):
        model, notes = toy_model(), []
        config = TrainingConfig(batch_pieces=budget, precision="fp32", threads=1)
        emit = lambda told, seen=notes: seen.append(told.note)  # noqa: E731
        results.append(train(model, corpus, toy_space(), config, 1, emit=emit))
        weights.append(dict(model.named_parameters()))
        assert sum("longer than batch_pieces" in note for note in notes) == (budget < length)
    assert [result.steps for result in results] == [7, 7]
    assert "7 windows are longer than batch_pieces = 8" in results[0].notes[0]
    assert not results[1].notes
    for name, value in weights[1].items():
        assert torch.equal(weights[0][name], value), name
