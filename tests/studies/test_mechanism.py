"""The shipped sweep `mechanism` leaves what the claims on mixing weights (C3) and on branches (C12) ask for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sprachbund.models.fusion.fusion import FusionConfig
from sprachbund.pipeline.prepare import load_task
from sprachbund.results.claims.decide import decide
from sprachbund.results.claims.evidence import Study, gather
from sprachbund.results.claims.gates import over_static
from sprachbund.results.claims.records import ClaimVerdict
from sprachbund.results.records import ScoreRow
from sprachbund.studies.sweep_config import SweepConfig
from sprachbund.studies.sweep_file import find_sweep, read_sweep
from sprachbund.testing.simulated_sweep import LAST, SimulatedSystem, simulate_sweep


@pytest.fixture(scope="module")
def config() -> SweepConfig:
    return read_sweep(find_sweep("mechanism"))


def rows_of(config: SweepConfig, gain: Callable[[FusionConfig], float]) -> list[ScoreRow]:
    """Rows of every cell of the sweep, as its score stages would name them."""
    systems = [SimulatedSystem(fusion.label(), fusion.aggregator(), fusion.type, tuple(fusion.layers(LAST)),
                               gain(fusion), gate=getattr(fusion, "gate", "")) for fusion in config.aggregators]
    return [row for task in config.tasks for row in simulate_sweep(
        systems, task=load_task(task.task).name, data_set=task.data.name, seeds=config.seeds, seed_sd=0.1,
        words=20)]


def verdict_of(config: SweepConfig, claim: str, gain: Callable[[FusionConfig], float]) -> ClaimVerdict:
    """The verdict by runs; C12 has one by checks of the equation too."""
    (encoder,) = decide([Study("mechanism", rows_of(config, gain))], []).encoders
    return next(item for item in encoder.verdicts if item.claim == claim and item.parts)


def hill(fusion: FusionConfig) -> float:
    """Gains with a peak at alpha = 0.4 that neither end reaches."""
    alpha = getattr(fusion, "alpha", None)
    return 0.0 if alpha is None else 4.0 - 30.0 * (alpha - 0.4) ** 2


def slope(fusion: FusionConfig) -> float:
    """The more of the lower layer, the worse."""
    return -8.0 * getattr(fusion, "alpha", 0.0)


def both_branches(fusion: FusionConfig) -> float:
    """Only the whole module with its own gate gains."""
    return 3.0 if (getattr(fusion, "branches", ""), getattr(fusion, "gate", "")) == ("both", "literal") else 0.0


def test_every_weight_of_the_mix_is_read_with_its_ends(config: SweepConfig) -> None:
    verdict = verdict_of(config, "C3", hill)
    assert verdict.data_sets == ("panx", "ud_pos")
    for part in verdict.parts:
        assert "Best alpha of layer 7 = 0.4, inside in 100% of draws; a quadratic curve" in part.why
        assert part.seeds == config.seeds
    assert not any("fixed mixes" in cell and ("NER" in cell or "POS" in cell) for cell in verdict.missing)
    assert any(cell.startswith("NER, POS: DLFA (literal) and last layer with k = 1 to 11") for cell in verdict.missing)


def test_an_optimum_at_an_end_is_told(config: SweepConfig) -> None:
    verdict = verdict_of(config, "C3", slope)
    assert all("Best alpha of layer 7 = 0, inside in 0% of draws" in part.why for part in verdict.parts)
    assert {part.verdict for part in verdict.parts} == {"not supported"}


def test_every_ablation_of_the_module_is_read(config: SweepConfig) -> None:
    verdict = verdict_of(config, "C12", both_branches)
    assert verdict.verdict == "supported"
    assert verdict.missing == ()
    for part in verdict.parts:
        assert part.system == "DLFA (k=7, literal)"
        assert [figure.what.partition(" minus ")[2].partition(", accuracy")[0] for figure in part.figures[::2]] == [
            "DLFA (k=7, literal, global branch)", "DLFA (k=7, literal, local branch)", "DLFA (k=7, sigmoid)"]


def test_a_gate_that_cannot_move_stands_beside_one_that_was_frozen(config: SweepConfig) -> None:
    (evidence,) = gather([Study("mechanism", rows_of(config, both_branches))])
    for data_set in ("panx", "ud_pos"):
        (figure,) = over_static(evidence, data_set, "literal")
        assert figure.what.startswith("DLFA (k=7, literal) minus static gate (k=7), accuracy")
        assert figure.value == pytest.approx(3.0, abs=0.5)
    assert over_static(evidence, "xnli", "literal") == ()


def test_branches_that_do_as_well_alone_speak_against_the_claim(config: SweepConfig) -> None:
    verdict = verdict_of(config, "C12", lambda fusion: 3.0 if fusion.type == "dlfa" else 0.0)
    assert verdict.verdict == "not supported"
