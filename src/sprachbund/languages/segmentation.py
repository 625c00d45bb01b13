"""What is counted of a language's data once a tokenizer has cut it into pieces; `tokenization.segmentation` counts."""

from __future__ import annotations

from dataclasses import dataclass

UNSPACED = frozenset({"Hans", "Hant", "Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
"""Scripts that do not part words by spaces."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What was counted in one language's test data.

    Args:
        examples: that were counted; those read in several windows are left out, since windows overlap.
        left_out: how many those are.
        words: annotated words, or words between spaces; 0 where there are none to count.
        pieces: without those that frame a text.
        unknown: pieces that stand for something the vocabulary does not have.
    """

    examples: int
    left_out: int
    words: int
    pieces: int
    unknown: int

    @property
    def fertility(self) -> float | None:
        """Pieces per word, None where there are no words."""
        return self.pieces / self.words if self.words else None

    @property
    def pieces_per_example(self) -> float | None:
        """None where nothing was counted."""
        return self.pieces / self.examples if self.examples else None

    @property
    def unknown_share(self) -> float | None:
        """Unknown pieces as a share of all, None where nothing was counted."""
        return self.unknown / self.pieces if self.pieces else None
