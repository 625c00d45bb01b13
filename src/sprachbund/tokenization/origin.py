"""Whose pieces an encoded corpus holds: ids of one tokenizer name other pieces in another one."""

from __future__ import annotations

from collections.abc import Iterable

from sprachbund.core.errors import DataError
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.tokenization.tokenizer import PieceTokenizer

_SHOWN = 16


def check_tokenizer(corpora: Iterable[EncodedCorpus], tokenizer: PieceTokenizer, model: str) -> None:
    """Make sure that encoded corpora were made with a model's own tokenizer.

    Args:
        corpora: what was encoded.
        tokenizer: the model's.
        model: its name, for the message.

    Raises:
        DataError: one was made with another tokenizer; names both fingerprints.
    """
    for corpus in corpora:
        if corpus.tokenizer != tokenizer.fingerprint:
            raise DataError(
                f"{corpus.data_set} {corpus.language} {corpus.split} was encoded with another tokenizer (fingerprint "
                f"{corpus.tokenizer[:_SHOWN]}) than that of {model} ({tokenizer.fingerprint[:_SHOWN]})",
                remedy=f"encode it again with the tokenizer of {model}",
            )
