"""Questions to answers: one stream over all languages, as for labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch

from sprachbund.core.errors import DataError
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.labels import BOUNDARIES
from sprachbund.evaluation.answers import Answers
from sprachbund.evaluation.decoding import Logits, decode
from sprachbund.evaluation.gates import GateSums
from sprachbund.evaluation.predict import run_batches
from sprachbund.models.classifier import Classifier
from sprachbund.tokenization.encoded_corpus import EncodedCorpus


def predict_answers(
    model: Classifier,
    corpora: Sequence[EncodedCorpus],
    config: AnswerConfig,
    *,
    precision: str = "auto",
    device: str | None = None,
    batch_pieces: int | None = None,
    emit: Callable[[int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
    gates: GateSums | None = None,
) -> list[Answers]:
    """Answer the questions of all corpora.

    Args:
        model: one that answers questions.
        corpora: questions, encoded for this model's tokenizer.
        config: how many answers are kept, and how long they may be; its `no_answer` is for whoever reads them.
        precision, device, batch_pieces, emit, tell, gates: as in `predict`.

    Returns:
        One `Answers` a corpus, in the order given.

    Raises:
        DataError: corpora that hold no questions, do not belong together or not to this model.
        ModelError: a head that does not give two logits.
    """
    if any(corpus.kind != "span" for corpus in corpora):
        raise DataError("these corpora hold no questions", remedy="encode them for the task span_qa")
    (found,), bounds = run_batches(
        model, [_Boundaries], corpora, len(BOUNDARIES), precision=precision, device=device,
        batch_pieces=batch_pieces, emit=emit, tell=tell, gates=gates,
    )
    logits = found.array()
    parts = [logits[first:last] for first, last in pairwise(bounds.tolist())]
    return [decode(corpus, part, config) for corpus, part in zip(corpora, parts, strict=True)]


class _Boundaries:
    """The logits of start and end at each place; on their device until the end."""

    def __init__(self, n_words: int, where: torch.device) -> None:
        self.logits = torch.zeros(n_words, len(BOUNDARIES), dtype=torch.float32, device=where)

    def put(self, outputs: torch.Tensor, logits: torch.Tensor) -> None:
        self.logits[outputs] = logits.float()

    def array(self) -> Logits:
        found: Logits = self.logits.cpu().numpy()
        return found
