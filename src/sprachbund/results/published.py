"""What papers report, to be marked as reported beside our own numbers and never mixed with them."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "2205.08497"
REPORTED_FUSION = "dlfa"
"""The fusion whose gains the paper reports."""


@dataclass(frozen=True, slots=True)
class ReportedGain:
    """A gain of DLFA over the last layer of multilingual BERT, as the abstract of 2205.08497 gives it.

    The abstract gives one number a data set: no seeds, no interval, no baseline, no per-language scores.

    Args:
        points: absolute points.
        measure: what it is points of; for parts of speech and named entities F1.
        paper: arXiv number.
    """

    points: float
    measure: str
    paper: str = PAPER


_GAINS = {
    "xnli": ReportedGain(1.5, "accuracy"),
    "pawsx": ReportedGain(2.4, "accuracy"),
    "panx": ReportedGain(1.2, "F1"),
    "ud_pos": ReportedGain(1.5, "F1"),
}


def reported_gain(data_set: str) -> ReportedGain | None:
    """The gain reported on a data set, by the name of its card; None where none is known.

    >>> reported_gain("pawsx").points
    2.4
    """
    return _GAINS.get(data_set)
