"""Simulated studies of two systems: seeds, languages in their real families, examples; the truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sprachbund.core.seeds import derive_seed
from sprachbund.languages.language import find_variant
from sprachbund.languages.sets import language_set
from sprachbund.metrics.metric import METRICS
from sprachbund.results.table import read_table
from sprachbund.statistics.crossed import score_systems
from sprachbund.statistics.mixed_models import fit_mixed_model

EXAMPLES = 500
WORDS = 15
LEVEL = 0.8
UNIT = 1000  # counts are whole numbers of thousandths of a word


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standard deviations, in points, of what a gain of one system over another is made of.

    Args:
        family, language: of the gain itself.
        seed: of all languages alike, from one trained pair to the next.
        seed_family, seed_language: of a trained pair in one family or language.
        example: of the gain from one example to the next, whatever the seed.
        model_example: of one trained model on one example.
    """

    family: float = 0.5
    language: float = 0.7
    seed: float = 0.3
    seed_family: float = 0.3
    seed_language: float = 0.85
    example: float = 3.0
    model_example: float = 4.25


@dataclass(frozen=True, slots=True)
class Design:
    """One kind of study.

    Args:
        name: of the design.
        languages: named set, the source language left out.
        seeds: S.
        effect: true mean gain of languages like these, in points.
        deviations: of the parts.
        parallel: whether test sets are translations of one another, their examples being hard alike.
        heavy: effects of languages and seeds are drawn from Laplace's distribution, not the normal.
    """

    name: str
    languages: str
    seeds: int
    effect: float
    deviations: Deviations
    parallel: bool = False
    heavy: bool = False

    @property
    def families(self) -> list[str]:
        """The family of each language."""
        return [find_variant(code).language.family for code in language_set(self.languages) if code != "en"]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Design:
        """The inverse."""
        return cls(**{**given, "deviations": Deviations(**given["deviations"])})


@dataclass(frozen=True, slots=True)
class Study:
    """One simulated study.

    Args:
        counts: for each language (2 systems, S seeds, n examples, 2) of right and all.
        these: true mean gain over these languages.
        like_these: true mean gain over languages like these.
    """

    counts: list[NDArray[np.int64]]
    these: float
    like_these: float


def studies(design: Design, number: int, *, seed: int = 0) -> Iterator[Study]:
    """Simulate studies of a design; the same for the same seed."""
    rng = np.random.default_rng(derive_seed(seed, design.name))
    families = design.families
    known = {name: place for place, name in enumerate(dict.fromkeys(families))}
    member = np.array([known[name] for name in families])
    for _ in range(number):
        yield _study(design, member, len(known), rng)


def _study(design: Design, member: NDArray[np.intp], families: int, rng: np.random.Generator) -> Study:
    parts, groups, seeds = design.deviations, len(member), design.seeds

    def drawn(deviation: float, *shape: int) -> NDArray[np.float64]:
        values = rng.laplace(0, 2**-0.5, shape) if design.heavy else rng.normal(size=shape)
        return np.asarray(deviation * values)

    languages = design.effect + drawn(parts.family, families)[member] + drawn(parts.language, groups)
    gains = (languages + drawn(parts.seed, seeds, 1) + drawn(parts.seed_family, seeds, families)[:, member]
             + drawn(parts.seed_language, seeds, groups))
    shared = _skewed(rng, EXAMPLES) * parts.example
    lengths = 1 + rng.poisson(WORDS - 1, EXAMPLES)
    counts = []
    for group in range(groups):
        if not design.parallel:
            shared, lengths = _skewed(rng, EXAMPLES) * parts.example, 1 + rng.poisson(WORDS - 1, EXAMPLES)
        points = 100 * LEVEL + parts.model_example * _skewed(rng, 2, seeds, EXAMPLES)
        points[1] += gains[:, group, None] + shared
        right = np.rint(UNIT / 100 * lengths * points).astype(np.int64)
        counts.append(np.stack([right, np.broadcast_to(UNIT * lengths, right.shape)], axis=-1))
    return Study(counts, float(languages.mean()), design.effect)


def _skewed(rng: np.random.Generator, *shape: int) -> NDArray[np.float64]:
    """Exponential with mean 0 and deviation 1: examples are seldom much harder, often a little easier."""
    return np.asarray(1.0 - rng.standard_exponential(shape, dtype=np.float32))


def measured(path: Path) -> dict[str, float]:
    """Deviations that the recorded rows of one system with two seeds tell, for a pair of systems.

    The difference of two seeds is that of two trained models, as is a gain at one seed. So its spread
    over families and languages (by REML, examples taken out) and over examples is that of a pair; what
    a gain itself varies by, and the part of the seed that all languages share, cannot be seen in it.

    Args:
        path: a rows.parquet.
    """
    table = read_table([path])
    system, seeds = table.systems[0], table.seeds[:2]
    targets = [code for code in table.targets_of("test") if code != table.source and "_" not in code]
    value = METRICS.load(table.metrics[0]).value().value
    scored = score_systems([table.counts(system, seeds, code, table.metrics[0], "test")[:, None] for code in targets],
                           value)
    difference = scored.difference(1, 0)
    influences = [next(iter(part.values())) for part in difference.influence]
    noise = float(np.mean([(influence**2).sum() for influence in influences]))
    model = fit_mixed_model(difference.values[0], np.ones((len(targets), 1)),
                            {"family": [find_variant(code).language.family for code in targets]})
    alone = float(np.mean([(influence**2).sum() * influence.shape[1] for influence in influences])) / 2
    return {"seed_family": model.variances["family"]**0.5, "model_example": alone**0.5,
            "seed_language": max(model.variances["residual"] - noise, 0.0)**0.5}
