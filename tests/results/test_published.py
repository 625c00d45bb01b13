from __future__ import annotations

import pytest

from sprachbund.results.published import PAPER, reported_gain


@pytest.mark.parametrize(("data_set", "points", "measure"), [
    ("xnli", 1.5, "accuracy"), ("pawsx", 2.4, "accuracy"), ("panx", 1.2, "F1"), ("ud_pos", 1.5, "F1"),
])
def test_the_four_gains_of_the_abstract(data_set, points, measure):
    gain = reported_gain(data_set)
    assert gain is not None
    assert (gain.points, gain.measure, gain.paper) == (points, measure, PAPER)


def test_other_data_sets_have_none():
    assert reported_gain("ha-intents") is None
