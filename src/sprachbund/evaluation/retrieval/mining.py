"""Mining of sentence pairs (BUCC): margin over the nearest neighbours of both directions, a threshold from dev.

As LASER and XTREME do it (Artetxe and Schwenk 2019, 1811.01136, "max"; `mine_bitext` and `bucc_optimize` of
github.com/google-research/xtreme): texts that stand twice are one text while pairs are sought; each text enters one
pair at most, the best first; a pair whose text stands twice names no identity and is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sprachbund.evaluation.retrieval.search import Floats, Neighbourhoods, Places, nearest

Pair = tuple[str, str]


def mined(
    first: NDArray[np.floating], second: NDArray[np.floating], k: int, *, margin: bool = True
) -> tuple[Places, Floats]:
    """Pairs of rows, each row in one pair at most, best first.

    Candidates of a row are its k nearest by cosine; among them the best by margin is taken, from both sides.

    Args:
        first, second: (n, width) and (m, width), each row another text.
        k: neighbours, for candidates and margins.
        margin: score by ratio margin; False: by cosine.

    Returns:
        (pairs, 2) rows of either side and (pairs,) their scores, falling.
    """
    forward, to_second = nearest(first, second, k)
    backward, to_first = nearest(second, first, k)
    means = Neighbourhoods(forward.mean(axis=1), backward.mean(axis=1))
    if margin:
        forward = _ratio(forward, means.first[:, None] + means.second[to_second])
        backward = _ratio(backward, means.second[:, None] + means.first[to_first])
    ahead, back = forward.argmax(axis=1), backward.argmax(axis=1)
    n, m = np.arange(len(first)), np.arange(len(second))
    pairs = np.concatenate([np.stack([n, to_second[n, ahead]], axis=1), np.stack([to_first[m, back], m], axis=1)])
    scores = np.concatenate([forward[n, ahead], backward[m, back]])
    order = np.argsort(-scores, kind="stable")
    kept, taken = [], (set[int](), set[int]())
    for place in order.tolist():
        one, other = pairs[place].tolist()
        if one not in taken[0] and other not in taken[1]:
            taken[0].add(one)
            taken[1].add(other)
            kept.append(place)
    return pairs[kept], scores[kept]


def _ratio(cosines: Floats, sums: Floats) -> Floats:
    return np.divide(2 * cosines, sums, out=np.zeros_like(cosines), where=sums > 0)


def identified(
    pairs: Places, scores: Floats, first: Sequence[Sequence[str]], second: Sequence[Sequence[str]]
) -> dict[Pair, float]:
    """Pairs of rows to pairs of identities, with their scores, best first.

    Args:
        pairs, scores: as `mined` gives them.
        first, second: identities of the texts of each row; a row with more than one names none of them.
    """
    return {(first[one][0], second[other][0]): float(score)
            for (one, other), score in zip(pairs.tolist(), scores.tolist(), strict=True)
            if len(first[one]) == len(second[other]) == 1}


def best_threshold(scored: Mapping[Pair, float], gold: Collection[Pair]) -> float:
    """The threshold with the best F1 against gold pairs: half-way to the next lower score, as BUCC's baselines do.

    0 where no pair is right, so that everything is taken. The lowest score itself where the best F1 takes all.
    """
    items = sorted(scored.items(), key=lambda item: -item[1])
    threshold, best, correct = 0.0, 0.0, 0
    for place, (pair, score) in enumerate(items):
        correct += pair in gold
        f1 = 2 * correct / (place + 1 + len(gold))
        if correct and f1 > best:
            best = f1
            threshold = (score + items[place + 1][1]) / 2 if place + 1 < len(items) else score
    return threshold


def counted(
    scored: Mapping[Pair, float], threshold: float, gold: Collection[Pair], identities: Sequence[str]
) -> NDArray[np.int64]:
    """Correct, mined and gold pairs of each text of the first side: (n, 3).

    Args:
        scored: mined pairs.
        threshold: pairs below it are not taken.
        gold: gold pairs.
        identities: of the first side's texts, n of them, each once.
    """
    taken = [pair for pair, score in scored.items() if score >= threshold]
    columns = (Counter(one for one, other in taken if (one, other) in gold), Counter(one for one, _ in taken),
               Counter(one for one, _ in gold))
    return np.array([[column[name] for column in columns] for name in identities], dtype=np.int64).reshape(-1, 3)
