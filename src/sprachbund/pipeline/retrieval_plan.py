"""One retrieval's config to its stages: texts of each language as pieces, one stage that looks them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sprachbund.core.canonical import Json, plain
from sprachbund.core.errors import DataError, LanguageError, join_or
from sprachbund.data.card import DatasetCard
from sprachbund.data.retrieval.source import SHARED, RetrievalSource
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.layer_names import check_states
from sprachbund.models.saved_facts import is_saved_model, model_description
from sprachbund.pipeline import retrieval_texts, versions
from sprachbund.pipeline.probe_plan import shown_name
from sprachbund.pipeline.resources import torch_resources
from sprachbund.pipeline.retrieval_config import RetrievalConfig
from sprachbund.stages.stage import Resources, Stage

ROWS, FACTS = "rows.parquet", "retrieval.json"
"""What the last stage leaves."""
METRICS_OF = {
    "parallel": ("retrieval_accuracy", "retrieval_accuracy_reverse"),
    "pool": ("map_at_20",),
    "mining": ("mined_f1",),
}
"""Kind of data -> its metrics, the primary one first."""
_LEAST_GIB = 3.0


@dataclass(frozen=True)
class RetrievalPlan:
    """The stages of a retrieval.

    Args:
        config: what was asked.
        stage: the last one, which needs the others.
        cards: of the data set used.
        notes: sentences for the user.
    """

    config: RetrievalConfig
    stage: Stage
    cards: tuple[DatasetCard, ...] = ()
    notes: tuple[str, ...] = field(default=())


def plan_retrieval(config: RetrievalConfig) -> RetrievalPlan:
    """Turn a retrieval into stages; reads file digests and configs, opens neither data nor weights.

    Raises:
        ModelError: the model is not there, is an exported graph, or lacks a layer that is asked for.
        LanguageError: a language that the data do not have.
        DataError: the data are not there, or there is no dev split to choose a threshold on.
    """
    model = config.encoder_config
    fused = is_saved_model(model)
    states = _states(config, model, fused=fused)
    source = retrieval_texts.source_of(config.data_settings, config.data_dir)
    languages = _languages(config, source)
    fingerprint = encoder_fingerprint(model)
    inputs = {f"test {code}": _texts(config, source, code, "test", fingerprint) for code in languages}
    if source.kind == "mining":
        inputs |= {f"dev {code}": _texts(config, source, code, "dev", fingerprint) for code in languages}
    if source.has_shared:
        inputs[SHARED] = _texts(config, source, SHARED, "test", fingerprint)
    return RetrievalPlan(config, _stage(config, source, states, inputs, fingerprint),
                         (source.card,) if source.card else (), tuple(_notes(config, source, languages)))


def _states(config: RetrievalConfig, model: EncoderConfig, *, fused: bool) -> tuple[str, ...] | None:
    """The states that are asked for; None: all."""
    if config.layers is None:
        return None
    encoder = EncoderConfig(name=model_description(model).encoder) if fused else model
    try:
        layers = encoder_info(encoder).n_layers
    except Exception:  # a trained model whose encoder is no longer here: the stage itself tells
        if not fused:
            raise
        return config.layers
    return check_states(config.layers, layers, fused=fused)


def _languages(config: RetrievalConfig, source: RetrievalSource) -> tuple[str, ...]:
    present = source.languages("test")
    if source.kind != "pool":
        present = [code for code in present if code != config.source]
    wanted = config.languages or tuple(present)
    if source.kind != "pool":
        wanted = tuple(code for code in wanted if code != config.source)
    missing = [code for code in wanted if code not in present]
    what = "parallel text" if source.kind == "parallel" else "test data"
    if missing or not wanted:
        told = f"no {what} in {join_or(missing)}" if missing else f"no {what} besides the source language"
        raise LanguageError(f"{source.name} has {told}", remedy=f"it has: {', '.join(present) or 'none'}; name some of "
                            "them with --languages")
    untuned = [code for code in wanted if source.kind == "mining" and code not in source.languages("dev")]
    if untuned:
        raise DataError(f"{source.name} has no dev data in {join_or(untuned)}: a threshold is chosen on dev, never on "
                        "the test data", remedy="add the dev (sample) files with their gold, or leave these languages "
                        "out")
    return wanted


def _notes(config: RetrievalConfig, source: RetrievalSource, languages: Sequence[str]) -> list[str]:
    present = source.languages("test")
    notes = []
    if source.kind == "pool" and not source.has_shared and len(languages) < len(present):
        notes.append(f"the pool holds the candidates of {len(languages)} of {len(present)} languages: among fewer it "
                     "is easier, and the numbers do not compare with those of all")
    if source.kind == "parallel" and config.comparison == "margin":
        notes.append("margins look at all sentences of both sides at once: they know which others are looked up")
    return notes


def _texts(config: RetrievalConfig, source: RetrievalSource, code: str, split: str, fingerprint: str) -> Stage:
    return Stage(
        kind="retrieval-texts",
        version=retrieval_texts.VERSION,
        function="sprachbund.pipeline.retrieval_texts:run",
        config={"data_set": source.name, "language": code, "split": split, "max_pieces": config.max_pieces},
        files={"data": source.fingerprint(code, split), "encoder": fingerprint},
        settings={"data": config.data_settings, "data_dir": config.data_dir, "encoder": plain(config.encoder_config)},
        label=f"texts {source.name} {code} {split}",
        resources=Resources(cpus=1, memory_gib=1.0),
    )


def _stage(
    config: RetrievalConfig, source: RetrievalSource, states: tuple[str, ...] | None, inputs: Mapping[str, Stage],
    fingerprint: str,
) -> Stage:
    comparison = config.comparison or ("margin" if source.kind == "mining" else "cosine")
    versions_of: dict[str, Json] = {name: RANKING_METRICS.load(name).value.version for name in METRICS_OF[source.kind]}
    return Stage(
        kind="retrieval",
        version=versions.RETRIEVAL,
        function="sprachbund.pipeline.retrieval:run",
        config={
            "data_set": source.name, "kind": source.kind, "source": config.source, "metrics": versions_of,
            "states": None if states is None else list(states), "pooling": list(config.pooling),
            "comparison": comparison, "neighbours": config.neighbours if comparison == "margin" else None,
            "centred": config.centred, "precision": config.precision,
        },
        inputs=inputs,
        files={"model": fingerprint},
        settings={"model": plain(config.encoder_config), "device": config.device, "label": config.label},
        label=f"retrieval {shown_name(config.model)} in {source.name}",
        resources=torch_resources(_LEAST_GIB, device=config.device, threads=config.threads),
    )
