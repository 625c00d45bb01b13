"""C3 and C7: curves that peak inside, at an end, nowhere; tasks that peak at one layer or at several."""

from __future__ import annotations

from simulated_studies import evidence_of, simulate

from sprachbund.results.claims.layers import different_layers, equilibrium, equilibrium_rule
from sprachbund.testing.simulated_sweep import LAST, LAST_LAYER, SimulatedSystem, dlfa

HILL = {1: 0.0, 3: 1.5, 5: 2.2, 7: 2.0, 9: 1.2, 11: 0.0}
RISE = {1: 0.0, 3: 0.5, 5: 1.0, 7: 1.5, 9: 2.0, 11: 2.5}
FLAT = dict.fromkeys(HILL, 0.0)
NOISE = {"seed_sd": 0.15}


def mixes(gains: dict[float, float], layer: int = 5) -> list[SimulatedSystem]:
    return [SimulatedSystem(f"fixed mix (k={layer}, alpha={alpha:g})", f"fixed mix (alpha={alpha:g})", "fixed_mix",
                            (LAST, layer), gain) for alpha, gain in gains.items()]


MIXED_HILL = mixes({0.2: 1.5, 0.4: 2.2, 0.6: 2.2, 0.8: 1.5, 1.0: 0.0})


def literal(verdicts):
    return next(verdict for verdict in verdicts if verdict.variant == "literal gate")


def test_hills_over_layers_and_weights_support_an_equilibrium() -> None:
    rows = simulate([LAST_LAYER, *dlfa(HILL), *MIXED_HILL], ("xnli", "panx", "ud_pos"), **NOISE)
    verdict = literal(equilibrium(evidence_of(*rows)))
    assert verdict.verdict == "supported"
    first = verdict.parts[0]
    assert "Best k = 5" in first.why
    assert "Best alpha of layer 5" in first.why
    assert first.figures[0].value >= 0.8
    assert any(cell.startswith("PAWS-X: fixed mixes") for cell in verdict.missing)


def test_curves_that_rise_to_the_top_do_not() -> None:
    rows = simulate([LAST_LAYER, *dlfa(RISE), *MIXED_HILL], ("xnli", "panx"), **NOISE)
    verdict = literal(equilibrium(evidence_of(*rows)))
    assert verdict.verdict == "not supported"
    assert [part.verdict for part in verdict.parts] == ["not supported", "not supported"]


def test_without_the_weights_an_inner_layer_is_not_enough() -> None:
    rows = simulate([LAST_LAYER, *dlfa(HILL)], ("xnli", "panx", "ud_pos"), **NOISE)
    verdict = literal(equilibrium(evidence_of(*rows)))
    assert verdict.verdict == "not tested here"
    assert {part.verdict for part in verdict.parts} == {"not tested here"}
    assert any(cell.startswith("XNLI: fixed mixes of two layers (fixed_mix)") for cell in verdict.missing)


def test_both_ends_must_have_been_run() -> None:
    inner = {k: gain for k, gain in HILL.items() if k != 11}
    verdict = literal(equilibrium(evidence_of(*simulate([LAST_LAYER, *dlfa(inner)], ("xnli",), **NOISE))))
    assert not verdict.parts
    assert any("with k = 1 to 11, both ends" in cell for cell in verdict.missing)


def test_flat_curves_are_undecided() -> None:
    assert equilibrium_rule(0.5, "flat", None) == "undecided at this size"
    assert equilibrium_rule(0.95, "quadratic", None) == "undecided at this size"  # a valley has no vertex


def test_tasks_that_peak_apart_have_different_layers() -> None:
    rows = [*simulate([LAST_LAYER, *dlfa(RISE)], ("xnli", "pawsx"), **NOISE),
            *simulate([LAST_LAYER, *dlfa(HILL)], ("panx", "ud_pos"), **NOISE)]
    verdict = literal(different_layers(evidence_of(*rows)))
    assert verdict.verdict == "supported"
    assert "XNLI k = 11" in verdict.why
    assert "POS k = 5" in verdict.why
    assert verdict.seeds == (1, 2, 3, 4, 5)


def test_two_tasks_that_differ_are_enough_and_the_others_are_named() -> None:
    rows = [*simulate([LAST_LAYER, *dlfa(RISE)], ("xnli",), **NOISE),
            *simulate([LAST_LAYER, *dlfa(HILL)], ("panx",), **NOISE)]
    verdict = literal(different_layers(evidence_of(*rows)))
    assert verdict.verdict == "supported"
    assert [cell.split(":")[0] for cell in verdict.missing] == ["PAWS-X", "POS"]


def test_tasks_that_peak_at_one_layer_do_not_and_wait_for_the_others() -> None:
    sharp = {1: 0.0, 3: 1.0, 5: 3.0, 7: 1.0, 9: 0.5, 11: 0.0}
    everywhere = literal(different_layers(evidence_of(*simulate([LAST_LAYER, *dlfa(sharp)], **NOISE))))
    assert everywhere.verdict == "not supported"
    two = literal(different_layers(evidence_of(*simulate([LAST_LAYER, *dlfa(sharp)], ("xnli", "panx"), **NOISE))))
    assert two.verdict == "not tested here"
    one = literal(different_layers(evidence_of(*simulate([LAST_LAYER, *dlfa(sharp)], ("xnli",), **NOISE))))
    assert not one.parts
    assert one.verdict == "not tested here"


def test_flat_curves_have_an_arbitrary_best_layer() -> None:
    rows = [*simulate([LAST_LAYER, *dlfa(RISE)], ("xnli",), **NOISE),
            *simulate([LAST_LAYER, *dlfa(FLAT)], ("panx",), seed_sd=1.0, seeds=(1, 2, 3))]
    verdict = literal(different_layers(evidence_of(*rows)))
    assert verdict.verdict == "undecided at this size"
    assert "NER flat within noise" in verdict.why
