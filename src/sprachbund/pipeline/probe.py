"""The probe stage: what the layers of one model hold, measured on parallel text, on words, and on its own task."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import torch

from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.gates import GateSums
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.probes.bootstrap import measured, share
from sprachbund.evaluation.probes.discriminant import Moments
from sprachbund.evaluation.probes.parallel import (
    ParallelVectors,
    cka_points,
    identity_points,
    retrieval_points,
    similarities,
)
from sprachbund.evaluation.probes.removal import (
    StateSubspaces,
    fit_subspaces,
    removals_of_texts,
    removals_of_words,
)
from sprachbund.evaluation.probes.states import POOLINGS, Floats32, Pooling, pooled_vectors
from sprachbund.evaluation.probes.task_effects import changed_models, task_effects
from sprachbund.evaluation.probes.words import label_hits, label_moments, train_probes
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.layer_states import LayerStates
from sprachbund.models.precision import choose_device
from sprachbund.models.saved_facts import is_saved_model
from sprachbund.models.saved_model import LoadedModel, load_model
from sprachbund.models.transfer_model import TransferModel
from sprachbund.pipeline.pairs import NOTES, SENTENCES, TRANSLATIONS
from sprachbund.pipeline.prepare import load_task, read_labels
from sprachbund.pipeline.probe_plan import MODEL, PAIRS, PROBED, TASK, TRAIN_WORDS, WORDS, shown_name
from sprachbund.results.gates import FILE as GATES
from sprachbund.results.gates import GateRow, write_gates
from sprachbund.results.probe_files import write_probed
from sprachbund.results.probe_findings import (
    FUSED,
    Gate,
    Point,
    Probed,
    ProbedModel,
    Removal,
    Role,
    Similarity,
    TaskEffect,
)
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

_VECTORS, _DONE = "vectors.npy", "vectors.json"


def run(job: Job) -> None:
    """Probe one model.

    Config: measures, source, draws, rank, seed, precision; `states: fused` where no layer below is looked at. Settings:
    role, device. The model is the setting `model`, or the input "model" (a train stage). Other inputs: "pairs CODE",
    "train words", "words CODE", "task CODE", as far as there are any. Output: `probed.json` and, of a model with a
    gate, `gates.parquet`. Vectors of texts lie in the work folder, so that a probe that was stopped after the
    pass over them begins with the measures.

    Raises:
        ModelError: the model cannot be opened.
    """
    torch.set_num_threads(job.cpus)
    probe = _open(job)
    taken = set(cast("list[str]", job.config["measures"]))
    texts, words = probe.texts(), probe.labelled_words()
    subspaces = probe.subspaces(texts, words) if texts is not None and "removal" in taken else []
    points, removals = probe.of_words(words, subspaces, texts)
    if "pos" not in taken:
        points = []
    alike: list[Similarity] = []
    if texts is not None:
        points += retrieval_points(texts, probe.tick("retrieval")) if "retrieval" in taken else []
        points += cka_points(texts, probe.tick("CKA")) if "cka" in taken else []
        points += identity_points(texts, probe.tick("language identity")) if "language_identity" in taken else []
        for state, own in enumerate(subspaces):
            removals += removals_of_texts(texts, state, own)
            probe.tick("taking subspaces out")()
        alike = similarities(texts) if "similarity" in taken else []
    effects, gates = probe.of_task(texts, words, subspaces, gates="gates" in taken)
    write_probed(job.output / PROBED, Probed(
        model=probe.describe(), points=tuple(points), similarities=tuple(alike), removals=tuple(removals),
        task_effects=tuple(effects), gates=tuple(gates), notes=tuple(probe.notes),
    ))


@dataclass
class _Words:
    """Moments of labelled words for each state and draw, and the labels."""

    space: LabelSpace
    moments: list[list[Moments]]

    def whole(self, state: int) -> Moments:
        """All draws of a state together."""
        first, *others = self.moments[state]
        return sum(others, first)


@dataclass
class _Probe:
    """A model while it is probed.

    Args:
        job: the stage's.
        model: encoder and fusion.
        loaded: the whole trained model, or None for an encoder.
        name: of the encoder as given.
        seconds, pieces: of all encoder passes so far.
        notes: sentences for the user.
    """

    job: Job
    model: LayerStates
    loaded: LoadedModel | None
    name: str
    seconds: float = 0.0
    pieces: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def role(self) -> Role:
        """Which of the two models of a probe."""
        return cast("Role", self.job.settings["role"])

    @property
    def precision(self) -> str:
        """Number format of matrix products."""
        return str(self.job.config["precision"])

    def corpora(self, prefix: str) -> dict[str, EncodedCorpus]:
        """The corpora among the inputs whose name begins so: language -> corpus."""
        return {name.removeprefix(prefix): EncodedCorpus.load(folder)
                for name, folder in sorted(self.job.inputs.items()) if name.startswith(prefix)}

    def tick(self, what: str) -> _Ticker:
        """Counts the states that a measure is done with."""
        return _Ticker(self.job, what, len(self.model.names))

    @contextmanager
    def one_pass(self, corpora: Sequence[EncodedCorpus]) -> Iterator[None]:
        """Count the time and the pieces of a pass of the encoder."""
        began = time.monotonic()
        yield
        self.seconds += time.monotonic() - began
        self.pieces += sum(int(corpus.window_offsets[-1]) for corpus in corpora)

    def progress(self, what: str, done: int, total: int) -> None:
        """Tell how far a pass is."""
        self.job.emit(Progress(self.job.key, f"probe: {what}", done, total, "sentences"))

    def texts(self) -> ParallelVectors | None:
        """Vectors of all parallel texts, from the work folder where a stopped stage left them."""
        folders = {name.removeprefix(PAIRS): folder for name, folder in sorted(self.job.inputs.items())
                   if name.startswith(PAIRS)}
        if not folders:
            return None
        corpora: list[EncodedCorpus] = []
        sides: tuple[dict[str, slice], dict[str, slice]] = {}, {}
        start = 0
        for code, folder in folders.items():
            self.notes += json.loads((folder / NOTES).read_text(encoding="utf-8"))
            for side, name in zip(sides, (SENTENCES, TRANSLATIONS), strict=True):
                corpora.append(EncodedCorpus.load(folder / name))
                side[code] = slice(start, start + corpora[-1].n_examples)
                start += corpora[-1].n_examples
        vectors = self._vectors(corpora, start)
        return ParallelVectors(self.role, self.model.names, str(self.job.config["source"]), vectors, *sides)

    def _vectors(self, corpora: Sequence[EncodedCorpus], count: int) -> Floats32:
        file, done = self.job.work / _VECTORS, self.job.work / _DONE
        if done.is_file():
            self.seconds, self.pieces = json.loads(done.read_text(encoding="utf-8"))
            return cast("Floats32", np.load(file, mmap_mode="r"))
        shape = (len(self.model.names), len(POOLINGS), count, self.model.encoder.width)
        self.job.work.mkdir(parents=True, exist_ok=True)
        vectors = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
        with self.one_pass(corpora):
            pooled_vectors(self.model, corpora, vectors, precision=self.precision,
                           emit=lambda *at: self.progress("parallel text", *at))
        vectors.flush()
        done.write_text(json.dumps([self.seconds, self.pieces]), encoding="utf-8")
        return vectors

    def labelled_words(self) -> _Words | None:
        """Moments of the source language's labelled words."""
        if TRAIN_WORDS not in self.job.inputs:
            return None
        folder = self.job.inputs[TRAIN_WORDS]
        corpus, space = EncodedCorpus.load(folder), read_labels(folder)
        with self.one_pass([corpus]):
            moments = label_moments(self.model, corpus, space, int(str(self.job.config["draws"])),
                                    precision=self.precision, emit=lambda *at: self.progress("words", *at))
        return _Words(space, moments)

    def subspaces(self, texts: ParallelVectors, words: _Words | None) -> list[StateSubspaces]:
        """The subspaces of every state, fitted on texts pooled by their mean."""
        return [self._fitted(texts, state, "mean", words) for state in range(len(texts.states))]

    def _fitted(self, texts: ParallelVectors, state: int, pooling: Pooling, words: _Words | None) -> StateSubspaces:
        rank, draws, seed = (int(str(self.job.config[name])) for name in ("rank", "draws", "seed"))
        return fit_subspaces(texts, state, pooling, words.whole(state) if words else None, rank=rank, draws=draws,
                             seed=seed)

    def of_words(
        self, words: _Words | None, subspaces: Sequence[StateSubspaces], texts: ParallelVectors | None
    ) -> tuple[list[Point], list[Removal]]:
        """Probes of words in all languages, whole and without each subspace."""
        if words is None:
            return [], []
        corpora = self.corpora(WORDS)
        taken_out = [own.bases for own in subspaces] or [{} for _ in self.model.names]
        with self.one_pass(list(corpora.values())):
            hits = label_hits(self.model, list(corpora.values()), words.space, train_probes(words.moments, taken_out),
                              precision=self.precision, emit=lambda *at: self.progress("words", *at))
        points = [
            Point(self.role, "pos", "", state, code, corpora[code].n_examples, one.value, one.low, one.high)
            for code, found in zip(corpora, hits, strict=True)
            for state, one in zip(self.model.names, measured(found[""], share, code), strict=True)
        ]
        if texts is None or not subspaces:
            return points, []
        return points, removals_of_words(texts, subspaces, list(corpora), hits)

    def of_task(
        self, texts: ParallelVectors | None, words: _Words | None, subspaces: Sequence[StateSubspaces], *, gates: bool
    ) -> tuple[list[TaskEffect], list[Gate]]:
        """What a trained model's score loses by changes of its fused state, and what its gate does."""
        corpora = self.corpora(TASK)
        if self.loaded is None or not corpora:
            return [], []
        rows = self._gates(list(corpora.values())) if gates else []
        source = self.loaded.description.source
        own = [row for row in rows if row.language == source] or rows
        fused = self._for_the_head(texts, words, subspaces)
        models = changed_models(self.transfer, fused, own)
        if len(models) == 1:
            return [], []
        ranks = {kind: fused.draws(kind)[0].shape[1] for kind in fused.kinds()} if fused else {}
        metric = load_task(self.loaded.description.task).metrics(self.loaded.labels)[0]
        with self.one_pass(list(corpora.values())):
            effects = task_effects(self.loaded, models, list(corpora.values()), metric, self.role, ranks,
                                   precision=self.precision, emit=lambda *at: self.progress("the task", *at))
        return effects, [_gate(row, self.role, self.loaded) for row in rows]

    @property
    def transfer(self) -> TransferModel:
        """The trained model."""
        assert self.loaded is not None
        return cast("TransferModel", self.loaded.model)

    def _gates(self, corpora: Sequence[EncodedCorpus]) -> list[GateRow]:
        if self.transfer.fusion.gate_channels is None:
            label = self.transfer.fusion.config.label()
            self.notes.append(f"{label} has no gate: there are no gate statistics and nothing to freeze")
            return []
        assert self.loaded is not None
        sums = GateSums(self.transfer, corpora)
        with self.one_pass(corpora):
            predict(self.transfer, corpora, self.loaded.labels, precision=self.precision, gates=sums,
                    emit=lambda *at: self.progress("the gate", *at))
        rows = sums.rows(self.loaded.description.task)
        write_gates(self.job.output / GATES, rows)
        return rows

    def _for_the_head(
        self, texts: ParallelVectors | None, words: _Words | None, subspaces: Sequence[StateSubspaces]
    ) -> StateSubspaces | None:
        """Subspaces of the fused state as the head reads it: words, or texts by the first piece or the mean."""
        if texts is None or not subspaces:
            return None
        state = self.model.names.index(FUSED)
        head = self.transfer.head.config
        if head.type == "token_labels":
            own = subspaces[state]
            return StateSubspaces(own.bases, own.languages, words.whole(state).mean if words else own.mean)
        return subspaces[state] if head.pooling == "mean" else self._fitted(texts, state, "first", words)

    def describe(self) -> ProbedModel:
        """The model's row in the findings."""
        encoder = self.model.encoder
        facts = self.loaded.facts() if self.loaded else {}
        told = {name: facts.get(name, "") for name in ("task", "fusion", "system", "gate", "source", "train_data")}
        name = f"{facts['system']}, {facts['task']}, seed {facts['seed']}" if facts else shown_name(self.name)
        return ProbedModel(
            role=self.role, name=name, encoder=str(facts.get("encoder") or self.name), provenance=encoder.provenance,
            **told, layers=tuple(facts.get("layers", ())), train_examples=int(facts.get("train_examples", 0)),
            seed=int(facts.get("seed", 0)), n_layers=encoder.n_layers, width=encoder.width,
            normed_last=encoder.normed_last, states=self.model.names, seconds=self.seconds, pieces=self.pieces,
        )


@dataclass
class _Ticker:
    """Tells after each state how many are done."""

    job: Job
    what: str
    total: int
    done: int = 0

    def __call__(self) -> None:
        """One state more."""
        self.done += 1
        self.job.emit(Progress(self.job.key, f"probe: {self.what}", self.done, self.total, "layers"))


def _open(job: Job) -> _Probe:
    config = (EncoderConfig(name=str(job.inputs[MODEL] / "model")) if MODEL in job.inputs
              else EncoderConfig.model_validate(job.settings["model"]))
    where = choose_device(str(job.settings.get("device") or "auto"))
    if is_saved_model(config):
        loaded = load_model(config.name, allow_pickle=config.allow_pickle, trust_remote_code=config.trust_remote_code)
        model = cast("TransferModel", loaded.model)
        states = LayerStates(model.encoder, model.fusion, model.layers, fused_only=job.config.get("states") == FUSED)
        model.to(where)
        return _Probe(job, states.train(False), loaded, config.name)
    states = LayerStates(open_encoder(config).encoder)
    return _Probe(job, states.to(where).train(False), None, config.name)


def _gate(row: GateRow, role: Role, loaded: LoadedModel) -> Gate:
    about = loaded.description
    return Gate(role, about.system, row.task, about.seed, row.data_set, row.split, row.language, row.label, row.words,
                float(row.mean.mean()), float(row.variance.mean()), float(row.mean.var()))
