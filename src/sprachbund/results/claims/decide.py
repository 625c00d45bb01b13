"""All claims, decided from stored results and from the checks of architecture that ran. Nothing is typed in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sprachbund.results.claims.architecture import by_checks
from sprachbund.results.claims.evidence import Evidence, Study, gather
from sprachbund.results.claims.families import alike_within_families
from sprachbund.results.claims.gains import ablated_branches, extra_information, one_to_three_points, reported_gains
from sprachbund.results.claims.gates import depends_on_the_task
from sprachbund.results.claims.layers import different_layers, equilibrium
from sprachbund.results.claims.probes import crucial_features, lower_and_upper_layers
from sprachbund.results.claims.records import CheckResult, ClaimFindings, ClaimVerdict, EncoderVerdicts
from sprachbund.results.claims.statements import PURPOSE, STATEMENTS
from sprachbund.statistics.intervals import LEVEL

_PAPERS_ENCODERS = ("bert-base-multilingual-cased", "google-bert/bert-base-multilingual-cased")


def decide(
    studies: Iterable[Study], checks: Sequence[CheckResult], *, level: float = LEVEL, read: Sequence[str] = ()
) -> ClaimFindings:
    """Give every claim its verdict, for each encoder apart.

    Args:
        studies: what was read; none at all is fine: then everything empirical is not tested here.
        checks: of architecture, as they ran.
        level: coverage of intervals.
        read: what was read, in words.

    Raises:
        DataError: rows of one study that cannot be compared.
    """
    found = gather(studies, level=level) or [Evidence("", "", {}, (), (), (), level)]
    architecture = by_checks(checks)
    return ClaimFindings(level, tuple(_by_encoder(item, architecture) for item in found), tuple(checks), tuple(read))


def _by_encoder(evidence: Evidence, architecture: Sequence[ClaimVerdict]) -> EncoderVerdicts:
    empirical = [
        *lower_and_upper_layers(evidence),
        *_told_apart(extra_information(evidence)),
        *_told_apart(equilibrium(evidence)),
        *_told_apart(reported_gains(evidence)),
        *_told_apart(one_to_three_points(evidence)),
        *_told_apart(different_layers(evidence)),
        crucial_features(evidence),
        *_told_apart(alike_within_families(evidence)),
        ablated_branches(evidence),
        *_told_apart(depends_on_the_task(evidence)),
    ]
    order = {statement.claim: place for place, statement in enumerate(STATEMENTS)}
    told = [replace(verdict, missing=together(verdict.missing)) for verdict in empirical]
    verdicts = sorted([*architecture, *told], key=lambda verdict: order[verdict.claim])  # stable: equations first
    return EncoderVerdicts(evidence.encoder, evidence.provenance, _mechanism(evidence.encoder), tuple(verdicts),
                           evidence.notes)


def _told_apart(verdicts: Sequence[ClaimVerdict]) -> list[ClaimVerdict]:
    """Verdicts of several gates: those with results, one at least; what holds for one gate alone says so."""
    measured = [verdict for verdict in verdicts if verdict.parts] or [verdicts[0]]
    holding = [verdict for verdict in measured if verdict.verdict == "supported"]
    if len(measured) == 1 or len(holding) != 1:
        return measured
    told = f"Holds for the {holding[0].variant} alone."
    return [replace(verdict, remarks=(*verdict.remarks, told)) for verdict in measured]


def together(missing: Iterable[str]) -> tuple[str, ...]:
    """What lacks on several tasks alike, told once.

    >>> together(["XNLI: 2 more seeds", "a probe", "NER: 2 more seeds"])
    ('XNLI, NER: 2 more seeds', 'a probe')
    """
    tasks = set(PURPOSE.values())
    found: dict[str, list[str]] = {}
    for cell in missing:
        task, colon, what = cell.partition(": ")
        if colon and task in tasks:
            found.setdefault(what, []).append(task)
        else:
            found.setdefault(cell, [])
    return tuple(f"{', '.join(dict.fromkeys(names))}: {what}" if names else what for what, names in found.items())


def _mechanism(encoder: str) -> str:
    if not encoder:
        return "There are no results of any encoder here: empirical claims are not tested."
    if encoder in _PAPERS_ENCODERS:
        return "These verdicts are on multilingual BERT, the encoder of the paper."
    return (f"These verdicts are on the mechanism, measured with {encoder}; they are no verdicts on multilingual BERT, "
            "which the paper used.")
