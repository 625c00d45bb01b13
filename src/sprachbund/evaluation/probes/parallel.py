"""Pooled vectors of parallel texts in many languages, and the measures that are taken of them, state by state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.probes.bootstrap import bound, measured, share
from sprachbund.evaluation.probes.centring import centred
from sprachbund.evaluation.probes.cka import LEAST_ROWS, aligned
from sprachbund.evaluation.probes.language_identity import told_apart
from sprachbund.evaluation.probes.retrieval import accuracy, found
from sprachbund.evaluation.probes.similarity import language_similarity
from sprachbund.evaluation.probes.states import POOLINGS, Floats32, Pooling
from sprachbund.results.probe_findings import Point, Role, Similarity

Credits = NDArray[np.int64]
DIRECTIONS = ("retrieval_forward", "retrieval_backward", "retrieval")


@dataclass(frozen=True)
class ParallelVectors:
    """Vectors of sentences and of their translations into the source language.

    Args:
        role: of the model they come from.
        states: names, in order.
        source: the language of all translations.
        vectors: (states, poolings, texts, width), perhaps in a file; read one state at a time.
        sentences: language -> where its sentences stand among the texts.
        translations: language -> where their translations stand, in the same order.
    """

    role: Role
    states: tuple[str, ...]
    source: str
    vectors: Floats32
    sentences: Mapping[str, slice]
    translations: Mapping[str, slice]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages paired with the source language."""
        return tuple(self.sentences)

    def texts(self, state: int, pooling: Pooling) -> Floats32:
        """(texts, width) of one state, read into memory."""
        return np.array(self.vectors[state, POOLINGS.index(pooling)])

    def classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Texts for telling languages apart: their numbers, and the number of each one's language.

        Languages count in order, the source language last. It has the translations of one sentence in so many of
        each language, so that it has about as many texts as one of the others.
        """
        places, classes = [], []
        for number, code in enumerate(self.languages):
            here = np.arange(self.sentences[code].start, self.sentences[code].stop)
            own = np.arange(self.translations[code].start, self.translations[code].stop)[number :: len(self.languages)]
            places += [here, own]
            classes += [np.full(len(here), number), np.full(len(own), len(self.languages))]
        return np.concatenate(places), np.concatenate(classes)


def retrieval_points(given: ParallelVectors, emit: Callable[[], None] = lambda: None) -> list[Point]:
    """Retrieval accuracy in every state: both directions and their mean, both poolings, centred and not."""
    keys: list[tuple[str, str, str]] = []
    counts: dict[str, list[Credits]] = {code: [] for code in given.languages}
    for state, name in enumerate(given.states):
        for pooling in POOLINGS:
            texts = given.texts(state, pooling)
            for variant, prepare in ((pooling, np.asarray), (f"{pooling}, centred", centred)):
                keys += [(name, variant, direction) for direction in DIRECTIONS]
                for code in given.languages:
                    sides = prepare(texts[given.sentences[code]]), prepare(texts[given.translations[code]])
                    counts[code] += both_ways(*sides)
        emit()
    points = []
    for code in given.languages:
        stacked = np.stack(counts[code])[:, None]
        for (name, variant, direction), one in zip(keys, measured(stacked, accuracy, code), strict=True):
            points.append(Point(given.role, direction, variant, name, code, stacked.shape[2], one.value, one.low,
                                one.high))
    return points


def both_ways(sentences: Floats32, translations: Floats32) -> Iterator[Credits]:
    """Counts (n, 2) of found translations and of sentences: of each direction and of both, as in `DIRECTIONS`."""
    forward, backward = found(sentences, translations)
    ones = np.ones_like(forward)
    yield np.stack([forward, ones], axis=1)
    yield np.stack([backward, ones], axis=1)
    yield np.stack([forward + backward, 2 * ones], axis=1)


def cka_points(given: ParallelVectors, emit: Callable[[], None] = lambda: None) -> list[Point]:
    """CKA of translations in every state; none where there are fewer than four pairs or a state does not vary."""
    points = []
    for state, name in enumerate(given.states):
        for pooling in POOLINGS:
            texts = given.texts(state, pooling)
            for code in given.languages:
                sides = texts[given.sentences[code]], texts[given.translations[code]]
                if len(sides[0]) < LEAST_ROWS:
                    continue
                one = aligned(*sides)
                if bound(one.value) is not None:
                    points.append(Point(given.role, "cka", pooling, name, code, one.pairs, one.value,
                                        bound(one.interval.low), bound(one.interval.high)))
        emit()
    return points


def identity_points(given: ParallelVectors, emit: Callable[[], None] = lambda: None) -> list[Point]:
    """Sentences of each language (the source language too) whose language a probe tells, in every state."""
    places, classes = given.classes()
    keys, told = [], []
    for state, name in enumerate(given.states):
        for pooling in POOLINGS:
            texts = given.texts(state, pooling)[places]
            for centre in (False, True):
                keys.append((name, f"{pooling}, centred" if centre else pooling))
                told.append(told_apart(texts, classes, centre=centre))
        emit()
    points = []
    for number, code in enumerate((*given.languages, given.source)):
        hits = np.stack(told)[:, None, classes == number]
        counts = np.stack([hits, np.ones_like(hits)], axis=-1)
        for (name, variant), one in zip(keys, measured(counts, share, code), strict=True):
            points.append(Point(given.role, "language_identity", variant, name, code, hits.shape[2], one.value,
                                one.low, one.high))
    return points


def similarities(given: ParallelVectors) -> list[Similarity]:
    """How near the languages' mean vectors are in every state (pooled by the mean, the source language last)."""
    places, classes = given.classes()
    languages = (*given.languages, given.source)
    results = []
    for state, name in enumerate(given.states):
        texts = given.texts(state, "mean")[places]
        means = np.stack([texts[classes == number].mean(0, dtype=np.float64) for number in range(len(languages))])
        matrix = tuple(tuple(bound(value) for value in row) for row in language_similarity(means))
        results.append(Similarity(given.role, name, languages, matrix))
    return results
