"""Languages in depth as tables: what is known of each, each predictor alone, the regressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from sprachbund.languages.distances import KINDS, SOURCE
from sprachbund.languages.language import script_name
from sprachbund.report.language_words import language_name, predictor_name
from sprachbund.report.numbers import correlation, percent, score, signed, span
from sprachbund.report.ordering import by_family
from sprachbund.report.tables import NONE, Cell, Column, Line, Table
from sprachbund.results.findings import Estimate, LanguageScore, TargetInfo
from sprachbund.results.language_findings import Coefficient, LanguageFact, LanguagesInDepth, TransferModel

Tell = Callable[[float], str]
_YES = {True: "yes", False: "no", None: NONE}


def facts_table(
    found: LanguagesInDepth, targets: Sequence[TargetInfo], scores: Sequence[LanguageScore], name: str
) -> Table:
    """Every language with its score, gap, pretraining, fertility, distances, and what the regression leaves over.

    Args:
        found: what is known.
        targets: the scored languages and variants.
        scores: of any systems and metrics.
        name: of the table.
    """
    columns = (
        Column("Language"), Column("Family", minor=True), Column("Script", minor=True), Column(found.metric, True),
        Column("Gap", True), Column("Pretrained", minor=True), Column("Fertility", True), Column("Unknown", True, True),
        *(Column(kind.capitalize(), True, kind not in ("syntactic", "geographic")) for kind in KINDS),
        Column("Attested", True, True), Column("Residual", True),
    )
    means = scores_of(found, scores)
    source = means[found.source].mean if found.source in means else None
    left = _residuals(found)
    lines = []
    for heading, members in by_family(targets):
        for target in members:
            fact = found.fact(target.code)
            if fact is not None:
                lines.append(_fact_line(target, fact, means.get(target.code), source, left, heading))
    caption = (f"{found.system}: {found.metric} in points and its gap to {language_name(found.source)}; whether the "
               "language was in the encoder's pretraining (below: its script); pieces per word and unknown pieces of "
               f"the encoder's own tokenizer on the test data; distances to {language_name(found.source)}; the share "
               "of syntactic features that are described, not predicted; residual: score minus what a fit to the other "
               f"languages predicts. Distances: {SOURCE}.")
    return Table(name, "Languages in depth", caption, columns, tuple(lines))


def scores_of(found: LanguagesInDepth, scores: Sequence[LanguageScore]) -> dict[str, Estimate]:
    """Target -> score of the system and by the metric that are explained."""
    return {item.target: item.estimate for item in scores if (item.system, item.metric) == (found.system, found.metric)}


def predictors_table(found: LanguagesInDepth, name: str) -> Table | None:
    """Each predictor alone, the strongest first; None where there is no regression."""
    if not found.predictors:
        return None
    columns = (Column("Predictor"), Column("Correlation", True), Column("Rank correlation", True),
               Column("Slope, points", True), Column("Predicted", True))
    lines = []
    for item in sorted(found.predictors, key=lambda item: -abs(item.correlation)):
        step, unit = _step(item.name)
        lines.append(Line((
            Cell(predictor_name(item.name)),
            Cell(correlation(item.correlation), (f"{correlation(item.low)} to {correlation(item.high)}",),
                 item.correlation),
            Cell(correlation(item.rank_correlation), sort=item.rank_correlation),
            Cell(signed(item.slope * step), (unit,), item.slope),
            Cell(percent(item.predicted_share), sort=item.predicted_share))))
    count = len(found.stated.languages) if found.stated else 0
    caption = (f"Each property alone against {found.metric} of {found.system} in {count} target languages: "
               "Pearson's correlation with its bootstrap interval over languages, Spearman's, the slope, and the share "
               "of variance that is predicted where each language is left out of the fit (negative: worse than the "
               "others' mean).")
    return Table(name, "What goes with transfer", caption, columns, tuple(lines))


def models_table(found: LanguagesInDepth, name: str) -> Table | None:
    """The regression stated beforehand and the chosen one, a line a coefficient; None where there is none."""
    models = [model for model in (found.stated, found.chosen) if model is not None]
    if not models:
        return None
    columns = (Column("Regression"), Column("Predictor"), Column("Slope, points", True),
               Column("By redrawing languages", True, True), Column("Explained", True),
               Column("Error, left out", True))
    lines = []
    for model in models:
        for number, item in enumerate(model.coefficients):
            lines.append(Line((
                Cell("stated beforehand" if model.kind == "stated" else "chosen greedily"),
                *_coefficient(item), *(_quality(model) if not number else (Cell(""), Cell(""))))))
    return Table(name, "Regression of transfer", _models_caption(found), columns, tuple(lines))


def _models_caption(found: LanguagesInDepth) -> str:
    return (f"Target languages' {found.metric} on properties of the languages, after Lauscher et al. (2020): slopes "
            "with intervals by Student's t and by redrawing languages, share of variance explained, and the error "
            "where each language is predicted by a fit to the others, beside that of the others' mean. The chosen "
            "regression's intervals do not know that it was chosen; its error does.")


def _coefficient(item: Coefficient) -> tuple[Cell, ...]:
    step, unit = _step(item.name)
    drawn = NONE
    if item.drawn_low is not None and item.drawn_high is not None:
        drawn = f"{signed(item.drawn_low * step)} to {signed(item.drawn_high * step)}"
    interval = f"{signed(item.low * step)} to {signed(item.high * step)}"
    return (Cell(predictor_name(item.name)), Cell(signed(item.slope * step), (interval, unit), item.slope),
            Cell(drawn, sort=-math.inf))


def _quality(model: TransferModel) -> tuple[Cell, ...]:
    return (Cell(percent(model.r_squared), sort=model.r_squared),
            Cell(score(model.error), (f"of the mean {score(model.mean_error)}",), model.error))


def _fact_line(
    target: TargetInfo, fact: LanguageFact, estimate: Estimate | None, source: float | None,
    left: Mapping[str, float], heading: str,
) -> Line:
    gap = None if source is None or estimate is None or target.is_source else source - estimate.mean
    residual = left.get(target.base) if target.code == target.base else None
    cells = (
        Cell(target.name, (target.code,)), Cell(target.family, (target.branch,) if target.branch else ()),
        Cell(script_name(target.script)),
        Cell(score(estimate.mean), (span(estimate),), estimate.mean) if estimate else _missing(),
        _number(gap, signed), Cell(_YES[fact.pretrained], (f"script: {_YES[fact.script_pretrained]}",)),
        _number(fact.fertility, lambda value: f"{value:.2f}"), _number(fact.unknown, _fine_percent),
        *(_number(fact.distances.get(kind), lambda value: f"{value:.2f}") for kind in KINDS),
        _number(fact.attested, percent), _number(residual, signed),
    )
    kind: Literal["", "source", "variant"] = "source" if target.is_source else ""
    return Line(cells, "variant" if not kind and target.code != target.base else kind, heading)


def _residuals(found: LanguagesInDepth) -> dict[str, float]:
    model = found.stated
    if model is None:
        return {}
    return {code: observed - predicted
            for code, observed, predicted in zip(model.languages, model.observed, model.left_out, strict=True)}


def _number(value: float | None, told: Tell) -> Cell:
    return _missing() if value is None else Cell(told(value), sort=value)


def _missing() -> Cell:
    return Cell(NONE, sort=-math.inf)


def _step(name: str) -> tuple[float, str]:
    return (1.0, "a piece per word") if name == "fertility" else (0.1, "for 0.1")


def _fine_percent(value: float) -> str:
    return "0 %" if not value else f"{100 * value:.2f} %" if value >= 5e-5 else "<0.01 %"
