"""Hub data offline: local copies of repositories, and a small hub on this machine that serves them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sprachbund.core.errors import DataError, FormatError, MissingExtraError
from sprachbund.data.catalogue import card, cards
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.fetched import SOURCE_FILE, fetch, read_origin
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.hub import HubSource, open_hub
from sprachbund.data.labels import Kind
from sprachbund.data.locations import DataConfig, open_source
from tests.data.hub_copies import make_inference_copy, make_tagging_copy
from tests.data.loopback_hub import COMMIT, loopback_hub

WORDS = [(("Anna", "sleeps"), ("B-PER", "O")), (("#", "Oslo"), ("O", "B-LOC"))]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def _words(source: HubSource, language: str = "de", split: str = "test") -> list[tuple[object, object]]:
    return [(made.words, made.labels) for made in source.corpus(language, split).examples
            if isinstance(made, TokenExample)]


def test_a_copy_of_a_repository_without_a_card(tmp_path: Path) -> None:
    folder = make_tagging_copy(tmp_path / "ner")
    source = open_hub(str(folder), "tokens", ReaderOptions())
    assert (source.name, source.card, source.languages("dev")) == ("ner", None, ["de", "en"])
    assert _words(source, "German", "dev") == WORDS
    first = source.corpus("de", "test").examples[0]
    assert str(first.location) == f"hub:{folder} de/test, line 1"
    assert source.path("de", "test") is None
    with pytest.raises(DataError, match="the data set ner has no test data in fr\n  → test data there are in: de, en"):
        source.corpus("fr", "test")


def test_a_copy_below_the_data_folder_serves_the_card(tmp_path: Path) -> None:
    make_inference_copy(tmp_path / "facebook" / "xnli")
    source = open_source(DataConfig(name="hub:xnli", languages=("de", "en")), kind="sequence", formats=("tsv",),
                         data_dir=tmp_path)
    corpus = source.corpus("en", "dev")
    assert [(made.text, made.text_pair, made.label) for made in corpus.examples if isinstance(made, TextExample)] == [
        ("A\tdog.", "An animal.", "entailment"), ("It rains.", "It is\ndry.", "contradiction")]
    assert source.corpus("de", "test").notes == {"blank_labels": 2}
    assert source.card is not None
    assert (source.card.name, source.card.train_with) == ("xnli", ())
    assert "machine translations" in source.card.notes[0]


def test_a_card_plans_without_a_network() -> None:
    source = open_hub("panx", "tokens", ReaderOptions())
    assert source.languages("validation") == sorted(card("panx").languages)
    assert source.fingerprint("de", "test") != source.fingerprint("de", "dev") != source.fingerprint("en", "dev")
    assert len(source.fingerprint("de", "test")) == 64
    with pytest.raises(DataError, match=r"unimelb-nlp/wikiann is not on this machine, and the hub cannot be reached "
                                        r"\(OfflineModeIsEnabled\)\n  → .* data get panx --output DIR, .*--data panx"):
        source.corpus("de", "test")


def test_the_fingerprint_of_a_copy_follows_its_bytes(tmp_path: Path) -> None:
    source, other = (open_hub(str(make_tagging_copy(tmp_path / name)), "tokens", ReaderOptions()) for name in "ab")
    assert source.fingerprint("de", "test") == other.fingerprint("de", "test"), "the place does not count"
    assert source.fingerprint("de", "test") != source.fingerprint("en", "test")
    chosen = open_hub(str(tmp_path / "a"), "tokens", ReaderOptions(label_column="langs"))
    assert chosen.fingerprint("de", "test") != source.fingerprint("de", "test")
    assert _words(chosen) == [(words, ("de",) * len(words)) for words, _ in WORDS]


FAULTS: dict[str, tuple[str, Kind, str]] = {
    "card without a hub id": ("xsid", "tokens", "the card of xsid names no place on a hub\n  → give its folder"),
    "no id": ("nowhere", "tokens", "'nowhere' is neither a folder nor a possible hub id\n  → check the path"),
    "answers": ("panx", "span", "hub data are read for tagging and classification only"),
}


@pytest.mark.parametrize(("name", "kind", "message"), FAULTS.values(), ids=FAULTS)
def test_names_that_are_none_are_told(name: str, kind: Kind, message: str) -> None:
    with pytest.raises(DataError, match=message):
        open_hub(name, kind, ReaderOptions())


def test_faults_of_a_copy_are_told(tmp_path: Path) -> None:
    unnamed = make_tagging_copy(tmp_path / "unnamed", ("default",))
    with pytest.raises(DataError, match="has no configuration named after a language: default\n  → fetch the files"):
        open_hub(str(unnamed), "tokens", ReaderOptions()).languages("test")
    make_inference_copy(tmp_path / "pairs")
    with pytest.raises(FormatError, match=r"none of the columns .* has a usual name of words\n  → name the columns"):
        open_hub(str(tmp_path / "pairs"), "tokens", ReaderOptions()).corpus("de", "test")
    (tmp_path / "empty" / "de").mkdir(parents=True)
    with pytest.raises(DataError, match=r"empty cannot be read: .*\n  → only plain tables are read"):
        open_hub(str(tmp_path / "empty"), "tokens", ReaderOptions()).languages("test")
    with pytest.raises(DataError, match="hub:xnli offers no label set 'fine'\n  → name the column"):
        open_source(DataConfig(name="hub:xnli", labels="fine"), kind="sequence", formats=("tsv",))
    with pytest.raises(DataError, match="the data set xnli is for classification"):
        open_source(DataConfig(name="hub:xnli"), kind="tokens", formats=("conllu",))


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match="reading data from a hub needs the package datasets, which is not"):
        open_hub("panx", "tokens", ReaderOptions()).corpus("de", "test")


def test_hub_cards_name_columns_that_their_tasks_read() -> None:
    known = [each for each in cards() if each.hub is not None]
    assert {"xnli", "pawsx", "panx"} <= {each.name for each in known}
    for each in known:
        assert each.hub is not None
        assert ("words" in each.hub.columns) == (each.task == "tagging")
        assert "label" in each.hub.columns


def _fetched(source: HubSource, output: Path, **options: object) -> list[tuple[str, str, int | None]]:
    told: list[tuple[str, str, int | None]] = []
    chosen = {"train_languages": ["en"], "languages": None, "splits": ("train", "dev", "test"), **options}
    fetch(source, output, told=lambda *what: told.append(what), **chosen)  # type: ignore[arg-type]
    return told


def test_fetched_files_are_read_as_the_hub_gives_them(tmp_path: Path) -> None:
    source = open_hub(str(make_tagging_copy(tmp_path / "ner")), "tokens", ReaderOptions())
    told = _fetched(source, tmp_path / "data")
    assert told == [("en", "train", 2), ("de", "dev", 2), ("en", "dev", 2), ("de", "test", 2), ("en", "test", 2)]
    local = open_source(DataConfig(name="ner"), kind="tokens", formats=("token_columns",), data_dir=tmp_path / "data")
    assert [(made.words, made.labels) for made in local.corpus("de", "test").examples if isinstance(made, TokenExample)
            ] == WORDS
    assert _fetched(source, tmp_path / "data")[0] == ("en", "train", None), "what is there is not fetched again"


def test_a_fetched_card_keeps_its_columns_and_tells_its_origin(tmp_path: Path) -> None:
    make_inference_copy(tmp_path / "hub" / "facebook" / "xnli")
    whole = open_hub("xnli", "sequence", ReaderOptions(), tmp_path / "hub")
    _fetched(whole, tmp_path / "data", languages=["de"])
    source = open_source(DataConfig(name="xnli"), kind="sequence", formats=("tsv",), data_dir=tmp_path / "data")
    assert (source.languages("train"), source.languages("test")) == (["en"], ["de"])
    examples = source.corpus("de", "dev").examples
    assert [(made.text, made.text_pair, made.label) for made in examples if isinstance(made, TextExample)] == [
        ("A dog.", "An animal.", "entailment"), ("It rains.", "It is dry.", "contradiction")]
    assert source.card is not None
    assert (source.card.notes, source.card.source) == (card("xnli").hub.notes, "xnli")  # type: ignore[union-attr]


def test_nothing_is_mixed(tmp_path: Path) -> None:
    source = open_hub(str(make_tagging_copy(tmp_path / "ner")), "tokens", ReaderOptions())
    (tmp_path / "own" / "ner" / "de").mkdir(parents=True)
    with pytest.raises(DataError, match="the folder holds data that were not fetched from a hub\n  → choose another"):
        _fetched(source, tmp_path / "own")
    _fetched(source, tmp_path / "data")
    note = tmp_path / "data" / "ner" / SOURCE_FILE
    note.write_text(json.dumps({**json.loads(note.read_text()), "revision": "f" * 40}))
    with pytest.raises(DataError, match="the folder holds ner at ffffffffffff, asked for is ner at no revision"):
        _fetched(source, tmp_path / "data")
    note.write_text("{")
    with pytest.raises(DataError, match=r"source\.json: the note of where these data came from is broken\n  → take"):
        read_origin(tmp_path / "data" / "ner")
    with pytest.raises(DataError, match="ner has no test data in fr\n  → it has: de, en"):
        _fetched(source, tmp_path / "new", languages=["fr"], splits=("test",))
    with pytest.raises(DataError, match="ner has nothing of what was asked for"):
        _fetched(source, tmp_path / "new", splits=("final",))


SCRIPT = """
import json, sys
from pathlib import Path
from sprachbund.core.errors import DataError
from sprachbund.data.formats.reader import ReaderOptions
from sprachbund.data.hub import open_hub
try:
    source = open_hub(sys.argv[1], "tokens", ReaderOptions())
    print(json.dumps([source.languages("dev"), [e.labels for e in source.corpus("de", "dev").examples],
                      source.repository.commit()]))
except DataError as error:
    print(json.dumps(str(error)))
"""


def _in_a_process_of_its_own(name: str, endpoint: str, home: Path) -> object:
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_OFFLINE": "0"}
    done = subprocess.run([sys.executable, "-c", SCRIPT, name], env=environment, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_hub_on_this_machine(tmp_path: Path) -> None:
    make_tagging_copy(tmp_path / "hub" / "some" / "ner")
    with loopback_hub(tmp_path / "hub") as (endpoint, asked):
        read = _in_a_process_of_its_own(f"some/ner@{COMMIT}", endpoint, tmp_path / "home")
        assert read == [["de", "en"], [["B-PER", "O"], ["O", "B-LOC"]], COMMIT]
        fetched = [line for line in asked if line.startswith("GET") and line.endswith(".parquet")]
        assert fetched == [f"GET /datasets/some/ner/resolve/{COMMIT}/de/validation-00000-of-00001.parquet"]
        assert _in_a_process_of_its_own("no/where", endpoint, tmp_path / "home") == (
            "the hub has no data set no/where at its main branch, or it is not open to you\n"
            "  → check the id; a private or gated one needs `hf auth login`")
    told = _in_a_process_of_its_own("panx", endpoint, tmp_path / "home")  # nobody answers there now
    assert isinstance(told, str)
    assert "unimelb-nlp/wikiann is not on this machine, and the hub cannot be reached" in told
    assert "sprachbund data get panx --output DIR" in told
