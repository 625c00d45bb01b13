"""Languages in depth as drawings: the map of transfer, and scores against what goes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sprachbund.languages.distances import SOURCE, typology, world
from sprachbund.report.charts import FULL, PHONE
from sprachbund.report.figures.language_scatter import LanguagePoint, language_scatter
from sprachbund.report.figures.world_map import MapMark, world_map
from sprachbund.report.language_tables import scores_of
from sprachbund.report.language_words import BEYOND, language_name, predictor_name
from sprachbund.report.numbers import score
from sprachbund.report.sweep_charts import PANEL, PANEL_HEIGHT, Drawn
from sprachbund.results.findings import Estimate, LanguageScore, TargetInfo
from sprachbund.results.language_findings import LanguageFact, LanguagesInDepth, Predictor

_SCATTERS = 3
_LEAST = 2


def transfer_map(
    found: LanguagesInDepth, targets: Sequence[TargetInfo], scores: Sequence[LanguageScore], name: str
) -> Drawn | None:
    """Where the languages are spoken and how far transfer carries; None where fewer than two have a place.

    Args:
        found: what is known.
        targets: the scored languages and variants; a variant has no mark of its own.
        scores: of any systems and metrics.
        name: of the drawing.
    """
    means = scores_of(found, scores)
    marks = []
    for target in targets:
        fact = found.fact(target.code)
        if target.code == target.base and fact is not None and fact.place is not None:
            marks.append(_mark(target, fact, means))
    if sum(mark.value is not None and not mark.is_source for mark in marks) < _LEAST:
        return None
    if not any(mark.is_source for mark in marks):
        marks += _unscored_source(found)
    source = language_name(found.source)
    draw = partial(
        world_map, marks, world(), legend=f"{found.metric}, points",
        title=f"{found.metric} of {found.system}, trained on {source}, where the languages are spoken",
        description=f"A mark with its code and colour for each language, threads from {source}; the specks are the "
                    f"languages of the world. All numbers stand in the table below. Places: {SOURCE}.")
    return Drawn(name, f"How far {source} carries", draw(width=FULL, name=f"{name}-desk"),
                 draw(width=PHONE, name=f"{name}-phone"), draw(width=FULL, name=name, standalone=True), FULL)


def scatters(found: LanguagesInDepth, targets: Sequence[TargetInfo], prefix: str) -> tuple[Drawn, ...]:
    """Scores against the properties that go with them most, and always against the stated ones."""
    model = found.stated
    if model is None:
        return ()
    strongest = sorted(found.predictors, key=lambda item: (item.name not in model.names, -abs(item.correlation)))
    averaged = [found.fact(target.code) for target in targets if target.averaged]
    facts = [fact for fact in averaged if fact is not None]
    return tuple(_scatter(found, item, _values(facts, item.name), f"{prefix}-{item.name}")
                 for item in strongest[:_SCATTERS])


def _mark(target: TargetInfo, fact: LanguageFact, scores: Mapping[str, Estimate]) -> MapMark:
    estimate = scores.get(target.code)
    told = [f"{target.name}: {score(estimate.mean) if estimate else 'no score'}"]
    told += [f"{predictor_name(kind)} {value:.2f}" for kind in ("syntactic", "genetic")
             if (value := fact.distances.get(kind)) is not None and not target.is_source]
    if fact.fertility is not None:
        told.append(f"{fact.fertility:.2f} pieces a word")
    assert fact.place is not None
    return MapMark(target.code, fact.place, estimate.mean if estimate else None, ", ".join(told), target.is_source)


def _unscored_source(found: LanguagesInDepth) -> list[MapMark]:
    described = typology(found.source)
    if described is None or described.place is None:
        return []
    return [MapMark(found.source, described.place, None, f"{language_name(found.source)}: the source", True)]


def _scatter(found: LanguagesInDepth, item: Predictor, values: Mapping[str, float], name: str) -> Drawn:
    model = found.stated
    assert model is not None
    far = {code for code, _ in model.outliers(BEYOND)}
    observed = dict(zip(model.languages, model.observed, strict=True))
    points = [LanguagePoint(code, values[code], value, f"{language_name(code)}: {score(value)}, "
                            f"{predictor_name(item.name)} {values[code]:.2f}", code in far)
              for code, value in observed.items() if code in values]
    across = sum(point.x for point in points) / len(points)
    up = sum(point.y for point in points) / len(points)
    label = predictor_name(item.name)
    axis = "pieces per word" if item.name == "fertility" else f"{label} to {language_name(found.source)}"
    draw = partial(
        language_scatter, points, line=(up - item.slope * across, item.slope),
        labels=(axis, f"{found.metric}, points"), width=PANEL, height=PANEL_HEIGHT,
        title=f"{found.metric} against {label}",
        description=f"A dot for each target language and the regression line on {label} alone; blue dots lie far from "
                    "what the regression stated beforehand predicts.")
    return Drawn(name, f"{found.metric} against {label}", draw(name=name), "", draw(name=name, standalone=True), PANEL)


def _values(facts: Sequence[LanguageFact], predictor: str) -> dict[str, float]:
    """Base code -> the predictor, variants meaned as in the regression."""
    values: dict[str, list[float]] = {}
    for fact in facts:
        value = fact.fertility if predictor == "fertility" else fact.distances.get(predictor)
        if value is not None:
            values.setdefault(fact.base, []).append(value)
    return {base: sum(several) / len(several) for base, several in values.items()}
