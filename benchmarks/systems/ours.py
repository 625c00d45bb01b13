"""Child: our training engine on a prepared corpus.

Specification: prepared (folder), encoder (name or folder), vocabulary (null, or rows to fold piece ids into),
training (fields of TrainingConfig), seed, sampling (a name in `benchmarks.samplers`), steps (null: whole epochs),
dev (whether to score it), work (folder for checkpoints, or null), profile (file for a condensed profile, or null).
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.profiling import condensed
from benchmarks.samplers import SAMPLERS
from benchmarks.systems.child import Clock, peak_mib, specification, tell
from sprachbund.batching.samplers import TokenBudgetSampler, padding_share
from sprachbund.core.seeds import derive_seed
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.score import primary_score
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.fusion.last_layer import LastLayerConfig
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.training import data as training_data
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train


def main() -> None:
    """Train once, score dev if asked."""
    given = specification()
    corpus, labels = open_corpus(given, "train")
    config = TrainingConfig.model_validate(given["training"])
    if given["steps"]:
        config = config.model_copy(update={"epochs": given["steps"] / len(sampler(corpus, config, given).epoch(0))})
    encoder = encoder_source(given["encoder"]).encoder()
    head = HeadConfig(type="token_labels", n_labels=len(labels.labels), dropout=config.head_dropout)
    model = build_transfer_model(encoder, LastLayerConfig(), head, seed=derive_seed(given["seed"], "model"))
    # the engine has one sampler; others are put into its place to compare their batches, nothing else differs
    training_data.TokenBudgetSampler = SAMPLERS[given["sampling"]]  # type: ignore[attr-defined]
    loaded, clock = peak_mib(), Clock()
    with profiled(given["profile"]), clock():
        result = train(model, corpus, labels, config, given["seed"],
                       work=Path(given["work"]) if given["work"] else None)
    pieces = int(corpus.window_lengths.sum())
    share = padding_share(sampler(corpus, config, given).epoch(0), corpus.window_lengths)
    speed = {} if given["steps"] else clock.speed(pieces)
    rows = len(np.unique(corpus.piece_ids))
    tell(**speed, rows=rows, steps=result.steps, loaded_mib=loaded, trained_mib=peak_mib(), padding=share,
         engine_seconds=result.seconds, device=result.device, threads=torch.get_num_threads(),
         **score_dev(model, given, labels))


def open_corpus(given: dict[str, Any], split: str) -> tuple[EncodedCorpus, LabelSpace]:
    """A prepared corpus, with piece ids folded into a smaller vocabulary where the model has one."""
    folder = Path(given["prepared"]) / split
    corpus = EncodedCorpus.load(folder)
    if given["vocabulary"] is not None:
        corpus = replace(corpus, piece_ids=corpus.piece_ids % given["vocabulary"])
    return corpus, LabelSpace.model_validate_json((folder / "labels.json").read_text(encoding="utf-8"))


def sampler(corpus: EncodedCorpus, config: TrainingConfig, given: dict[str, Any]) -> TokenBudgetSampler:
    """The batches that the engine makes of the corpus."""
    lengths = corpus.window_lengths
    return SAMPLERS[given["sampling"]](lengths, config.budget(int(lengths.sum())), config.shuffle_window,
                                       derive_seed(given["seed"], "order"))


def score_dev(model: TransferModel, given: dict[str, Any], labels: LabelSpace) -> dict[str, float]:
    """Accuracy on English dev in points, if asked."""
    if not given["dev"]:
        return {}
    dev, _ = open_corpus(given, "dev")
    (predictions,) = predict(model, [dev], labels)
    return {"dev_accuracy": primary_score(dev, predictions, labels, "accuracy")}


class profiled(AbstractContextManager[None]):  # noqa: N801 - used as a function
    """torch's profiler around the training, condensed into a file; nothing without a file."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        activities = [torch.profiler.ProfilerActivity.CPU]
        if torch.cuda.is_available():
            activities.append(torch.profiler.ProfilerActivity.CUDA)
        threads = torch.profiler._ExperimentalConfig(profile_all_threads=True)  # the engine works in threads of its own
        self._profiler = (torch.profiler.profile(activities=activities, experimental_config=threads) if path
                          else nullcontext())

    def __enter__(self) -> None:
        self._profiler.__enter__()

    def __exit__(self, *raised: Any) -> None:
        self._profiler.__exit__(*raised)
        if self._path and isinstance(self._profiler, torch.profiler.profile):
            Path(self._path).write_text(json.dumps(condensed(self._profiler.key_averages())), encoding="utf-8")


if __name__ == "__main__":
    main()
