"""Child: training steps, or inference, of some fusions on the same batches in turn; of one fusion, its peak memory.

Specification: prepared, fusions (name -> config), work ("train": batches; "predict": parts of the corpus, by the engine
of prediction), steps, threads, largest (whether the largest batches come first). Figures: `seconds/NAME` (the median of
a batch or part), `total/NAME` (of all), `ratio/NAME` (the median, over batches, of its time over the first fusion's on
the same batch), pieces, pairs and words of all batches, labels, peak.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.floor import Amounts
from benchmarks.peers import BUNDLED
from benchmarks.samplers import SAMPLERS
from benchmarks.systems.child import peak_mib, specification, tell
from sprachbund.batching.batch import Batch
from sprachbund.batching.collate import WindowStream
from sprachbund.core.seeds import derive_seed
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.predict import predict
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.pipeline.prepare import read_labels
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.subset import only
from sprachbund.training import data as training_data
from sprachbund.training.config import BATCH_PIECES, TrainingConfig
from sprachbund.training.data import LabelledCorpora
from sprachbund.training.optimisation import rate_factor
from sprachbund.training.session import Session, session

Step = Callable[[], None]
Steps = dict[str, Step]
"""Name of a fusion -> what is timed."""
WARM = 2  # batches that are not counted


def main() -> None:
    """Run the steps."""
    given = specification()
    folder = Path(given["prepared"]) / "train"
    corpus, labels = EncodedCorpus.load(folder), read_labels(folder)
    models = {name: model_of(config, labels) for name, config in given["fusions"].items()}
    threads = given["threads"] or torch.get_num_threads()  # a session inside another would find one thread only
    torch.set_num_threads(threads)
    if given["largest"]:
        training_data.TokenBudgetSampler = SAMPLERS["largest"]  # type: ignore[attr-defined]
    with ExitStack() as around:
        if given["work"] == "train":
            config = TrainingConfig(threads=threads, batch_pieces=BATCH_PIECES)
            rounds = training_steps({
                name: around.enter_context(session(model, LabelledCorpora((corpus,), labels), config,
                                                   derive_seed(0, "fusions"), work=None, emit=None, score_dev=None))
                for name, model in models.items()
            }, config)
        else:
            rounds = predictions(models, corpus, labels, given["steps"] + WARM)
        amounts: list[Amounts] = []
        seconds = timed(counted(islice(rounds, given["steps"] + WARM), amounts))
    base = next(iter(seconds.values()))
    told = {figure: sum(getattr(one, figure) for one in amounts[WARM:]) for figure in ("pieces", "pairs", "words")}
    tell(batches=len(base), peak=peak_mib(), threads=threads, labels=len(labels.labels), **told,
         **{f"total/{name}": sum(own) for name, own in seconds.items()},
         **{f"seconds/{name}": statistics.median(own) for name, own in seconds.items()},
         **{f"ratio/{name}": statistics.median(b / a for a, b in zip(base, own, strict=True))
            for name, own in seconds.items()})


def model_of(fusion: Mapping[str, Any], labels: LabelSpace) -> TransferModel:
    """The bundled encoder with a new fusion and head."""
    head = HeadConfig(type="token_labels", n_labels=len(labels.labels))
    return build_transfer_model(encoder_source(BUNDLED).encoder(), fusion_config(fusion), head, 0)


def training_steps(sessions: Mapping[str, Session], config: TrainingConfig) -> Iterator[tuple[Batch, Steps]]:
    """Each batch with what trains each model on it: forward, backward, optimiser."""
    for batches in zip(*(run.batches() for run in sessions.values()), strict=True):

        def step(run: Session, batch: Batch) -> None:
            loss = run.gradients(batch, run.state.step)
            run.optimiser.step(rate_factor(run.state.step, run.steps, config.warmup), config.clip_norm)
            run.count(batch, loss)

        yield batches[0], {name: (lambda run=run, batch=batch: step(run, batch))
                           for (name, run), batch in zip(sessions.items(), batches, strict=True)}


def predictions(
    models: Mapping[str, TransferModel], corpus: EncodedCorpus, labels: LabelSpace, parts: int
) -> Iterator[tuple[Batch, Steps]]:
    """Each of so many equal parts of a corpus, as one batch to count, with what labels it with each model: the engine
    of prediction, its batches and threads."""

    def label(model: TransferModel, part: EncodedCorpus) -> None:
        predict(model, [part], labels, precision="fp32")

    for chosen in np.array_split(np.arange(corpus.n_examples), parts):
        part = only(corpus, chosen)
        whole = WindowStream([part]).batch(np.arange(part.n_windows))
        yield whole, {name: (lambda model=model, part=part: label(model, part)) for name, model in models.items()}


def counted(rounds: Iterator[tuple[Batch, Steps]], amounts: list[Amounts]) -> Iterator[Steps]:
    """The steps alone; what their batches hold is put into `amounts`."""
    for batch, steps in rounds:
        amounts.append(Amounts.of(batch.mask.sum(1).tolist(), len(batch.words)))
        yield steps


def timed(rounds: Iterator[Steps]) -> dict[str, list[float]]:
    """Seconds of each step by name; in every second round in the other order."""
    seconds: dict[str, list[float]] = {}
    for number, steps in enumerate(rounds):
        for name in list(steps)[:: 1 if number % 2 else -1]:
            began = time.perf_counter()
            steps[name]()
            if number >= WARM:
                seconds.setdefault(name, []).append(time.perf_counter() - began)
    return {name: seconds[name] for name in steps}


if __name__ == "__main__":
    main()
