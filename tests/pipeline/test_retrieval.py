"""A retrieval's stages in a small world: what they find, against the probe's measure and by hand; what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, DataError, LanguageError, ModelError
from sprachbund.evaluation.probes.states import pooled_vectors
from sprachbund.evaluation.retrieval.judge import pool_counts
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.layer_states import LayerStates
from sprachbund.pipeline.retrieval_config import RetrievalConfig
from sprachbund.pipeline.retrieval_plan import FACTS, ROWS, RetrievalPlan, plan_retrieval
from sprachbund.pipeline.retrieval_texts import read_part
from sprachbund.results.records import ScoreRow, read_rows
from sprachbund.results.retrieval_findings import RetrievalFacts, read_facts
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.keys import Keys
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store
from tests.data.retrieval.test_lareqa import paragraph
from tests.data.retrieval.test_mewsli_x import ENTITY, line, mention
from tests.data.retrieval.test_mewsli_x import write as write_mewsli

from .probe_world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def plan(world: World, model: Path | str | None = None, **settings: Any) -> RetrievalPlan:
    usual = {"data": world.settings["data"], "data_dir": str(world.folder), "precision": "fp32",
             "model": str(model or world.encoder)}
    return plan_retrieval(validate({**usual, **settings}, RetrievalConfig, "test"))


def run(world: World, planned: RetrievalPlan) -> tuple[list[ScoreRow], RetrievalFacts]:
    (folder,) = run_stages((planned.stage,), Store(world.store), InlineExecutor(), lambda _: None).outputs
    return read_rows(folder / ROWS), read_facts(folder / FACTS)


def values(rows: list[ScoreRow]) -> dict[tuple[str, str, str], float]:
    return {(row.system, row.metric, row.target): float(RANKING_METRICS.load(row.metric).value().value(
        row.counts.sum(0))) for row in rows}


@pytest.mark.parametrize(("settings", "variant"), [({}, "mean"), ({"centred": True}, "mean, centred")])
def test_parallel_text_gives_what_the_probe_measures(world: World, settings: dict[str, Any], variant: str) -> None:
    rows, facts = run(world, plan(world, **settings))
    found = values(rows)
    (probed,) = world.probe(world.encoder, measures=["retrieval"], sentences=50)
    points = {(point.measure, point.state, point.language): point.value for point in probed.points
              if point.variant == variant}
    assert {code for *_, code in found} == {"de", "fr", "ru", "tr"}
    for state, label in (("0", "embeddings"), ("1", "layer 1"), ("4", "layer 4")):
        for code in ("de", "tr"):
            for metric, measure in (("retrieval_accuracy", "retrieval_forward"),
                                    ("retrieval_accuracy_reverse", "retrieval_backward")):
                expected = points[measure, state, code]
                assert found[f"{label}, {variant}, cosine", metric, code] == pytest.approx(expected, abs=0.2)
    assert facts.states == ("0", "1", "2", "3", "4")
    assert facts.texts == 2 * 4 * 50
    assert facts.distinct < facts.texts, "one English sentence stands beside four languages"
    assert [row.primary for row in rows[:2]] == [True, False]
    assert rows[0].identities == tuple(map(str, range(1, 51)))


def test_one_layer_another_pooling_margins_and_the_store(world: World) -> None:
    planned = plan(world, layers=[2], pooling="first", comparison="margin", neighbours=3, languages="de")
    rows, facts = run(world, planned)
    assert {row.system for row in rows} == {"layer 2, first, margin (k=3)"}
    assert (rows[0].layers, rows[0].aggregator, facts.states) == ((2,), "first, margin (k=3)", ("2",))
    assert planned.notes == ("margins look at all sentences of both sides at once: they know which others are looked "
                             "up",)
    events: list[Any] = []
    run_stages((planned.stage,), Store(world.store), InlineExecutor(), events.append)
    assert not [event for event in events if type(event).__name__ == "StageStarted"]


def test_the_fused_state_of_a_trained_model(world: World) -> None:
    model = world.trained({"type": "dlfa", "layer": 2})
    rows, facts = run(world, plan(world, model, layers=["fused", "2"], languages=["de"]))
    assert facts.states == ("2", "fused")
    fused = next(row for row in rows if row.system.startswith("fused state"))
    assert (fused.fusion, fused.layers, fused.gate) == ("dlfa", (4, 2), "literal")
    assert (fused.train_data, fused.seed, fused.settings) == ("words", 3, "DLFA (k=2, literal), trained on tagging")
    layer = next(row for row in rows if row.system.startswith("layer 2"))
    assert (layer.fusion, layer.layers, layer.gate) == ("", (2,), "")


def test_a_pool_of_all_languages_is_ranked_as_by_hand(world: World) -> None:
    for code in ("de", "en"):
        place = world.folder / "lareqa" / code / "test.json"
        place.parent.mkdir(parents=True)
        text = paragraph(sentences=[f"{code} der Hund sieht.", f"{code} Haus steht alt."])
        place.write_text(json.dumps({"data": [{"paragraphs": [text]}]}), encoding="utf-8")
    planned = plan(world, data="lareqa", layers=[1])
    rows, facts = run(world, planned)
    assert facts.candidates == 4
    parts = {code: read_part(Store(world.store).folder(_key(planned, f"test {code}"))) for code in ("de", "en")}
    corpora = [corpus for part in parts.values() for corpus in (part.queries, part.candidates)]
    vectors = np.zeros((5, 1, 8, 32), dtype=np.float32)
    pooled_vectors(LayerStates(open_encoder(str(world.encoder)).encoder).eval(), corpora, vectors, poolings=("mean",),
                   precision="fp32")
    queries = [vectors[1, 0, [0, 1]], vectors[1, 0, [4, 5]]]
    pool = vectors[1, 0, [2, 3, 6, 7]]
    for code, own in zip(("de", "en"), queries, strict=True):  # both languages' answers are right for both
        expected = pool_counts(own, pool, [[0, 2], [1, 3]], neighbours=None)
        row = next(row for row in rows if row.target == code)
        assert row.counts.tolist() == expected.tolist()
        assert row.identities == ("q1", "q2")
    partly = plan(world, data="lareqa", layers=[1], languages=["de"])
    assert "the pool holds the candidates of 1 of 2 languages" in partly.notes[0]


def _key(planned: RetrievalPlan, name: str) -> str:
    return Keys().key(planned.stage.inputs[name])


def test_pairs_are_mined_with_a_threshold_from_dev(world: World) -> None:
    place = world.folder / "bucc2018"
    place.mkdir()
    pairs = (world.folder / "parallel" / "de" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for split, own in (("dev", pairs[:20]), ("test", pairs[20:])):
        german, english = map(list, zip(*(pair.split("\t") for pair in own), strict=True))
        german[::2] = english[::2]  # even an encoder that nobody trained finds these
        for side, texts in (("de", german), ("en", english)):
            (place / f"de-en.{split}.{side}").write_text("".join(
                f"{side}-{number}\t{text}\n" for number, text in enumerate(texts)), encoding="utf-8")
        (place / f"de-en.{split}.gold").write_text("".join(f"de-{n}\ten-{n}\n" for n in range(0, len(own), 2)),
                                                   encoding="utf-8")
    rows, facts = run(world, plan(world, data="bucc2018", layers=[0, 4]))
    assert [row.system for row in rows] == ["embeddings, mean, margin (k=4)", "layer 4, mean, margin (k=4)"]
    assert rows[0].columns == ("correct", "mined", "gold")
    assert rows[0].counts[:, 2].sum() == 15
    assert set(facts.thresholds) == {row.system for row in rows}
    assert values(rows)["embeddings, mean, margin (k=4)", "mined_f1", "de"] > 60
    run(world, plan(world, data="bucc2018", layers=[0], centred=True, comparison="cosine"))
    for path in place.glob("*.dev.*"):
        path.unlink()
    with pytest.raises(DataError, match="has no dev data in de: a threshold is chosen on dev, never on the test"):
        plan(world, data={"name": str(place), "format": "bucc"})  # another name: opened sources are remembered


@pytest.mark.parametrize(("entity", "told"), [
    ("", "the query m1 (de) has no right answer among the candidates"),
    ("Q2", "the right answer Q2 of m1 (test de) is not among the candidates"),
])
def test_a_query_without_a_gold_answer(world: World, tmp_path: Path, entity: str, told: str) -> None:
    write_mewsli(tmp_path, [line(mention(entity_id=entity))], [ENTITY])
    with pytest.raises(DataError) as fault:
        run(world, plan(world, data="mewslix", data_dir=str(tmp_path), layers=[0]))
    assert told in str(fault.value)


def test_mentions_find_their_entities(world: World, tmp_path: Path) -> None:
    other = {**ENTITY, "entity_id": "Q2", "description": "A house of stone.", "sentence_spans": [{"start": 0,
                                                                                                  "end": 17}]}
    write_mewsli(tmp_path, [line(mention())], [ENTITY, other])
    rows, facts = run(world, plan(world, data="mewslix", data_dir=str(tmp_path), layers=[0]))
    assert [(row.target, row.metric, row.identities) for row in rows] == [("de", "map_at_20", ("m1",))]
    assert facts.candidates == 2
    assert values(rows)["embeddings, mean, cosine", "map_at_20", "de"] in (50.0, 100.0)


@pytest.mark.parametrize(("settings", "error", "told"), [
    ({"languages": ["sw"]}, LanguageError, "parallel has no parallel text in sw\n  → it has: de, fr, ru, tr"),
    ({"languages": ["en"]}, LanguageError, "no parallel text besides the source language"),
    ({"layers": [5]}, ModelError, "there is no layer 5 in this model"),
    ({"layers": ["fused"]}, ModelError, "an encoder has no fused state"),
    ({"pooling": "max"}, ConfigError, "pooling"),
    ({"neighbours": 0}, ConfigError, "neighbours"),
    ({"data": "nowhere"}, DataError, "nowhere"),
])
def test_wrong_input(world: World, settings: dict[str, Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error) as fault:
        plan(world, **settings)
    assert told in str(fault.value)


def test_all_layers_have_one_key_however_they_are_asked_for(world: World) -> None:
    assert _stage_key(plan(world)) == _stage_key(plan(world, layers="all"))
    assert _stage_key(plan(world, layers=[2, 0])) == _stage_key(plan(world, layers=["0", "2"]))
    assert _stage_key(plan(world)) == _stage_key(plan(world, neighbours=9)), "cosine has no neighbours"


def _stage_key(planned: RetrievalPlan) -> str:
    return Keys().key(planned.stage)
