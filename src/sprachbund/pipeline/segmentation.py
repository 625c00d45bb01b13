"""The segmentation stage: how the encoder's tokenizer cuts the words of the languages that are scored.

It reads what the prepare stages left, so no text is tokenised twice, and no other stage depends on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from sprachbund.core.errors import SprachbundError
from sprachbund.core.files import write_text
from sprachbund.languages.language import find_variant
from sprachbund.languages.segmentation import Segmentation
from sprachbund.pipeline.corpora import CORPUS, corpora_of
from sprachbund.pipeline.prepare import tokenizer_for
from sprachbund.stages.events import Emit, Progress, ignore
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.keys import Keys
from sprachbund.stages.run import run_stages
from sprachbund.stages.stage import Job, Stage
from sprachbund.stages.store import Store
from sprachbund.tokenization.segmentation import PieceCounter

VERSION = 1
SEGMENTATION = "segmentation.json"


def run(job: Job) -> None:
    """Count words and pieces of every language. Inputs: one "corpus CODE" a language. Settings: the encoder.

    Raises:
        ModelError: the tokenizer cannot be opened.
    """
    counter = PieceCounter(tokenizer_for(job.settings["encoder"]))
    found = {code: asdict(counter.count(corpus, find_variant(code).script)) for code, corpus in corpora_of(job).items()}
    write_text(job.output / SEGMENTATION, json.dumps(found, indent=1) + "\n")


def segmentation_stage(scored: Mapping[str, Stage]) -> Stage | None:
    """The stage over the corpora among a score stage's inputs; None where there are none.

    Args:
        scored: inputs of a score stage; those that are no corpora are left alone.
    """
    corpora = {name: stage for name, stage in scored.items() if name.startswith(CORPUS)}
    if not corpora:
        return None
    encoder = next(iter(corpora.values())).settings["encoder"]
    return Stage(
        kind="segmentation", version=VERSION, function="sprachbund.pipeline.segmentation:run", config={},
        inputs=corpora, settings={"encoder": encoder}, label="count the pieces of words",
    )


def measure_segmentation(scored: Mapping[str, Stage], store: Store, emit: Emit = ignore) -> dict[str, Segmentation]:
    """How each scored language is cut into pieces: from the store, or counted now in this process.

    A report is whole without it, so nothing is prepared again for it, and a fault is told and no more.

    Args:
        scored: inputs of a score stage.
        store: where the prepared corpora are.
        emit: gets a note of a fault.

    Returns:
        Language code -> counts; {} where there are no corpora, one is not in the store any more, or the tokenizer
        cannot be opened.
    """
    stage, keys = segmentation_stage(scored), Keys()
    if stage is None or not (store.has(keys.key(stage)) or all(
            store.has(keys.key(corpus)) for corpus in stage.inputs.values())):
        return {}
    try:
        (folder,) = run_stages((stage,), store, InlineExecutor()).outputs
    except SprachbundError as error:
        emit(Progress("", stage.label, 0, 0, "", note=f"the pieces of words were not counted: {error}"))
        return {}
    counts = json.loads((folder / SEGMENTATION).read_text(encoding="utf-8"))
    return {code: Segmentation(**given) for code, given in counts.items()}
