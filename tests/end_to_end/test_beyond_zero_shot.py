"""Labels beyond one source language: learnt, kept out of averages where they must be, and told beside every number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.results.records import read_rows


@pytest.fixture
def taught(world: Any) -> Any:
    """The small world with training data in German and French: what their tests hold, in another order."""
    for code in ("de", "fr"):
        folder = world.tagging / code
        (folder / "train.conllu").write_text((folder / "test.conllu").read_text(encoding="utf-8") * 2, encoding="utf-8")
    return world


def run(world: Any, name: str, **more: Any) -> Any:
    return sb.run(
        data=str(world.tagging), encoder=str(world.encoder), store=world.store, executor="inline",
        output=world.folder / name, training={"epochs": 4, "learning_rate": 1e-3, "head_learning_rate": 1e-2,
                                              "batch_pieces": 64, "threads": 1}, **more)


def rows_of(world: Any, name: str) -> dict[str, Any]:
    return {row.target: row for row in read_rows(world.folder / name / "rows.parquet") if row.primary}


def score(row: Any) -> float:
    right, words = row.counts.sum(0)[:2]
    return 100.0 * right / words


def report(world: Any, name: str) -> str:
    return Path(world.folder / name / "report.md").read_text(encoding="utf-8")


def test_few_examples_of_each_target_are_learnt_and_told(taught: Any) -> None:
    run(taught, "zero")
    run(taught, "few", few_shot=40)
    zero, few = rows_of(taught, "zero"), rows_of(taught, "few")
    assert score(few["de"]) > score(zero["de"]) + 20
    assert (few["de"].train_data, few["de"].train_examples) == ("tags (en, de, fr)", 120 + 40 + 40)
    told = "few-shot: up to 40 labelled examples of each of 2 target languages, not zero-shot"
    assert {row.remark for row in few.values()} == {told}
    assert {row.remark for row in zero.values()} == {""}
    assert f"Trained on English, {told}, last layer reaches" in report(taught, "few")
    assert "Trained on English alone, last layer reaches" in report(taught, "zero")
    assert "no examples of 1 of 3 target languages (no)" in report(taught, "few")
    assert "few-shot" not in report(taught, "zero")


def test_a_further_source_is_scored_and_in_no_average(taught: Any) -> None:
    finished = run(taught, "two", more_sources=["de"])
    targets = next(item for item in finished.findings.averages if item.kind == "targets")
    assert set(targets.languages) == {"fr", "no"}
    assert "Trained on English and German, last layer reaches" in report(taught, "two")
    assert "Trained on too, and so in no average: de." in report(taught, "two")
    rows = rows_of(taught, "two")
    assert score(rows["de"]) > 80
    assert rows["fr"].more_sources == ("de",)
    assert [info.code for info in finished.findings.targets if not info.averaged] == ["de"]
    # a saved model says it of itself, so that scoring it later leaves German out too
    model = next(taught.store.glob("**/model/config.json")).parent
    again = sb.evaluate(str(model), data=str(taught.tagging), store=taught.store, executor="inline",
                        output=taught.folder / "again")
    assert [info.code for info in again.findings.targets if not info.averaged] == ["de"]


def test_translations_are_learnt(taught: Any) -> None:
    translated = taught.folder / "mt" / "no"
    translated.mkdir(parents=True)
    text = (taught.tagging / "no" / "test.conllu").read_text(encoding="utf-8")
    (translated / "train.conllu").write_text(text, encoding="utf-8")
    run(taught, "mt", translate_train=str(taught.folder / "mt"))
    rows = rows_of(taught, "mt")
    assert rows["no"].train_data == "tags (en) + mt (no)"
    assert score(rows["no"]) > 60
    assert "translate-train: trained on translations into 1 language too" in report(taught, "mt")


def test_what_examples_bring_can_be_compared(taught: Any) -> None:
    for name, more in (("zero", {}), ("few", {"few_shot": 40})):
        run(taught, name, **more)
    (compared,) = sb.compare(taught.folder / "zero", taught.folder / "few")
    gains = {item.target: item.difference.mean for item in compared.findings.differences if item.metric == "accuracy"}
    assert gains["de"] > 20
