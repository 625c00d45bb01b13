"""Subspaces of a state that tell something, and what taking them out does to every probe.

Language: what tells the languages of sentences apart. Semantic: what finds a sentence's translation.
Structure: what tells the labels of words in the source language. Random: any subspace of the same rank. All are
fitted on one half of the sentences (words: on training data), and their effect is measured on the other half
with probes that are trained again on what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.bootstrap import differences, share, values_of
from sprachbund.evaluation.probes.centring import centred
from sprachbund.evaluation.probes.discriminant import Floats, Moments, moments_of
from sprachbund.evaluation.probes.language_identity import folds, told_apart_without
from sprachbund.evaluation.probes.nullspace import (
    class_subspace,
    pair_subspace,
    random_subspace,
    variance_share,
    without,
)
from sprachbund.evaluation.probes.parallel import ParallelVectors, both_ways
from sprachbund.evaluation.probes.retrieval import accuracy
from sprachbund.evaluation.probes.states import Floats32, Pooling
from sprachbund.results.probe_findings import Removal
from sprachbund.statistics.resampling import Value

RANDOM = "random"


@dataclass(frozen=True)
class StateSubspaces:
    """The subspaces of one state.

    Args:
        bases: name ("language", "semantic", "structure", "random 1", "random 2", ...) -> (width, rank) orthonormal.
        languages: moments of the languages of texts, on the half that the subspaces were fitted on.
        mean: (width,) of the texts' vectors of that half.
    """

    bases: Mapping[str, Floats]
    languages: Moments
    mean: Floats

    @cached_property
    def variance(self) -> Mapping[str, float]:
        """Kind of subspace -> the share of the texts' variance in it; of random ones the mean over draws."""
        covariance = self.languages.within + self.languages.between
        return {kind: float(np.mean([variance_share(covariance, basis) for basis in self.draws(kind)]))
                for kind in self.kinds()}

    def draws(self, name: str) -> list[Floats]:
        """The bases of a kind of subspace: one, or the draws of random ones."""
        return [basis for own, basis in self.bases.items() if kind_of(own) == name]

    def kinds(self) -> tuple[str, ...]:
        """Kinds of subspaces, each once."""
        return tuple(dict.fromkeys(map(kind_of, self.bases)))


def kind_of(name: str) -> str:
    """"random" of "random 2"."""
    return name.split()[0]


def fit_subspaces(
    given: ParallelVectors, state: int, pooling: Pooling, words: Moments | None, *, rank: int, draws: int, seed: int
) -> StateSubspaces:
    """Find the subspaces of one state.

    Args:
        given: vectors of texts.
        state: number of the state.
        pooling: of the texts.
        words: moments of labelled words in this state, or None: there is no subspace of structure then.
        rank: dimensions of each; at most a quarter of the width.
        draws: random subspaces.
        seed: of these.
    """
    texts = given.texts(state, pooling)
    rank = max(1, min(rank, texts.shape[1] // 4))
    places, classes = given.classes()
    fitted = folds(classes) == 0
    languages = moments_of(texts[places[fitted]], classes[fitted], int(classes.max()) + 1)
    first, second = (np.concatenate([centred(texts[part[code]][::2]) for code in given.languages])
                     for part in (given.sentences, given.translations))
    bases = {"language": class_subspace(languages, rank), "semantic": pair_subspace(first, second, rank)}
    if words is not None:
        bases["structure"] = class_subspace(words, rank)
    bases |= {f"{RANDOM} {draw}": random_subspace(texts.shape[1], rank, seed + draw) for draw in range(1, draws + 1)}
    return StateSubspaces(bases, languages, languages.mean)


def removals_of_texts(given: ParallelVectors, state: int, subspaces: StateSubspaces) -> list[Removal]:
    """What each subspace's removal does to retrieval (not centred) and to language identity, pooled by the mean."""
    texts = given.texts(state, "mean")
    results = []
    for code in given.languages:
        counts = _merged(subspaces, partial(_found, given, texts, code))
        results += _removals(given, state, subspaces, "retrieval", code, counts, accuracy)
    places, classes = given.classes()
    held_out = folds(classes) == 1
    rows, own = texts[places[held_out]], classes[held_out]
    told = _merged(subspaces, lambda basis: _with_ones(told_apart_without(subspaces.languages, basis, rows, own)))
    for number, code in enumerate((*given.languages, given.source)):
        counts = told[:, :, own == number]
        results += _removals(given, state, subspaces, "language_identity", code, counts, share)
    return results


def removals_of_words(
    given: ParallelVectors, subspaces: Sequence[StateSubspaces], languages: Sequence[str],
    hits: Sequence[Mapping[str, NDArray[np.int64]]],
) -> list[Removal]:
    """What each subspace's removal does to the probe of words' labels.

    Args:
        given: names of the states.
        subspaces: of each state.
        languages: of the corpora of words.
        hits: for each corpus, as `label_hits` gives them.
    """
    results = []
    for code, found in zip(languages, hits, strict=True):
        for state, own in enumerate(subspaces):
            one = [found[""][state]]
            one += [np.sum([found[name][state] for name in own.bases if kind_of(name) == kind], axis=0)
                    for kind in own.kinds()]
            counts = np.stack(one)
            results += _removals(given, state, own, "pos", code, counts, share)
    return results


def _found(given: ParallelVectors, texts: Floats32, code: str, basis: Floats) -> NDArray[np.int64]:
    """Retrieval in both directions on the half that the subspaces were not fitted on."""
    sides = (without(texts[part[code]][1::2], basis) for part in (given.sentences, given.translations))
    *_, both = both_ways(*sides)
    return both


def _merged(subspaces: StateSubspaces, count: Callable[[Floats], NDArray[np.int64]]) -> NDArray[np.int64]:
    """Counts (kinds + 1, 1, n, 2): with nothing taken out, then for each kind the sum over its draws."""
    width = len(subspaces.mean)
    found = [count(np.zeros((width, 0)))]
    found += [np.sum([count(basis) for basis in subspaces.draws(kind)], axis=0) for kind in subspaces.kinds()]
    return np.stack(found)[:, None]


def _with_ones(hits: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([hits, np.ones_like(hits)], axis=1)


def _removals(
    given: ParallelVectors, state: int, subspaces: StateSubspaces, measure: str, language: str,
    counts: NDArray[np.int64], value: Value,
) -> list[Removal]:
    values, changes = values_of(counts, value), differences(counts, value, language)
    return [
        Removal(
            model=given.role, state=given.states[state], removed=kind, rank=subspaces.draws(kind)[0].shape[1],
            variance=subspaces.variance[kind], measure=measure, language=language, n=counts.shape[2],
            before=float(values[0]), after=float(values[number]), difference=changes[number - 1].value,
            low=changes[number - 1].low, high=changes[number - 1].high,
        )
        for number, kind in enumerate(subspaces.kinds(), start=1)
    ]
