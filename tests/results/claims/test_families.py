"""C9: languages whose curves go with their family, with nothing, or with another family."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from simulated_studies import evidence_of, simulate

from sprachbund.results.claims.families import alike_within_families, family_rule
from sprachbund.testing.simulated_sweep import LAST_LAYER, dlfa

TARGETS = {"de": 80.0, "nl": 70.0, "es": 75.0, "fr": 60.0, "ru": 65.0, "fi": 66.0, "et": 55.0, "hu": 72.0, "tr": 58.0,
           "kk": 68.0, "az": 62.0, "ta": 57.0, "te": 64.0, "kn": 59.0, "ar": 61.0, "he": 67.0}
UP = {1: -2.0, 4: -1.0, 8: 1.0, 11: 2.0}
SHAPES = {"Indo-European": (0, 1, 1, 0), "Uralic": (0, 2, 0, -1), "Turkic": (2, 0, 0, 2), "Dravidian": (-1, 0, 2, 0),
          "Afro-Asiatic": (1, -1, 1, -1)}
FAMILY = {"de": "Indo-European", "nl": "Indo-European", "es": "Indo-European", "fr": "Indo-European",
          "ru": "Indo-European", "fi": "Uralic", "et": "Uralic", "hu": "Uralic", "tr": "Turkic", "kk": "Turkic",
          "az": "Turkic", "ta": "Dravidian", "te": "Dravidian", "kn": "Dravidian", "ar": "Afro-Asiatic",
          "he": "Afro-Asiatic"}


def rows_with(shapes: dict[str, tuple[int, ...]], data_sets: tuple[str, ...] = ("ud_pos",)):
    """Curves of each language moved by the shape of its family (or of the language itself)."""
    found = []
    for row in simulate([LAST_LAYER, *dlfa(dict.fromkeys(UP, 0.0))], data_sets, targets=TARGETS, examples=100):
        if row.fusion == "dlfa" and row.target != "en":
            place = list(UP).index(row.layers[0])
            shape = shapes.get(row.target, shapes.get(FAMILY[row.target], (0, 0, 0, 0)))
            counts = row.counts.copy()
            counts[:60, 0] = np.clip(counts[:60, 0] + shape[place], 0, counts[:60, 1])
            row = replace(row, counts=counts)
        found.append(row)
    return found


def literal(verdicts):
    return next(verdict for verdict in verdicts if verdict.variant == "literal gate")


def test_curves_that_go_with_families_support_the_claim() -> None:
    verdict = literal(alike_within_families(evidence_of(*rows_with(SHAPES))))
    assert verdict.verdict == "supported"
    with_source, without = verdict.parts[0].figures
    assert with_source.value > 0.5
    assert with_source.low < with_source.value < with_source.high
    assert set(without.languages).isdisjoint({"de", "nl", "es", "fr", "ru"})
    assert len(with_source.languages) == 16
    assert any("pretraining corpora" in cell for cell in verdict.missing)


def test_curves_that_go_against_families_do_not() -> None:
    rng = np.random.default_rng(3)
    names = sorted(TARGETS)
    mixed = dict(zip(names, [list(SHAPES.values())[place % 5] for place in rng.permutation(len(names))], strict=True))
    against = {code: list(SHAPES.values())[place % 5] for place, code in enumerate(
        sorted(names, key=lambda code: (names.index(code) % 3, FAMILY[code])))}
    for shapes in (mixed, against):
        verdict = literal(alike_within_families(evidence_of(*rows_with(shapes))))
        assert verdict.verdict in {"undecided at this size", "not supported"}
    assert family_rule(0.9, 0.9, -0.2) == "not supported"


def test_a_data_set_without_two_languages_of_another_family_cannot_be_asked() -> None:
    targets = {code: TARGETS[code] for code in ("de", "nl", "es", "tr", "ar")}
    rows = simulate([LAST_LAYER, *dlfa(UP)], ("pawsx",), targets=targets)
    verdict = literal(alike_within_families(evidence_of(*rows)))
    assert verdict.verdict == "not tested here"
    assert any("PAWS-X: two languages or more of a family" in cell for cell in verdict.missing)


def test_scripts_that_tell_the_families_leave_nothing_to_ask() -> None:
    """Without the source's family only Finnish and Estonian share a script, and only they share a family."""
    targets = {"de": 80.0, "nl": 78.0, "fi": 66.0, "et": 60.0, "ar": 70.0, "th": 62.0}
    rows = simulate([LAST_LAYER, *dlfa(UP)], ("ud_pos",), targets=targets)
    verdict = literal(alike_within_families(evidence_of(*rows)))
    assert verdict.verdict == "not tested here"
    assert any("in scripts that do not tell the families" in cell for cell in verdict.missing)
