"""Encoded corpora as inputs of stages."""

from __future__ import annotations

from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

CORPUS = "corpus "
"""Prefix of the inputs that are corpora; the language code follows."""


def corpora_of(job: Job) -> dict[str, EncodedCorpus]:
    """Open the corpora among a job's inputs: language code -> corpus, in the order of the codes."""
    codes = sorted(name.removeprefix(CORPUS) for name in job.inputs if name.startswith(CORPUS))
    return {code: EncodedCorpus.load(job.inputs[CORPUS + code]) for code in codes}
