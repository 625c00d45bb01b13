"""Verdicts on claims, as plain frozen records that go to JSON and back; `decide.py` makes them.

A verdict speaks of one claim and one encoder. It is made of parts (a data set, a pooling, an ablation), each
with the figures it rests on; how parts make a whole is said by the rule of the claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from sprachbund.core.errors import FormatError
from sprachbund.core.source import Location

Verdict = Literal[
    "supported", "smaller than reported", "parameter effect", "not supported", "undecided at this size", "middle",
    "not tested here", "tested",
]
"""What may be said of a claim. "tested" stands for architecture whose named checks pass; one that fails is "not
supported"."""

Kind = Literal["empirical", "architecture", "both"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with all that it needs to be read.

    Args:
        what: what it is of, in words ("gain over last layer").
        value: in `unit`.
        low, high: its interval; None where it is a probability or share made by resampling itself.
        unit: "points", "correlation", "share", "probability", "ratio".
        seeds: that are in it.
        languages: base codes it is averaged over; empty where it speaks of no language set.
        method: how the interval was made, and of what it speaks.
    """

    what: str
    value: float
    low: float | None
    high: float | None
    unit: str
    seeds: tuple[int, ...]
    languages: tuple[str, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a verdict.

    Args:
        name: the data set, pooling or ablation it speaks of.
        system: the system that was judged, or "".
        verdict: of the part.
        why: one sentence.
        figures: the deciding one first.
        settle: seeds with which an undecided part is expected to be decided; None where it is not undecided, or where
            no number of seeds is enough (`why` says so).
        controls: the controls it was held against.
    """

    name: str
    system: str
    verdict: Verdict
    why: str
    figures: tuple[Figure, ...]
    settle: int | None = None
    controls: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the deciding figure."""
        return self.figures[0].seeds if self.figures else ()

    @property
    def told(self) -> str:
        """The verdict, few seeds said."""
        return self.verdict + few_seeds(self.seeds if self.verdict != "not tested here" else ())


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """What is said of one claim by one encoder, or, for architecture, by checks of the module itself.

    Args:
        claim: "C1" ... "C17".
        encoder: its name; "" for architecture alone.
        variant: which of several readings of the paper was judged ("literal gate"), or "".
        verdict: by the rule of the claim.
        why: one sentence: how the parts make the verdict.
        parts: what it rests on.
        data_sets: those with a part.
        checks: names of executable checks, of architecture.
        settle: seeds with which an undecided verdict is expected to be decided, the most that any part needs.
        missing: cells that the claim asks for and nobody has measured.
        remarks: stand-ins and other sentences that must stand beside the verdict.
    """

    claim: str
    encoder: str
    variant: str
    verdict: Verdict
    why: str
    parts: tuple[Part, ...] = ()
    data_sets: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    settle: int | None = None
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """All seeds of its parts' deciding figures, ascending."""
        return tuple(sorted({seed for part in self.parts for seed in part.seeds}))

    @property
    def told(self) -> str:
        """The verdict as tables have it, the checks named and few seeds said.

        >>> ClaimVerdict("C4", "", "", "tested", "", checks=("two-layers",)).told
        'tested by two-layers'
        """
        if self.verdict == "tested":
            return f"tested by {', '.join(self.checks)}"
        return self.verdict + few_seeds(self.seeds if self.verdict != "not tested here" else ())


@dataclass(frozen=True, slots=True)
class CheckResult:
    """An executable check of architecture as it ran.

    Args:
        name: of the check.
        claims: those it belongs to.
        promise: what it checks, one sentence.
        passed: whether it held.
        detail: what was seen: figures, or the promise that was broken.
    """

    name: str
    claims: tuple[str, ...]
    promise: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class EncoderVerdicts:
    """All claims by the results of one encoder.

    Args:
        encoder, provenance: of the results; the provenance is a sentence that stands beside every number, or "".
        mechanism: a sentence on what these verdicts speak of: the mechanism, and not multilingual BERT.
        verdicts: C1 ... C17 in order; architecture is the same for every encoder.
        notes: what was read and what of it was left out.
    """

    encoder: str
    provenance: str
    mechanism: str
    verdicts: tuple[ClaimVerdict, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimFindings:
    """Verdicts on all claims.

    Args:
        level: coverage of every interval.
        encoders: one a encoder with results, in order of name; one without a name where there are no results at all.
        checks: of architecture.
        read: what was read, in words.
    """

    level: float
    encoders: tuple[EncoderVerdicts, ...]
    checks: tuple[CheckResult, ...]
    read: tuple[str, ...] = ()

    def verdict(self, claim: str, encoder: str | None = None) -> ClaimVerdict:
        """The verdict on a claim, of the first encoder if none is named.

        Raises:
            KeyError: no such claim or encoder.
        """
        for item in self.encoders:
            for verdict in item.verdicts:
                if verdict.claim == claim and encoder in (None, item.encoder):
                    return verdict
        raise KeyError(f"no verdict on {claim} by {encoder or 'any encoder'}")


def few_seeds(seeds: tuple[int, ...]) -> str:
    """What a verdict says of its number of seeds: fewer than five are part of the verdict.

    >>> few_seeds((1, 2, 3)), few_seeds((1,)), few_seeds((1, 2, 3, 4, 5))
    (' (three seeds)', ' (one seed)', '')
    """
    words = {1: "one seed", 2: "two seeds", 3: "three seeds", 4: "four seeds"}
    return f" ({words[len(seeds)]})" if len(seeds) in words else ""


@cache
def _adapter() -> TypeAdapter[ClaimFindings]:
    return TypeAdapter(ClaimFindings)


def claims_json(findings: ClaimFindings) -> dict[str, object]:
    """Verdicts as JSON values."""
    return _adapter().dump_python(findings, mode="json")  # type: ignore[no-any-return]


def claims_from_json(values: object, source: str = "claims") -> ClaimFindings:
    """Verdicts from the values that `claims_json` gave.

    Args:
        values: the JSON values.
        source: the file, for messages.

    Raises:
        FormatError: the values are no verdicts of this version.
    """
    try:
        return _adapter().validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise FormatError(f"not verdicts of this version: {where}: {first['msg']}", where=Location(source),
                          remedy="make them again from the results: sprachbund claims FOLDER") from None
