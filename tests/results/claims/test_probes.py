"""C1 on curves that fall, peak in the middle or rise; C8 on probes that carry scores or do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulated_probes import LANGUAGES, effect, findings, layers, model, trained, trend

from sprachbund.results.claims.evidence import Study, gather
from sprachbund.results.claims.probes import cost_rule, crucial_features, lower_and_upper_layers


def evidence_of(*probes):
    (found,) = gather([Study("probes", (), probes)])
    return found


@pytest.mark.parametrize(("probe", "expected"), [
    (layers(peak=1, upper=-0.9), "supported"),
    (layers(peak=7, upper=-0.9), "middle"),
    (layers(peak=12, upper=0.9), "not supported"),
    (layers(peak=1, upper=-0.9, structure=-0.5), "not supported"),
    (layers(peak=1, upper=-0.05), "undecided at this size"),
    (layers(peak=1, upper=-0.9, structure=0.05), "undecided at this size"),
])
def test_layers_are_judged_in_both_poolings(probe, expected: str) -> None:
    (verdict,) = lower_and_upper_layers(evidence_of(probe))
    assert verdict.verdict == expected
    assert [part.name for part in verdict.parts] == ["mean pooling", "first pooling"]
    assert verdict.parts[0].figures[0].languages == tuple(LANGUAGES)
    assert "dependency depth: no treebank with heads was given" in verdict.missing
    assert verdict.told == expected  # nothing was trained: no seeds to count


def test_one_pooling_that_disagrees_is_enough() -> None:
    probe = layers(peak=1, upper=-0.9)
    rising = trend("retrieval", "first", 0.9, 0.9, 12)
    trends = [rising if (item.measure, item.variant) == ("retrieval", "first") else item for item in probe.trends]
    (verdict,) = lower_and_upper_layers(evidence_of(replace(probe, trends=tuple(trends))))
    assert verdict.verdict == "not supported"


def test_a_measure_that_was_not_taken_is_named() -> None:
    probe = layers(peak=1, upper=-0.9)
    trends = tuple(item for item in probe.trends if item.variant != "first")
    (verdict,) = lower_and_upper_layers(evidence_of(replace(probe, trends=trends)))
    assert verdict.verdict == "not tested here"
    assert "first pooling: retrieval" in verdict.missing
    no_words = tuple(item for item in probe.trends if item.measure != "pos")
    (verdict,) = lower_and_upper_layers(evidence_of(replace(probe, trends=no_words)))
    assert not verdict.parts
    assert "mean pooling: pos" in verdict.missing


def test_a_curve_without_interval_decides_nothing() -> None:
    probe = layers(peak=1, upper=-0.9)
    nothing = dict.fromkeys(("rho_low", "rho_high", "rho_upper_low", "rho_upper_high"))
    bare = [replace(item, **nothing) for item in probe.trends]
    (verdict,) = lower_and_upper_layers(evidence_of(replace(probe, trends=tuple(bare))))
    assert verdict.verdict == "undecided at this size"
    assert "no interval: too few languages" in verdict.parts[0].why


def test_an_encoder_before_fine_tuning_comes_first() -> None:
    after = layers(peak=12, upper=0.9, role="after")
    (verdict,) = lower_and_upper_layers(evidence_of(after, layers(peak=7, upper=-0.9)))
    assert verdict.verdict == "middle"
    (verdict,) = lower_and_upper_layers(evidence_of(after))
    assert verdict.remarks[0] == "No probe before fine-tuning was read: this is the fine-tuned encoder."


def test_without_a_probe_it_is_named() -> None:
    (verdict,) = lower_and_upper_layers(evidence_of(findings([model("before")])))
    assert verdict.verdict == "not tested here"
    assert "sprachbund probe" in verdict.missing[0]


COSTLY = {"without semantic": -4.0, "without structure": -5.0, "without random": -0.5}
CHEAP = {"without semantic": -0.6, "without structure": -0.5, "without random": -0.5}


def study(changes: dict[str, float], data_sets=("xnli", "panx", "ud_pos"), seeds=(1, 2, 3, 4, 5), **options):
    return evidence_of(*(trained(name, seed, changes, **options) for name in data_sets for seed in seeds))


def test_features_that_carry_transfer_support_the_claim() -> None:
    verdict = crucial_features(study(COSTLY))
    assert verdict.verdict == "supported"
    assert verdict.data_sets == ("xnli", "panx", "ud_pos")
    units = [figure.unit for figure in verdict.parts[0].figures]
    assert units == ["points", "points", "correlation", "correlation"]
    assert all(figure.low > 0 for figure in verdict.parts[0].figures)
    assert "paraphrase similarity is not measured" in verdict.remarks[0]


def test_subspaces_that_cost_no_more_than_random_ones_do_not() -> None:
    verdict = crucial_features(study(CHEAP))
    assert verdict.verdict == "not supported"


def test_scores_that_go_with_nothing_leave_it_undecided() -> None:
    verdict = crucial_features(study(COSTLY, carries=False))
    assert verdict.verdict in {"undecided at this size", "not supported"}
    assert verdict.verdict != "supported"


def test_a_removal_without_its_random_twin_is_named() -> None:
    changes = {name: value for name, value in COSTLY.items() if name != "without random"}
    verdict = crucial_features(study(changes, ("xnli",)))
    assert verdict.verdict == "not tested here"
    assert "XNLI: scores without the semantic and without a random subspace" in verdict.missing
    assert any(cell.startswith("NER: probes of 5 trained models") for cell in verdict.missing)


def test_the_source_language_is_in_no_mean() -> None:
    probe = trained("xnli", 1, COSTLY)
    source = effect("without semantic", "en", -50.0, "xnli")
    verdict = crucial_features(evidence_of(replace(probe, task_effects=(*probe.task_effects, source))))
    assert "en" not in verdict.parts[0].figures[0].languages


def test_fewer_than_three_seeds_decide_no_removal() -> None:
    verdict = crucial_features(study(COSTLY, seeds=(1, 2)))
    assert verdict.verdict == "undecided at this size"


def test_costs() -> None:
    assert cost_rule(2.0, 0.5, 3.5) == "supported"
    assert cost_rule(0.3, 0.1, 0.9) == "not supported"
    assert cost_rule(1.2, -0.1, 2.5) == "undecided at this size"
