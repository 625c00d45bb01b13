"""Raw text before labels: adapted once, shared by what is trained on it, and told beside every number."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.core.errors import ConfigError
from sprachbund.results.records import read_rows
from sprachbund.stages.events import StageEvent

TRAINING = {"epochs": 1, "batch_pieces": 64, "threads": 1}


@pytest.fixture
def text(world: Any) -> str:
    """The words of German and French, a sentence a line."""
    for code in ("de", "fr"):
        lines = (world.tagging / code / "test.conllu").read_text(encoding="utf-8").split("\n\n")
        sentences = [" ".join(row.split("\t")[1] for row in line.splitlines() if "\t" in row) for line in lines]
        (world.folder / f"raw-{code}.txt").write_text("\n".join(sentences), encoding="utf-8")
    return str(world.folder / "raw-{language}.txt")


def run(world: Any, name: str, **more: Any) -> tuple[Any, Counter[str]]:
    started = Counter[str]()

    def emit(event: Any) -> None:
        if isinstance(event, StageEvent) and event.state == "started":
            started[event.kind] += 1

    finished = sb.run(data=str(world.tagging), encoder=str(world.encoder), store=world.store, executor="inline",
                      output=world.folder / name, training=TRAINING, emit=emit, **more)
    return finished, started


def test_the_encoder_is_adapted_once_before_any_training_and_every_table_says_so(world: Any, text: str) -> None:
    adapt = {"text": text, "held_out": 0.3, "steps": 4, "threads": 1}
    _, plain = run(world, "plain")
    finished, first = run(world, "adapted", adapt=adapt)
    assert "adapt" not in plain
    assert first == {"adapt-text": 2, "adapt": 1, "train": 1, "predict": 1, "score": 1}  # corpora are those of before
    _, second = run(world, "seeds", adapt=adapt, seeds=[1, 2], fusion=["last_layer", "average"])
    assert second == {"train": 3, "predict": 3, "score": 3}
    _, same = run(world, "again")
    assert not same  # a run without it keeps its keys
    rows = read_rows(world.folder / "adapted" / "rows.parquet")
    assert {row.intermediate for row in rows} == {("masked language on raw (de, fr)",)}
    (sentence,) = {row.provenance for row in rows}
    assert sentence.startswith("adapted on ")
    assert "of raw (de, fr)" in sentence
    assert "masked-language loss on held-out text" in sentence
    report = Path(world.folder / "adapted" / "report.md").read_text(encoding="utf-8")
    assert f"Encoder: {sentence}." in report
    assert any(note.startswith("adapt: the encoder came without") for note in finished.info.notes)
    assert "adapted on" not in Path(world.folder / "plain" / "report.md").read_text(encoding="utf-8")
    assert json.loads((world.folder / "adapted" / "results.json").read_text(encoding="utf-8"))


def test_a_model_adapted_by_itself_gives_the_same_as_within_a_run(world: Any, text: str) -> None:
    settings = {"held_out": 0.3, "steps": 4, "threads": 1}
    sb.adapt(str(world.encoder), text=text, output=world.folder / "encoder", store=world.store, executor="inline",
             **settings)
    _, within = run(world, "within", adapt={"text": text, **settings})
    assert "adapt" not in within  # one and the same stage
    sb.run(data=str(world.tagging), encoder=str(world.folder / "encoder"), store=world.store, executor="inline",
           output=world.folder / "apart", training=TRAINING)
    counts = [{(row.target, row.metric): row.counts.sum(0).tolist()
               for row in read_rows(world.folder / name / "rows.parquet")} for name in ("within", "apart")]
    assert counts[0] == counts[1]


def test_faults_below_adapt_are_told_with_the_others(world: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        run(world, "wrong", adapt={"text": "x.txt", "masking": {"raet": 0.2}}, task="taggin")
    assert {fault.field for fault in caught.value.faults} == {"task", "adapt.masking.raet"}
