"""C13 on gates that go with the task or with the seed, and whose freezing costs or does not."""

from __future__ import annotations

import pytest
from simulated_probes import renamed, trained

from sprachbund.results.claims.evidence import Study, gather
from sprachbund.results.claims.gates import depends_on_the_task

SETS = ("xnli", "pawsx", "panx", "ud_pos")


def verdicts(gate_of, change: float, data_sets=SETS, seeds=(1, 2, 3, 4, 5)):
    probes = [trained(name, seed, {"frozen scalar gate": change, "frozen gate": change / 2},
                      gate_mean=gate_of(name, seed)) for name in data_sets for seed in seeds]
    (evidence,) = gather([Study("probes", (), probes)])
    return depends_on_the_task(evidence)


def by_task(name: str, seed: int) -> float:
    return {"xnli": 0.2, "pawsx": 0.5, "panx": 0.8, "ud_pos": 0.35}[name] + 0.002 * seed


def by_seed(name: str, seed: int) -> float:
    return 0.5 + 0.1 * ((seed * 7 + len(name) * 3) % 5)


def test_a_gate_that_goes_with_the_task_and_matters_supports_the_claim() -> None:
    literal, sigmoid = verdicts(by_task, -1.5)
    assert literal.verdict == "supported"
    assert literal.parts[0].figures[0].unit == "ratio"
    assert literal.parts[0].figures[0].low > 1
    named = [part.name for part in literal.parts[1:]]
    assert named == ["frozen on XNLI", "frozen on PAWS-X", "frozen on NER", "frozen on POS"]
    assert literal.parts[1].figures[1].what == "score with each channel frozen at its mean minus score"
    assert sigmoid.verdict == "not tested here"
    assert any("gates of DLFA (sigmoid)" in cell for cell in sigmoid.missing)


def test_a_gate_that_might_as_well_be_frozen_does_not() -> None:
    literal, _ = verdicts(by_task, 0.0)
    assert literal.verdict == "not supported"
    assert literal.parts[0].verdict == "supported"


def test_a_gate_that_goes_with_seeds_is_not_told_to_go_with_tasks() -> None:
    literal, _ = verdicts(by_seed, -1.5)
    assert literal.parts[0].verdict in {"undecided at this size", "not supported"}
    assert literal.verdict == literal.parts[0].verdict


def test_one_task_cannot_be_compared_with_another() -> None:
    literal, _ = verdicts(by_task, -1.5, ("xnli",))
    assert literal.verdict == "not tested here"
    assert any("on two tasks or more" in cell for cell in literal.missing)
    assert any(cell.startswith("NER: scores of DLFA (literal) with its gate frozen") for cell in literal.missing)


@pytest.mark.parametrize("seeds", [(1, 2), (1, 2, 3)])
def test_seeds_are_counted(seeds: tuple[int, ...]) -> None:
    literal, _ = verdicts(by_task, -1.5, seeds=seeds)
    if len(seeds) < 3:
        assert literal.verdict == "undecided at this size"
    else:
        assert literal.told.endswith("(three seeds)")


def test_layers_are_not_mixed() -> None:
    probes = [renamed(trained(name, seed, {}, gate_mean=by_task(name, seed)), layers=(12, layer))
              for name, layer in (("xnli", 3), ("panx", 9)) for seed in (1, 2, 3)]
    (evidence,) = gather([Study("probes", (), probes)])
    literal, _ = depends_on_the_task(evidence)
    assert not literal.parts
