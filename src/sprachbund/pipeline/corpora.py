"""Encoded corpora as inputs of stages."""

from __future__ import annotations

from pathlib import Path

from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

CORPUS = "corpus "
"""Prefix of the inputs that are corpora; the language code follows."""


TRAIN = "train"
"""The input that is the source language's training data."""

MORE = "more "
"""Prefix of the inputs that are learnt from beside it; what they are and the language code follow."""


def learnt_of(job: Job) -> list[Path]:
    """The folders of all corpora that a job learns from, the source language's first."""
    return [job.inputs[TRAIN], *(job.inputs[name] for name in sorted(job.inputs) if name.startswith(MORE))]


def corpora_of(job: Job) -> dict[str, EncodedCorpus]:
    """Open the corpora among a job's inputs: language code -> corpus, in the order of the codes."""
    codes = sorted(name.removeprefix(CORPUS) for name in job.inputs if name.startswith(CORPUS))
    return {code: EncodedCorpus.load(job.inputs[CORPUS + code]) for code in codes}
