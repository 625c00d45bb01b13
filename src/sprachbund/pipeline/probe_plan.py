"""One probe's config to its stages: parallel text and words as pieces, one probe stage a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sprachbund.core.canonical import Json, plain
from sprachbund.core.errors import ConfigError, DataError, Fault, LanguageError, join_or
from sprachbund.data.card import DatasetCard
from sprachbund.data.catalogue import cards
from sprachbund.data.locations import DataConfig, check_data_dir
from sprachbund.data.source import DataSource
from sprachbund.languages.sets import language_set
from sprachbund.models.encoders.opening import encoder_fingerprint
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.saved_facts import ModelDescription, is_saved_model, model_description
from sprachbund.pipeline import pairs, versions
from sprachbund.pipeline.config import EvaluationConfig
from sprachbund.pipeline.groundwork import Groundwork, find_cards
from sprachbund.pipeline.preparation import Corpora
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.pipeline.probe_config import MEASURES, OF_TEXTS, OF_WORDS, Measure, ProbeConfig
from sprachbund.pipeline.resources import torch_resources
from sprachbund.results.probe_findings import FUSED, Role
from sprachbund.stages.stage import Resources, Stage

MODEL, PAIRS, TRAIN_WORDS, WORDS, TASK = "model", "pairs ", "train words", "words ", "task "
"""Names of inputs; a language code follows those that end in a blank."""
PROBED = "probed.json"
"""What a probe stage leaves."""
_LEAST_GIB = 4.0


@dataclass(frozen=True)
class ProbePlan:
    """The stages of a probe.

    Args:
        config: what was asked.
        probes: role -> its probe stage, "before" first.
        measures: what is measured.
        cards: of the data sets used.
        not_tested: what cannot be measured here, and why.
        notes: sentences for the user.
    """

    config: ProbeConfig
    probes: Mapping[Role, Stage]
    measures: tuple[Measure, ...]
    cards: tuple[DatasetCard, ...] = ()
    not_tested: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass
class _Planned:
    """What is found out on the way."""

    config: ProbeConfig
    measures: list[Measure]
    sources: list[DataSource] = field(default_factory=list)
    not_tested: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, needing: frozenset[Measure], error: Exception) -> None:
        """Go on without some measures, unless they were asked for by name."""
        if self.config.measures is not None:
            raise error
        left = [measure for measure in self.measures if measure in needing]
        self.measures = [measure for measure in self.measures if measure not in needing]
        if left:
            why = error.faults[0].what if isinstance(error, ConfigError) else str(error).splitlines()[0]
            self.not_tested.append(f"{', '.join(left)}: {why}")


def plan_probe(config: ProbeConfig) -> ProbePlan:
    """Turn a probe into stages; reads file digests and configs, opens neither data nor weights.

    Raises:
        ModelError: the model or the encoder before it is not there, or an exported graph.
        LanguageError: a language without parallel text.
        DataError: data that a measure needs are not there, where that measure was asked for by name.
        ConfigError: a gate is asked of an encoder.
    """
    check_data_dir(config.data_dir)  # else measures would only be left out
    models = _models(config)
    planned = _Planned(config, list(config.measures or MEASURES))
    trained = models.get("after")
    if trained is None and "gates" in planned.measures:
        fault = Fault("measures", f"{shown_name(config.model)} is an encoder: it has no fusion and so no gate")
        planned.leave_out(frozenset({"gates"}), ConfigError([fault], "the probe's settings"))
    found = _sources(planned, model_description(trained) if trained is not None else None)
    probes: dict[Role, Stage] = {}
    for role, model in models.items():
        tokenised = _Tokenised(config, model, encoder_fingerprint(model))
        inputs = tokenised.inputs(found, model_description(model) if role == "after" else None)
        stage = _probe(config, inputs, planned.measures, role, len(found.languages))
        probes[role] = replace(
            stage, files={"model": tokenised.fingerprint}, settings={**stage.settings, "model": plain(model)},
            label=f"probe {shown_name(model.name)}" + (" (trained)" if role == "after" else ""))
    return ProbePlan(config, probes, tuple(planned.measures), find_cards(*planned.sources),
                     tuple(planned.not_tested), tuple(planned.notes))


@dataclass(frozen=True)
class ProbeGround:
    """What the probes of several models of one task share: all but the models, which need not be trained yet.

    Args:
        config: what was asked; its model is the encoder that they all begin from.
        inputs: texts and words as pieces of this encoder.
        measures: what is measured.
        languages: how many are probed beside the source language.
        not_tested, notes: as in `ProbePlan`.
    """

    config: ProbeConfig
    inputs: Mapping[str, Stage]
    measures: tuple[Measure, ...]
    languages: int
    not_tested: tuple[str, ...]
    notes: tuple[str, ...]


def lay_probe_ground(config: ProbeConfig, ground: Groundwork) -> ProbeGround:
    """Plan what comes before the probes of a task's models; opens neither data nor weights.

    Args:
        config: what is asked; `task_data` names what the models are scored on.
        ground: of the task.

    Raises:
        LanguageError, DataError: as `plan_probe`.
    """
    check_data_dir(config.data_dir)
    planned = _Planned(config, list(config.measures or MEASURES))
    described = ModelDescription(task=ground.task.name, source=ground.config.source)
    found = _sources(planned, described)
    inputs = _Tokenised(config, ground.config.encoder, ground.fingerprint).inputs(found, described)
    return ProbeGround(config, inputs, tuple(planned.measures), len(found.languages), tuple(planned.not_tested),
                       tuple(planned.notes))


def cell_probe(ground: ProbeGround, train: Stage, label: str, *, fused_only: bool) -> Stage:
    """The probe of the model that a train stage leaves.

    Args:
        ground: of the same task and encoder.
        train: the stage.
        label: what messages call the model.
        fused_only: look at the state that the head reads and at no layer below it.
    """
    stage = _probe(ground.config, {MODEL: train, **ground.inputs}, ground.measures, "after", ground.languages)
    states: dict[str, Json] = {"states": FUSED} if fused_only else {}
    return replace(stage, config={**stage.config, **states}, label=f"probe {label}")


def shown_name(model: str) -> str:
    """The name of an encoder or model in tables: where a folder lies on this machine is left out.

    >>> shown_name("bundled:multilingual-e5-small"), shown_name("org/name")
    ('multilingual-e5-small', 'org/name')
    """
    return Path(model).name if Path(model).is_dir() else model.removeprefix("bundled:")


def _models(config: ProbeConfig) -> dict[Role, EncoderConfig]:
    named = config.encoder_config()
    if not is_saved_model(named):
        return {"before": named}
    before = config.before if config.before is not None else model_description(named).encoder
    return {**({"before": config.encoder_config(before)} if before else {}), "after": named}


def _texts(planned: _Planned) -> tuple[DataSource | None, tuple[str, ...]]:
    """Parallel text and the languages that are probed."""
    config = planned.config
    if not OF_TEXTS & set(planned.measures):
        return None, config.languages or tuple(sorted({*language_set("xtreme-tatoeba"), config.source}))
    try:
        source = pairs.parallel_source(plain(config.data), config.data_dir)
    except DataError as error:
        planned.leave_out(OF_TEXTS, error)
        return None, config.languages or tuple(sorted({*language_set("xtreme-tatoeba"), config.source}))
    present = [code for code in source.languages("test") if code != config.source]
    usual = set(language_set("xtreme-tatoeba"))
    wanted = config.languages or tuple(code for code in present if code in usual) or tuple(present)
    wanted = tuple(code for code in wanted if code != config.source)
    missing = [code for code in wanted if code not in present]
    if missing or not wanted:
        what = f"no parallel text in {join_or(missing)}" if missing else "no parallel text besides the source language"
        raise LanguageError(f"{source.name} has {what}", remedy=f"it has: {', '.join(present)}; name some of them "
                            "with --languages")
    planned.sources.append(source)
    return source, wanted


def _words(planned: _Planned, languages: Sequence[str]) -> DataSource | None:
    """Words with labels; None where nothing needs them or there are none."""
    if not OF_WORDS & set(planned.measures):
        return None
    config = planned.config
    try:
        source = source_for(plain(config.words), load_task("tagging"), config.data_dir)
        source.fingerprint(config.source, "train")
        if not set(languages) & set(source.languages("test")):
            raise DataError(f"{source.name} has no test data in any of {', '.join(languages)}",
                            remedy=f"it has: {', '.join(source.languages('test'))}")
    except DataError as error:
        planned.leave_out(frozenset({"pos"}), error)
        return None
    without = [code for code in languages if code not in source.languages("test")]
    if without:
        planned.notes.append(f"{source.name} has no words in {', '.join(without)}: no probe of words there")
    planned.sources.append(source)
    return source


def _task_data(planned: _Planned, described: ModelDescription) -> tuple[DataConfig, DataSource] | None:
    """Where a trained model is scored: the data named, or its own data set, or the one that is tested with it."""
    config = planned.config
    if not {"removal", "gates"} & set(planned.measures):
        return None
    partners = [card.name for card in cards() if described.train_data in card.train_with]
    data = config.task_data or DataConfig(name=(partners or [described.train_data or "?"])[0])
    try:
        source = source_for(plain(data), load_task(described.task), config.data_dir)
    except DataError as error:
        if config.task_data is not None:
            raise
        planned.leave_out(frozenset({"gates"}), error)
        planned.not_tested.append(f"effects on the task's score: {str(error).splitlines()[0]}")
        return None
    planned.sources.append(source)
    return data, source


@dataclass(frozen=True)
class _Sources:
    """Where the texts lie, as far as measures need them, and the languages that are probed."""

    texts: DataSource | None
    languages: tuple[str, ...]
    words: DataSource | None
    task: tuple[DataConfig, DataSource] | None


def _sources(planned: _Planned, described: ModelDescription | None) -> _Sources:
    """Open everything; `described` is of the trained model, if there is one."""
    texts, languages = _texts(planned)
    words = _words(planned, languages)
    task = _task_data(planned, described) if described is not None else None
    planned.not_tested.append("dependency depth: the treebanks that are read here are used without heads")
    return _Sources(texts, languages, words, task)


@dataclass(frozen=True)
class _Tokenised:
    """Stages that turn texts into the pieces of one model."""

    config: ProbeConfig
    model: EncoderConfig
    fingerprint: str

    def inputs(self, found: _Sources, described: ModelDescription | None) -> dict[str, Stage]:
        """All of them; those of the task where the model is trained, and so described."""
        inputs = {**self.pairs(found.texts, found.languages), **self.words(found.words, found.languages)}
        if described is not None and found.task is not None:
            inputs |= self.task(described, *found.task, found.languages)
        return inputs

    def pairs(self, source: DataSource | None, languages: Sequence[str]) -> dict[str, Stage]:
        """Parallel text of each language."""
        if source is None:
            return {}
        config = self.config
        return {
            PAIRS + code: Stage(
                kind="pairs",
                version=pairs.VERSION,
                function="sprachbund.pipeline.pairs:run",
                config={"data_set": source.name, "language": code, "split": "test", "source": config.source,
                        "sentences": config.sentences, "max_pieces": config.max_pieces},
                files={"data": source.fingerprint(code, "test"), "encoder": self.fingerprint},
                settings={"data": plain(config.data), "data_dir": config.data_dir, "encoder": plain(self.model)},
                label=f"pairs {source.name} {code}",
                resources=Resources(cpus=1, memory_gib=1.0),
            )
            for code in languages
        }

    def words(self, source: DataSource | None, languages: Sequence[str]) -> dict[str, Stage]:
        """Words to train probes on in the source language, and to score them on in all."""
        if source is None:
            return {}
        config = self.config
        corpora = self._corpora("tagging", config.words)
        scored = [code for code in (config.source, *languages) if code in source.languages("test")]
        return {
            TRAIN_WORDS: corpora.prepare(config.words, source, config.source, "train",
                                         config.training_sentences * config.draws),
            **{WORDS + code: corpora.prepare(config.words, source, code, "test", config.word_sentences)
               for code in scored},
        }

    def task(
        self, described: ModelDescription, data: DataConfig, source: DataSource, languages: Sequence[str]
    ) -> dict[str, Stage]:
        """Labelled texts of a trained model's task."""
        own = described.source or self.config.source
        present = source.languages("test")
        scored = [code for code in dict.fromkeys((own, *languages)) if code in present]
        corpora = self._corpora(described.task, data)
        return {TASK + code: corpora.prepare(data, source, code, "test", self.config.task_sentences)
                for code in scored}

    def _corpora(self, task: str, data: DataConfig) -> Corpora:
        scoring = EvaluationConfig(task=task, data=data, model=self.model.name, source=self.config.source,
                                   data_dir=self.config.data_dir)
        return Corpora(scoring, load_task(task), self.model, self.fingerprint, self.config.max_pieces)


def _probe(
    config: ProbeConfig, inputs: Mapping[str, Stage], measures: Sequence[Measure], role: Role, n_languages: int
) -> Stage:
    """A probe stage without its model."""
    if not set(inputs) - {MODEL}:
        raise DataError(f"there is nothing to probe {config.model} on: neither parallel text nor words with labels",
                        remedy="give the folder that holds your data sets with --data-dir")
    taken = [measure for measure in measures if measure != "gates" or role == "after"]
    return Stage(
        kind="probe",
        version=versions.PROBE,
        function="sprachbund.pipeline.probe:run",
        config={"measures": list(taken), "source": config.source, "draws": config.draws,
                "rank": config.rank_for(n_languages), "seed": config.seed, "precision": config.precision},
        inputs=inputs,
        settings={"role": role, "device": config.device},
        resources=torch_resources(_LEAST_GIB, device=config.device, threads=config.threads),
    )
