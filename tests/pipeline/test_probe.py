"""A probe's stages in a small world: what they leave, what runs again, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sprachbund.core.config import validate
from sprachbund.core.errors import ConfigError, DataError, Interrupted, LanguageError, ModelError
from sprachbund.evaluation.probes import states
from sprachbund.pipeline import probe as stage
from sprachbund.pipeline.probe_config import ProbeConfig, expanded
from sprachbund.pipeline.probe_plan import plan_probe
from sprachbund.results.gates import FILE, pooled_mean, read_gates
from sprachbund.results.probe_findings import Probed
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store

from .probe_world import World, make_world

DLFA = {"type": "dlfa", "layer": 2}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def both(world: World) -> list[Probed]:
    return world.probe(world.trained(DLFA))


def plan(world: World, model: Path | str, **settings: object):
    return plan_probe(validate({**world.settings, **settings, "model": str(model)}, ProbeConfig, "test"))


def test_an_encoder_before_and_a_model_after(world: World, both: list[Probed]) -> None:
    before, after = both
    assert (before.model.role, after.model.role) == ("before", "after")
    assert before.model.states == ("0", "1", "2", "3", "4")
    assert after.model.states == ("0", "1", "2", "3", "4", "fused")
    assert (after.model.system, after.model.task, after.model.seed) == ("DLFA (k=2, literal)", "tagging", 3)
    measured = {(point.measure, point.variant) for point in after.points}
    for measure in ("retrieval", "retrieval_forward", "retrieval_backward", "language_identity"):
        for variant in ("mean", "first", "mean, centred", "first, centred"):
            assert (measure, variant) in measured
    assert {("cka", "mean"), ("cka", "first"), ("pos", "")} <= measured
    assert {point.language for point in after.points if point.measure == "retrieval"} == {"de", "fr", "ru", "tr"}
    assert {point.language for point in after.points if point.measure == "pos"} == {"de", "en", "fr", "ru", "tr"}
    assert after.model.pieces > 0
    assert after.model.seconds > 0


def test_the_first_pieces_embedding_finds_nothing(both: list[Probed]) -> None:
    (before, _) = both
    guesses = [point.value for point in before.points
               if (point.measure, point.variant, point.state) == ("retrieval", "first", "0")]
    assert guesses == pytest.approx([100 / 40] * 4)
    assert ("cka", "first", "0") not in {(point.measure, point.variant, point.state) for point in before.points}


def test_directions_add_up_and_intervals_hold_their_value(both: list[Probed]) -> None:
    found = {(point.measure, point.variant, point.state, point.language): point for point in both[1].points}
    for (measure, variant, state, language), point in found.items():
        if measure == "retrieval":
            ways = [found[f"retrieval_{way}", variant, state, language].value for way in ("forward", "backward")]
            assert point.value == pytest.approx(np.mean(ways), abs=0.1)
        if point.low is not None and point.high is not None and measure != "cka":
            assert point.low - 1e-9 <= point.value <= point.high + 1e-9


def test_every_subspace_is_taken_out_of_every_state(both: list[Probed]) -> None:
    after = both[1]
    kinds = {(removal.state, removal.removed, removal.measure) for removal in after.removals}
    for state in after.model.states:
        for removed in ("language", "semantic", "structure", "random"):
            for measure in ("retrieval", "language_identity", "pos"):
                assert (state, removed, measure) in kinds
    for removal in after.removals:
        assert 1 <= removal.rank <= 4
        assert removal.difference == pytest.approx(removal.after - removal.before)
        assert 0 <= removal.variance <= 1
    identity = [one for one in after.removals if one.measure == "language_identity" and one.state == "4"]
    lost = {removed: np.mean([one.difference for one in identity if one.removed == removed])
            for removed in ("language", "random")}
    assert lost["language"] < lost["random"]


def test_changes_of_the_fused_state_and_the_gate_are_scored(world: World, both: list[Probed]) -> None:
    effects = both[1].task_effects
    assert {effect.change for effect in effects} == {
        "without language", "without semantic", "without structure", "without random", "frozen gate",
        "frozen scalar gate"}
    assert {effect.language for effect in effects} == {"de", "en", "fr", "ru", "tr"}
    assert len({(effect.language, effect.score) for effect in effects}) == 5  # one score of the whole model a language
    assert any(effect.difference for effect in effects)
    assert not both[0].task_effects


def test_gate_statistics_lie_beside_the_findings(world: World, both: list[Probed]) -> None:
    gates = both[1].gates
    assert {gate.label for gate in gates} == {"ADJ", "DET", "NOUN", "VERB"}
    assert {gate.language for gate in gates} == {"de", "en", "fr", "ru", "tr"}
    (file,) = world.store.glob(f"probe/*/{FILE}")
    rows = read_gates(file)
    assert [(row.language, row.label, row.words) for row in rows] == [
        (gate.language, gate.label, gate.words) for gate in gates]
    assert rows[0].mean.mean() == pytest.approx(gates[0].mean, abs=1e-6)
    assert pooled_mean(rows).shape == (32,)


def test_a_model_that_labels_texts(world: World) -> None:
    model = world.trained({"type": "dlfa", "layer": 1}, "sequence")
    (after,) = world.probe(model, before="", task_data="lengths", measures=["removal", "gates"])
    assert after.model.role == "after"
    assert {gate.label for gate in after.gates} == {"long", "short"}
    assert {effect.metric for effect in after.task_effects} == {"accuracy"}
    assert not after.points


def test_a_model_without_a_gate_says_so(world: World) -> None:
    (after,) = world.probe(world.trained({"type": "last_layer"}), before="", measures=["gates", "pos"])
    assert not after.gates
    assert not after.task_effects
    assert after.notes == ("last layer has no gate: there are no gate statistics and nothing to freeze",)
    assert any(point.state == "fused" for point in after.points)


def test_nothing_runs_twice_and_a_stopped_probe_keeps_its_vectors(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = plan(world, world.encoder, measures=["cka", "retrieval"], languages=["de", "fr"])
    store, passes = Store(world.store), []
    whole = states.pooled_vectors
    monkeypatch.setattr(stage, "pooled_vectors", lambda *given, **named: (passes.append(1), whole(*given, **named)))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, "retrieval_points", stopped)
        with pytest.raises((KeyboardInterrupt, Interrupted)):
            run_stages(tuple(planned.probes.values()), store, InlineExecutor(), lambda _: None)
    run_stages(tuple(planned.probes.values()), store, InlineExecutor(), lambda _: None)
    assert len(passes) == 1
    summary = run_stages(tuple(planned.probes.values()), store, InlineExecutor(), lambda _: None)
    assert len(passes) == 1
    assert summary.outputs


def test_fewer_sentences_than_asked_are_told(world: World) -> None:
    (before,) = world.probe(world.encoder, sentences=60, languages=["de"], measures=["retrieval", "cka"])
    assert before.notes == ("parallel has 50 of the 60 sentences asked for in de: retrieval is easier among fewer",)
    assert {point.n for point in before.points} == {50}


def test_a_language_without_parallel_text(world: World) -> None:
    with pytest.raises(LanguageError, match=r"parallel has no parallel text in sw\n  → it has: de, fr, ru, tr"):
        plan(world, world.encoder, languages=["de", "sw"])


def test_one_pair_cannot_be_centred(world: World) -> None:
    folder = world.folder / "single" / "de"
    folder.mkdir(parents=True)
    (folder / "test.tsv").write_text("sentence\tenglish\nHallo\tHello\n", encoding="utf-8")
    data = {"name": "single", "reader": {"text_column": "sentence", "pair_column": "english"}}
    with pytest.raises(DataError, match="single has a single pair in de: a mean cannot be taken away from one"):
        world.probe(world.encoder, data=data)


def test_text_without_translation(world: World) -> None:
    with pytest.raises(DataError, match="parallel text has a translation in every row, lengths de has none in 1"):
        world.probe(world.encoder, data={"name": "lengths"})


def test_an_encoder_that_is_not_there_and_a_gate_of_an_encoder(world: World) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        plan(world, world.folder / "nowhere")
    with pytest.raises(ConfigError, match="tiny is an encoder: it has no fusion and so no gate"):
        plan(world, world.encoder, measures=["gates"])


def test_data_that_are_not_there(world: World) -> None:
    found = plan(world, world.encoder, words="nothing")
    assert "pos" not in found.measures
    assert any(line.startswith("pos: there is no data set 'nothing'") for line in found.not_tested)
    with pytest.raises(DataError, match="there is no data set 'nothing'"):
        plan(world, world.encoder, words="nothing", measures=["pos"])
    with pytest.raises(DataError, match="there is nothing to probe"):
        plan(world, world.encoder, words="nothing", data="nothing")


def test_an_encoder_says_why_it_has_no_gate_and_ranks_follow_the_languages(world: World) -> None:
    found = plan(world, world.encoder, rank=None)
    assert found.not_tested[0] == "gates: tiny is an encoder: it has no fusion and so no gate"
    assert found.probes["before"].config["rank"] == 16
    assert found.config.rank_for(36) == 72


def test_what_is_no_measure_and_sets_of_languages(world: World) -> None:
    with pytest.raises(ConfigError, match="retrival"):
        plan(world, world.encoder, measures=["retrival"])
    with pytest.raises(LanguageError, match="unknown language 'germn'"):
        plan(world, world.encoder, languages=["germn"])
    assert expanded("family:Kartvelian") == ("ka", "xmf")
