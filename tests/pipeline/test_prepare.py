from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.splits import sample
from sprachbund.pipeline import prepare
from sprachbund.stages.stage import Job
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

TAGS = ("NOUN", "VERB", "X")
SENTENCES = [[(f"word{number}", TAGS[number % 2]), ("dog", "NOUN")] for number in range(30)] + [[("rare", "X")]]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {"name": str(make_tiny_encoder(tmp_path_factory.mktemp("tiny"), "bert", layers=1, width=8))}


def job(folder: Path, encoder: dict[str, Any], limit: int | None = None, task: str = "tagging") -> Job:
    config = {"task": task, "language": "en", "split": "test", "limit": limit, "max_pieces": 64}
    settings = {"data": {"name": str(folder / "toy")}, "data_dir": None, "encoder": encoder}
    output = folder / f"output-{limit}"
    output.mkdir()
    return Job(key="k", config=config, settings=settings, inputs={}, output=output, work=folder, emit=lambda _: None)


def written(folder: Path, text: str, ending: str = "tsv") -> None:
    path = folder / "toy" / "en" / f"test.{ending}"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


def columns(sentences: list[list[tuple[str, str]]]) -> str:
    return "\n".join("".join(f"{word}\t{tag}\n" for word, tag in one) for one in sentences)


@pytest.mark.parametrize("limit", [None, 1, 7, 31, 500])
def test_the_stage_stores_what_the_whole_corpus_or_its_sample_gives(
    tmp_path: Path, encoder: dict[str, Any], limit: int | None
) -> None:
    written(tmp_path, columns(SENTENCES))
    given = job(tmp_path, encoder, limit)
    prepare.run(given)
    stored = EncodedCorpus.load(given.output)
    source = prepare.source_for(given.settings["data"], prepare.load_task("tagging"), None)
    whole = source.corpus("en", "test")
    corpus = whole if limit is None else sample(whole, limit, prepare.SAMPLE_SEED)
    expected = encode_corpus(corpus, prepare.tokenizer_for(encoder), 64)
    assert stored.identities == expected.identities
    assert stored.fingerprint == corpus.fingerprint
    assert np.array_equal(stored.piece_ids, expected.piece_ids)
    assert stored.gold() == expected.gold()
    assert prepare.read_labels(given.output).labels == TAGS  # those outside of a sample too


@pytest.mark.parametrize("limit", [None, 5])
def test_a_fault_is_told_with_its_line_before_anything_is_stored_as_whole(
    tmp_path: Path, encoder: dict[str, Any], limit: int | None
) -> None:
    text = columns(SENTENCES)
    written(tmp_path, text + "\nbroken\n")
    given = job(tmp_path, encoder, limit)
    with pytest.raises(FormatError, match=rf"test\.tsv, line {len(text.splitlines()) + 2}: expected 2 columns"):
        prepare.run(given)
    assert not (given.output / "corpus.json").exists()


def test_what_the_task_cannot_use_is_told_with_its_line(tmp_path: Path, encoder: dict[str, Any]) -> None:
    rows = [{"text": "a", "label": "x"}, {"text": "b", "label": None}]
    written(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "jsonl")
    with pytest.raises(DataError, match=r"test\.jsonl, line 2: the example 2 has no label"):
        prepare.run(job(tmp_path, encoder, task="classification"))
