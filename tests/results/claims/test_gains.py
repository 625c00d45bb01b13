"""C2, C5, C6 and the ablation of C12 on rows whose effects are known."""

from __future__ import annotations

import pytest
from simulated_studies import evidence_of, simulate, systems

from sprachbund.results.claims.gains import (
    ablated_branches,
    extra_information,
    one_to_three_points,
    reported_gains,
)
from sprachbund.testing.simulated_sweep import LAST, LAST_LAYER, SimulatedSystem, control, dlfa


def literal(verdicts):
    return next(verdict for verdict in verdicts if verdict.variant == "literal gate")


def parts(verdict) -> dict[str, str]:
    return {part.name: part.verdict for part in verdict.parts}


def test_a_gain_that_the_control_does_not_have_is_supported_on_three_tasks() -> None:
    rows = [*simulate(systems({1: 0.2, 5: 2.0}), ("xnli", "panx", "ud_pos")),
            *simulate(systems({1: 0.0, 5: 0.0}, dev={5: 3.0}), ("pawsx",))]
    verdict = literal(extra_information(evidence_of(*rows)))
    assert verdict.verdict == "supported"
    assert parts(verdict) == {"XNLI": "supported", "PAWS-X": "not supported", "NER": "supported", "POS": "supported"}
    first = verdict.parts[0]
    assert first.system == "DLFA (k=5, literal)"
    assert first.controls == ("MS-CAM on the last layer",)
    assert first.figures[0].low < first.figures[0].value < first.figures[0].high
    assert first.figures[0].seeds == (1, 2, 3, 4, 5)
    assert set(first.figures[0].languages) == {"de", "nl", "ru", "fi", "et", "tr", "th"}
    assert verdict.told == "supported"


def test_a_gain_that_the_control_has_too_is_a_parameter_effect() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.2, 5: 1.8}, over_control=1.8)))))
    assert verdict.verdict == "parameter effect"
    assert set(parts(verdict).values()) == {"parameter effect"}


def test_no_gain_is_not_supported_and_a_noisy_one_is_undecided_with_the_seeds_that_would_settle_it() -> None:
    none = literal(extra_information(evidence_of(*simulate(systems({1: 0.0, 5: 0.0}, dev={5: 3.0})))))
    assert none.verdict == "not supported"
    assert none.settle is None
    noisy = literal(extra_information(evidence_of(*simulate(systems({1: 0.0, 5: 0.6}), seed_sd=1.5, seeds=(1, 2, 3)))))
    assert noisy.verdict == "undecided at this size"
    assert noisy.told == "undecided at this size (three seeds)"
    wanted = [part for part in noisy.parts if part.settle]
    assert wanted
    for part in wanted:
        assert part.settle > 3
        assert f"{part.settle} seeds are expected to settle it" in part.why
        assert part.figures[0].low < 0.5 < part.figures[0].high or part.figures[0].low <= 0
    undecided = [part for part in noisy.parts if part.verdict == "undecided at this size"]
    expected = max(part.settle for part in wanted) if len(wanted) == len(undecided) else None
    assert noisy.settle == expected


def test_three_seeds_are_said_in_the_verdict() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.2, 5: 2.5}), seeds=(1, 2, 3)))))
    assert verdict.verdict == "supported"
    assert verdict.told == "supported (three seeds)"
    assert any("2 more seeds" in cell for cell in verdict.missing)


def test_fewer_than_three_seeds_decide_nothing() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.2, 5: 3.0}), seeds=(1, 2)))))
    assert verdict.verdict == "undecided at this size"
    assert "Nothing is decided with fewer than 3 seeds" in verdict.parts[0].why


def test_without_the_control_a_gain_is_not_tested_and_the_control_is_named() -> None:
    rows = [row for row in simulate(systems({1: 0.2, 5: 2.0})) if row.fusion != "refined_last"]
    verdict = literal(extra_information(evidence_of(*rows)))
    assert verdict.verdict == "not tested here"
    assert any("control with as many parameters (refined_last)" in cell for cell in verdict.missing)


def test_without_source_dev_no_layer_can_be_chosen_and_what_lacks_is_named() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.2, 5: 2.0}), dev=False))))
    assert verdict.verdict == "not tested here"
    assert not verdict.parts
    assert any("source-dev rows" in cell and "k = 1, 5" in cell for cell in verdict.missing)


def test_layers_that_were_not_run_are_named() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.2, 5: 2.0}), ("ud_pos",)))))
    assert verdict.verdict == "not tested here"  # one task of four
    assert any(cell.endswith("k = 2, 3, 4, 6, 7, 8, 9, 10, 11") for cell in verdict.missing)
    assert any(cell.startswith("XNLI: last layer, DLFA (literal)") for cell in verdict.missing)


def test_the_layer_is_chosen_on_source_dev_and_not_on_test() -> None:
    verdict = literal(extra_information(evidence_of(*simulate(systems({1: 0.0, 5: 2.5}, dev={1: 3.0})))))
    assert {part.system for part in verdict.parts} == {"DLFA (k=1, literal)"}
    assert verdict.verdict == "not supported"


def test_gains_as_reported_and_smaller_ones_are_told_apart() -> None:
    rows = [*simulate(systems({1: 0.2, 5: 1.5}), ("xnli",)), *simulate(systems({1: 0.2, 5: 1.0}), ("pawsx",))]
    verdict = literal(reported_gains(evidence_of(*rows)))
    assert parts(verdict) == {"XNLI": "supported", "PAWS-X": "smaller than reported"}
    assert verdict.verdict == "smaller than reported"
    assert "Reported: +2.40 accuracy. By a mixed model +" in verdict.parts[1].why
    assert any(cell.startswith("NER: ") for cell in verdict.missing)


def test_a_reported_gain_in_f1_says_so_where_rows_have_no_f1() -> None:
    verdict = literal(reported_gains(evidence_of(*simulate(systems({1: 0.2, 5: 1.2}), ("panx",)))))
    assert "Reported: +1.20 F1. These rows have no F1; accuracy stands in." in verdict.parts[0].why


def test_one_to_three_points_tells_oracle_and_loss() -> None:
    gains = {1: 0.0, 5: 1.6, 9: 2.6}
    verdict = literal(one_to_three_points(evidence_of(*simulate(systems(gains, dev={5: 3.0})))))
    assert verdict.verdict == "supported"
    assert "Oracle: DLFA (k=9, literal)" in verdict.parts[0].why
    assert "the choice on source dev loses 1." in verdict.parts[0].why or "loses 0.9" in verdict.parts[0].why
    assert "dev rows of the target languages, for a choice on target dev" in verdict.missing
    small = literal(one_to_three_points(evidence_of(*simulate(systems({1: 0.0, 5: 0.4})))))
    assert small.verdict == "not supported"


def test_gates_are_judged_apart() -> None:
    rows = simulate([LAST_LAYER, control(), *dlfa({1: 0.0, 5: 2.0}, {5: 3.0}),
                     *dlfa({1: 0.0, 5: 0.0}, {5: 3.0}, "sigmoid")])
    literal_gate, sigmoid_gate = extra_information(evidence_of(*rows))
    assert (literal_gate.variant, literal_gate.verdict) == ("literal gate", "supported")
    assert (sigmoid_gate.variant, sigmoid_gate.verdict) == ("sigmoid gate", "not supported")


def test_what_rows_say_of_a_stand_in_stands_beside_the_verdict() -> None:
    rows = simulate(systems({1: 0.2, 5: 2.0}), ("xnli",), remark="trained on a stand-in")
    verdict = literal(extra_information(evidence_of(*rows)))
    assert verdict.remarks == ("xnli: trained on a stand-in",)


def branch(name: str, gain: float) -> SimulatedSystem:
    """DLFA at layer 5 with one branch alone."""
    return SimulatedSystem(f"DLFA (k=5, literal, {name} branch alone)", f"DLFA (literal, {name} branch alone)", "dlfa",
                           (5, LAST), gain, gate="literal")


@pytest.mark.parametrize(("context", "local", "sigmoid", "expected"), [
    (0.0, 0.0, 0.0, "supported"),
    (0.0, 2.0, 0.0, "not supported"),
    (0.0, 0.0, 2.0, "not supported"),
])
def test_the_whole_module_must_beat_each_ablation(
    context: float, local: float, sigmoid: float, expected: str
) -> None:
    ablations = [branch("global", context), branch("local", local), *dlfa({5: sigmoid}, gate="sigmoid")]
    rows = simulate([LAST_LAYER, *dlfa({5: 2.0}), *ablations], ("panx", "ud_pos"))
    verdict = ablated_branches(evidence_of(*rows))
    assert verdict.verdict == expected
    assert parts(verdict) == dict.fromkeys(("NER", "POS"), expected)


def test_an_ablation_that_was_not_run_is_named() -> None:
    rows = simulate([LAST_LAYER, *dlfa({5: 2.0}), branch("global", 0.0)], ("panx", "ud_pos"))
    verdict = ablated_branches(evidence_of(*rows))
    assert verdict.verdict == "not tested here"
    assert "NER: DLFA (k=5, literal) with local branch" in verdict.missing
    assert "NER: DLFA (k=5, literal) with no multiplication" in verdict.missing
    nothing = ablated_branches(evidence_of(*simulate([LAST_LAYER, *dlfa({5: 2.0})], ("panx",))))
    assert nothing.verdict == "not tested here"
    assert "global branch and with the local branch alone" in nothing.missing[0]
