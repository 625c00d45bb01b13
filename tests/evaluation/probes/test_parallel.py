from __future__ import annotations

import numpy as np
import pytest

from sprachbund.evaluation.probes.cka import aligned
from sprachbund.evaluation.probes.parallel import (
    ParallelVectors,
    cka_points,
    identity_points,
    retrieval_points,
    similarities,
)
from sprachbund.evaluation.probes.similarity import language_similarity

N, WIDTH = 30, 12


def vectors(seed: int = 0) -> ParallelVectors:
    """Two languages and their translations: state 0 is constant at the first piece, state 1 carries meaning."""
    rng = np.random.default_rng(seed)
    found = np.zeros((2, 2, 4 * N, WIDTH), dtype=np.float32)
    meaning = rng.standard_normal((2, N, WIDTH))
    for state in range(2):
        for pooling in range(2):
            for language in range(2):
                own = 3 * rng.standard_normal(WIDTH)
                for side in range(2):
                    rows = slice((2 * language + side) * N, (2 * language + side + 1) * N)
                    noise = (1.5 if state == 0 else 0.5) * rng.standard_normal((N, WIDTH))
                    found[state, pooling, rows] = meaning[language] + noise + (own if side == 0 else 0)
    found[0, 1] = 2.5
    return ParallelVectors("before", ("0", "1"), "en", found, {"de": slice(0, N), "tr": slice(2 * N, 3 * N)},
                           {"de": slice(N, 2 * N), "tr": slice(3 * N, 4 * N)})


def test_retrieval_is_counted_for_each_state_variant_and_direction() -> None:
    given = vectors()
    points = retrieval_points(given)
    assert len(points) == 2 * 2 * 4 * 3
    found = {(point.measure, point.variant, point.state, point.language): point for point in points}
    texts = given.texts(1, "mean")
    sides = [texts[part["tr"]] - texts[part["tr"]].mean(0) for part in (given.sentences, given.translations)]
    first, second = (side / np.linalg.norm(side, axis=1)[:, None] for side in sides)
    near = first @ second.T
    forward, backward = ((near.argmax(axis) == np.arange(N)).mean() * 100 for axis in (1, 0))
    assert found["retrieval_forward", "mean, centred", "1", "tr"].value == pytest.approx(forward)
    assert found["retrieval_backward", "mean, centred", "1", "tr"].value == pytest.approx(backward)
    both = found["retrieval", "mean, centred", "1", "tr"]
    assert both.value == pytest.approx((forward + backward) / 2)
    assert both.low is not None
    assert both.high is not None
    assert both.low < both.value < both.high
    assert both.n == N
    assert found["retrieval", "first", "0", "de"].value == pytest.approx(100 / N, abs=0.05)
    assert found["retrieval", "mean, centred", "1", "de"].value > found["retrieval", "mean, centred", "0", "de"].value


def test_cka_of_each_language_and_none_where_nothing_varies() -> None:
    given = vectors()
    points = cka_points(given)
    assert {(point.state, point.variant) for point in points} == {("0", "mean"), ("1", "mean"), ("1", "first")}
    texts = given.texts(1, "first")
    wanted = aligned(texts[given.sentences["de"]], texts[given.translations["de"]])
    (found,) = [point for point in points if (point.state, point.variant, point.language) == ("1", "first", "de")]
    assert (found.value, found.n) == (pytest.approx(wanted.value), N)


def test_the_source_language_is_told_too_and_has_as_many_sentences() -> None:
    given = vectors()
    places, classes = given.classes()
    assert np.bincount(classes).tolist() == [N, N, N]
    assert len(set(places.tolist())) == 3 * N
    points = identity_points(given)
    assert {point.language for point in points} == {"de", "tr", "en"}
    told = {(point.variant, point.state): [] for point in points}
    for point in points:
        told[point.variant, point.state].append(point.value)
    assert np.mean(told["mean", "1"]) > 80
    assert np.mean(told["mean, centred", "1"]) < 60
    assert np.mean(told["first", "0"]) == pytest.approx(100 / 3)


def test_similarity_has_the_source_language_last() -> None:
    given = vectors()
    first, second = similarities(given)
    assert (first.state, second.state) == ("0", "1")
    assert second.languages == ("de", "tr", "en")
    texts = given.texts(1, "mean")
    places, classes = given.classes()
    means = np.stack([texts[places[classes == number]].mean(0) for number in range(3)])
    assert np.array(second.matrix, dtype=float) == pytest.approx(language_similarity(means), abs=1e-5)
