"""Findings of probes made by hand: curves over layers, effects of interventions, gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sprachbund.results.probe_findings import (
    Gate,
    Point,
    ProbedLanguage,
    ProbedModel,
    ProbeFindings,
    TaskEffect,
    Trend,
)

LANGUAGES = {
    "de": "Indo-European", "ru": "Indo-European", "fi": "Uralic", "et": "Uralic", "tr": "Turkic", "kk": "Turkic",
    "ta": "Dravidian", "te": "Dravidian", "ar": "Afro-Asiatic", "he": "Afro-Asiatic", "th": "Kra-Dai", "lo": "Kra-Dai",
}
ENCODER, PROVENANCE = "tiny", "simulated: no encoder"


def model(role: str = "after", **given: Any) -> ProbedModel:
    """A probed model: an encoder, or DLFA on it."""
    after = role == "after"
    values: dict[str, Any] = {
        "role": role, "name": role, "encoder": ENCODER, "provenance": PROVENANCE, "task": "tagging" if after else "",
        "fusion": "dlfa" if after else "", "system": "DLFA (k=5, literal)" if after else "",
        "layers": (12, 5) if after else (), "gate": "literal" if after else "", "source": "en",
        "train_data": "ud_pos" if after else "", "train_examples": 4000 if after else 0, "seed": 1, "n_layers": 12,
        "width": 32, "normed_last": False, "states": ("12", "fused"), "seconds": 1.0, "pieces": 100,
    }
    return ProbedModel(**{**values, **given})


def findings(models: Sequence[ProbedModel], **given: Any) -> ProbeFindings:
    """Findings of a probe, empty where nothing is given."""
    families = {"en": "Indo-European", **LANGUAGES}
    languages = tuple(ProbedLanguage(code, code, family, "Latn") for code, family in families.items())
    values: dict[str, Any] = {
        "models": tuple(models), "source": "en", "languages": languages, "level": 0.95, "points": (), "averages": (),
        "trends": (), "similarities": (), "contrasts": (), "removals": (), "task_effects": (), "gates": (),
        "not_tested": ("dependency depth: no treebank with heads was given",),
    }
    return ProbeFindings(**{**values, **given})


def trend(measure: str, variant: str, rho: float, upper: float, peak: int, role: str = "before") -> Trend:
    """A curve's trend with intervals of ±0.1."""
    return Trend(role, measure, variant, rho, rho - 0.1, rho + 0.1, upper, upper - 0.1, upper + 0.1, peak, 0.9, 6)


def layers(peak: int, upper: float, structure: float = 0.8, role: str = "before") -> ProbeFindings:
    """A probe whose retrieval peaks at a layer, in both poolings."""
    trends = [trend("pos", "", structure, structure, 12, role)]
    for pooling in ("mean", "first"):
        trends += [trend("retrieval", pooling, -0.2, upper, peak, role),
                   trend("language_identity", pooling, structure, structure, 12, role),
                   trend("language_identity", f"{pooling}, centred", structure, structure, 12, role)]
    return findings([model(role)], trends=tuple(trends))


def effect(change: str, language: str, difference: float, data_set: str, score: float = 70.0) -> TaskEffect:
    """What a change does in one language."""
    return TaskEffect("after", change, 4, "tagging", data_set, "test", "accuracy", language, 100, score,
                      score + difference, difference, difference - 1, difference + 1)


def trained(
    data_set: str, seed: int, changes: Mapping[str, float], *, gate_mean: float | None = None, carries: bool = True,
    noise: float = 0.2, **given: Any,
) -> ProbeFindings:
    """A probe of one trained model.

    Args:
        data_set, seed: what it was trained for.
        changes: change -> points it does to the score, with noise by language.
        gate_mean: of its gate; None: no gate statistics.
        carries: whether the fused state's probes go with its score over languages.
        noise: deviation over languages and seeds.
        given: fields of the model.
    """
    rng = np.random.default_rng([seed, len(data_set), *map(ord, data_set)])
    effects, points, gates = [], [], []
    for place, code in enumerate(LANGUAGES):
        semantic, structural = 50 + 3 * place, 60 + 3 * ((place * 5) % 12)
        score = (0.4 * semantic + 0.6 * structural if carries else 60.0) + rng.normal(0, 0.3)
        effects += [effect(change, code, points_lost + float(rng.normal(0, noise)), data_set, score)
                    for change, points_lost in changes.items()]
        points += [Point("after", measure, variant, "fused", code, 100, value + float(rng.normal(0, 0.3)), None, None)
                   for measure, variant, value in (("retrieval", "mean", semantic), ("pos", "", structural))]
        if gate_mean is not None:
            gates += [Gate("after", "DLFA (k=5, literal)", "tagging", seed, data_set, "test", code, label, words,
                           gate_mean + float(rng.normal(0, 0.002)), 0.1, 0.1)
                      for label, words in (("NOUN", 80), ("VERB", 20))]
    return findings([model(train_data=data_set, seed=seed, **given)], task_effects=tuple(effects),
                    points=tuple(points), gates=tuple(gates))


def renamed(probe: ProbeFindings, **given: Any) -> ProbeFindings:
    """The same probe of another model."""
    return replace(probe, models=tuple(replace(item, **given) for item in probe.models))
