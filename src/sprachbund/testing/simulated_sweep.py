"""Score rows of a layer sweep with known effects, for tests and trials of what is concluded from rows.

Examples have words, each with a threshold that all systems and seeds share; a word is right where the
system's rate in that language lies above its threshold. So systems are paired as real ones are, a
gain of two points is two points on average, and the noise of seeds is what is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.results.records import ScoreRow

LAST = 12
TARGETS = {"de": 82.0, "nl": 81.0, "es": 78.0, "ru": 71.0, "hi": 60.0, "fi": 66.0, "et": 65.0, "tr": 58.0, "th": 45.0}
"""Target languages with the baseline's rate in points: four families with more than one or one language each."""


@dataclass(frozen=True)
class SimulatedSystem:
    """A system with its true effects.

    Args:
        name: label with the layer.
        aggregator: label without it.
        fusion: registered name.
        layers: layers it reads.
        gain: true gain on every target language over the rates, in points.
        source_gain: true gain on the source, in points.
        settings: what was tuned for it.
        gate: as rows name it.
    """

    name: str
    aggregator: str
    fusion: str
    layers: tuple[int, ...]
    gain: float = 0.0
    source_gain: float = 0.0
    settings: str = ""
    gate: str = ""


LAST_LAYER = SimulatedSystem("last layer", "last layer", "last_layer", (LAST,))


def control(gain: float = 0.0, source_gain: float = 0.0) -> SimulatedSystem:
    """The control with as many parameters as an AIF, on the last layer alone."""
    return SimulatedSystem("MS-CAM on the last layer", "MS-CAM on the last layer", "refined_last", (LAST,), gain,
                           source_gain)


def dlfa(
    gains: Mapping[int, float], source_gains: Mapping[int, float] | None = None, gate: str = "literal"
) -> list[SimulatedSystem]:
    """D_k; gains by layer, in points."""
    on_source = source_gains or {}
    return [SimulatedSystem(f"DLFA (k={layer}, {gate})", f"DLFA ({gate})", "dlfa", (layer, LAST), gain,
                            on_source.get(layer, 0.0), gate=gate) for layer, gain in gains.items()]


def simulate_sweep(
    systems: Sequence[SimulatedSystem], *, task: str = "tagging", data_set: str = "ud_pos",
    targets: Mapping[str, float] = TARGETS, source_rate: float = 94.0, seeds: Sequence[int] = (1, 2, 3),
    seed_sd: float = 0.3, examples: int = 120, words: int = 8, dev: bool = True, remark: str = "", stream: int = 0,
) -> list[ScoreRow]:
    """Rows of test (source and targets) and source dev for every system and seed.

    Args:
        systems: what was trained.
        task, data_set: as rows name them; training data have the data set's name.
        targets: language -> the rate of a system without gain, in points.
        source_rate: the same for the source, English.
        seeds: root seeds.
        seed_sd: deviation of a system's rate from seed to seed, in points, the same in all languages.
        examples, words: words each of examples in a language.
        dev: whether to score source dev.
        remark: sentence in every row.
        stream: root of the random numbers.
    """
    rates = {"en": source_rate, **targets}
    places = [("test", code) for code in rates] + ([("dev", "en")] if dev else [])
    thresholds = {place: np.random.default_rng(derive_seed(stream, data_set, *place)).random((examples, words))
                  for place in places}
    rows = []
    for system in systems:
        for seed in seeds:
            rng = np.random.default_rng(derive_seed(stream, data_set, system.name, system.settings, str(seed)))
            luck = float(rng.normal(0, seed_sd))
            for split, code in places:
                gain = system.source_gain if code == "en" else system.gain
                rate = (rates[code] + gain + luck) / 100
                right = (thresholds[split, code] < rate).sum(axis=1)
                rows.append(_row(system, seed, split, code, right, words, task, data_set, remark))
    return rows


def _row(
    system: SimulatedSystem, seed: int, split: str, target: str, right: np.ndarray, words: int, task: str,
    data_set: str, remark: str,
) -> ScoreRow:
    count = len(right)
    zeros, scored = np.zeros(count, dtype=np.int64), np.full(count, words, dtype=np.int64)
    return ScoreRow(
        task=task, data_set=data_set, split=split, fingerprint=f"{data_set} {target} {split}", metric="accuracy",
        metric_version=1, primary=True, encoder="tiny", provenance="simulated rows: no encoder", fusion=system.fusion,
        system=system.name, layers=system.layers, gate=system.gate, intermediate=(), train_data=data_set,
        train_examples=4000,
        source="en", target=target, seed=seed, run="simulated",
        stage=f"{data_set}|{system.name}|{system.settings}|{seed}|{split}", columns=("correct", "total"),
        identities=tuple(str(number) for number in range(count)),
        counts=np.stack([right.astype(np.int64), scored], axis=1), words=scored, windowed=zeros, unpredicted=zeros,
        repaired=zeros, ignored=zeros, notes={}, aggregator=system.aggregator, settings=system.settings, remark=remark,
    )
