from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.errors import DataError, LanguageError
from sprachbund.data.examples import Corpus, ExampleStream
from sprachbund.data.source import SomeLanguages, split_name


class Made:
    """A source without files."""

    name = "made"
    card = None

    def languages(self, split: str) -> list[str]:
        return ["de", "en", "sr-Latn"] if split == "test" else ["en"] if split == "train" else []

    def stream(self, language: str, split: str) -> ExampleStream:
        return ExampleStream(self.name, language, split, f"{language} {split}", iter(()))

    def corpus(self, language: str, split: str) -> Corpus:
        return self.stream(language, split).whole()

    def fingerprint(self, language: str, split: str) -> str:
        return f"{language} {split}"

    def path(self, language: str, split: str) -> Path | None:
        return None


def test_usual_names_of_splits_are_ours() -> None:
    assert [split_name(name) for name in ("valid", "VAL", "training", "test", "test_2016")] == [
        "dev", "dev", "train", "test", "test_2016"]


def test_some_languages_of_a_source() -> None:
    source = SomeLanguages(Made(), ["English", "sr_latn"])
    assert (source.name, source.card) == ("made", None)
    assert source.languages("test") == ["en", "sr-Latn"]
    assert source.languages("train") == ["en"]
    assert source.corpus("srp-latn", "test").language == source.stream("srp-latn", "test").language == "sr-Latn"
    assert source.fingerprint("en", "train") == "en train"
    assert source.path("en", "train") is None
    with pytest.raises(DataError, match="de is not among the languages chosen from made\n  → chosen: en, sr-Latn"):
        source.corpus("de", "test")


def test_languages_that_are_not_there_or_unknown_are_told() -> None:
    with pytest.raises(DataError, match="the data set made has nothing in fr\n  → it has: de, en, sr-Latn"):
        SomeLanguages(Made(), ["de", "fr"])
    with pytest.raises(LanguageError, match="Germn"):
        SomeLanguages(Made(), ["Germn"])
