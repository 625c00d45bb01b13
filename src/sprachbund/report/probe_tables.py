"""A probe's findings as tables: every state, how curves go, relatives, subspaces, tasks, gates, languages."""

from __future__ import annotations

from pathlib import PurePath

from sprachbund.languages.language import script_name
from sprachbund.report.numbers import bound, plural, probability, signed
from sprachbund.report.probe_figures import interval, number, state_name, states
from sprachbund.report.tables import NONE, Cell, Column, Line, Table
from sprachbund.results.probe_findings import HIGHER_IN_POINTS, Average, ProbedModel, ProbeFindings
from sprachbund.results.probe_summary import mean_over_languages

VARIANTS = {"mean": "mean", "mean, centred": "mean, centred", "first": "first piece",
            "first, centred": "first piece, centred"}
"""Variants of a measure -> how they are written."""
_TITLES = {"retrieval": "Retrieval", "cka": "CKA", "language_identity": "Language identity", "pos": "Labels of words"}


def measure_table(findings: ProbeFindings, measure: str, caption: str) -> Table | None:
    """A measure in every state, a column a variant and model; None where it was not taken."""
    chosen = [average for average in findings.averages if average.measure == measure]
    keys = list(dict.fromkeys((average.variant, average.model) for average in chosen))
    if not keys:
        return None
    points = measure in HIGHER_IN_POINTS
    both = len(findings.models) > 1
    columns = [Column("State")] + [Column(_head(variant, role if both else ""), numeric=True) for variant, role in keys]
    found = {(average.variant, average.model, average.state): average for average in chosen}
    lines = tuple(
        Line((Cell(state_name(state), sort=float(place)), *(
            _value(found.get((variant, role, state)), points) for variant, role in keys)))
        for place, state in enumerate(states(findings)))
    return Table(f"table-{measure}", f"{_TITLES[measure]} by layer", caption, tuple(columns), lines)


def _value(average: Average | None, points: bool) -> Cell:
    if average is None:
        return Cell(NONE, sort=float("-inf"))
    bounds = interval(average.low, average.high, points=points)
    return Cell(number(average.value, points=points), (bounds,) if bounds else (), average.value)


def trends_table(findings: ProbeFindings) -> Table | None:
    """How each curve goes over the layers."""
    if not findings.trends:
        return None
    columns = (Column("Measure"), Column("Model"), Column("Best layer", numeric=True),
               Column("Draws with it there or beside", numeric=True, minor=True),
               Column("rho, all layers", numeric=True), Column("rho, middle to top", numeric=True))
    lines = tuple(
        Line((
            Cell(_TITLES[measure], (VARIANTS[trend.variant],) if trend.variant else ()),
            Cell(trend.model), Cell(str(trend.peak), sort=trend.peak),
            Cell(f"{100 * trend.peak_share:.0f} %", sort=trend.peak_share),
            Cell(number(trend.rho, points=False), (interval(trend.rho_low, trend.rho_high, points=False),), trend.rho),
            Cell(number(trend.rho_upper, points=False),
                 (interval(trend.rho_upper_low, trend.rho_upper_high, points=False),), trend.rho_upper),
        )) for measure in _TITLES for trend in findings.trends if trend.measure == measure)
    caption = ("Spearman's correlation of a layer's number with the mean over languages, embeddings and fused state "
               "left out; the intervals redraw languages.")
    return Table("table-trends", "How curves go over the layers", caption, columns, lines)


def contrasts_table(findings: ProbeFindings) -> Table | None:
    """Relatives against others in every state."""
    if not findings.contrasts:
        return None
    columns = (Column("State"), Column("Model"), Column("Groups"), Column("Within", numeric=True),
               Column("Across", numeric=True), Column("Difference", numeric=True), Column("p", numeric=True))
    lines = tuple(
        Line((
            Cell(state_name(item.state)), Cell(item.model),
            Cell("families" if item.grouping == "family" else "scripts"),
            Cell(number(item.within, points=False), (plural(item.pairs_within, "pair"),), item.within),
            Cell(number(item.across, points=False), (plural(item.pairs_across, "pair"),), item.across),
            Cell(number(item.difference, points=False), (interval(item.low, item.high, points=False),),
                 item.difference),
            Cell(NONE if item.p is None else probability(item.p), sort=item.p),
        )) for item in findings.contrasts)
    caption = ("Cosine similarity of the mean vectors of two languages, less the mean over languages: mean over pairs "
               "of one family (script) and over all others. The interval redraws languages; p permutes them, with the "
               "other grouping kept fixed, and is not corrected for the number of states.")
    return Table("table-contrasts", "Families and scripts", caption, columns, lines)


def effects_table(findings: ProbeFindings) -> Table | None:
    """What changes of the fused state do to a trained model's score, on average over target languages."""
    if not findings.task_effects:
        return None
    columns = (Column("Change"), Column("Rank", numeric=True, minor=True), Column("Source language", numeric=True),
               Column("Target languages", numeric=True))
    lines = []
    for change in dict.fromkeys(effect.change for effect in findings.task_effects):
        chosen = [effect for effect in findings.task_effects if effect.change == change]
        own = [effect for effect in chosen if effect.language == findings.source]
        others = {effect.language: effect.difference for effect in chosen if effect.language != findings.source}
        source = Cell(signed(own[0].difference), (_signed(own[0].low, own[0].high),)) if own else Cell(NONE)
        lines.append(Line((Cell(change), Cell(str(chosen[0].rank or "")), source, _over_languages(others))))
    first = findings.task_effects[0]
    caption = (f"{first.task} on {first.data_set}, {first.split} split: {first.metric} with the change minus without, "
               "in points. Source language: interval over examples, paired; target languages: mean, interval over "
               "languages.")
    return Table("table-effects", "What the task loses", caption, columns, tuple(lines))


def _over_languages(values: dict[str, float]) -> Cell:
    if not values:
        return Cell(NONE)
    mean, low, high = mean_over_languages(list(values.values()))
    return Cell(signed(mean), tuple(filter(None, (_signed(low, high), plural(len(values), "language")))), mean)


def _signed(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{bound(low)} to {bound(high)}"


def languages_table(findings: ProbeFindings) -> Table | None:
    """Every language: each measure in the last layer and in the layer where it is best on average."""
    peaks = {(trend.measure, trend.variant, trend.model): str(trend.peak) for trend in findings.trends}
    role = findings.models[-1].role
    last = str(findings.models[-1].n_layers)
    wanted = [(measure, variant) for measure, variant in (
        ("retrieval", "mean, centred"), ("retrieval", "first, centred"), ("cka", "mean"),
        ("language_identity", "mean"), ("pos", ""))
        if any((point.measure, point.variant) == (measure, variant) for point in findings.points)]
    found = {(point.measure, point.variant, point.state, point.language): point for point in findings.points
             if point.model == role}
    if not wanted:
        return None
    columns = [Column("Language"), Column("Code", minor=True), Column("Family", minor=True),
               Column("Script", minor=True)]
    places: list[tuple[str, str, str]] = []
    for measure, variant in wanted:
        for state in dict.fromkeys((peaks.get((measure, variant, role), last), last)):
            places.append((measure, variant, state))
            columns.append(Column(f"{_TITLES[measure]}{f', {VARIANTS[variant]}' if variant else ''}, layer {state}",
                                  numeric=True))
    lines = []
    for language in sorted(findings.languages, key=lambda item: (item.family, item.name)):
        cells: list[Cell] = []
        for measure, variant, state in places:
            point = found.get((measure, variant, state, language.code))
            points = measure in HIGHER_IN_POINTS
            bounds = interval(point.low, point.high, points=points) if point else ""
            cells.append(Cell(NONE, sort=float("-inf")) if point is None else Cell(
                number(point.value, points=points), tuple(filter(None, (bounds, f"n={point.n}"))), point.value))
        kind = "source" if language.code == findings.source else ""
        lines.append(Line((Cell(language.name), Cell(language.code), Cell(language.family),
                           Cell(script_name(language.script)), *cells), "source" if kind else "", language.family))
    caption = (f"The model {role} fine-tuning, in the layer where each measure is best on average and in the last one; "
               "ranges are intervals over sentences.")
    return Table("table-languages", "Every language", caption, tuple(columns), tuple(lines))


def models_table(findings: ProbeFindings) -> Table:
    """The models that were probed."""
    columns = (Column("Model"), Column("Name"), Column("Encoder"), Column("Fusion"), Column("Trained on"),
               Column("Layers", numeric=True), Column("Pieces a second", numeric=True, minor=True))
    lines = tuple(
        Line((Cell(model.role), Cell(model.name), Cell(PurePath(model.encoder).name), Cell(model.system or NONE),
              Cell(f"{model.train_data}, {model.train_examples:,} examples, seed {model.seed}" if model.task else NONE),
              Cell(str(model.n_layers)), Cell(_rate(model), (f"{model.pieces:,} pieces",))))
        for model in findings.models)
    normed = [model.role for model in findings.models if model.normed_last]
    caption = "Layer 0 is the embedding layer." + (
        f" The last layer carries a final norm that lower ones lack ({', '.join(normed)})." if normed else "")
    return Table("table-models", "Models", caption, columns, lines)


def _rate(model: ProbedModel) -> str:
    return f"{model.pieces / model.seconds:,.0f}" if model.seconds else NONE


def tables_of(*tables: Table | None) -> tuple[Table, ...]:
    """Those that there are."""
    return tuple(table for table in tables if table is not None)


def _head(variant: str, role: str) -> str:
    return ", ".join(filter(None, (VARIANTS.get(variant, variant), role))) or "value"
