"""What a probe found, as plain frozen records that go to JSON and back; `probe.json` is one `ProbeFindings`.

`model` in every record is the role of one of `models`: "before" (an encoder) or "after" (that encoder, fine-tuned,
with its fused state). `state` is "0" for the embeddings, "1" to "N" for the layers, "fused" for what the head
reads. Accuracies are in points (0 to 100), CKA and similarities from -1 to 1. A bound is None where nothing can be
said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["before", "after"]
FUSED = "fused"
"""Name of the state that the head reads."""
MEASURES: Mapping[str, str] = {
    "retrieval": "sentences whose translation is the nearest one, mean of both directions",
    "retrieval_forward": "the same, from the language to the source language",
    "retrieval_backward": "the same, from the source language",
    "cka": "linear CKA of translations, unbiased",
    "language_identity": "sentences whose language a linear probe tells",
    "pos": "words whose label a linear probe tells that was trained in the source language",
}
"""Measures with a curve over layers -> what they are."""
HIGHER_IN_POINTS = ("retrieval", "retrieval_forward", "retrieval_backward", "language_identity", "pos")


@dataclass(frozen=True, slots=True)
class ProbedModel:
    """A model as it describes itself; the fields have the same values as those of its score rows.

    Args:
        role: "before" or "after".
        name: for tables.
        states: what was looked at, in order.
        seconds, pieces: of all encoder passes, special pieces included; what the probe's speed is made of.
    """

    role: Role
    name: str
    encoder: str
    provenance: str
    task: str
    fusion: str
    system: str
    layers: tuple[int, ...]
    gate: str
    source: str
    train_data: str
    train_examples: int
    seed: int
    n_layers: int
    width: int
    normed_last: bool
    states: tuple[str, ...]
    seconds: float
    pieces: int


@dataclass(frozen=True, slots=True)
class ProbedLanguage:
    """A language of the probe."""

    code: str
    name: str
    family: str
    script: str


@dataclass(frozen=True, slots=True)
class Point:
    """One measure of one state in one language.

    Args:
        measure: a name of `MEASURES`.
        variant: pooling, and whether languages were centred ("mean", "first", "mean, centred"); "" for words.
        n: sentences (or sentences of words) behind it.
        low, high: over sentences.
    """

    model: Role
    measure: str
    variant: str
    state: str
    language: str
    n: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of a measure over languages; the interval redraws languages, None below three of them.

    The source language is left out, but for "language_identity", which is about all of them.
    """

    model: Role
    measure: str
    variant: str
    state: str
    languages: tuple[str, ...]
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """How a curve goes over layers 1 to N: Spearman's correlation of the layer's number with the measure.

    Args:
        rho: over all layers, of the mean over languages; the interval redraws languages.
        rho_upper: over the layers from the middle (N // 2) to N.
        peak: layer with the largest mean; `peak_share` of the bootstrap draws have theirs there or beside it.
    """

    model: Role
    measure: str
    variant: str
    rho: float
    rho_low: float | None
    rho_high: float | None
    rho_upper: float
    rho_upper_low: float | None
    rho_upper_high: float | None
    peak: int
    peak_share: float
    languages: int


@dataclass(frozen=True, slots=True)
class Similarity:
    """Cosine similarity of the languages' mean vectors, less the mean over languages, in one state.

    Args:
        languages: codes in the order of rows and columns.
        matrix: row by row; None where a language's vector is the common one.
    """

    model: Role
    state: str
    languages: tuple[str, ...]
    matrix: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Similarity of languages of one family (or script) less that of others.

    Args:
        grouping: "family" or "script".
        within, across: mean over pairs.
        difference: within minus across; low and high redraw languages.
        p: by permutation of the languages, the other grouping kept fixed; None where it cannot be told.
    """

    model: Role
    state: str
    grouping: Literal["family", "script"]
    within: float
    across: float
    difference: float
    low: float | None
    high: float | None
    p: float | None
    pairs_within: int
    pairs_across: int


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a subspace out of a state does to a measure in one language.

    Args:
        removed: "language", "semantic", "structure" or "random".
        rank: dimensions taken out; fewer than asked for where nothing more tells the classes apart.
        variance: share of the state's variance in the subspace, 0 to 1.
        before, after: the measure, both on the half of the sentences that the subspace was not fitted on.
        difference: after minus before; low and high over sentences.
    """

    model: Role
    state: str
    removed: str
    rank: int
    variance: float
    measure: str
    language: str
    n: int
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TaskEffect:
    """What a change to a trained model's fused state does to its score in one language.

    Args:
        change: "without language", "without semantic", "without structure", "without random" (a mean over several
            draws), "frozen gate" (its mean, channel by channel) or "frozen scalar gate" (one number).
        rank: dimensions taken out; 0 for gates.
        score, changed: the primary metric, in points.
        difference: changed minus score; low and high over examples, paired.
    """

    model: Role
    change: str
    rank: int
    task: str
    data_set: str
    split: str
    metric: str
    language: str
    n: int
    score: float
    changed: float
    difference: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate on the words of one label in one language; the whole statistics stand in `gates.parquet`.

    Args:
        words: of this label (pieces, where texts are labelled).
        mean: over words and channels.
        over_words: variance over words, mean over channels.
        over_channels: variance of the channels' means.
    """

    model: Role
    system: str
    task: str
    seed: int
    data_set: str
    split: str
    language: str
    label: str
    words: int
    mean: float
    over_words: float
    over_channels: float


@dataclass(frozen=True, slots=True)
class Probed:
    """Everything that was measured on one model, before means over languages are taken."""

    model: ProbedModel
    points: tuple[Point, ...] = ()
    similarities: tuple[Similarity, ...] = ()
    removals: tuple[Removal, ...] = ()
    task_effects: tuple[TaskEffect, ...] = ()
    gates: tuple[Gate, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeFindings:
    """What a probe of one model, or of one before and after fine-tuning, found.

    Args:
        models: "before", "after", or both.
        source: the language that all parallel text is paired with and word probes are trained in.
        languages: all that occur.
        level: of all intervals.
        points, similarities, removals, task_effects, gates: as measured, of all models.
        averages, trends, contrasts: made of them (`results.probe_summary`).
        not_tested: measures that could not be taken, and why ("dependency depth: ...").
        notes: sentences that a reader of the numbers must know.
    """

    models: tuple[ProbedModel, ...]
    source: str
    languages: tuple[ProbedLanguage, ...]
    level: float
    points: tuple[Point, ...]
    averages: tuple[Average, ...]
    trends: tuple[Trend, ...]
    similarities: tuple[Similarity, ...]
    contrasts: tuple[Contrast, ...]
    removals: tuple[Removal, ...]
    task_effects: tuple[TaskEffect, ...]
    gates: tuple[Gate, ...]
    not_tested: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    command: str = ""

    @property
    def encoder(self) -> str:
        """Name of the encoder, that of the last model (the fine-tuned one, if there is one)."""
        return self.models[-1].encoder

    @property
    def provenance(self) -> str:
        """The sentence that must stand beside every number, "" where there is none."""
        return "; ".join(dict.fromkeys(model.provenance for model in self.models if model.provenance))

    def model(self, role: Role) -> ProbedModel:
        """The model of a role.

        Raises:
            KeyError: there is none.
        """
        return {model.role: model for model in self.models}[role]
