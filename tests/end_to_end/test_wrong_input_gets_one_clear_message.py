"""Each case: one message that says what, where and what to do; a non-zero exit; nothing half-written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sprachbund.cli.main import dispatch
from sprachbund.core.errors import DataError
from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.stages.events import ignore
from sprachbund.stages.perform import find_function
from sprachbund.stages.stage import Job
from sprachbund.stages.store import Store
from sprachbund.testing.tiny import make_tiny_encoder
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

GOOD = "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n2\tdog\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n"


def _run(world: Any, *more: str, data: Path | None = None, task: str = "tagging") -> int:
    output = world.folder / "out"
    code = dispatch([
        "run", "--task", task, "--data", str(data or world.tagging), "--encoder", str(world.encoder), "--epochs", "0.1",
        "--output", str(output), "--store", str(world.store), "--threads", "1", *more,
    ])
    assert code == 0 or not output.exists(), "a failed run left an output folder"
    return code


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    shown, message = capsys.readouterr()
    assert "Traceback" not in message
    assert "→" not in shown, "told twice"
    assert message.count("sprachbund: ") == 1, message
    return message


@pytest.mark.parametrize(
    ("content", "line", "fragment"),
    [
        (GOOD + "1\tcat\t_\tNOUN\t_\t_\t_\n\n", 4, "7 columns"),
        (GOOD + "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n3\tcat\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n", 5, "id"),
        (GOOD.replace("dog", "d\0g"), 2, "NUL"),
        ("", None, "empty"),
    ],
)
def test_a_malformed_conllu_file(
    world: Any, capsys: pytest.CaptureFixture[str], content: str, line: int | None, fragment: str
) -> None:
    (world.tagging / "de" / "test.conllu").write_text(content, encoding="utf-8")
    assert _run(world) == 1
    message = _said(capsys)
    assert "test.conllu" in message
    assert fragment.casefold() in message.casefold()
    assert line is None or f"line {line}" in message
    assert "→" in message


def test_invalid_utf8_with_its_byte(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (world.tagging / "de" / "test.conllu").write_bytes(GOOD.encode().replace(b"dog", b"d\xffg"))
    assert _run(world) == 1
    message = _said(capsys)
    assert "line 2" in message
    assert "0xff" in message.casefold()


def test_a_target_label_that_the_source_does_not_know(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = world.tagging / "de" / "test.conllu"
    path.write_text(path.read_text(encoding="utf-8").replace("\tVERB\t", "\tVERP\t"), encoding="utf-8")
    assert _run(world) == 1
    message = _said(capsys)
    sentences = path.read_text(encoding="utf-8").partition("VERP")[0].rpartition("\n\n")[0]
    line = sentences.count("\n") + (3 if sentences else 1)  # of the first sentence with it
    assert f"test.conllu, line {line}: the gold labels of" in message
    assert "'VERP'" in message
    assert "--unknown-labels ignore" in message
    assert not (world.store / "train").exists(), "told before training, not after it"
    assert _run(world, "--unknown-labels", "ignore", "--json") == 0
    assert '"ignored": ' in capsys.readouterr().out


def test_pairs_with_a_missing_column(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = world.intents / "fr" / "test.tsv"
    path.write_text("sentence1\tsentence2\tlabel\na\tb\tanimal\nc\tplace\n", encoding="utf-8")
    assert _run(world, data=world.intents, task="classification") == 1
    message = _said(capsys)
    assert "test.tsv, line 3" in message


def test_pairs_without_the_column_of_the_second_text(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (world.intents / "fr" / "test.tsv").write_text("sentence1\tlabel\na\tanimal\n", encoding="utf-8")
    assert _run(world, data=world.intents, task="classification") == 1
    message = _said(capsys)
    assert "test.tsv, line 1: the column 'sentence1' is the first of a pair, and there is no column" in message
    assert "text_column: sentence1" in message


def test_a_layer_beyond_the_encoder(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world, "--fusion", "dlfa", "--layer", "12") == 1
    message = _said(capsys)
    assert "12" in message
    assert "0 to 3" in message or "1 to 3" in message or "from 0 to 2" in message


def test_an_unknown_language(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world, "--targets", "de,Norwegien") == 2
    assert "Norwegian" in _said(capsys)


def test_a_language_that_the_data_do_not_have(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world, "--targets", "de,sw") == 2
    message = _said(capsys)
    assert "sw" in message
    assert "de, en, fr, no" in message


def test_a_file_where_the_output_folder_should_be(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (world.folder / "file").touch()
    assert _run(world, "--output", str(world.folder / "file")) == 1
    message = _said(capsys)
    assert "a part of this path is a file, not a folder" in message
    assert "done" not in message  # told before anything is trained


def test_a_data_set_that_is_not_there(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world, data=world.folder / "tgas") == 1
    assert "tgas" in _said(capsys)


def test_a_damaged_weight_file_of_an_encoder(world: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy = tmp_path / "damaged"
    copy.mkdir()
    for file in world.encoder.iterdir():
        content = file.read_bytes()
        (copy / file.name).write_bytes(content[: len(content) // 2] if file.suffix == ".safetensors" else content)
    code = dispatch(["run", "--data", str(world.tagging), "--encoder", str(copy), "--store", str(world.store),
                     "--output", str(world.folder / "out")])
    assert code == 1
    assert "safetensors" in _said(capsys)


def test_a_damaged_file_in_the_store_is_found_and_built_anew(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world) == 0
    (rows,) = (world.store / "score").glob("*/rows.parquet")
    (model,) = (world.store / "train").glob("*/model/model.safetensors")
    before = rows.read_bytes()
    for path in (rows, model):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(bytes(content))
    capsys.readouterr()
    assert _run(world) == 0
    assert "rows.parquet" in capsys.readouterr().out
    (rows,) = (world.store / "score").glob("*/rows.parquet")
    assert rows.read_bytes() == before


def test_no_space_on_disk(world: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Any, values: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sprachbund.tokenization.array_file.ArrayFile.append", full)
    assert _run(world) == 1
    assert "no space left" in _said(capsys)
    assert not list(world.store.rglob("*.partial"))


def test_a_label_that_a_model_trained_elsewhere_does_not_know(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world) == 0
    path = world.tagging / "de" / "test.conllu"
    path.write_text(path.read_text(encoding="utf-8").replace("\tVERB\t", "\tVERP\t"), encoding="utf-8")
    capsys.readouterr()
    (model,) = (world.store / "train").glob("*/model")
    (predicted,) = (world.store / "predict").iterdir()
    arguments = ["evaluate", str(model), "--data", str(world.tagging), "--store", str(world.store), "--output",
                 str(world.folder / "evaluated")]
    assert dispatch(arguments) == 1
    message = _said(capsys)
    assert "test.conllu, line" in message
    assert "'VERP'" in message
    assert list((world.store / "predict").iterdir()) == [predicted], "told before prediction, not after it"


def test_a_batch_budget_below_the_longest_sentence(world: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(world, "--batch-pieces", "8") == 0
    shown = capsys.readouterr().out
    assert " ".join(shown.split()).count("longer than batch_pieces = 8") == 1
    report = (world.folder / "out" / "report.md").read_text(encoding="utf-8")
    assert "longer than batch_pieces = 8" in report


def test_a_processor_without_bf16(
    world: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sprachbund.models.precision.has_bf16", lambda device: False)
    sentence = "this cpu has no bf16 arithmetic: fp32 is used"
    assert _run(world, "--precision", "bf16", "--device", "cpu") == 0
    assert sentence in " ".join(capsys.readouterr().out.split())
    report = (world.folder / "out" / "report.md").read_text(encoding="utf-8")
    assert sentence in report
    assert "cpu, fp32, 1 thread" in report
    assert _run(world, "--precision", "auto", "--device", "cpu", "--output", str(world.folder / "auto")) == 0
    assert sentence not in " ".join(capsys.readouterr().out.split())
    assert "cpu, fp32, 1 thread" in (world.folder / "auto" / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["train", "predict"])
def test_a_corpus_that_was_encoded_for_another_tokenizer(
    world: Any, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The store keys corpora by tokenizer; this is a folder that was put into the place of another one."""
    assert _run(world) == 0
    capsys.readouterr()
    store = Store(world.store)
    (manifest,) = (one for one in store.manifests() if one.kind == kind)
    inputs = {name: store.open(key) for name, key in manifest.input_keys().items()}
    changed = next(name for name in inputs if name in {"train", "corpus de"})
    tokenizer = open_tokenizer(str(make_tiny_encoder(tmp_path / "other encoder", "xlm_roberta")))
    other = encode_corpus(_corpus(EncodedCorpus.load(inputs[changed])), tokenizer, 64)
    other.save(tmp_path / "other")
    shutil.copy(inputs[changed] / "labels.json", tmp_path / "other")
    inputs[changed] = tmp_path / "other"
    settings: dict[str, Any] = {"encoder": {"name": str(world.encoder)}, "training": {}, "device": "cpu", "system": "x"}
    (tmp_path / "output").mkdir()
    (tmp_path / "work").mkdir()
    config, output, work = manifest.identity["config"], tmp_path / "output", tmp_path / "work"
    job = Job(manifest.key, config, settings, inputs, output, work, ignore)
    with pytest.raises(DataError) as caught:
        find_function(manifest.function)(job)
    expected = EncodedCorpus.load(store.open(manifest.input_keys()[changed])).tokenizer[:16]
    assert f"was encoded with another tokenizer (fingerprint {other.tokenizer[:16]}) than that of" in caught.value.what
    assert f"({expected})" in caught.value.what
    assert str(caught.value.remedy).startswith("encode it again with the tokenizer of")
    assert not any((tmp_path / "output").iterdir())


def _corpus(encoded: EncodedCorpus) -> Corpus:
    """A corpus with the labels of an encoded one, and other words."""
    examples = tuple(
        TokenExample(identity, ("word",) * len(labels), tuple(labels))
        for identity, labels in zip(encoded.identities, encoded.gold(), strict=True)
    )
    return Corpus(encoded.data_set, encoded.language, encoded.split, examples, encoded.fingerprint)
