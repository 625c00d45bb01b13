"""Which pieces of a text are hidden from a model that learns to find them (Devlin et al. 2019, section 3.1).

Of the pieces that are chosen, by default 15 % of all, 80 % become the mask piece, 10 % a random piece and 10 % stay.
Special pieces, padding and unknown pieces are never chosen. Each piece is chosen by itself, so that the share is right
on average and not in every window; with whole words, all pieces of a word are chosen or none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from sprachbund.core.config import Config
from sprachbund.core.errors import ModelError
from sprachbund.tokenization.ragged import Integers
from sprachbund.tokenization.segmentation import begins_words, marked
from sprachbund.tokenization.tokenizer import PieceTokenizer

_MASK_PIECES = ("<mask>", "[MASK]")
_UNKNOWN_PIECES = ("<unk>", "[UNK]")


class MaskingConfig(Config):
    """How pieces are hidden; the defaults are BERT's."""

    rate: float = Field(0.15, gt=0, lt=1)
    """Share of pieces that are chosen, and have to be found again."""
    mask_share: float = Field(0.8, ge=0, le=1)
    """Share of the chosen pieces in whose place the mask piece stands."""
    random_share: float = Field(0.1, ge=0, le=1)
    """Share of the chosen pieces in whose place a random piece stands; the others stay as they are."""
    whole_words: bool = False
    """Choose whole words: all pieces of one, or none. Scripts that put no spaces between words go by pieces."""

    @field_validator("random_share")
    @classmethod
    def _shares_fit(cls, value: float, info: ValidationInfo) -> float:
        if value + info.data.get("mask_share", 0) > 1:
            raise ValueError("mask_share and random_share are together more than 1")
        return value

    def in_words(self) -> str:
        """As reports tell it.

        >>> MaskingConfig(rate=0.2, whole_words=True).in_words()
        '20 % of the pieces, by whole words: of these 80 % masked, 10 % replaced, 10 % kept'
        """
        kept = 1 - self.mask_share - self.random_share
        whole = ", by whole words" if self.whole_words else ""
        return (f"{100 * self.rate:.3g} % of the pieces{whole}: of these {100 * self.mask_share:.3g} % masked, "
                f"{100 * self.random_share:.3g} % replaced, {100 * max(kept, 0):.3g} % kept")


def mask_piece(tokenizer: PieceTokenizer) -> int:
    """The id of the mask piece.

    Raises:
        ModelError: the tokenizer has none: its model was not trained to find hidden pieces.
    """
    found = (tokenizer.tokenizer.token_to_id(name) for name in _MASK_PIECES)
    number = next((number for number in found if number is not None), None)
    if number is None:
        raise ModelError(
            f"the encoder's tokenizer has no mask piece ({' or '.join(_MASK_PIECES)}): it belongs to a model that "
            "reads from left to right, or one that learnt otherwise",
            remedy="adapt an encoder such as BERT, XLM-R or the bundled one",
        )
    return number


def special_pieces(tokenizer: PieceTokenizer) -> NDArray[np.bool_]:
    """(vocabulary,) pieces that are never chosen: those that frame a text, padding, mask, unknown, other special."""
    added = tokenizer.tokenizer.get_added_tokens_decoder()
    numbers = {number for number, token in added.items() if token.special}
    numbers |= {tokenizer.pad_id, mask_piece(tokenizer), *tokenizer.tokenizer.encode("", "").ids}
    unknown = (tokenizer.tokenizer.token_to_id(name) for name in _UNKNOWN_PIECES)
    return marked(tokenizer, numbers | {number for number in unknown if number is not None})


@dataclass(frozen=True)
class Masker:
    """Chooses and hides pieces of one tokenizer.

    Args:
        config: how many, and what stands in their place.
        mask_id: the mask piece.
        special: (vocabulary,) pieces that are never chosen.
        begins: (vocabulary,) pieces that begin a word.
        drawn: ids of which random pieces are drawn.
    """

    config: MaskingConfig
    mask_id: int
    special: NDArray[np.bool_]
    begins: NDArray[np.bool_]
    drawn: Integers

    @classmethod
    def of(cls, config: MaskingConfig, tokenizer: PieceTokenizer, rows: Integers) -> Masker:
        """A masker for a tokenizer.

        Args:
            config: see the class.
            tokenizer: whose pieces are hidden.
            rows: ids of the output vocabulary; random pieces are drawn of those that are not special.

        Raises:
            ModelError: the tokenizer has no mask piece.
        """
        special = special_pieces(tokenizer)
        known = rows[rows < len(special)]  # matrices are often padded beyond the last piece
        return cls(config, mask_piece(tokenizer), special, begins_words(tokenizer), known[~special[known]])

    def choose(
        self, ids: Integers, edges: NDArray[np.bool_], spaced: NDArray[np.bool_], random: np.random.Generator
    ) -> Integers:
        """Choose pieces.

        Args:
            ids: (pieces,) of some windows, one after another.
            edges: (pieces,) True where a window begins.
            spaced: (pieces,) False where words are not told from one another, so that each piece is one.
            random: numbers.

        Returns:
            Positions of the chosen pieces, ascending.
        """
        special = self.special[ids]
        if not self.config.whole_words:
            return np.flatnonzero((random.random(len(ids)) < self.config.rate) & ~special)
        after = np.zeros(len(ids), dtype=np.bool_)
        after[1:] = special[:-1]
        words = np.cumsum(self.begins[ids] | edges | special | after | ~spaced) - 1
        draws = random.random(int(words[-1]) + 1 if len(words) else 0)
        return np.flatnonzero((draws < self.config.rate)[words] & ~special)

    def hide(self, ids: Integers, chosen: Integers, random: np.random.Generator) -> Integers:
        """Return the pieces that the model is shown.

        Args:
            ids: (pieces,) as they are.
            chosen: positions of those that it has to find.
            random: numbers.
        """
        shown = ids.copy()
        draws = random.random(len(chosen))
        others = random.choice(self.drawn, len(chosen)) if len(self.drawn) else np.full(len(chosen), self.mask_id)
        covered = self.config.mask_share
        shown[chosen[draws < covered]] = self.mask_id
        replaced = (draws >= covered) & (draws < covered + self.config.random_share)
        shown[chosen[replaced]] = others[replaced]
        return shown
