from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fusion, predict, scaling, startup
from benchmarks.curves import curves_picture
from benchmarks.harness import Measurement, measure
from benchmarks.record import Record
from benchmarks.systems.fusion_steps import timed
from benchmarks.systems.predict_peer import read_words, word_labels
from benchmarks.systems.scale import anonymous_mib, measured, model_for, write_sample
from sprachbund.data.labels import LabelSpace
from sprachbund.testing.toy_task import toy_corpus

Make = Callable[..., Record]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.chdir(tmp_path)

    def make(name: str, **settings: object) -> Record:
        options = argparse.Namespace(name=name, resume=False, work=tmp_path / "work", data_dir=Path("/data"))
        return Record(name, options, settings)

    return make


def report(name: str) -> str:
    return Path(f"results/benchmarks/{name}/report.md").read_text(encoding="utf-8")


def run(system: str, number: int = 0, **values: float) -> Measurement:
    return Measurement(system, number, 1.5, values.pop("peak", 100.0), values)


def test_speeds_are_compared_where_tokenising_stands_on_the_same_side(record: Make) -> None:
    made = record("predict", data={"sentences": 9, "languages": 2, "words": 50, "pieces": 90})
    made.sections["titles"] = {"ours": "sprachbund, tokenising included", "ours_encoded": "sprachbund",
                               "pipeline": "pipeline", "trainer_predict": "Trainer.predict"}
    for name, speed in (("ours", 80.0), ("ours_encoded", 100.0), ("pipeline", 8.0), ("trainer_predict", 50.0)):
        made.add(run(name, sentences_per_second=speed, pieces_per_second=10 * speed, seconds=1.0, accuracy=70.0,
                     agreement=99.0))
    made.sections["floor"] = {
        "gflop": 20.0, "gflop_attention": 1.0, "backward": False, "rounds": [
            {"floor_seconds": 0.5, "gflop_per_second": {"one thread a core": 40.0}, "shares": {"ours": 0.5}},
            {"floor_seconds": 0.6, "gflop_per_second": {"one thread a core": 40.0}, "shares": {"ours": 0.7}}]}
    assert predict.finish(made) == 0
    assert "20 GFLOP (1.0 of them attention), forward, real pieces" in report("predict")
    assert "Share of that rate: sprachbund, tokenising included 60 % (50 to 70)." in report("predict")
    told = report("predict")
    assert "| pipeline | 8 | 80 | 1.0 | 10.00 | 70.00 | 99.00 |" in told
    assert "| Trainer.predict | 50 | 500 | 1.0 | 2.00 | 70.00 | 99.00 |" in told


def test_fusions_stand_beside_their_goals(record: Make) -> None:
    made = record("fusion", steps=4, sentences=80)
    for work in fusion.WORK:
        made.add(run(work, **{f"{figure}/{name}": value for name, value in (("last_layer", 1.0), ("dlfa_10", 1.01))
                              for figure in ("seconds", "ratio")}))
    for name, peak in (("last_layer", 100.0), ("dlfa_10", 102.0)):
        made.add(run(f"memory/{name}", peak=peak))
    made.sections["floor"] = {work: {"rounds": []} for work in fusion.WORK}
    assert fusion.finish(made) == 0
    assert "| training step, DLFA of layer 10 and the last | 1,010.0 ms | 1.010 | 1.05 |" in report("fusion")
    assert "| peak memory of training, DLFA of layer 10 and the last | 102 MiB | 1.020 | 1.03 |" in report("fusion")


def test_growth_is_told_as_a_power_of_the_size(record: Make) -> None:
    made = record("scaling")
    for size, seconds, memory in ((1000, 2.0, 500.0), (10_000, 20.0, 510.0)):
        made.add(run(f"prepare/{size}", seconds=seconds, anonymous=memory, anonymous_before=490.0))
    made.add(run("train_small/1000", seconds=3.0))
    made.sections["floors"] = {"train_small/1000": {"rounds": [{"shares": {"train_small/1000": 0.25}}]}}
    assert scaling.finish(made) == 0
    assert "| train, small random encoder | 1,000 | 3.0 |  |  | 100 | 25 |" in report("scaling")
    assert "| prepare | 1.00 | 1.02 |" in report("scaling")
    assert "| prepare | 10,000 | 20.0 | 490 | 510 | 100 |  |" in report("scaling")


def test_start_up_names_what_it_measured(record: Make) -> None:
    made = record("startup", demo=None)
    systems = startup.systems_of()[:3]
    made.sections["titles"] = {system.name: system.title for system in systems}
    for system in systems:
        made.add(measure(system))
    assert startup.finish(made) == 0
    assert not any(one.error for one in made.runs)
    imported = next(one for one in made.runs if one.system == startup.IMPORT)
    assert imported.values["torch"] is False
    assert "sprachbund --help" in report("startup")


def test_lines_are_drawn_on_logarithmic_axes() -> None:
    picture = curves_picture({"seconds": {"a": [(1, 1), (100, 100)], "b": []}, "nothing": {}}, sizes="sentences",
                             title="t", description="d")
    assert picture.count("<circle") == 2
    assert "M70.0 260.0 L620.0 34.0" in picture
    assert ">nothing<" not in picture


def test_words_get_the_label_of_their_first_full_piece() -> None:
    pieces = [{"start": start, "end": end, "word": word, "entity": label} for start, end, word, label in (
        (0, 2, "▁Wo", "A"), (2, 4, "rt", "B"), (4, 5, "▁", "C"), (5, 6, "!", "D"))]
    assert list(word_labels(("Wort", "!", "x"), pieces)) == ["A", "D", ""]


def test_labels_are_read_at_the_pieces_of_words() -> None:
    corpora = [toy_corpus(3, max_words=5), toy_corpus(2, max_words=30, max_pieces=10, seed=2)]
    windows = sum(corpus.n_windows for corpus in corpora)
    best = np.arange(windows * 64).reshape(windows, 64)
    found = read_words(corpora, best)
    assert len(found) == sum(corpus.n_words for corpus in corpora)
    second, shift = corpora[1], corpora[0].n_windows
    window = int(np.searchsorted(second.read_offsets, 7, side="right")) - 1
    word = second.read_words[7]
    assert found[corpora[0].n_words + word] == (shift + window) * 64 + second.read_positions[7]


def test_steps_are_timed_in_turns() -> None:
    called: list[str] = []
    rounds = ({name: (lambda name=name: called.append(name)) for name in ("a", "b")} for _ in range(5))
    seconds = timed(rounds)
    assert {name: len(own) for name, own in seconds.items()} == {"a": 3, "b": 3}
    assert "".join(called) == "baabbaabba"


def test_a_sample_repeats_and_memory_is_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data" / "ud_pos" / "en"
    data.mkdir(parents=True)
    (data / "test.conllu").write_text("1\tA\t_\t_\t_\t_\t_\t_\t_\t_\n".replace("\t_\t_", "\t_\tX", 1) + "\n",
                                      encoding="utf-8")
    write_sample(tmp_path, str(tmp_path / "data"), 3)
    assert (tmp_path / "s3/en/test.tsv").read_text(encoding="utf-8") == "A\tX\n\n" * 3
    with measured(pieces=4):
        held = bytearray(64 << 20)
        held[::4096] = b"x" * len(held[::4096])
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert told["pieces"] == 4
    if anonymous_mib():
        assert told["anonymous"] - told["anonymous_before"] > 40


def test_the_small_encoder_knows_the_bundled_vocabulary() -> None:
    model = model_for("small", LabelSpace(kind="tokens", labels=("A", "B")))
    assert model.encoder.word_embeddings.num_embeddings == 250_037
    assert model.layers == (2,)
