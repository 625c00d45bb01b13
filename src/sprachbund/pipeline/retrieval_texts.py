"""The retrieval-texts stage: what one language of retrieval data brings, turned into pieces once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sprachbund.core.canonical import canonical_json
from sprachbund.core.errors import FormatError
from sprachbund.core.files import write_text
from sprachbund.core.source import Location
from sprachbund.data.examples import Corpus, TextExample
from sprachbund.data.retrieval.source import RetrievalSource, open_retrieval
from sprachbund.pipeline.prepare import tokenizer_for
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

VERSION = 1
QUERIES, CANDIDATES, FACTS = "queries", "candidates", "right.json"


@dataclass(frozen=True)
class EncodedPart:
    """What the stage left of one language.

    Args:
        language, split, fingerprint: of the data.
        queries, candidates: encoded; None where the language has none.
        right: identity of a query -> identities of right candidates, as far as this part knows.
        notes: counted things the reader did.
    """

    language: str
    split: str
    fingerprint: str
    queries: EncodedCorpus | None
    candidates: EncodedCorpus | None
    right: Mapping[str, tuple[str, ...]]
    notes: dict[str, int]


def run(job: Job) -> None:
    """Read and encode one language; output: folders `queries` and `candidates`, as far as it has any, and `right.json`.

    Config: data_set, language, split, max_pieces. Settings: how the data are opened, and where they and the encoder
    lie.

    Raises:
        DataError, FormatError: from reading.
    """
    source = source_of(job.settings["data"], job.settings["data_dir"])
    language, split = str(job.config["language"]), str(job.config["split"])
    part = source.part(language, split)
    tokenizer = tokenizer_for(job.settings["encoder"])
    max_pieces = min(int(str(job.config["max_pieces"])), tokenizer.max_pieces)
    print_of = source.fingerprint(language, split)
    sides: tuple[tuple[str, Sequence[TextExample]], ...] = ((QUERIES, part.queries), (CANDIDATES, part.candidates))
    for name, texts in sides:
        if texts:
            corpus = Corpus(part.data_set, language, split, texts, f"{print_of} {name}")
            encode_corpus(corpus, tokenizer, max_pieces).save(job.output / name)
    facts = {"language": language, "split": split, "fingerprint": print_of, "right": dict(part.right),
             "notes": part.notes}
    write_text(job.output / FACTS, json.dumps(facts, ensure_ascii=False))


def read_part(folder: Path) -> EncodedPart:
    """Read what the stage left.

    Raises:
        FormatError: not such a folder.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FormatError(f"not an encoded part of retrieval data: {error}", where=Location(str(folder)),
                          remedy="remove the folder; it is made again from the data") from None
    corpora = {name: EncodedCorpus.load(folder / name) if (folder / name).is_dir() else None
               for name in (QUERIES, CANDIDATES)}
    right = {name: tuple(found) for name, found in facts.pop("right").items()}
    return EncodedPart(queries=corpora[QUERIES], candidates=corpora[CANDIDATES], right=right, **facts)


def source_of(data: Any, data_dir: Any) -> RetrievalSource:
    """Open the retrieval data that a config's plain values name.

    Raises:
        DataError: they are not there.
    """
    return _open(canonical_json(data), str(data_dir) if data_dir else None)


@lru_cache(maxsize=8)
def _open(data: str, data_dir: str | None) -> RetrievalSource:
    return open_retrieval(json.loads(data), Path(data_dir) if data_dir else None)
