from __future__ import annotations

import json

import pytest

from sprachbund.cli.main import dispatch
from sprachbund.cli.options import raw_texts, run_values
from sprachbund.testing.toy_task import toy_folder
from sprachbund.testing.toy_text import toy_lines


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, code in enumerate(("de", "fr")):
        rows = "\n".join(f"{number}\t{line}" for line in toy_lines(40, seed=number))
        (tmp_path / f"{code}.tsv").write_text(f"{rows}\n")
    return tmp_path


def adapt(*options):
    return dispatch(["adapt", str(toy_folder()), "--text", "{language}.tsv", "--column", "2", "-o", "out", "--store",
                     "store", "--executor", "inline", "--threads", "1", "--steps", "4", "--held-out", "0.2", *options])


def test_a_table_tells_what_was_read_and_learnt(corpora, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert adapt("--whole-words", "--packed", "--set", "masking.mask_share=0.9", "--set", "dropout=0") == 0
    told = capsys.readouterr().out
    assert "4 steps" in told
    assert "pseudo-perplexity" in told
    assert "15 % of the pieces, by whole words: of these 90 % masked, 10 % replaced, 0 % kept" in told
    assert "Encoder: adapted on " in told
    assert "note: the encoder came without a masked-language head" in told
    assert "encoder  out" in told
    assert (corpora / "out" / "model.safetensors").is_file()


def test_json_and_full_vocabulary(corpora, capsys):
    assert adapt("--json", "--full-vocabulary", "--languages", "de", "--rate", "0.3") == 0
    values = json.loads(capsys.readouterr().out)
    assert [text["language"] for text in values["texts"]] == ["de"]
    assert values["output_vocabulary"] == values["vocabulary"]
    assert values["masking"].startswith("30 % of the pieces")


def test_wrong_options(corpora, capsys):
    assert adapt("--set", "epochs") == 2
    assert "--set: expected KEY=VALUE, got 'epochs'" in capsys.readouterr().err
    assert dispatch(["adapt", "enc", "-o", "out"]) == 2
    assert "Missing option '--text'" in capsys.readouterr().err


def test_options_hold_for_all_texts():
    assert raw_texts(["a", "b"], "de,fr", None, "lines") == [
        {"name": name, "languages": ["de", "fr"], "format": "lines"} for name in ("a", "b")
    ]


def test_options_of_a_run_replace_the_text_and_keep_the_rest():
    flags = {"adapt_text": ["web/{language}.tsv"], "adapt_column": "2", "set": ["adapt.masking.rate=0.3"]}
    assert run_values(flags, {"adapt": {"text": "old.txt", "epochs": 2}})["adapt"] == {
        "text": [{"name": "web/{language}.tsv", "column": "2"}], "epochs": 2, "masking": {"rate": 0.3},
    }
    assert "adapt" not in run_values({}, {"adapt": {"text": "old.txt"}})
