"""Stored results, sorted by what may be judged together: one encoder, and within it one study and data set at a time.

A *study* is what one command left in one folder. Rows of two studies are never held against each other: what was
trained elsewhere may have been trained otherwise. For each data set a rule takes the study that has most of what it
needs, and the others are named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from sprachbund.metrics.metric import METRICS
from sprachbund.results.claims.choice import Choice, choose
from sprachbund.results.claims.gate_means import GateMeans, each_once, gates_of_probe
from sprachbund.results.claims.statements import DATA_SETS
from sprachbund.results.probe_findings import ProbeFindings
from sprachbund.results.records import ScoreRow
from sprachbund.results.sweep_rows import EQUAL_PARAMETERS, TEST, PartRows, SystemFacts, sort_rows
from sprachbund.results.sweep_scores import PartScores
from sprachbund.statistics.intervals import LEVEL
from sprachbund.statistics.repetitions import Floats
from sprachbund.statistics.resampling import observed_scores

DLFA = "dlfa"
GATES = ("literal", "sigmoid")
_CLAIMED_METRIC = {"ud_pos": "xtreme_f1", "panx": "span_f1"}
"""By what the paper's gains are measured where that is not accuracy."""


@dataclass(frozen=True)
class Study:
    """What was found in one folder.

    Args:
        name: of the folder, as it is told.
        rows: score rows of any number of tasks, encoders, systems and seeds.
        probes: what probes of models found.
        gates: of models, from the gate statistics of cells.
        unaveraged: data set -> its targets that enter no average (a second treebank of a language).
    """

    name: str
    rows: Sequence[ScoreRow] = ()
    probes: Sequence[ProbeFindings] = ()
    gates: Sequence[GateMeans] = ()
    unaveraged: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass
class Comparison:
    """The rows of one study, encoder and data set, with scores computed when they are asked for.

    Args:
        study: name of the study.
        part: the rows.
        unaveraged: targets that enter no average.
        level: coverage of intervals.
    """

    study: str
    part: PartRows
    unaveraged: Collection[str] = ()
    level: float = LEVEL
    _choices: dict[str, Choice | None] = field(default_factory=dict, repr=False)

    @property
    def data_set(self) -> str:
        """The data set of the test rows."""
        return self.part.data_set

    @cached_property
    def scores(self) -> PartScores:
        """Scores of every system, seed and language.

        Raises:
            DataError: no target language is complete.
        """
        return PartScores(self.part, unaveraged=self.unaveraged, level=self.level)

    @property
    def metric(self) -> str:
        """By what the claim is measured: F1 for tagging, as the paper has it, else the primary metric."""
        wanted = _CLAIMED_METRIC.get(self.data_set)
        return wanted if wanted in self.part.test.metrics else self.part.metric

    @property
    def baseline(self) -> str:
        """The last layer."""
        return self.part.systems[0].name

    @property
    def last(self) -> int:
        """N, the number of the last layer."""
        return max(self._row(self.baseline).layers)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that every row of it carries (a stand-in training set)."""
        return tuple(dict.fromkeys(f"{self.data_set}: {row.remark}" for row in self.part.test.rows() if row.remark))

    @property
    def trained_on(self) -> str:
        """Data and number of examples of the training."""
        row = self._row(self.baseline)
        return f"{row.train_data}, {row.train_examples:,} examples"

    def control(self) -> str | None:
        """The control with as many parameters that sees the last layer alone; the closest to AIF there is."""
        for fusion in EQUAL_PARAMETERS:
            for facts in self.part.systems:
                if facts.control and self.fusion(facts.name) == fusion:
                    return facts.name
        return None

    def fusion(self, system: str) -> str:
        """The registered name of a system's fusion."""
        return self._row(system).fusion

    def gate(self, system: str) -> str:
        """The gate of a system's fusion, or ""."""
        return self._row(system).gate

    def layers(self, gate: str) -> dict[int, SystemFacts]:
        """D_k by k: DLFA with a gate, with no other option if there are several kinds."""
        found: dict[str, dict[int, SystemFacts]] = {}
        for facts in self.part.systems:
            row = self._row(facts.name)
            if row.fusion == DLFA and row.gate == gate and facts.layer is not None:
                found.setdefault(facts.aggregator, {})[facts.layer] = facts
        if not found:
            return {}
        plainest = min(found, key=lambda name: (len(name), name))
        return dict(sorted(found[plainest].items()))

    def choice(self, gate: str) -> Choice | None:
        """k as source dev chooses it among D_k of a gate; None where nothing can choose."""
        if gate not in self._choices:
            layers = {layer: facts.name for layer, facts in self.layers(gate).items()}
            self._choices[gate] = choose(self.part, self.scores, layers, self.baseline) if len(layers) > 1 else None
        return self._choices[gate]

    def values(self, system: str, seeds: Sequence[int]) -> Floats:
        """(S, G) scores by the claim's metric, G base languages of the language set."""
        value = METRICS.load(self.metric).value().value
        table, members = self.part.test, self.scores.chosen.members
        columns = [np.mean([observed_scores(table.counts(system, seeds, code, self.metric, TEST), value)
                            for code in codes], axis=0) for codes in members.values()]
        return np.stack(columns, axis=1)

    def _row(self, system: str) -> ScoreRow:
        row = self.part.test.first(system, TEST)
        assert row is not None, f"a system of the part has no row: {system}"
        return row


@dataclass(frozen=True)
class Evidence:
    """All results of one encoder.

    Args:
        encoder, provenance: as its rows and probes have them.
        comparisons: data set -> the studies that measured it, the one with most rows first.
        probes: what probes found.
        gates: of models, each once.
        notes: what was left out, and why.
        level: coverage of intervals.
        probed_in: the study of each probe.
    """

    encoder: str
    provenance: str
    comparisons: dict[str, tuple[Comparison, ...]]
    probes: tuple[ProbeFindings, ...]
    gates: tuple[GateMeans, ...]
    notes: tuple[str, ...]
    level: float = LEVEL
    probed_in: tuple[str, ...] = ()

    def best(self, data_set: str, worth: Callable[[Comparison], float]) -> Comparison | None:
        """The study of a data set with most of what a rule needs, or None where none has any of it."""
        found = [(worth(item), item) for item in self.comparisons.get(data_set, ())]
        most = max((amount for amount, _ in found), default=0.0)
        return next((item for amount, item in found if amount == most > 0), None)


def gather(studies: Iterable[Study], *, level: float = LEVEL) -> list[Evidence]:
    """Sort everything by encoder. The order of studies and rows changes nothing, nor does a copy of a study.

    Args:
        studies: what was read.
        level: coverage of intervals.

    Raises:
        DataError: rows of one study, encoder and data set that cannot be compared (other data fingerprints).
    """
    read = _each_once(sorted(studies, key=lambda study: study.name))
    encoders = {row.encoder for study in read for row in study.rows}
    encoders |= {probe.encoder for study in read for probe in study.probes}
    return [_evidence(encoder, read, level) for encoder in sorted(encoders)]


def _each_once(studies: Iterable[Study]) -> list[Study]:
    """Studies, the rows of a copy taken out; models of probes and gates are told apart by themselves."""
    seen: set[frozenset[tuple[str, ...]]] = set()
    found = []
    for study in studies:
        rows = frozenset((row.stage, row.split, row.target, row.metric) for row in study.rows)
        found.append(replace(study, rows=()) if rows and rows in seen else study)
        seen.add(rows)
    return found


def _evidence(encoder: str, studies: Sequence[Study], level: float) -> Evidence:
    found: dict[str, list[Comparison]] = {}
    notes: list[str] = []
    for study in studies:
        rows = [row for row in study.rows if row.encoder == encoder]
        for told, group in _alike(rows):
            if told:
                notes.append(f"{study.name}: {told}")
                continue
            for part in sort_rows(group):
                extra = study.unaveraged.get(part.data_set, ())
                found.setdefault(part.data_set, []).append(Comparison(study.name, part, extra, level))
    placed = [(probe, study.name) for study in studies for probe in study.probes if probe.encoder == encoder]
    probes = tuple(probe for probe, _ in placed)
    ordered = {name: tuple(sorted(items, key=lambda item: (-len(item.part.test), item.study)))
               for name, items in found.items()}
    for name, items in ordered.items():
        if name in DATA_SETS and len(items) > 1:
            told = "; ".join(f"{item.study} ({item.trained_on})" for item in items)
            notes.append(f"{name} was measured in several studies, which are not mixed; each rule takes the one with "
                         f"most of what it needs: {told}.")
    rows_provenance = [row.provenance for study in studies for row in study.rows if row.encoder == encoder]
    provenance = next((text for text in [*rows_provenance, *(probe.provenance for probe in probes)] if text), "")
    gates = each_once(item for item in [*(gate for study in studies for gate in study.gates),
                                        *(gate for probe in probes for gate in gates_of_probe(probe))]
                      if item.encoder == encoder)
    return Evidence(encoder, provenance, ordered, probes, gates, tuple(notes), level,
                    tuple(study for _, study in placed))


def _alike(rows: Sequence[ScoreRow]) -> list[tuple[str, list[ScoreRow]]]:
    """Rows in groups that one training set and source share; a group that no claim is about comes with the reason."""
    groups: dict[tuple[str, str, int, str, tuple[str, ...]], list[ScoreRow]] = {}
    for row in sorted(rows, key=_place):
        key = (row.task, row.train_data, row.train_examples, row.source, row.intermediate)
        groups.setdefault(key, []).append(row)
    found = []
    for (_, trained, _, _, intermediate), group in groups.items():
        told = ""
        if intermediate:
            told = f"rows of models with intermediate tasks ({', '.join(intermediate)}) are left out."
        elif not any(row.split == TEST for row in group):
            told = f"rows of dev only (trained on {trained}) are left out: these cells are not finished."
        elif not any(row.split == TEST and row.fusion == "last_layer" for row in group):
            told = f"rows without the last layer (trained on {trained}) are left out: nothing to compare with."
        found.append((told, group))
    return found


def _place(row: ScoreRow) -> tuple[object, ...]:
    return (row.task, row.data_set, row.split, row.fusion, row.layers, row.system, row.settings, row.seed, row.target,
            not row.primary, row.metric, row.stage)
