"""What a page of claims tells, before any format: a headline, a line a claim and reading, and what is behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sprachbund.report.numbers import plural
from sprachbund.report.run_info import RunInfo
from sprachbund.results.claims.records import (
    CheckResult,
    ClaimFindings,
    ClaimVerdict,
    EncoderVerdicts,
    Figure,
    Part,
    Verdict,
)
from sprachbund.results.claims.statements import BY_NAME

TITLE = "The claims of 2205.08497, as stored results decide them"
QUESTION = ("What do these results say of each claim on layer fusion for zero-shot transfer, by a rule that was fixed "
            "before they were looked at?")
ABOUT_RULES = (
    "Every verdict comes from a rule over stored results; none is typed in.",
    "Gains are paired differences to the last layer on the mean over the target languages, source left out, k chosen "
    "on source dev alone; the smallest effect of interest is 0.5 points.",
    "Intervals that decide take families and languages as a sample and cover examples and seeds; verdicts with fewer "
    "than five seeds say how many they have.",
)
_COUNTED: tuple[Verdict, ...] = ("supported", "smaller than reported", "parameter effect", "middle", "not supported",
            "undecided at this size", "not tested here", "tested")


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure in words: what it belongs to, its value and its interval ("" where it has none)."""

    name: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a verdict: name, system, verdict as told and bare, why, every figure with its method, seeds."""

    name: str
    system: str
    verdict: str
    kind: str
    why: str
    figures: tuple[FigureLine, ...]
    seeds: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One verdict.

    Args:
        claim, says, rule: the claim, in our words, and how it is decided.
        variant: which reading, or "".
        verdict: as told, with the number of seeds where they are few.
        kind: the bare verdict, for styles.
        measure, figures: the deciding figure of each part, and what it is.
        seeds, data_sets: in words, "" where there are none.
        why, settle: sentences.
        parts, missing, remarks: what stands behind it.
    """

    claim: str
    says: str
    rule: str
    variant: str
    verdict: str
    kind: str
    measure: str
    figures: tuple[FigureLine, ...]
    seeds: str
    data_sets: str
    why: str
    settle: str
    parts: tuple[PartLine, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EncoderClaims:
    """All verdicts of one encoder with what must stand beside them."""

    encoder: str
    provenance: str
    mechanism: str
    summary: str
    lines: tuple[ClaimLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimContents:
    """Everything that a page of claims tells.

    Args:
        title, question, headline: the headline counts verdicts.
        about: how verdicts are made.
        encoders: one a encoder.
        checks: of architecture.
        read: what was read.
        command, created: how and when it was made.
    """

    title: str
    question: str
    headline: str
    about: tuple[str, ...]
    encoders: tuple[EncoderClaims, ...]
    checks: tuple[CheckResult, ...]
    read: tuple[str, ...]
    command: str
    created: str


def tell_claims(findings: ClaimFindings, info: RunInfo) -> ClaimContents:
    """Turn verdicts into what a page tells."""
    encoders = tuple(map(_encoder, findings.encoders))
    level = f"Intervals at {findings.level:.0%}."
    return ClaimContents(info.title, info.question or QUESTION, " ".join(item.summary for item in encoders),
                         (*ABOUT_RULES, level, *info.notes), encoders, findings.checks, findings.read, info.command,
                         info.created)


def _encoder(item: EncoderVerdicts) -> EncoderClaims:
    return EncoderClaims(item.encoder, item.provenance, item.mechanism, _summary(item),
                         tuple(map(_line, item.verdicts)), item.notes)


def _summary(item: EncoderVerdicts) -> str:
    """How many claims have which verdict, by the first reading of each (the gate as printed)."""
    first: dict[str, ClaimVerdict] = {}
    for verdict in item.verdicts:
        if verdict.claim not in first or first[verdict.claim].verdict == "tested":
            first[verdict.claim] = verdict
    counts = Counter(verdict.verdict for verdict in first.values())
    words: dict[str, str] = {"tested": "tested as architecture"}
    told = ", ".join(f"{counts[name]} {words.get(name, name)}" for name in _COUNTED if counts[name])
    where = f"With {item.encoder}, of" if item.encoder else "Of"
    return f"{where} {plural(len(first), 'claim')}: {told}."


def _line(item: ClaimVerdict) -> ClaimLine:
    statement = BY_NAME[item.claim]
    figures = tuple(_figure(part.figures[0], part.name) for part in item.parts if part.figures)
    settle = f"{plural(item.settle, 'seed')} are expected to settle it." if item.settle else ""
    return ClaimLine(
        claim=item.claim, says=statement.says, rule=statement.rule, variant=item.variant, verdict=item.told,
        kind=item.verdict, measure=statement.figure if figures else "", figures=figures,
        seeds=", ".join(map(str, item.seeds)), data_sets=", ".join(item.data_sets), why=item.why, settle=settle,
        parts=tuple(map(_part, item.parts)), missing=item.missing, remarks=item.remarks,
    )


def _part(part: Part) -> PartLine:
    figures = tuple(_figure(figure, f"{figure.what}{_languages(figure)}; {figure.method}") for figure in part.figures)
    seeds = ", ".join(map(str, part.seeds))
    return PartLine(part.name, part.system, part.told, part.verdict, part.why, figures, seeds)


def _languages(figure: Figure) -> str:
    if not figure.languages:
        return ""
    return f", {plural(len(figure.languages), 'language')} ({' '.join(figure.languages)})"


def _figure(figure: Figure, name: str) -> FigureLine:
    value = number(figure.value, figure.unit)
    if figure.low is None or figure.high is None:
        return FigureLine(name, value, "")
    return FigureLine(name, value, f"{number(figure.low, figure.unit)} to {number(figure.high, figure.unit)}")


def number(value: float, unit: str) -> str:
    """A figure as its unit asks: signed points and correlations, shares in per cent, small probabilities by a bound.

    >>> number(1.204, "points"), number(-0.42, "correlation"), number(0.833, "share")
    ('+1.20', '−0.42', '83 %')
    >>> number(0.0004, "probability"), number(0.02, "probability"), number(1.3, "ratio")
    ('<0.001', '0.020', '1.30')
    """
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "probability":
        return "<0.001" if value < 0.001 else f"{value:.3f}"
    told = f"{value:.2f}" if unit == "ratio" else f"{value:+.2f}"
    return told.replace("-", "−")
