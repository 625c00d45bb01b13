"""How a tokenizer cuts a language into pieces: fertility and unknown pieces, counted in an encoded corpus.

Fertility is pieces per word (Rust et al. 2021, section 3.2): words are those of the annotation where every word
has a label, and what stands between spaces in whole texts, where the pieces themselves say where a word begins.
Scripts written without spaces have no such words; there pieces per text is all that is counted.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sprachbund.languages.segmentation import UNSPACED, Segmentation
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.tokenizer import PieceTokenizer

_MARK, _BYTE_MARK, _INSIDE = "▁", "Ġ", "##"


class PieceCounter:
    """Counts pieces of one tokenizer.

    Args:
        tokenizer: the one that encoded the corpora.
    """

    def __init__(self, tokenizer: PieceTokenizer) -> None:
        self._tokenizer = tokenizer

    def count(self, corpus: EncodedCorpus, script: str) -> Segmentation:
        """Count one corpus.

        Args:
            corpus: encoded by this tokenizer.
            script: ISO 15924, as the language is written in it.

        Raises:
            ValueError: another tokenizer encoded the corpus.
        """
        if corpus.tokenizer != self._tokenizer.fingerprint:
            raise ValueError("the corpus was encoded by another tokenizer")
        whole, windows = _counted(corpus)
        counted = np.repeat(windows, corpus.window_lengths)
        ids = np.asarray(corpus.piece_ids)[counted]
        ids = ids[~self._frame[ids]]
        if corpus.kind in ("tokens", "joint"):
            words = int(np.diff(corpus.word_offsets)[whole].sum())
            words -= int(whole.sum()) if corpus.kind == "joint" else 0  # the sentences themselves
        else:
            words = 0 if script in UNSPACED else int(self._begins[ids].sum())
        return Segmentation(int(whole.sum()), int((~whole).sum()), words, len(ids), int(self._unknown[ids].sum()))

    @cached_property
    def _frame(self) -> NDArray[np.bool_]:
        """(vocabulary,) pieces that stand around texts, and padding."""
        framing = self._tokenizer.tokenizer.encode("", "").ids
        return self._marked({*framing, self._tokenizer.pad_id} - set(np.flatnonzero(self._unknown).tolist()))

    @cached_property
    def _unknown(self) -> NDArray[np.bool_]:
        """(vocabulary,) the piece for what is not in the vocabulary."""
        names = {"<unk>", "[UNK]", str(getattr(self._tokenizer.tokenizer.model, "unk_token", None))}
        found = (self._tokenizer.tokenizer.token_to_id(name) for name in names)
        return self._marked({number for number in found if number is not None})

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        return begins_words(self._tokenizer)

    def _marked(self, numbers: set[int]) -> NDArray[np.bool_]:
        return marked(self._tokenizer, numbers)


def begins_words(tokenizer: PieceTokenizer) -> NDArray[np.bool_]:
    """(vocabulary,) pieces that begin a word: by a mark before it, or by lacking the mark of its inside."""
    vocabulary = tokenizer.tokenizer.get_vocab(with_added_tokens=False)
    for mark in (_MARK, _BYTE_MARK):
        begins = {number for piece, number in vocabulary.items() if piece.startswith(mark)}
        if len(begins) > (0 if mark == _MARK else 1):  # XLM-R has one piece with the letter Ġ of Maltese
            return marked(tokenizer, begins)
    return marked(tokenizer, {number for piece, number in vocabulary.items() if not piece.startswith(_INSIDE)})


def marked(tokenizer: PieceTokenizer, numbers: set[int]) -> NDArray[np.bool_]:
    """(vocabulary,) True at some pieces."""
    marks = np.zeros(max(tokenizer.vocabulary_size, max(numbers, default=0) + 1), dtype=bool)
    marks[list(numbers)] = True
    return marks


def _counted(corpus: EncodedCorpus) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which examples stand whole in one window, and which windows are theirs; of choices the first alone is taken,
    since all of them repeat the context."""
    if corpus.kind == "choice":
        whole = np.asarray(corpus.windowed) == 0
        first = np.diff(corpus.window_examples, prepend=-1) > 0
        return whole, first & whole[corpus.window_examples]
    whole = np.bincount(corpus.window_examples, minlength=corpus.n_examples) == 1
    return whole, whole[corpus.window_examples]
