"""Exact match and F1 of answers, after SQuAD's and after MLQA's script.

Both scripts compare texts whose case, punctuation, articles and blanks are taken away, take the best of several
gold answers and average over questions; they differ in what they take away. SQuAD (Rajpurkar et al. 2016) knows
English articles and ASCII punctuation; XTREME scores XQuAD and TyDiQA so in every language. MLQA (Lewis et al. 2020)
knows the articles of its seven languages and all punctuation of Unicode, and takes each Chinese character as a token.
"""

from __future__ import annotations

import re
import string
import unicodedata
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sprachbund.metrics.metric import Counts, Gold

UNIT = 1_000_000_000
"""An F1 of 1; per-example counts are whole numbers, so that they add up exactly."""

_SQUAD_PUNCTUATION = dict.fromkeys(map(ord, string.punctuation))
_MLQA_ARTICLES = {
    "en": r"\b(?:a|an|the)\b",
    "es": r"\b(?:un|una|unos|unas|el|la|los|las)\b",
    "vi": r"\b(?:của|là|cái|chiếc|những)\b",
    "de": r"\b(?:ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "ar": "ال",  # wherever it stands: the script's pattern for word beginnings can never match
}
_HAN = re.compile(r"([\u4e00-\u9fa5])")


class _MlqaPunctuation(dict[int, int | None]):
    """A table for `str.translate`, filled as characters are met: Unicode's punctuation, and ASCII's, is deleted."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        punctuation = character in string.punctuation or unicodedata.category(character)[0] == "P"
        self[code] = None if punctuation else code
        return self[code]


_MLQA_PUNCTUATION = _MlqaPunctuation()


def squad_tokens(text: str) -> list[str]:
    """What SQuAD's script compares: lower case, without ASCII punctuation and English articles.

    >>> squad_tokens("The  Eiffel Tower, a landmark.")
    ['eiffel', 'tower', 'landmark']
    """
    plain = text.lower().translate(_SQUAD_PUNCTUATION)
    return re.sub(_MLQA_ARTICLES["en"], " ", plain).split()


def mlqa_tokens(text: str, language: str) -> list[str]:
    """What MLQA's script compares in a language.

    The script knows ar, de, en, es, hi, vi and zh. In all others no articles are taken away and tokens are
    separated by blanks.

    Args:
        text: an answer.
        language: code of the language or variant the answer is in.

    >>> mlqa_tokens("«Die Brücke»", "de"), mlqa_tokens("在1952年。", "zh")
    (['brücke'], ['在', '1952', '年'])
    """
    base = language.partition("-")[0]
    plain = text.lower().translate(_MLQA_PUNCTUATION)
    if base in _MLQA_ARTICLES:
        plain = re.sub(_MLQA_ARTICLES[base], " ", plain)
    return (_HAN.sub(r" \1 ", plain) if base == "zh" else plain).split()


class _AnswerMetric(ABC):
    """What all four share: an example is a question, its gold answers are alternatives, the best one counts.

    A question without gold answers cannot be answered: "" is right, everything else wrong, as in SQuAD 2.0's
    script. That script also leaves out gold answers that are nothing but articles and punctuation; here, as
    in the script of SQuAD 1.1, they stay.
    """

    mlqa: ClassVar[bool]
    """Whose tokens are compared."""

    def count(self, gold: Sequence[Gold], predicted: Sequence[str | None], language: str) -> Counts:
        """Count one corpus: (n, 2). A missing prediction is wrong.

        Raises:
            ValueError: gold and predicted differ in length.
        """
        if len(gold) != len(predicted):
            raise ValueError(f"{len(gold)} questions have gold answers, {len(predicted)} have predictions")
        tokens = partial(mlqa_tokens, language=language) if self.mlqa else squad_tokens
        counts = np.ones((len(gold), 2), dtype=np.int64)
        for number, (answers, given) in enumerate(zip(gold, predicted, strict=True)):
            counts[number, 0] = 0 if given is None else self._unanswerable(tokens(given)) if not answers else max(
                self._points(tokens(answer), tokens(given)) for answer in answers)
        return counts

    def repaired(self, predicted: Sequence[str | None]) -> NDArray[np.int64]:
        """Nothing is ever repaired: (n,) zeros."""
        return np.zeros(len(predicted), dtype=np.int64)

    @abstractmethod
    def _unanswerable(self, given: list[str]) -> int:
        """Points for a question that has no answer."""

    @abstractmethod
    def _points(self, answer: list[str], given: list[str]) -> int:
        """Points against one gold answer."""


class _ExactMatch(_AnswerMetric):
    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`("correct", "total")`."""
        return ("correct", "total")

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 2) sums to (...) points; NaN where there was no question."""
        return _mean(sums, 1)

    def _unanswerable(self, given: list[str]) -> int:
        return int(not given)

    def _points(self, answer: list[str], given: list[str]) -> int:
        return int(answer == given)


class _F1(_AnswerMetric):
    def columns(self, labels: Sequence[str]) -> tuple[str, ...]:
        """`("f1_billionths", "total")`: F1 of a question in billionths, and 1."""
        return ("f1_billionths", "total")

    def value(self, sums: NDArray[np.generic]) -> NDArray[np.float64]:
        """(..., 2) sums to (...) points; NaN where there was no question."""
        return _mean(sums, UNIT)

    def _unanswerable(self, given: list[str]) -> int:
        return 0 if given else UNIT

    def _points(self, answer: list[str], given: list[str]) -> int:
        common = (Counter(answer) & Counter(given)).total()
        return round(UNIT * 2 * common / (len(answer) + len(given))) if common else 0


class SquadExactMatch(_ExactMatch):
    """Share of questions whose answer equals a gold answer, texts compared as SQuAD's script does."""

    name: ClassVar[str] = "squad_exact"
    version: ClassVar[int] = 1
    mlqa: ClassVar[bool] = False
    summary: ClassVar[str] = "share of answers that equal a gold answer (SQuAD's script: English articles left out)"


class SquadF1(_F1):
    """F1 of the tokens of answers, texts compared as SQuAD's script does: what XTREME prints for XQuAD and TyDiQA."""

    name: ClassVar[str] = "squad_f1"
    version: ClassVar[int] = 1
    mlqa: ClassVar[bool] = False
    summary: ClassVar[str] = "mean F1 of answers' tokens, best gold answer (SQuAD's script, as XTREME on XQuAD, TyDiQA)"


class MlqaExactMatch(_ExactMatch):
    """Share of questions whose answer equals a gold answer, texts compared as MLQA's script does."""

    name: ClassVar[str] = "mlqa_exact"
    version: ClassVar[int] = 1
    mlqa: ClassVar[bool] = True
    summary: ClassVar[str] = "share of answers that equal a gold answer (MLQA's script: each language's own articles)"


class MlqaF1(_F1):
    """F1 of the tokens of answers, texts compared as MLQA's script does."""

    name: ClassVar[str] = "mlqa_f1"
    version: ClassVar[int] = 1
    mlqa: ClassVar[bool] = True
    summary: ClassVar[str] = "mean F1 of answers' tokens, best gold answer (MLQA's script: each language's articles, " \
                             "Chinese by characters)"


def _mean(sums: NDArray[np.generic], unit: int) -> NDArray[np.float64]:
    numbers = np.asarray(sums, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(100.0 * numbers[..., 0] / (unit * numbers[..., 1]))
