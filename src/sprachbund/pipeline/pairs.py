"""The pairs stage: parallel text of one language, both sides turned into pieces once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import canonical_json
from sprachbund.data.examples import Corpus, Example, TextExample
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.retrieval.parallel import check_pairs
from sprachbund.data.source import DataSource
from sprachbund.data.splits import sample
from sprachbund.pipeline.prepare import SAMPLE_SEED, tokenizer_for
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import encode_corpus

VERSION = 1
SENTENCES, TRANSLATIONS = "sentences", "translations"
NOTES = "notes.json"
_FORMATS = ("tsv", "csv", "jsonl")


def run(job: Job) -> None:
    """Read and encode both sides; output: folders `sentences` and `translations`, `notes.json`.

    Config: data_set, language, split, sentences, source, max_pieces. Settings: where the data and the encoder lie.

    Raises:
        DataError: a row without translation, or fewer than two rows: nothing can be centred then.
        FormatError: from reading.
    """
    language, wanted = str(job.config["language"]), int(str(job.config["sentences"]))
    source = parallel_source(job.settings["data"], job.settings["data_dir"])
    whole = source.corpus(language, str(job.config["split"]))
    check_pairs(whole, "a mean cannot be taken away from one sentence, nor one found among others")
    drawn = sample(whole, wanted, SAMPLE_SEED)
    tokenizer = tokenizer_for(job.settings["encoder"])
    max_pieces = min(int(str(job.config["max_pieces"])), tokenizer.max_pieces)
    sides = {SENTENCES: (language, _texts(drawn.examples, second=False)),
             TRANSLATIONS: (str(job.config["source"]), _texts(drawn.examples, second=True))}
    for name, (code, texts) in sides.items():
        side = Corpus(whole.data_set, code, whole.split, texts, f"{drawn.fingerprint} {name}")
        encode_corpus(side, tokenizer, max_pieces).save(job.output / name)
    notes = []
    if len(drawn.examples) < wanted:
        notes.append(f"{whole.data_set} has {len(drawn.examples)} of the {wanted} sentences asked for in {language}: "
                     "retrieval is easier among fewer")
    (job.output / NOTES).write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")


def parallel_source(data: Any, data_dir: Any) -> DataSource:
    """Open the parallel text that a config's plain values name.

    Raises:
        DataError: it is not there.
    """
    return _open(canonical_json(data), str(data_dir) if data_dir else None)


@lru_cache(maxsize=8)
def _open(data: str, data_dir: str | None) -> DataSource:
    folder = Path(data_dir) if data_dir else None
    return open_source(DataConfig.model_validate_json(data), kind="sequence", formats=_FORMATS, data_dir=folder)


def _texts(examples: Sequence[Example], *, second: bool) -> list[TextExample]:
    pairs = [example for example in examples if isinstance(example, TextExample)]
    return [TextExample(pair.identity, str(pair.text_pair) if second else pair.text) for pair in pairs]
