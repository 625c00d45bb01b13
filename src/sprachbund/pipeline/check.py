"""The check stage: do the training data know every label that will be scored? Asked before training, not after it."""

from __future__ import annotations

from collections.abc import Iterable

from sprachbund.core.errors import LabelError, SprachbundError
from sprachbund.data.labels import LabelSpace, first_unknown, joined_space
from sprachbund.evaluation.score import check_labels
from sprachbund.pipeline.corpora import corpora_of, learnt_of
from sprachbund.pipeline.prepare import load_task, read_labels, source_for
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

VERSION = 1


def run(job: Job) -> None:
    """Compare the labels of every language with those of the training data; there is no output.

    Inputs: "train", perhaps more that is learnt from, and one "corpus CODE" a language. Settings: as for
    `check_all_labels`.

    Raises:
        LabelError: a label that the training data do not know.
    """
    space = joined_space(map(read_labels, learnt_of(job)))
    check_all_labels(corpora_of(job).values(), space, job)


def check_all_labels(corpora: Iterable[EncodedCorpus], space: LabelSpace, job: Job) -> None:
    """Make sure that a label space holds every label of some corpora.

    Args:
        corpora: with gold labels.
        space: the source language's.
        job: its settings say where the data lie, to name the place of a label that the source does not know.

    Raises:
        LabelError: such a label, with file and line.
    """
    for corpus in corpora:
        try:
            check_labels(corpus, space)
        except LabelError as error:
            name_place(error, job, corpus, space)
            raise


def name_place(error: LabelError, job: Job, corpus: EncodedCorpus, space: LabelSpace) -> None:
    """Say in which file and line the first such label stands; encoded corpora do not keep lines."""
    try:
        source = source_for(job.settings["data"], load_task(str(job.config["task"])), job.settings["data_dir"])
        example = first_unknown(source.stream(corpus.language, corpus.split).examples, space)
    except SprachbundError:  # the data are elsewhere now: the message does without
        return
    if example is not None:
        error.where = example.location
