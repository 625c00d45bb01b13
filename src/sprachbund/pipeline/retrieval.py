"""The retrieval stage: every text through the encoder once, then looked up in every state; score rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import torch

from sprachbund.evaluation.probes.centring import centred
from sprachbund.evaluation.probes.poolings import Pooling
from sprachbund.evaluation.probes.states import Floats32
from sprachbund.evaluation.retrieval.distinct import DistinctTexts, distinct
from sprachbund.evaluation.retrieval.judge import Counts, parallel_counts, pool_counts
from sprachbund.evaluation.retrieval.mining import best_threshold, counted, identified, mined
from sprachbund.evaluation.retrieval.vectors import encode
from sprachbund.models.chosen_states import ChosenStates
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.precision import choose_device
from sprachbund.models.saved_facts import is_saved_model
from sprachbund.models.saved_model import load_model
from sprachbund.models.transfer_model import TransferModel
from sprachbund.pipeline.retrieval_parts import Parts, read_parts
from sprachbund.pipeline.retrieval_plan import FACTS, ROWS
from sprachbund.results.records import ScoreRow, write_rows
from sprachbund.results.retrieval_findings import RetrievalFacts, state_label, write_facts
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job


def run(job: Job) -> None:
    """Encode and look up; output: `rows.parquet` and `retrieval.json`.

    Config: data_set, kind, source, metrics, states, pooling, comparison, neighbours, centred, precision. Settings:
    model, device, label. Inputs: "test CODE", "dev CODE", "shared", as far as there are any. Vectors lie in the work
    folder, so that a stage that was stopped after the pass over all texts begins with looking up.

    Raises:
        DataError: a query without a right candidate.
        ModelError: the model cannot be opened, or lacks a state that is asked for.
        StorageError: there is no room for the vectors.
    """
    torch.set_num_threads(job.cpus)
    parts = read_parts(job)
    texts = distinct(parts.corpora)
    model, about = _open(job)
    poolings = cast("list[Pooling]", job.config["pooling"])
    vectors = encode(model, texts, poolings, job.work, precision=str(job.config["precision"]),
                     emit=lambda done, all_: job.emit(Progress(job.key, "encode", done, all_, "texts")))
    search = _Search(job, parts, texts)
    rows: list[ScoreRow] = []
    thresholds: dict[str, dict[str, float]] = {}
    total = len(vectors.states) * len(poolings)
    for number, (place, pooled) in enumerate(np.ndindex(len(vectors.states), len(poolings)), 1):
        state = vectors.states[place]
        named = {**about, **search.system(state, poolings[pooled], about)}
        for metric, code, counts, threshold in search.counts(vectors.of(place, pooled)):
            rows.append(parts.row(named, metric, code, counts))
            if threshold is not None:
                thresholds.setdefault(named["system"], {})[code] = threshold
        job.emit(Progress(job.key, "look up", number, total, "states"))
    write_rows(job.output / ROWS, rows)
    encoder = model.encoder
    write_facts(job.output / FACTS, RetrievalFacts(
        kind=parts.kind, states=vectors.states, n_layers=encoder.n_layers, width=encoder.width,
        normed_last=encoder.normed_last, texts=sum(map(len, texts.numbers)), distinct=texts.count, pieces=texts.pieces,
        seconds=vectors.seconds, candidates=parts.candidates, thresholds=thresholds,
    ))


class _Search:
    """How texts are looked up.

    Args:
        job: whose config says it.
        parts: what is looked up in what.
        texts: the distinct texts, in the order of the parts' corpora.
    """

    def __init__(self, job: Job, parts: Parts, texts: DistinctTexts) -> None:
        self.parts, self.texts = parts, texts
        self.centred = bool(job.config["centred"])
        self.comparison = str(job.config["comparison"])
        self.k = cast("int | None", job.config["neighbours"])
        self.numbers = dict(zip(parts.names, texts.numbers, strict=True))

    def system(self, state: str, pooling: Pooling, about: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a row that say what was compared."""
        compared = "cosine" if self.k is None else f"margin (k={self.k})"
        how = ", ".join([pooling, *(["centred"] if self.centred else []), compared])
        layers = (int(state),) if state.isdigit() else about["layers"]
        used = {} if not state.isdigit() else {"fusion": "", "gate": ""}
        return {**used, "system": f"{state_label(state)}, {how}", "aggregator": how, "layers": layers}

    def counts(self, vectors: Floats32) -> Iterator[tuple[str, str, Counts, float | None]]:
        """Yield metric, language, counts and, where one was chosen, the threshold, for vectors of one state."""
        if self.parts.kind == "pool":
            yield from self._pool(vectors)
        for code in self.parts.languages if self.parts.kind != "pool" else ():
            if self.parts.kind == "mining":
                name = f"test {code}"
                threshold = best_threshold(self._mined(vectors, f"dev {code}"), self.parts.gold(f"dev {code}"))
                counts = counted(self._mined(vectors, name), threshold, self.parts.gold(name),
                                 self.parts.queries(name).identities)
                yield "mined_f1", code, counts, threshold
            else:
                sides = self._side(vectors, f"test {code}", 0), self._side(vectors, f"test {code}", 1)
                ahead, back = parallel_counts(*sides, neighbours=self.k)
                yield "retrieval_accuracy", code, ahead, None
                yield "retrieval_accuracy_reverse", code, back, None

    def _side(self, vectors: Floats32, name: str, side: int) -> Floats32:
        rows: Floats32 = vectors[self.numbers[name, side]]
        return cast("Floats32", centred(rows)) if self.centred else rows

    def _pool(self, vectors: Floats32) -> Iterator[tuple[str, str, Counts, None]]:
        pool = np.concatenate([self._side(vectors, name, 1) for name in self.parts.pool])
        asked = [self._side(vectors, f"test {code}", 0) for code in self.parts.languages]
        counts = pool_counts(np.concatenate(asked), pool, self.parts.right, neighbours=self.k)
        ends = np.cumsum([len(rows) for rows in asked])
        for code, own in zip(self.parts.languages, np.split(counts, ends[:-1]), strict=True):
            yield "map_at_20", code, own, None

    def _mined(self, vectors: Floats32, name: str) -> dict[tuple[str, str], float]:
        sides, groups = [], []
        for side, corpus in enumerate((self.parts.queries(name), self.parts.answers(name))):
            numbers = self.numbers[name, side]
            distinct_numbers, group = np.unique(numbers, return_inverse=True)
            names: list[list[str]] = [[] for _ in distinct_numbers]
            for identity, place in zip(corpus.identities, group.tolist(), strict=True):
                names[place].append(identity)
            rows = vectors[distinct_numbers]
            if self.centred:  # by the mean over all texts, those that stand twice too, as in the other tasks
                rows = rows - vectors[numbers].mean(0)
            sides.append(rows)
            groups.append(names)
        pairs, scores = mined(sides[0], sides[1], self.k or 4, margin=self.comparison == "margin")
        return identified(pairs, scores, groups[0], groups[1])


def _open(job: Job) -> tuple[ChosenStates, dict[str, Any]]:
    """The model, and what rows say of it."""
    config = EncoderConfig.model_validate(job.settings["model"])
    chosen = cast("list[str] | None", job.config["states"])
    where = choose_device(str(job.settings.get("device") or "auto"))
    if not is_saved_model(config):
        states = ChosenStates(open_encoder(config).encoder, chosen=chosen)
        about = {"encoder": config.name, "provenance": states.encoder.provenance, "fusion": "", "gate": "",
                 "layers": (), "intermediate": (), "train_data": "", "train_examples": 0, "seed": 0, "settings": ""}
        return states.to(where).train(False), about
    loaded = load_model(config.name, allow_pickle=config.allow_pickle, trust_remote_code=config.trust_remote_code)
    model = cast("TransferModel", loaded.model)
    states = ChosenStates(model.encoder, model.fusion, model.layers, chosen)
    facts = loaded.facts()
    about = {name: facts[name] for name in ("encoder", "provenance", "fusion", "gate", "train_data", "train_examples",
                                            "seed")}
    about |= {"layers": tuple(facts["layers"]), "intermediate": tuple(facts["intermediate"]),
              "settings": f"{facts['system']}, trained on {facts['task']}"}
    model.to(where)
    return states.train(False), about

