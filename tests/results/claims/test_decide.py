"""All claims at once: what is missing is named, nothing is typed in, JSON goes there and back."""

from __future__ import annotations

import json

import pytest
from simulated_probes import layers
from simulated_studies import simulate, systems

from sprachbund.core.errors import FormatError
from sprachbund.results.claims.architecture import by_checks
from sprachbund.results.claims.decide import decide, together
from sprachbund.results.claims.evidence import Study
from sprachbund.results.claims.records import CheckResult, claims_from_json, claims_json, few_seeds
from sprachbund.results.claims.statements import STATEMENTS
from sprachbund.testing.simulated_sweep import LAST_LAYER, control, dlfa

CHECKS = tuple(CheckResult(f"check-{number}", (statement.claim,), "It holds.", True, "seen")
               for number, statement in enumerate(STATEMENTS) if statement.kind != "empirical")
ARCHITECTURE = ("C4", "C10", "C11", "C14", "C15", "C16", "C17")


def test_without_results_everything_empirical_is_not_tested_and_says_what_lacks() -> None:
    found = decide([], CHECKS)
    (nothing,) = found.encoders
    assert nothing.encoder == ""
    assert "no results" in nothing.mechanism
    order = [statement.claim for statement in STATEMENTS for _ in range(1 + (statement.kind == "both"))]
    assert [verdict.claim for verdict in nothing.verdicts] == order
    for verdict in nothing.verdicts:
        if verdict.claim in ARCHITECTURE or verdict.variant == "equations":
            assert verdict.told.startswith("tested by check-")
        else:
            assert verdict.told == "not tested here"
            assert verdict.missing, verdict.claim
            assert not verdict.parts


def test_each_encoder_has_its_own_verdicts_and_says_what_they_speak_of() -> None:
    rows = simulate(systems({1: 0.2, 5: 2.0}), ("ud_pos",), seeds=(1, 2, 3))
    found = decide([Study("sweep", rows), Study("probe", (), (layers(peak=7, upper=-0.9),))], CHECKS)
    (tiny,) = found.encoders
    assert tiny.mechanism.startswith("These verdicts are on the mechanism, measured with tiny; they are no verdicts on")
    assert tiny.provenance == "simulated rows: no encoder"
    assert found.verdict("C1").verdict == "middle"
    assert found.verdict("C5", "tiny").parts[0].verdict == "supported"
    with pytest.raises(KeyError, match="no verdict on C5 by other"):
        found.verdict("C5", "other")


def test_what_holds_for_one_gate_alone_says_so() -> None:
    rows = simulate([LAST_LAYER, control(), *dlfa({1: 0.0, 5: 2.0}, {5: 3.0}),
                     *dlfa({1: 0.0, 5: 0.0}, {5: 3.0}, "sigmoid")])
    (tiny,) = decide([Study("sweep", rows)], CHECKS).encoders
    both = [verdict for verdict in tiny.verdicts if verdict.claim == "C2"]
    assert [verdict.variant for verdict in both] == ["literal gate", "sigmoid gate"]
    assert all("Holds for the literal gate alone." in verdict.remarks for verdict in both)


def test_verdicts_go_to_json_and_back() -> None:
    rows = simulate(systems({1: 0.2, 5: 2.0}), ("ud_pos",), seeds=(1, 2, 3))
    found = decide([Study("sweep", rows)], CHECKS, read=("sweep: rows",))
    assert claims_from_json(json.loads(json.dumps(claims_json(found)))) == found
    with pytest.raises(FormatError, match=r"claims\.json: not verdicts of this version: level"):
        claims_from_json({}, "claims.json")


def test_a_check_that_fails_or_did_not_run_is_no_support() -> None:
    broken = CheckResult("two-branches", ("C17",), "It holds.", False, "three branches")
    verdicts = {verdict.claim: verdict for verdict in by_checks([broken])}
    assert verdicts["C17"].verdict == "not supported"
    assert "two-branches: three branches" in verdicts["C17"].why
    assert verdicts["C4"].verdict == "not tested here"
    assert verdicts["C4"].missing


def test_what_lacks_on_several_tasks_is_told_once() -> None:
    assert together(["XNLI: a", "note: b", "NER: a", "XNLI: c"]) == ("XNLI, NER: a", "note: b", "XNLI: c")


def test_few_seeds_are_words() -> None:
    assert few_seeds(tuple(range(4))) == " (four seeds)"
    assert few_seeds(()) == ""
