"""Vocabulary trimming with vocabularies of the real sizes: mBERT's, XLM-R's and the bundled encoder's.

The encoders are narrow (16 wide, 2 layers) and random; what is compared is exact for any width.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.models.encoders.bundled import bundled_is_here
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.transfer_model import TransferModel
from sprachbund.testing.sentences import SENTENCES
from sprachbund.testing.toy_task import toy_corpus, toy_label, toy_model, toy_space
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.training import optimisation
from sprachbund.training.config import TrainingConfig
from sprachbund.training.data import LabelledCorpora, rows_in_use
from sprachbund.training.engine import train
from sprachbund.training.optimisation import Optimiser
from sprachbund.training.vocabulary import trimmed

SIZES = {"mBERT": ("bert", 119_547), "XLM-R": ("xlm_roberta", 250_002), "bundled": ("bert", 250_037)}
SPECIAL = 10
"""Ids below are left where they are: padding and other special pieces."""
NEVER = 1e9


def model_of(name: str) -> TransferModel:
    family, rows = SIZES[name]
    model = toy_model(family=family)
    assert isinstance(model.encoder, TextEncoder)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model.encoder.model.resize_token_embeddings(rows, mean_resizing=False)
    return model


def corpus_of(name: str) -> EncodedCorpus:
    """The toy corpus with its pieces spread over the whole vocabulary."""
    family, rows = SIZES[name]
    corpus = toy_corpus(40, family=family)
    spread = np.arange(2000)
    spread[SPECIAL:] = rows - 1 - (spread[SPECIAL:] - SPECIAL) * 50
    corpus = replace(corpus, piece_ids=spread[corpus.piece_ids].astype(np.asarray(corpus.piece_ids).dtype))
    assert int(np.max(corpus.piece_ids)) > rows - 20_000
    return corpus


def config_of(*, trim: bool, **settings: object) -> TrainingConfig:
    return TrainingConfig(batch_pieces=60, epochs=1, precision="fp32", threads=1, trim_vocabulary=trim, **settings)


def trained(name: str, *, trim: bool, clip: float, score: Callable[[TransferModel], float] | None = None,
            **settings: object) -> dict[str, Tensor]:
    model, config = model_of(name), config_of(trim=trim, clip_norm=clip, **settings)
    result = train(model, corpus_of(name), toy_space(), config, seed=1, score_dev=score)
    assert result.steps >= 5
    return {name: value.detach().clone() for name, value in model.named_parameters()}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(other[name], value), name


@pytest.mark.parametrize("name", SIZES)
def test_trimmed_training_is_the_same_to_the_last_bit(name: str) -> None:
    before = model_of(name).encoder.word_embeddings.weight.detach()
    full, small = (trained(name, trim=trim, clip=NEVER) for trim in (False, True))
    assert_equal(full, small)
    (matrix,) = (value for value in small.values() if value.shape == before.shape)
    changed = (matrix != before).any(1).nonzero().flatten().tolist()
    assert len(changed) >= 20
    assert set(changed) <= set(rows_in_use([corpus_of(name)], len(before)).tolist())


@pytest.mark.parametrize("name", SIZES)
def test_with_clipping_it_is_the_same_to_a_millionth(name: str) -> None:
    """The norm of a large and of a small matrix are added in another order."""
    full, small = (trained(name, trim=trim, clip=0.5) for trim in (False, True))
    for key, value in full.items():
        torch.testing.assert_close(small[key], value, rtol=0, atol=1e-6, msg=key)


@pytest.mark.parametrize("name", SIZES)
def test_with_the_norm_over_used_rows_in_both_clipping_is_the_same_to_the_last_bit(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = torch.from_numpy(rows_in_use([corpus_of(name)], SIZES[name][1]))
    norms, norm = [], Optimiser.norm

    def over_used_rows(part: torch.optim.AdamW) -> dict[Tensor, Tensor]:
        moved = [one for group in part.param_groups for one in group["params"] if one.grad is not None]
        return {one: torch.linalg.vector_norm(one.grad[used] if len(one) == SIZES[name][1] else one.grad)
                for one in moved}

    def recorded(optimiser: Optimiser) -> Tensor:
        norms.append(float(norm(optimiser)))
        return norm(optimiser)

    monkeypatch.setattr(optimisation, "_norms", over_used_rows)
    monkeypatch.setattr(Optimiser, "norm", recorded)
    assert_equal(*(trained(name, trim=trim, clip=0.5) for trim in (False, True)))
    assert max(norms) > 0.5, "nothing was clipped"
    assert norms[: len(norms) // 2] == norms[len(norms) // 2 :]


def test_weight_decay_never_pulls_on_embeddings() -> None:
    """Else rows that do not occur would move, and trimming would not be exact."""
    assert TrainingConfig().weight_decay > 0
    assert_equal(*(trained("mBERT", trim=trim, clip=NEVER, weight_decay=0.5) for trim in (False, True)))


def test_dev_is_scored_with_the_full_vocabulary_as_it_stands() -> None:
    seen: list[Tensor] = []

    def score(model: TransferModel) -> float:
        seen.append(model.encoder.word_embeddings.weight.detach().clone())
        return float(len(seen))

    after = trained("mBERT", trim=True, clip=NEVER, score=score, evaluations=2)
    (matrix,) = (value for value in after.values() if len(value) == SIZES["mBERT"][1])
    assert [len(one) for one in seen] == [SIZES["mBERT"][1]] * 2
    assert not torch.equal(seen[0], seen[1])
    assert torch.equal(seen[1], matrix)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_rows_are_written_back_when_training_breaks_off(error: type[BaseException]) -> None:
    model = model_of("mBERT")
    before = model.encoder.word_embeddings.weight.detach().clone()

    def break_off(model: TransferModel) -> float:
        raise error

    config = config_of(trim=True, evaluations=2)
    with pytest.raises(error):
        train(model, corpus_of("mBERT"), toy_space(), config, seed=1, score_dev=break_off)
    after = model.encoder.word_embeddings.weight.detach()
    assert after.shape == before.shape
    used = rows_in_use([corpus_of("mBERT")], len(before))
    changed = (after != before).any(1).nonzero().flatten().tolist()
    assert changed
    assert set(changed) <= set(used.tolist())
    model.encoder.word_embeddings(torch.tensor([int(np.setdiff1d(np.arange(2000), used)[0])]))  # any row again


def test_a_matrix_that_a_softmax_over_all_pieces_moves_is_not_trimmed() -> None:
    """Masked-language models tie the output layer to the embeddings: every row has a gradient at every step."""
    model = model_of("mBERT")
    with trimmed(model, LabelledCorpora((corpus_of("mBERT"),), toy_space())) as vocabulary:
        assert vocabulary is not None
    output = nn.Linear(16, SIZES["mBERT"][1], bias=False)
    output.weight = model.encoder.word_embeddings.weight
    model.head.add_module("pieces", output)
    with trimmed(model, LabelledCorpora((corpus_of("mBERT"),), toy_space())) as vocabulary:
        assert vocabulary is None


@pytest.mark.skipif(not bundled_is_here(), reason="the package with the bundled encoder is not installed")
def test_the_bundled_tokenizers_own_pieces_in_twenty_languages_are_trimmed_exactly() -> None:
    """No ids made up: what the real tokenizer gives for real sentences in sixteen scripts."""
    examples = tuple(
        TokenExample(f"{code} {number}", tuple(words), tuple(map(toy_label, words)))
        for code, sentences in SENTENCES.items() for number, words in enumerate(map(str.split, sentences)))
    tokenizer = open_tokenizer("bundled:multilingual-e5-small")
    corpus = encode_corpus(Corpus("sentences", "en", "train", examples, "made here"), tokenizer, 64)
    outcomes = []
    for trim in (False, True):
        model = model_of("bundled")
        before = model.encoder.word_embeddings.weight.detach().clone()
        train(model, corpus, toy_space(), config_of(trim=trim, clip_norm=NEVER), seed=1)
        outcomes.append({name: value.detach().clone() for name, value in model.named_parameters()})
        after = model.encoder.word_embeddings.weight.detach()
        changed = set((after != before).any(1).nonzero().flatten().tolist())
        assert 500 < len(changed) <= len(np.unique(corpus.piece_ids))
        assert changed <= set(np.unique(corpus.piece_ids).tolist())
    assert_equal(*outcomes)


PEAK = """
import gc, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_real_vocabularies as these

def memory(name):
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024

these.SIZES["large"] = ("bert", these.ROWS)
model, corpus = these.model_of("large"), these.corpus_of("large")
these.train(these.model_of("mBERT"), these.corpus_of("mBERT"), these.toy_space(), these.config_of(trim=True), seed=1)
gc.collect()
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
before = memory("VmRSS")
these.train(model, corpus, these.toy_space(), these.config_of(trim=sys.argv[2] == "trim"), seed=1)
print(memory("VmHWM") - before)
"""
ROWS = 1_500_000
"""16 wide: as large as 62,500 rows of 384, and larger than anything else in these trainings."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak can be set back on Linux only")
def test_trimming_saves_the_gradient_and_both_moments_of_the_matrix() -> None:
    def growth(how: str) -> float:
        command = [sys.executable, "-c", PEAK, str(Path(__file__).parent), how]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    matrix = ROWS * 16 * 4 / 2**20
    assert growth("full") > 2.8 * matrix
    assert growth("trim") < 0.6 * matrix  # the table that renumbers pieces is one number a row
