from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import ModelError
from sprachbund.languages.segmentation import Segmentation
from sprachbund.pipeline import segmentation
from sprachbund.pipeline.config import run_config
from sprachbund.pipeline.plan import plan_run
from sprachbund.pipeline.prepare import tokenizer_for
from sprachbund.pipeline.segmentation import measure_segmentation, segmentation_stage
from sprachbund.stages.events import Progress
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.keys import Keys
from sprachbund.stages.run import run_stages
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store
from sprachbund.testing.tiny import make_tiny_encoder

SENTENCES = {"en": ["the dog barks"], "de": ["der Hund bellt laut", "ja"], "zh": ["狗 叫"]}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("tiny"), "bert", layers=1, width=8)


@pytest.fixture
def scored(tmp_path: Path, encoder: Path) -> dict[str, Stage]:
    """Inputs of a score stage over tagged sentences in three languages."""
    for language, sentences in SENTENCES.items():
        folder = tmp_path / "data" / language
        folder.mkdir(parents=True)
        lines = "\n".join("".join(f"{word}\tN\n" for word in sentence.split()) for sentence in sentences)
        for split in ("train", "dev", "test") if language == "en" else ("test",):
            (folder / f"{split}.tsv").write_text(lines, encoding="utf-8")
    config = run_config({"task": "tagging", "data": str(tmp_path / "data"), "encoder": str(encoder)})
    return dict(plan_run(config).scores[0].inputs)


@pytest.fixture
def store(tmp_path: Path, scored: dict[str, Stage]) -> Store:
    """Holds the prepared corpora and no more."""
    store = Store(tmp_path / "store")
    run_stages(list(_corpora(scored).values()), store, InlineExecutor())
    return store


def _corpora(scored: dict[str, Stage]) -> dict[str, Stage]:
    return {name: stage for name, stage in scored.items() if stage.kind == "prepare"}


def test_pieces_are_counted_as_the_tokenizer_cuts_them_and_only_once(
    scored: dict[str, Stage], store: Store, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = measure_segmentation(scored, store)
    tokenizer = tokenizer_for({"name": str(encoder)}).tokenizer
    for language, sentences in SENTENCES.items():
        words = [sentence.split() for sentence in sentences]
        pieces = sum(len(tokenizer.encode(one, is_pretokenized=True, add_special_tokens=False).ids) for one in words)
        counted = found[language]
        assert (counted.examples, counted.words, counted.pieces) == (len(words), sum(map(len, words)), pieces)
    assert found["zh"].unknown >= 1  # nothing Chinese was in the tiny vocabulary
    monkeypatch.setattr(segmentation, "PieceCounter", None)
    assert measure_segmentation(scored, store) == found


def test_the_keys_of_other_stages_do_not_know_it(scored: dict[str, Stage]) -> None:
    stage, keys = segmentation_stage(scored), Keys()
    assert stage is not None
    assert set(stage.inputs) == set(_corpora(scored))
    assert keys.key(stage) not in {keys.key(other) for other in scored.values()}
    assert all(stage is not below for other in scored.values() for below in other.inputs.values())


def test_nothing_is_prepared_for_it(scored: dict[str, Stage], tmp_path: Path) -> None:
    empty = Store(tmp_path / "empty")
    assert measure_segmentation(scored, empty) == {}
    assert empty.keys() == []
    assert measure_segmentation({}, empty) == {}


def test_a_fault_is_told_and_the_run_goes_on(
    scored: dict[str, Stage], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(encoder: Any) -> None:
        raise ModelError("the tokenizer is gone")

    monkeypatch.setattr(segmentation, "tokenizer_for", gone)
    notes: list[str] = []
    found = measure_segmentation(scored, store, lambda event: notes.append(event.note)
                                 if isinstance(event, Progress) else None)
    assert found == {}
    assert notes == ["the pieces of words were not counted: the tokenizer is gone"]


def test_counts_go_to_a_file_and_back(scored: dict[str, Stage], store: Store) -> None:
    found = measure_segmentation(scored, store)
    assert all(isinstance(counts, Segmentation) for counts in found.values())
    assert set(found) == set(SENTENCES)
