"""What goes with transfer: scores of the target languages against their distance to the source and their fertility.

After Lauscher et al. (2020, section 4): correlations of zero-shot scores with distances by URIEL, and a linear
regression with greedily chosen predictors. Here beside it stands a model that was stated beforehand, syntactic
distance and fertility, since a chosen one fits better than it predicts. Languages are the units and intervals go
over them: related languages are not independent of one another, so these intervals are, if anything, too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from sprachbund.core.seeds import derive_seed
from sprachbund.languages.distances import KINDS, distance, typology
from sprachbund.languages.language import find_variant
from sprachbund.languages.pretraining import Pretraining, pretraining
from sprachbund.languages.segmentation import Segmentation
from sprachbund.results.findings import LanguageScore, TargetInfo
from sprachbund.results.language_findings import (
    Coefficient,
    LanguageFact,
    LanguagesInDepth,
    Predictor,
    TransferModel,
)
from sprachbund.statistics.association import correlated, ranked
from sprachbund.statistics.intervals import LEVEL, percentile_interval
from sprachbund.statistics.regression import regress, select_forward
from sprachbund.statistics.repetitions import Floats

PREDICTORS = ("syntactic", "phonological", "inventory", "genetic", "geographic", "fertility")
"""All but featural distance, which three of them make up."""
STATED = ("syntactic", "fertility")
LEAST_LANGUAGES = 8
_LARGEST_GAP = 0.1
_DRAWS = 4000


def languages_in_depth(
    scores: Sequence[LanguageScore], targets: Sequence[TargetInfo], *, system: str, metric: str, source: str,
    encoder: str, segmentation: Mapping[str, Segmentation] | None = None, left_out: Collection[str] = (),
    level: float = LEVEL,
) -> LanguagesInDepth:
    """Put what is known of the scored languages beside their scores, and see what goes with them.

    Args:
        scores: of any systems and metrics.
        targets: every scored language and variant.
        system, metric: whose scores are explained.
        source: code of the source language.
        encoder: its name, for its pretraining.
        segmentation: target -> how its test data were cut into pieces, where that was measured.
        left_out: targets that enter no average.
        level: coverage of the intervals.

    Raises:
        LanguageError: a source that is not in the language table.
    """
    known, base = pretraining(encoder), find_variant(source).language.code
    measured = segmentation or {}
    facts = tuple(_fact(target, base, known, measured.get(target.code)) for target in targets)
    means = {item.target: item.estimate.mean for item in scores if (item.system, item.metric) == (system, metric)}
    units = _units(targets, facts, means, left_out)
    names, dropped = _usable(units)
    kept = {code: unit for code, unit in units.items() if all(unit[name] is not None for name in names)}
    missing = tuple((code, "URIEL or the test data lack " + ", ".join(name for name in names if unit[name] is None))
                    for code, unit in units.items() if code not in kept)
    codes = tuple(kept)
    response = np.array([kept[code]["score"] for code in codes], dtype=np.float64)
    table = np.array([[kept[code][name] for name in names] for code in codes], dtype=np.float64).reshape(
        len(codes), len(names))
    enough = len(codes) >= LEAST_LANGUAGES and float(np.ptp(response)) > 0 and bool(names)
    return LanguagesInDepth(
        system, metric, base, (known.name, known.source) if known else None, facts,
        _predictors(response, table, names, level) if enough else (),
        _stated(codes, response, table, names, level) if enough else None,
        _chosen(codes, response, table, names, level) if enough else None, dropped, missing,
    )


def _fact(target: TargetInfo, source: str, known: Pretraining | None, measured: Segmentation | None) -> LanguageFact:
    described = typology(target.base)
    return LanguageFact(
        target=target.code, base=target.base,
        pretrained=target.base in known.languages if known else None,
        script_pretrained=target.script in known.scripts if known else None,
        segmentation=measured,
        distances={kind: distance(kind, source, target.base) for kind in KINDS},
        attested=described.attested("syntactic") if described else None, place=described.place if described else None,
    )


def _units(
    targets: Sequence[TargetInfo], facts: Sequence[LanguageFact], means: Mapping[str, float], left_out: Collection[str]
) -> dict[str, dict[str, float | None]]:
    """Base code -> score and predictors; a language with variants has the mean of them."""
    found: dict[str, list[dict[str, float | None]]] = {}
    for target, fact in zip(targets, facts, strict=True):
        if target.is_source or not target.averaged or target.code in left_out or target.code not in means:
            continue
        values = {**fact.distances, "fertility": fact.fertility, "score": means[target.code]}
        found.setdefault(target.base, []).append(values)
    return {base: {name: _mean([values[name] for values in several]) for name in (*PREDICTORS, "score")}
            for base, several in sorted(found.items())}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _usable(units: Mapping[str, Mapping[str, float | None]]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Predictors that vary and are known of nearly all languages, and why the others are not used."""
    names, dropped = [], []
    for name in PREDICTORS:
        values = [unit[name] for unit in units.values()]
        known = [value for value in values if value is not None]
        if len(known) < (1 - _LARGEST_GAP) * len(values) or not known:
            why = "not measured" if not known else f"known of {len(known)} of {len(values)} languages only"
            dropped.append((name, why))
        elif max(known) - min(known) < 1e-9:
            dropped.append((name, "the same in all languages"))
        else:
            names.append(name)
    return names, tuple(dropped)


def _predictors(y: Floats, x: Floats, names: Sequence[str], level: float) -> tuple[Predictor, ...]:
    rng = np.random.default_rng(derive_seed(0, "languages"))
    drawn = rng.integers(0, len(y), (_DRAWS, len(y)))
    found = []
    for place, name in enumerate(names):
        values = x[:, place]
        if not np.ptp(values):  # known of few languages more than those that are kept
            continue
        interval = percentile_interval(correlated(values[drawn], y[drawn]), level=level)
        alone = regress(y, values[:, None], level=level, draws=1)
        found.append(Predictor(name, float(correlated(values, y)), interval.low, interval.high,
                               float(correlated(ranked(values), ranked(y))), alone.slopes[0], alone.predicted_share))
    return tuple(found)


def _stated(
    codes: tuple[str, ...], y: Floats, x: Floats, names: Sequence[str], level: float
) -> TransferModel | None:
    places = [names.index(name) for name in STATED if name in names]
    return _model("stated", codes, y, x, names, places, level) if places else None


def _chosen(codes: tuple[str, ...], y: Floats, x: Floats, names: Sequence[str], level: float) -> TransferModel | None:
    selection = select_forward(y, x)
    if not selection.chosen:
        return None
    return _model("chosen", codes, y, x, names, selection.chosen, level, selection.error)


def _model(
    kind: str, codes: tuple[str, ...], y: Floats, x: Floats, names: Sequence[str], places: Sequence[int], level: float,
    error: float | None = None,
) -> TransferModel | None:
    try:
        fit = regress(y, x[:, list(places)], level=level)
    except ValueError:  # in these languages the predictors determine one another
        return None
    coefficients = tuple(
        Coefficient(names[place], slope, by_t.low, by_t.high, *_bounds(drawn.low, drawn.high))
        for place, slope, by_t, drawn in zip(places, fit.slopes, fit.intervals, fit.drawn, strict=True)
    )
    observed, fitted, left_out, outlying = (tuple(map(float, values)) for values in (
        y, fit.fitted, fit.left_out, fit.outlying))
    return TransferModel(kind, codes, fit.intercept, coefficients, fit.r_squared, fit.deviation,
                         fit.error if error is None else error, fit.mean_error, observed, fitted, left_out, outlying)


def _bounds(*values: float) -> tuple[float | None, ...]:
    return tuple(value if math.isfinite(value) else None for value in values)
