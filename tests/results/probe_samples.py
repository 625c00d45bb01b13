"""A probe's findings made by hand, small and with every kind of record in it."""

from __future__ import annotations

from sprachbund.results.probe_findings import (
    Gate,
    Point,
    Probed,
    ProbedModel,
    ProbeFindings,
    Removal,
    Role,
    Similarity,
    TaskEffect,
)
from sprachbund.results.probe_summary import summarise

LANGUAGES = ("de", "nl", "fr", "ru", "tr", "ja")
RISING = {"0": 10.0, "1": 20.0, "2": 40.0, "3": 60.0, "4": 80.0, "fused": 70.0}
PEAKED = {"0": 10.0, "1": 40.0, "2": 80.0, "3": 60.0, "4": 20.0, "fused": 50.0}


def model(role: Role) -> ProbedModel:
    trained = role == "after"
    return ProbedModel(
        role=role, name="DLFA (k=2, literal), tagging, seed 1" if trained else "tiny", encoder="tiny",
        provenance="tiny, made for tests", task="tagging" if trained else "", fusion="dlfa" if trained else "",
        system="DLFA (k=2, literal)" if trained else "", layers=(4, 2) if trained else (), gate="", source="en",
        train_data="ud_pos" if trained else "", train_examples=90 if trained else 0, seed=1 if trained else 0,
        n_layers=4, width=8, normed_last=False, states=("0", "1", "2", "3", "4", *(("fused",) if trained else ())),
        seconds=2.0, pieces=5000)


def points(role: Role) -> list[Point]:
    """Retrieval peaks in the middle, words rise; each language is a little off the mean."""
    found = []
    for measure, variant, curve, scale in (
        ("retrieval", "mean", PEAKED, 1.0), ("retrieval", "mean, centred", PEAKED, 1.0),
        ("retrieval", "first, centred", PEAKED, 0.5), ("cka", "mean", PEAKED, 0.01),
        ("language_identity", "mean", RISING, 1.0), ("pos", "", RISING, 1.0),
    ):
        for state, value in curve.items():
            if state == "fused" and role == "before":
                continue
            for number, code in enumerate((*LANGUAGES, "en")):
                if code == "en" and measure in ("retrieval", "cka"):
                    continue
                own = (value + number - 2.5) * scale
                found.append(Point(role, measure, variant, state, code, 100, own, own - 3 * scale, own + 3 * scale))
    return found


def alike(role: Role, state: str) -> Similarity:
    """Languages of one family are near each other."""
    near = {frozenset(pair) for pair in (("de", "nl"), ("de", "fr"), ("nl", "fr"), ("de", "ru"), ("nl", "ru"),
                                         ("fr", "ru"))}
    matrix = tuple(tuple(1.0 if one == other else 0.5 if frozenset((one, other)) in near else -0.25
                         for other in LANGUAGES) for one in LANGUAGES)
    return Similarity(role, state, LANGUAGES, matrix)


def probed(role: Role) -> Probed:
    states = model(role).states
    removals = [Removal(role, state, kind, 4, 0.2, measure, code, 50, 60.0, 60.0 + change, change, change - 1,
                        change + 1)
                for state in states for measure in ("retrieval", "language_identity", "pos")
                for kind, change in (("language", -5.0), ("random", -0.5)) for code in LANGUAGES]
    effects = [TaskEffect(role, change, 4, "tagging", "ud_pos", "test", "accuracy", code, 50, 70.0, 70.0 + value, value,
                          value - 1, value + 1)
               for change, value in (("without language", -2.0), ("without random", -0.2), ("frozen gate", -1.0))
               for code in (*LANGUAGES, "en")]
    gates = [Gate(role, "DLFA (k=2, literal)", "tagging", 1, "ud_pos", "test", code, label, 40, mean, 0.02, 0.01)
             for code in (*LANGUAGES, "en") for label, mean in (("NOUN", 0.6), ("VERB", 0.4))]
    after = role == "after"
    return Probed(model(role), tuple(points(role)), tuple(alike(role, state) for state in states), tuple(removals),
                  tuple(effects) if after else (), tuple(gates) if after else (), ("tatoeba has 90 of 100",))


def findings(*roles: Role) -> ProbeFindings:
    """Findings of both models, or of those named."""
    return summarise([probed(role) for role in roles or ("before", "after")], "en",
                     not_tested=("dependency depth: no heads",), settings={"sentences": "100"},
                     command="sprachbund probe tiny")
