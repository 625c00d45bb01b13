"""What is said of languages in depth, in sentences; nothing is claimed that its interval does not bear."""

from __future__ import annotations

from sprachbund.languages.language import LANGUAGES
from sprachbund.report.numbers import correlation, percent, plural, score, signed
from sprachbund.results.language_findings import LanguagesInDepth, Predictor, TransferModel

BEYOND = 2.0
"""Studentised residuals beyond this are named."""
_NAMES = {
    "syntactic": "syntactic distance", "phonological": "phonological distance", "inventory": "distance of inventories",
    "genetic": "genetic distance", "geographic": "geographic distance", "featural": "featural distance",
    "fertility": "fertility",
}


def predictor_name(name: str) -> str:
    """A predictor in words.

    >>> predictor_name("inventory"), predictor_name("fertility")
    ('distance of inventories', 'fertility')
    """
    return _NAMES.get(name, name)


def depth_sentences(found: LanguagesInDepth, level: float) -> tuple[str, ...]:
    """What goes with transfer, how well it is predicted, and which languages are far from the prediction."""
    if found.stated is None:
        return (f"There are too few target languages with known distances for a regression of {found.metric}.",)
    told = [_correlations(found, level), _stated(found, found.stated), _outliers(found.stated)]
    if found.chosen is not None:
        told.append(_chosen(found.chosen))
    return tuple(told)


def depth_notes(found: LanguagesInDepth) -> tuple[str, ...]:
    """What a reader of the regressions must know."""
    notes = [
        "Languages are the units. Related languages are not independent, and predictors go with one another: a "
        "predictor that is not chosen may matter as much as one that is, and none of this says what causes what.",
        "Distances are 1 − cosine of URIEL's vectors as in Lauscher et al. (2020), geographic ones great circles over "
        "half the earth's circumference; features that nobody described are predicted by URIEL from related and near "
        "languages.",
    ]
    notes += [f"Not used: {predictor_name(name)} ({why})." for name, why in found.dropped]
    notes += [f"Not in the regressions: {language_name(code)} ({why})." for code, why in found.left_out]
    if found.pretraining is not None:
        notes.append(f"Languages of the encoder's pretraining: {found.pretraining[1]}.")
    return tuple(notes)


def language_name(code: str) -> str:
    """The English name of a base language."""
    return LANGUAGES[code].name


def _correlations(found: LanguagesInDepth, level: float) -> str:
    strongest = sorted(found.predictors, key=lambda item: -abs(item.correlation))
    source = language_name(found.source)
    clear = [item for item in strongest if item.low > 0 or item.high < 0]
    languages = plural(len(found.stated.languages) if found.stated else 0, "target language")
    if not clear:
        first = strongest[0]
        return (f"Over {languages} no property goes with {found.metric} beyond chance; the strongest correlation is "
                f"with {predictor_name(first.name)}: {_correlation(first)}, {level:.0%} interval.")
    told = "; ".join(f"{predictor_name(item.name)} {_correlation(item)}" for item in clear)
    return (f"Over {languages} {found.metric} goes with these properties (correlation, {level:.0%} interval over "
            f"languages; distances are those to {source}): {told}.")


def _correlation(item: Predictor) -> str:
    return f"{correlation(item.correlation)} ({correlation(item.low)} to {correlation(item.high)})"


def _stated(found: LanguagesInDepth, model: TransferModel) -> str:
    named = " and ".join(predictor_name(name) for name in model.names)
    slopes = "; ".join(_slope(item.name, item.slope, item.low, item.high) for item in model.coefficients)
    return (f"Regression on {named}, stated beforehand: {percent(model.r_squared)} of the variance between languages, "
            f"{slopes}. A language is predicted by a fit to the others with an error of {score(model.error)} points; "
            f"by their mean it would be {score(model.mean_error)}.")


def _slope(name: str, slope: float, low: float, high: float) -> str:
    step, unit = (1.0, "a piece per word") if name == "fertility" else (0.1, "0.1 of distance")
    return (f"{predictor_name(name)} {signed(slope * step)} points for {unit} "
            f"({signed(low * step)} to {signed(high * step)})")


def _outliers(model: TransferModel) -> str:
    found = model.outliers(BEYOND)
    chance = f"by chance {0.05 * len(model.languages):.1f} of {len(model.languages)} would be"
    if not found:
        return f"No language lies further than {BEYOND:g} standard errors from what its properties predict ({chance})."
    places = {code: place for place, code in enumerate(model.languages)}
    told = ", ".join(
        f"{language_name(code)} ({signed(model.observed[places[code]] - model.left_out[places[code]])} points, "
        f"{correlation(value)} standard errors)" for code, value in found)
    return f"Further than {BEYOND:g} standard errors from what their properties predict ({chance}): {told}."


def _chosen(model: TransferModel) -> str:
    named = ", then ".join(predictor_name(name) for name in model.names)
    return (f"Chosen greedily by leave-one-out error: {named}; {percent(model.r_squared)} of the variance. With the "
            f"choice made anew for each language left out the error is {score(model.error)} points.")
