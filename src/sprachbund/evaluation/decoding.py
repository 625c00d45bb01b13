"""Logits of starts and ends to the best answers of each question."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sprachbund.data.answers import AnswerConfig
from sprachbund.evaluation.answers import Answers
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.ragged import Integers, offsets_of

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best answers to one question, best first.

    Args:
        starts, ends: (answers,) characters of the context.
        scores: (answers,) sum of two logits.
    """

    starts: Integers
    ends: Integers
    scores: NDArray[np.float32]


def decode(corpus: EncodedCorpus, logits: Logits, config: AnswerConfig) -> Answers:
    """Look for the answers of a corpus.

    Args:
        corpus: questions.
        logits: (words, 2) of start and end at every place.
        config: how many answers are kept, and how long they may be.
    """
    assert corpus.char_starts is not None, "these are no questions"
    assert corpus.char_ends is not None
    windows = np.repeat(np.arange(corpus.n_windows), np.diff(corpus.read_offsets))
    chars = np.stack([corpus.char_starts, corpus.char_ends], axis=1)
    bounds = corpus.word_offsets.tolist()
    found, none = [], np.full(corpus.n_examples, -np.inf, dtype=np.float32)
    for number, (first, last) in enumerate(pairwise(bounds)):
        part = slice(first, last)
        nowhere = chars[part, 0] < 0
        if nowhere.any():
            none[number] = logits[part].sum(axis=1)[nowhere].min()
        found.append(best_answers(logits[part], windows[part], chars[part], config))
    return Answers(
        data_set=corpus.data_set,
        language=corpus.language,
        split=corpus.split,
        fingerprint=corpus.fingerprint,
        offsets=offsets_of(np.array([len(one.scores) for one in found], dtype=np.int64)),
        starts=np.concatenate([one.starts for one in found]).astype(np.int32),
        ends=np.concatenate([one.ends for one in found]).astype(np.int32),
        scores=np.concatenate([one.scores for one in found]).astype(np.float32),
        no_answer=none,
    )


def best_answers(logits: Logits, windows: Integers, chars: NDArray[np.int32], config: AnswerConfig) -> Candidates:
    """The best answers to one question, over all its windows and all pairs of a start and an end that are allowed.

    An answer starts and ends in one window and has at most `max_answer_pieces` places. One that stands in several
    windows has the highest of its scores.

    Args:
        logits: (places, 2) of start and end.
        windows: (places,) the window of each, ascending.
        chars: (places, 2) the characters of each, -1 for "no answer".
        config: how many, how long.
    """
    places = len(logits)
    longest = min(config.max_answer_pieces, max(places, 1))
    ends = np.arange(places)[:, None] + np.arange(longest)
    inside = np.minimum(ends, max(places - 1, 0))
    allowed = (ends < places) & (windows[inside] == windows[:, None]) & (chars[:, :1] >= 0)
    scores = np.where(allowed, logits[:, :1] + logits[inside, 1], -np.inf).ravel()
    several = len(np.unique(windows))  # an answer stands at most once in each
    count = min(config.n_best * several, int(allowed.sum()))
    best = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, dtype=np.int64)
    best = best[np.lexsort((best, -scores[best]))]
    spans = np.stack([chars[best // longest, 0], chars[inside.ravel()[best], 1]], axis=1)
    _, first = np.unique(spans, axis=0, return_index=True)
    kept = np.sort(first)[: config.n_best]
    return Candidates(spans[kept, 0], spans[kept, 1], scores[best[kept]])
