"""How much of a gain the probes of the fused state carry, where both systems were probed in one study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from simulated_probes import LANGUAGES, trained
from simulated_studies import simulate, systems

from sprachbund.results.claims.evidence import Study, gather
from sprachbund.results.claims.probes import crucial_features
from sprachbund.results.claims.records import ClaimVerdict
from sprachbund.results.probe_findings import ProbeFindings

LAST = {"system": "last layer", "fusion": "last_layer", "layers": (12,), "gate": ""}
SEEDS = (1, 2, 3)


def moved(probe: ProbeFindings, retrieval: float, score: float) -> ProbeFindings:
    """The same probe, the fused state's retrieval and the score so much higher, with noise in both."""
    rng = np.random.default_rng(probe.models[0].seed)
    shift = {code: retrieval + rng.normal(0, 2) for code in LANGUAGES}
    gain = score / retrieval if retrieval else 0.0
    points = [replace(point, value=point.value + shift[point.language]) if point.measure == "retrieval" else point
              for point in probe.points]
    effects = [replace(item, score=item.score + (gain * shift[item.language] if retrieval else score))
               for item in probe.task_effects]
    return replace(probe, points=tuple(points), task_effects=tuple(effects))


def probes(retrieval: float, score: float, *, k: int = 5) -> list[ProbeFindings]:
    """Both systems, DLFA with a better fused state or a better score."""
    changes = {"without semantic": -4.0, "without structure": -5.0, "without random": -0.5}
    label = f"DLFA (k={k}, literal)"
    return [*(trained("ud_pos", seed, changes, **LAST) for seed in SEEDS),
            *(moved(trained("ud_pos", seed, changes, system=label, layers=(k, 12)), retrieval, score)
              for seed in SEEDS)]


def verdict_of(*studies: Study) -> ClaimVerdict:
    (evidence,) = gather(studies)
    return crucial_features(evidence)


def test_a_gain_that_goes_with_the_probes_is_carried() -> None:
    (part,) = verdict_of(Study("one", (), probes(4.0, 2.0))).parts
    total, carried, direct = part.figures[4:]
    assert carried.what == "part of it that retrieval and parts of speech of the fused state carry"
    assert carried.low is not None
    assert carried.low > 0
    assert carried.value == pytest.approx(2.0, abs=0.5)
    assert total.value == pytest.approx(carried.value + direct.value)
    assert total.seeds == SEEDS
    assert "DLFA (k=5, literal) minus last layer +" in part.why


def test_a_gain_beside_the_probes_is_not() -> None:
    (part,) = verdict_of(Study("one", (), probes(0.0, 2.0))).parts
    _, carried, direct = part.figures[4:]
    assert carried.value == pytest.approx(0.0, abs=0.3)
    assert direct.low is not None
    assert direct.low > 0


def test_the_verdict_does_not_hang_on_it() -> None:
    verdicts = {verdict_of(Study("one", (), probes(*gain))).parts[0].verdict for gain in ((0.0, 2.0), (4.0, 2.0))}
    assert len(verdicts) == 1


def test_models_of_two_studies_are_not_held_against_each_other() -> None:
    both = probes(4.0, 2.0)
    verdict = verdict_of(Study("last", (), both[:3]), Study("fused", (), both[3:]))
    assert len(verdict.parts[0].figures) == 4
    assert any(cell.startswith("POS: mediation (no part of the rule)") for cell in verdict.missing)


def test_the_layer_that_source_dev_chooses_is_taken() -> None:
    rows = simulate(systems({3: 1.0, 5: 0.0}, dev={5: 3.0}), ("ud_pos",), seeds=SEEDS)
    several = [*probes(4.0, 2.0, k=3), *probes(4.0, 2.0, k=5)[3:]]
    (part,) = verdict_of(Study("one", rows, several)).parts
    assert part.figures[4].what.startswith("DLFA (k=5, literal) minus last layer")
    (part,) = verdict_of(Study("one", (), several)).parts
    assert part.figures[4].what.startswith("DLFA (k=3, literal) minus last layer"), "of equals the first"
