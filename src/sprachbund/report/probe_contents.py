"""What the report of a probe tells, before any format: sentences, figures, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.numbers import plural
from sprachbund.report.probe_figures import (
    contrast_panel,
    gate_map,
    group_map,
    interval,
    measure_panel,
    number,
    removal_map,
    state_name,
)
from sprachbund.report.probe_tables import (
    VARIANTS,
    contrasts_table,
    effects_table,
    languages_table,
    measure_table,
    models_table,
    tables_of,
    trends_table,
)
from sprachbund.report.run_info import DataNote, RunInfo, flat_settings
from sprachbund.report.sweep_charts import Drawn
from sprachbund.report.tables import Table
from sprachbund.results.probe_findings import FUSED, Average, ProbedModel, ProbeFindings, Role


@dataclass(frozen=True, slots=True)
class ProbeSection:
    """One question: a sentence or two, small figures side by side, large ones, and tables.

    Args:
        name: unique, for links.
        panels: as wide as a phone.
        maps: wider ones, which scroll.
    """

    name: str
    title: str
    text: str
    panels: tuple[Drawn, ...] = ()
    maps: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.panels or self.maps or self.tables)


@dataclass(frozen=True, slots=True)
class ProbeContents:
    """Everything that the report tells."""

    title: str
    question: str
    headline: str
    provenance: str
    facts: tuple[tuple[str, str], ...]
    roles: tuple[Role, ...]
    sections: tuple[ProbeSection, ...]
    models: Table
    not_tested: tuple[str, ...]
    notes: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    command: str
    cards: tuple[DataNote, ...]
    hardware: str
    created: str

    def drawings(self) -> tuple[Drawn, ...]:
        """All figures."""
        return tuple(drawn for section in self.sections for drawn in (*section.panels, *section.maps))


def tell_probe(findings: ProbeFindings, info: RunInfo) -> ProbeContents:
    """Turn findings and what is known of the probe into what a report tells."""
    sections = (_retrieval(findings), _alignment(findings), _identity(findings), _words(findings), _trends(findings),
                _relatives(findings), _removal(findings), _gates(findings), _languages(findings))
    return ProbeContents(
        title=info.title,
        question=info.question or "What do the layers hold: meaning across languages, the language itself, structure?",
        headline=headline(findings),
        provenance=f"Encoder: {findings.provenance}." if findings.provenance else "",
        facts=_facts(findings),
        roles=tuple(model.role for model in findings.models),
        sections=tuple(section for section in sections if not section.is_empty),
        models=models_table(findings),
        not_tested=findings.not_tested,
        notes=(*findings.notes, *info.notes),
        settings=tuple(flat_settings(info.settings)),
        versions=tuple(info.versions.items()),
        command=info.command,
        cards=info.cards,
        hardware=info.hardware,
        created=info.created,
    )


def headline(findings: ProbeFindings) -> str:
    """The main finding: where translations are found best, and how it is in the last layer and the fused state."""
    told = []
    for model in findings.models:
        curve = {average.state: average for average in findings.averages
                 if (average.model, average.measure, average.variant) == (model.role, "retrieval", "mean, centred")}
        layers = {state: average for state, average in curve.items() if state.isdigit() and state != "0"}
        if not layers:
            continue
        best = max(layers.values(), key=lambda average: average.value)
        ends = [state for state in (str(model.n_layers), FUSED) if state in curve and state != best.state]
        rest = "".join(f", in {'the ' if state == FUSED else ''}{state_name(state)} {_told(curve[state])}"
                       for state in ends)
        told.append(f"{model.role} fine-tuning {_told(best)} per cent in {state_name(best.state)}{rest}")
    if not told:
        return f"{plural(len(findings.points), 'measurement')} in {plural(len(findings.languages), 'language')}."
    only = told[0].removeprefix("before fine-tuning ") if len(told) == 1 else "; ".join(told)
    return f"Translations are the nearest sentence (mean pooling, languages centred) to {only}."


def _told(average: Average) -> str:
    bounds = interval(average.low, average.high, points=True)
    return number(average.value, points=True) + (f" ({bounds})" if bounds else "")


def _facts(findings: ProbeFindings) -> tuple[tuple[str, str], ...]:
    sizes = sorted({point.n for point in findings.points if point.measure == "retrieval"})
    words = sorted({point.n for point in findings.points if point.measure == "pos"})
    families = len({language.family for language in findings.languages})
    facts = [("Models", "; ".join(f"{model.role}: {model.name}" for model in findings.models)),
             ("Languages", f"{plural(len(findings.languages), 'language')} in "
                           f"{plural(families, 'family', 'families')}: "
                           f"{', '.join(language.code for language in findings.languages)}")]
    if sizes:
        facts.append(("Parallel text", f"{_span(sizes)} pairs a language, with {findings.source}"))
    if words:
        facts.append(("Words", f"{_span(words)} sentences a language, probes trained in {findings.source}"))
    facts.append(("Intervals", f"{findings.level:.0%}; of means they redraw languages, of single languages sentences"))
    return tuple(facts)


def _span(sizes: Sequence[int]) -> str:
    return f"{sizes[0]:,}" if sizes[0] == sizes[-1] else f"{sizes[0]:,} to {sizes[-1]:,}"


def _drawn(*drawings: Drawn | None) -> tuple[Drawn, ...]:
    return tuple(drawn for drawn in drawings if drawn is not None)


def _retrieval(findings: ProbeFindings) -> ProbeSection:
    text = ("Per cent of sentences whose nearest neighbour by cosine among all translations is their own, mean of both "
            "directions. Centred: each language's mean vector is taken away first.")
    panels = _drawn(*(measure_panel(findings, "retrieval", variant, f"Retrieval, {told}, per cent")
                      for variant, told in VARIANTS.items()))
    return ProbeSection("retrieval", "Sentences find their translations", text, panels, (), tables_of(
        measure_table(findings, "retrieval", f"{text} Mean over languages.")))


def _alignment(findings: ProbeFindings) -> ProbeSection:
    text = ("Linear centred kernel alignment of sentences with their translations, unbiased for the number of pairs: 1 "
            "where one side is a rotation of the other, 0 where they share nothing.")
    panels = _drawn(*(measure_panel(findings, "cka", variant, f"CKA, {VARIANTS[variant]}")
                      for variant in ("mean", "first")))
    return ProbeSection("cka", "Translations lie alike", text, panels, (), tables_of(
        measure_table(findings, "cka", f"{text} Mean over languages.")))


def _identity(findings: ProbeFindings) -> ProbeSection:
    chosen = [average for average in findings.averages if average.measure == "language_identity"]
    chance = f" Guessing: {100 / len(chosen[0].languages):.1f}." if chosen else ""
    text = ("Per cent of sentences whose language a linear probe tells that was trained on the other half of the "
            f"sentences; after centring, what is left of the language beside its mean vector.{chance}")
    panels = _drawn(*(measure_panel(findings, "language_identity", variant, f"Language told, {told}, per cent")
                      for variant, told in VARIANTS.items()))
    return ProbeSection("language-identity", "The language itself", text, panels, (), tables_of(
        measure_table(findings, "language_identity", f"{text} Mean over languages, the source language included.")))


def _words(findings: ProbeFindings) -> ProbeSection:
    text = ("Per cent of words whose label (part of speech) a linear probe tells that was trained on words of the "
            f"source language ({findings.source}) only; mean over the other languages.")
    panels = _drawn(measure_panel(findings, "pos", "", "Labels of words, per cent"))
    return ProbeSection("words", "Structure: labels of words", text, panels, (), tables_of(
        measure_table(findings, "pos", text)))


def _trends(findings: ProbeFindings) -> ProbeSection:
    text = "Does a measure rise or fall from layer to layer, over all of them and from the middle to the top?"
    return ProbeSection("trends", "From lower to upper layers", text, (), (), tables_of(trends_table(findings)))


def _relatives(findings: ProbeFindings) -> ProbeSection:
    text = ("Cosine similarity of the languages' mean vectors, less what all languages share. Within minus across: how "
            "much nearer relatives (or languages of one script) are than others.")
    panels = _drawn(contrast_panel(findings, "family"), contrast_panel(findings, "script"))
    model = findings.models[-1]
    maps = _drawn(*(group_map(findings, model.role, state, grouping)
                    for grouping in ("family", "script") for state in _looked_at(model)))
    return ProbeSection("relatives", "Families and scripts", text, panels, maps, tables_of(contrasts_table(findings)))


def _looked_at(model: ProbedModel) -> tuple[str, ...]:
    """The middle layer and what the head reads (the last layer of an encoder)."""
    return str(model.n_layers // 2), FUSED if FUSED in model.states else str(model.n_layers)


def _removal(findings: ProbeFindings) -> ProbeSection:
    text = ("A subspace is taken out of a state and probes are trained again on what is left: the one that tells "
            "languages, the one that finds translations (semantic), the one that tells labels of words (structure), "
            "and random ones of the same rank. All are fitted on one half of the sentences and measured on the other. "
            "Bold: told apart from zero in every language.")
    maps = _drawn(*(removal_map(findings, model.role) for model in findings.models))
    return ProbeSection("removal", "Subspaces taken out", text, (), maps, tables_of(effects_table(findings)))


def _gates(findings: ProbeFindings) -> ProbeSection:
    text = ("The gate of a fusion at the words of each language and label, mean over channels; the statistics channel "
            "by channel stand in gates.parquet beside this page.")
    return ProbeSection("gates", "The gate", text, (), _drawn(gate_map(findings)))


def _languages(findings: ProbeFindings) -> ProbeSection:
    return ProbeSection("languages", "Every language", "", (), (), tables_of(languages_table(findings)))
