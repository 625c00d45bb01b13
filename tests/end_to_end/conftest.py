"""A small world: a tiny random encoder and two data sets in four languages, all made here."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from sprachbund.testing.tiny import make_tiny_encoder

LEXICON = {
    "en": {"DET": "the a", "NOUN": "dog cat house river", "VERB": "sees likes finds", "ADJ": "old small red"},
    "de": {"DET": "der ein", "NOUN": "Hund Kater Hof Fluss", "VERB": "sieht mag findet", "ADJ": "alte kleine rote"},
    "fr": {"DET": "le un", "NOUN": "chien chat toit fleuve", "VERB": "voit aime trouve", "ADJ": "vieux petit rouge"},
    "no": {"DET": "den en", "NOUN": "hund katt gård elv", "VERB": "ser liker finner", "ADJ": "gamle lille røde"},
}
ORDER = ("DET", "ADJ", "NOUN", "VERB", "DET", "NOUN")


@dataclass(frozen=True)
class World:
    """Where everything lies."""

    folder: Path
    encoder: Path
    tagging: Path
    intents: Path
    store: Path


def _tagged(language: str, count: int, seed: int) -> str:
    draw = random.Random(f"{language}{seed}")
    sentences = []
    for number in range(count):
        lines = [f"# sent_id = {language}-{seed}-{number}"]
        for position, tag in enumerate(ORDER[: draw.randint(2, 6)], 1):
            word = draw.choice(LEXICON[language][tag].split())
            lines.append("\t".join([str(position), word, "_", tag, *"______"]))
        sentences.append("\n".join(lines) + "\n\n")
    return "".join(sentences)


def _classified(language: str, count: int, seed: int) -> str:
    draw = random.Random(f"{language}{seed}")
    rows = []
    for _ in range(count):
        label = draw.choice(["animal", "place"])
        nouns = LEXICON[language]["NOUN"].split()
        noun = draw.choice(nouns[:2] if label == "animal" else nouns[2:])
        rows.append(f"{draw.choice(LEXICON[language]['DET'].split())} {noun}\t{label}\n")
    return "text\tlabel\n" + "".join(rows)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny-bert", "bert")


@pytest.fixture
def world(tmp_path: Path, encoder: Path) -> World:
    tagging, intents = tmp_path / "tags", tmp_path / "intents"
    for language in LEXICON:
        for split, count in (("train", 120), ("dev", 20), ("test", 30)):
            if split != "test" and language != "en":
                continue
            for folder, ending, make in ((tagging, "conllu", _tagged), (intents, "tsv", _classified)):
                path = folder / language / f"{split}.{ending}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(make(language, count, len(split)), encoding="utf-8")
    return World(tmp_path, encoder, tagging, intents, tmp_path / "store")
