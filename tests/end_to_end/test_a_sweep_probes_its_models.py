"""A sweep that probes its models leaves what the claims on features and gates (C8, C13) ask for, and keeps no model."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import sprachbund as sb
from sprachbund.cli.main import dispatch
from sprachbund.results.probe_files import read_probe
from sprachbund.stages.events import Event, StageEvent

WORDS = {
    "en": ("the a", "dog cat house river", "sees likes finds"),
    "de": ("der ein", "Hund Kater Hof Fluss", "sieht mag findet"),
    "fr": ("le un", "chien chat toit fleuve", "voit aime trouve"),
    "ru": ("этот один", "пёс кот дом река", "видит любит ищет"),
    "tr": ("bu bir", "köpek kedi ev nehir", "görür sever bulur"),
}
TAGS = ("DET", "NOUN", "VERB")
ENTITIES = {"DET": "O", "NOUN": "B-LOC", "VERB": "O"}
SWEEP = """\
name: probed
common:
  encoder: {encoder}
  data_dir: {folder}
  train_limit: 60
  test_limit: 20
  training: {{epochs: 0.5, batch_pieces: 200, threads: 1, head_learning_rate: 0.01}}
tasks:
  - {{name: POS, task: tagging, data: ud_pos}}
  - {{name: NER, task: tagging, data: panx}}
  - {{name: NLI, task: classification, data: nli_train/snli_part, test_data: xnli, pooling: mean}}
aggregators:
  - last_layer
  - {{type: dlfa, layer: 1}}
seeds: [1, 2]
"""
PROBE = """\
probe:
  sentences: 24
  training_sentences: 30
  word_sentences: 10
  task_sentences: 10
  draws: 1
  rank: 4
"""
CELLS, SYSTEMS = 3 * 2 * 2, ("last layer", "DLFA (k=1, literal)")


def _sentence(draw: random.Random) -> list[tuple[str, int]]:
    tags = ["DET", "NOUN", "VERB", "DET", "NOUN"][: draw.randint(2, 5)]
    return [(tag, draw.randrange(len(WORDS["en"][TAGS.index(tag)].split()))) for tag in tags]


def _words(language: str, sentence: list[tuple[str, int]]) -> list[str]:
    return [WORDS[language][TAGS.index(tag)].split()[number] for tag, number in sentence]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory, encoder: Path) -> Path:
    """The file of a sweep over three tasks that go by the names of the paper's data sets."""
    folder = tmp_path_factory.mktemp("probed")
    for language in WORDS:
        for split, count in (("train", 60), ("dev", 15), ("test", 24)):
            if split != "test" and language != "en":
                continue
            draw = random.Random(f"{split}")
            texts = [_sentence(draw) for _ in range(count)]
            words = [_words(language, text) for text in texts]
            tagged = zip(words, texts, strict=True)
            pos, ner = "", ""
            for known, text in tagged:
                rows = [(word, tag) for word, (tag, _) in zip(known, text, strict=True)]
                pos += "".join(f"{place}\t{word}\t_\t{tag}\t_\t_\t_\t_\t_\t_\n" for place, (word, tag) in
                               enumerate(rows, 1)) + "\n"
                ner += "".join(f"{word}\t{ENTITIES[tag]}\n" for word, tag in rows) + "\n"
            _write(folder / "ud_pos" / language / f"{split}.conllu", pos)
            _write(folder / "panx" / language / f"{split}.tsv", ner)
            pairs = "premise\thypothesis\tlabel\n" + "".join(
                f"{' '.join(known)}\t{known[0]}\t{'entailment' if len(known) > 3 else 'neutral'}\n" for known in words)
            name = "xnli" if split == "test" else "nli_train/snli_part"
            _write(folder / name / language / f"{split}.tsv", pairs)
            if split == "test" and language != "en":
                _write(folder / "tatoeba" / language / "test.tsv", "sentence\tenglish\n" + "".join(
                    f"{' '.join(_words(language, text))}\t{' '.join(_words('en', text))}\n" for text in texts))
    path = folder / "sweep.yaml"
    path.write_text(SWEEP.format(encoder=encoder, folder=folder), encoding="utf-8")
    return path


def _sweep(path: Path, output: Path, store: Path, **more: Any) -> Counter[str]:
    """Run a sweep; how many stages of a kind were run."""
    kinds: Counter[str] = Counter()

    def count(event: Event) -> None:
        if isinstance(event, StageEvent) and event.state == "finished":
            kinds[event.kind] += 1

    sb.sweep(path, output=output, store=store, executor="inline", emit=count, **more)
    return kinds


def test_claims_find_in_a_probed_sweep_what_they_lack_in_a_plain_one(sweep: Path, tmp_path: Path) -> None:
    output, plain, probed = tmp_path / "out", sweep, sweep.with_name("probed.yaml")
    probed.write_text(sweep.read_text(encoding="utf-8") + PROBE, encoding="utf-8")
    _sweep(plain, output, tmp_path / "store", limit_cells=CELLS)
    before = sb.claims(output).findings
    assert before.verdict("C8").verdict == before.verdict("C13").verdict == "not tested here"
    assert not before.verdict("C8").parts

    kinds = _sweep(probed, output, tmp_path / "store")
    assert (kinds["train"], kinds["probe"], kinds["score"]) == (CELLS, CELLS, 0), "rows are there, models were let go"
    assert not list((tmp_path / "store" / "train").iterdir())
    files = sorted((output / "probes").glob("[!.]*.json"))
    assert len(files) == CELLS
    found = read_probe(next(path for path in files if path.name.startswith("ner-dlfa-k-1-literal-seed-2-")))
    assert (found.model("after").system, found.model("after").seed) == (SYSTEMS[1], 2)
    assert {point.state for point in found.points} == {"fused"}
    assert {effect.change for effect in found.task_effects} == {
        "without language", "without semantic", "without structure", "without random", "frozen gate",
        "frozen scalar gate"}

    after = sb.claims(output).findings
    features, gate = after.verdict("C8"), after.verdict("C13")
    assert set(features.data_sets) == set(gate.data_sets) == {"ud_pos", "panx", "xnli"}
    assert features.verdict != "not tested here"
    assert gate.verdict != "not tested here"
    assert [part.name for part in gate.parts] == ["gate by task", "frozen on XNLI", "frozen on NER", "frozen on POS"]
    for part in features.parts:
        assert [figure.unit for figure in part.figures[:4]] == ["points", "points", "correlation", "correlation"]
        assert part.figures[4].what == f"{SYSTEMS[1]} minus last layer, of the models that were probed"
        assert "of which retrieval and parts of speech carry" in part.why
    assert all(part.seeds == (1, 2) for part in (*features.parts, *gate.parts))

    again = _sweep(probed, output, tmp_path / "an empty store")
    assert again == Counter()


def test_a_plan_counts_probes_and_names_what_is_probed(
    sweep: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sweep.with_name("one.yaml")
    path.write_text(sweep.read_text(encoding="utf-8") + PROBE + '  systems: ["DLFA (k=1, literal)"]\n  seeds: [1]\n',
                    encoding="utf-8")
    command = ["sweep", str(path), "--only", "NLI", "-o", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    assert dispatch([*command, "--executor", "inline", "--limit-cells", "2"]) == 0
    told = capsys.readouterr().out
    assert f"probes  {tmp_path / 'out' / 'probes'}" in told
    assert dispatch([*command, "--plan"]) == 0
    shown = capsys.readouterr().out
    assert "probes" in shown
    assert "1 of 1" in shown
    assert "2 of 4" in shown
