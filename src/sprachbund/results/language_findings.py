"""Findings about what goes with transfer over languages, as plain frozen records; `languages_in_depth` makes them."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.languages.segmentation import Segmentation


@dataclass(frozen=True, slots=True)
class LanguageFact:
    """A scored language or variant, and what is known of it beside its scores.

    Args:
        target, base: its code, and that of its base language.
        pretrained: whether the base language is among those of the encoder's pretraining; None: not known.
        script_pretrained: the same of its script.
        segmentation: how its test data were cut into pieces, None where that was not measured.
        distances: kind of distance -> distance to the source language, None where URIEL does not know one.
        attested: share of its syntactic features that are described, the others being predicted by URIEL; None
            where URIEL does not have the language.
        place: latitude and longitude in degrees, or None.
    """

    target: str
    base: str
    pretrained: bool | None
    script_pretrained: bool | None
    segmentation: Segmentation | None
    distances: dict[str, float | None]
    attested: float | None
    place: tuple[float, float] | None

    @property
    def fertility(self) -> float | None:
        """Pieces per word, None where not measured or without words."""
        return self.segmentation.fertility if self.segmentation else None

    @property
    def unknown(self) -> float | None:
        """Share of unknown pieces, None where not measured."""
        return self.segmentation.unknown_share if self.segmentation else None


@dataclass(frozen=True, slots=True)
class Predictor:
    """One predictor alone against the target languages' scores.

    Args:
        name: "syntactic", ..., "fertility".
        correlation, low, high: Pearson's, with its bootstrap interval over languages.
        rank_correlation: Spearman's.
        slope: points of score for one unit of the predictor.
        predicted_share: of the scores' variance, where each language is predicted by a fit to the others; may be
            negative.
    """

    name: str
    correlation: float
    low: float
    high: float
    rank_correlation: float
    slope: float
    predicted_share: float


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A slope: points of score for one unit of a predictor, others held, with its interval by Student's t and by
    redrawing languages (None where too few redraws can be fitted)."""

    name: str
    slope: float
    low: float
    high: float
    drawn_low: float | None
    drawn_high: float | None


@dataclass(frozen=True, slots=True)
class TransferModel:
    """A regression of target scores on properties of languages.

    Args:
        kind: "stated" beforehand, or "chosen" by forward selection.
        languages: base codes, in order.
        intercept, coefficients: of it.
        r_squared: share of variance explained.
        deviation: residual standard deviation in points.
        error: root mean square of each language's score minus its prediction by a fit to the others; for a chosen
            model the choice is made anew each time.
        mean_error: the same where the others' mean is the prediction.
        observed, fitted, left_out: a value a language; `left_out` is predicted by a fit to the others.
        outlying: externally studentised residuals, a value a language.
    """

    kind: str
    languages: tuple[str, ...]
    intercept: float
    coefficients: tuple[Coefficient, ...]
    r_squared: float
    deviation: float
    error: float
    mean_error: float
    observed: tuple[float, ...]
    fitted: tuple[float, ...]
    left_out: tuple[float, ...]
    outlying: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The predictors."""
        return tuple(item.name for item in self.coefficients)

    @property
    def predicted_share(self) -> float:
        """How much better languages are predicted than by the others' mean, as a share of variance."""
        return 1 - (self.error / self.mean_error) ** 2 if self.mean_error > 0 else 0.0

    def outliers(self, beyond: float = 2.0) -> tuple[tuple[str, float], ...]:
        """Languages whose studentised residual is larger than that, the furthest first: (base code, residual)."""
        found = [item for item in zip(self.languages, self.outlying, strict=True) if abs(item[1]) > beyond]
        return tuple(sorted(found, key=lambda item: -abs(item[1])))


@dataclass(frozen=True, slots=True)
class LanguagesInDepth:
    """What goes with transfer, over the target languages of one system and metric.

    Args:
        system, metric, source: whose scores are explained.
        pretraining: the encoder's set of languages and where that stands, or None.
        facts: of every scored language, the source included.
        predictors: each alone, in the order of their names.
        stated: distance and fertility, as stated before any score was seen; None where languages are too few.
        chosen: the predictors that forward selection takes; None where it takes none, or languages are too few.
        dropped: predictors that are not used, and why.
        left_out: languages that are not in the models, and why.
    """

    system: str
    metric: str
    source: str
    pretraining: tuple[str, str] | None
    facts: tuple[LanguageFact, ...]
    predictors: tuple[Predictor, ...]
    stated: TransferModel | None
    chosen: TransferModel | None
    dropped: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def segmentation(self) -> dict[str, Segmentation]:
        """Target -> how its test data were cut into pieces, where that was measured."""
        return {fact.target: fact.segmentation for fact in self.facts if fact.segmentation is not None}

    def fact(self, target: str) -> LanguageFact | None:
        """What is known of a scored language."""
        return next((fact for fact in self.facts if fact.target == target), None)
