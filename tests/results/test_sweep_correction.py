from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.results.sweep_correction import corrected
from sprachbund.results.sweep_findings import SweepPart
from sprachbund.results.sweeps import sweep_findings
from sprachbund.statistics.comparisons import holm
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa, simulate_sweep


@pytest.fixture(scope="module")
def part() -> SweepPart:
    rows = simulate_sweep([LAST_LAYER, control(), *dlfa({9: 1.0})], examples=10)
    return sweep_findings(rows).parts[0]


def _with_p(part: SweepPart, values: list[float]) -> SweepPart:
    contenders = []
    for contender, p in zip(part.contenders, values, strict=True):
        gain = replace(contender.gain, here=replace(contender.gain.here, p=p))
        over = tuple(replace(item, here=replace(item.here, p=p / 2)) for item in contender.over_controls)
        contenders.append(replace(contender, gain=gain, over_controls=over))
    return replace(part, contenders=tuple(contenders))


@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=4))
def test_tasks_are_corrected_for_one_aggregator_and_rows_all_together(part, values):
    found = list(corrected([_with_p(part, list(pair)) for pair in values]))
    for place in range(2):
        told = [item.contenders[place].gain.here.p_tasks for item in found]
        assert told == pytest.approx(list(holm([pair[place] for pair in values])))
    told = [contender.gain.here.p_all for item in found for contender in item.contenders]
    assert told == pytest.approx(list(holm([p for pair in values for p in pair])))
    over = [item.contenders[1].over_controls[0].here.p_tasks for item in found]
    assert over == pytest.approx(list(holm([pair[1] / 2 for pair in values])))


def test_a_single_task_is_not_corrected_over_tasks(part):
    (found,) = corrected([part])
    assert all(contender.gain.here.p_tasks is None for contender in found.contenders)
    assert all(contender.gain.here.p_all is not None for contender in found.contenders)
    assert found.contenders[1].over_controls[0].here.p_all is None  # one comparison with the control


def test_both_targets_of_inference_are_corrected_each_by_itself(part):
    one, other = corrected([part, part])
    for contender in (*one.contenders, *other.contenders):
        assert contender.gain.here.p_tasks == pytest.approx(min(1.0, 2 * contender.gain.here.p))
        assert contender.gain.beyond.p_tasks == pytest.approx(min(1.0, 2 * contender.gain.beyond.p))
