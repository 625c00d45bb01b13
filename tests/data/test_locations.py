from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from sprachbund.core.canonical import canonical_json
from sprachbund.core.errors import DataError, RegistryError
from sprachbund.data.catalogue import card
from sprachbund.data.examples import FrameExample, TextExample, TokenExample
from sprachbund.data.labels import Kind
from sprachbund.data.locations import DataConfig, check_data_dir, open_source
from sprachbund.data.source import DataSource
from sprachbund.tasks.task import TASKS

FILES = Path(__file__).parent / "files"
FORMATS: dict[Kind, tuple[str, ...]] = {"tokens": ("conllu", "token_columns"), "sequence": ("tsv", "csv", "jsonl")}


def _open(data: object, kind: Kind = "tokens", data_dir: Path | None = None) -> DataSource:
    return open_source(DataConfig.model_validate(data), kind=kind, formats=FORMATS[kind], data_dir=data_dir)


def _xnli(folder: Path) -> Path:
    for language in ("en", "de"):
        path = folder / "xnli" / language / "test.tsv.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(b"premise\thypothesis\tlabel\na\tb\tneutral\n", mtime=0))
    return folder


def test_a_bare_text_is_a_name() -> None:
    assert DataConfig.model_validate("ud_pos") == DataConfig(name="ud_pos")
    config = DataConfig.model_validate({"name": "xsid", "reader": {"label_column": 4}})
    assert DataConfig.model_validate_json(canonical_json(config)) == config


def test_a_folder_by_path_or_within_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    source = _open(str(FILES / "sample"))
    assert (source.name, source.card, source.languages("test")) == ("sample", None, ["de", "en"])
    assert _open("sample", data_dir=FILES).languages("train") == ["en"]
    monkeypatch.chdir(FILES / "sample")
    assert _open(".").name == "sample"


def test_a_card_within_the_data_folder_or_as_the_data_folder(tmp_path: Path) -> None:
    folder = _xnli(tmp_path)
    for data_dir in (folder, folder / "xnli"):
        source = _open("xnli", "sequence", data_dir)
        assert source.card is not None
        assert source.card.name == source.name == "xnli"
        assert source.corpus("de", "test").examples[0] == TextExample(
            "1", "a", "b", "neutral", source.corpus("de", "test").examples[0].location)


def test_a_card_with_several_readers_serves_each_task_by_its_own(tmp_path: Path) -> None:
    path = tmp_path / "xsid" / "de" / "test.conll"
    path.parent.mkdir(parents=True)
    path.write_text("# text = Regnet es?\n# intent = rain\n1\tRegnet\train\tB-x\n2\tes\train\tO\n", encoding="utf-8")
    found = []
    for name in ("tagging", "intent_slots", "classification"):
        task = TASKS.load(name).value
        source = open_source(DataConfig(name="xsid"), kind=task.kind, formats=task.formats, data_dir=tmp_path)
        found += source.corpus("de", "test").examples
    words, frame, text = found
    assert (type(words), type(frame), type(text)) == (TokenExample, FrameExample, TextExample)
    assert words.labels == frame.labels == ("B-x", "O")
    assert (frame.intent, text.label, text.text) == ("rain", "rain", "Regnet es?")


def test_options_of_the_config_go_before_those_of_the_card(tmp_path: Path) -> None:
    source = _open({"name": "xnli", "reader": {"label_column": "premise"}}, "sequence", _xnli(tmp_path))
    example = source.corpus("en", "test").examples[0]
    assert isinstance(example, TextExample)
    assert (example.text_pair, example.label) == ("b", "a")


def test_a_pattern_names_itself_after_what_stands_before_the_language(tmp_path: Path) -> None:
    shutil.copy(FILES / "slots.conll", tmp_path / "chat-de.conll")
    config = {"name": "chat-{language}.conll", "reader": {"text_column": 2}}
    source = _open(config, data_dir=tmp_path)
    assert (source.name, source.languages("test"), source.languages("train")) == ("chat", ["de"], [])
    assert len(source.corpus("de", "test").examples) == 2
    assert _open({**config, "name": str(tmp_path / "{language}.conll").replace("{", "chat-{")}).name == "chat"


def test_some_languages_only(tmp_path: Path) -> None:
    source = _open({"name": str(FILES / "sample"), "languages": ["German"]})
    assert source.languages("test") == ["de"]
    with pytest.raises(DataError, match="the data set sample has nothing in fi"):
        _open({"name": str(FILES / "sample"), "languages": ["fi"]})


def test_bundled_data_by_either_name() -> None:
    for name in ("bundled:ha-intents", "ha-intents"):
        source = _open(name, "sequence")
        assert source.name == "ha-intents"
        assert source.card is not None
    assert _open({"name": "ha-intents", "languages": ["de"]}, "sequence").languages("test") == ["de"]


FAULTS = {
    "unknown": ("ud_poss", "tokens", "there is no data set 'ud_poss': .*\n  → did you mean ud_pos"),
    "card without files": ("ud_pos", "tokens", "the data set ud_pos is not in .*: there is no folder ud_pos\n"
                                               "  → give the folder that holds your data sets with --data-dir"),
    "card of another task": ("xnli", "tokens", "the data set xnli is for classification\n  → run it with --task"),
    "one file": ("README.md", "tokens", "README.md is one file, .*\n  → write the language in its name as"),
    "pattern without a file": ("{language}.x", "tokens", r"no file fits the pattern \{language\}\.x"),
    "other holes": ("{lang}/{split}.tsv", "tokens", r"should name \{language\} and may name \{split\}, nothing else"),
    "no language": (".", "tokens", "holds no folder named after a language\n  → it holds sample"),
    "label set": ({"name": "sample", "labels": "coarse"}, "tokens", "sample offers no label set 'coarse'\n  → name"),
    "format of another task": ({"name": "sample", "format": "csv"}, "tokens",
                               "the format csv is not one that this task reads\n  → it reads conllu, token_columns"),
}


@pytest.mark.parametrize(("data", "kind", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_say_what_there_is(data: object, kind: Kind, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _open(data, kind, FILES)


def test_label_sets_of_a_card_name_the_column(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = card("xnli").model_copy(update={"labels": {"fine": "label", "coarse": "hypothesis"}})
    monkeypatch.setattr("sprachbund.data.locations.find_card", {"xnli": known}.get)
    folder = _xnli(tmp_path)
    for labels, expected in ((None, "neutral"), ("fine", "neutral"), ("coarse", "b")):
        example = _open({"name": "xnli", "labels": labels}, "sequence", folder).corpus("en", "test").examples[0]
        assert isinstance(example, TextExample)
        assert example.label == expected
    with pytest.raises(DataError, match="xnli offers no label set 'medium'\n  → it offers: fine, coarse"):
        _open({"name": "xnli", "labels": "medium"}, "sequence", folder)


def test_an_empty_folder_and_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"→ a data set is a folder with <language>/<split>.<ending> in it"):
        _open(str(tmp_path))
    with pytest.raises(RegistryError, match="there is no file format named 'conlu'"):
        _open({"name": "sample", "format": "conlu"}, data_dir=FILES)


def test_sets_within_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "nli" / "snli_part" / "en").mkdir(parents=True)
    with pytest.raises(DataError, match=r"it holds snli_part: name one of them, as .*nli/snli_part"):
        _open("nli", "sequence", tmp_path)


def test_an_archive_where_a_folder_is_expected_is_named(tmp_path: Path) -> None:
    (tmp_path / "xnli.zip").write_bytes(b"PK\x03\x04")
    told = r"xnli\.zip: this is a packed archive, a folder is expected\n  → unpack it"
    for name in ("xnli", "xnli.zip", str(tmp_path / "xnli")):
        with pytest.raises(DataError, match=told):
            _open(name, "sequence", tmp_path)
    with pytest.raises(DataError, match="this is a packed archive"):
        check_data_dir(tmp_path / "xnli.zip")


def test_files_beside_one_another_are_told_as_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat/train-en.tsv.gz").write_bytes(b"")
    with pytest.raises(DataError, match=r"it holds train-en.tsv.gz: name the files by a pattern, as .*chat/train-"
                                        r"\{language\}.tsv.gz"):
        _open("chat", data_dir=tmp_path)


def test_a_language_in_a_file_name_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "chat-klingonisch.tsv").write_text("a\tO\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"fits chat-klingonisch\.tsv, where no language stands for \{language\}\n"
                                        "  → name the files after languages"):
        _open("chat-{language}.tsv", data_dir=tmp_path)
