"""How answers are looked for: windows over long contexts, and which of the possible spans is the answer."""

from __future__ import annotations

from pydantic import Field

from sprachbund.core.config import Config


class AnswerConfig(Config):
    """Settings of span question answering; the defaults are those of XTREME's scripts, except for `no_answer`."""

    stride: int = Field(128, ge=1)
    """Pieces of context from the beginning of one window to that of the next; windows overlap if they hold more."""
    max_question_pieces: int = Field(64, ge=1)
    """Longer questions are cut at their end, and counted."""
    max_answer_pieces: int = Field(30, ge=1)
    """Longest answer that is looked for."""
    n_best: int = Field(20, ge=1)
    """Answers kept of each question, the best first; confidence is their softmax."""
    no_answer: float | None = None
    """Say that there is no answer where "none" scores higher than the best answer by more than this (SQuAD 2.0's
    threshold, in logits); None: always answer."""

    def windows(self) -> dict[str, int]:
        """The settings that decide how questions and contexts are cut."""
        return {"stride": self.stride, "max_question_pieces": self.max_question_pieces}

    def search(self) -> dict[str, int]:
        """The settings that decide which answers a model gives."""
        return {"max_answer_pieces": self.max_answer_pieces, "n_best": self.n_best}
