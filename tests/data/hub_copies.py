"""Small repositories of tables as hubs hold them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HUB_SPLITS = ("train", "validation", "test")
SENTENCES: list[tuple[list[str], list[int]]] = [(["Anna", "sleeps"], [1, 0]), (["#", "Oslo"], [0, 2])]
TAGS = ["O", "B-PER", "B-LOC"]
PAIRS = [("A\tdog.", "An animal.", 0), ("It rains.", "It is\ndry.", 2)]
INFERENCE = ["entailment", "neutral", "contradiction"]


def make_tagging_copy(folder: Path, languages: tuple[str, ...] = ("de", "en")) -> Path:
    """Words and tags, one configuration a language, labels as numbers with names."""
    names = {"tokens": {"feature": _text(), "_type": "List"}, "ner_tags": {"feature": _label(TAGS), "_type": "List"}}
    for language in languages:
        for split in HUB_SPLITS:
            table = pa.table({"tokens": [words for words, _ in SENTENCES], "ner_tags": [tags for _, tags in SENTENCES],
                              "langs": [[language] * len(words) for words, _ in SENTENCES]})
            _write(table, {**names, "langs": {"feature": _text(), "_type": "List"}}, folder, language, split)
    return _describe(folder, languages)


def make_inference_copy(folder: Path, languages: tuple[str, ...] = ("de", "en"), blank: str = "test") -> Path:
    """Premise, hypothesis and label; the labels of one split are blanked as hubs do it, with -1."""
    names = {"premise": _text(), "hypothesis": _text(), "label": _label(INFERENCE)}
    for language in languages:
        for split in HUB_SPLITS:
            labels = [-1 if split == blank else label for *_, label in PAIRS]
            table = pa.table({"premise": [pair[0] for pair in PAIRS], "hypothesis": [pair[1] for pair in PAIRS],
                              "label": labels})
            _write(table, names, folder, language, split)
    return _describe(folder, languages)


def _text() -> dict[str, Any]:
    return {"dtype": "string", "_type": "Value"}


def _label(names: list[str]) -> dict[str, Any]:
    return {"names": names, "_type": "ClassLabel"}


def _write(table: pa.Table, features: dict[str, Any], folder: Path, language: str, split: str) -> None:
    path = folder / language / f"{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    described = json.dumps({"info": {"features": features}})
    pq.write_table(table.replace_schema_metadata({"huggingface": described}), path)


def _describe(folder: Path, languages: tuple[str, ...]) -> Path:
    configs = "".join(f"- config_name: {language}\n  data_files:\n" + "".join(
        f"  - split: {split}\n    path: {language}/{split}-*\n" for split in HUB_SPLITS) for language in languages)
    (folder / "README.md").write_text(f"---\nconfigs:\n{configs}---\n\n# Made for a test\n", encoding="utf-8")
    return folder
