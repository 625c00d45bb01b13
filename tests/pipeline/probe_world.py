"""A small world for probes: parallel sentences, labelled words in five languages, tiny models."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.core.config import validate
from sprachbund.data.labels import LabelSpace
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.fusion.fusion import fusion_config
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.saved_model import ModelDescription, save_model
from sprachbund.models.transfer_model import build_transfer_model
from sprachbund.pipeline.probe_config import ProbeConfig
from sprachbund.pipeline.probe_plan import PROBED, plan_probe
from sprachbund.results.probe_files import read_probed
from sprachbund.results.probe_findings import Probed
from sprachbund.stages.executors.inline import InlineExecutor
from sprachbund.stages.run import run_stages
from sprachbund.stages.store import Store
from sprachbund.testing.tiny import make_tiny_encoder

LEXICON = {
    "en": {"DET": "the a", "NOUN": "dog cat house river", "VERB": "sees likes finds", "ADJ": "old small red"},
    "de": {"DET": "der ein", "NOUN": "Hund Kater Hof Fluss", "VERB": "sieht mag findet", "ADJ": "alte kleine rote"},
    "fr": {"DET": "le un", "NOUN": "chien chat toit fleuve", "VERB": "voit aime trouve", "ADJ": "vieux petit rouge"},
    "ru": {"DET": "этот один", "NOUN": "пёс кот дом река", "VERB": "видит любит ищет", "ADJ": "старый малый красный"},
    "tr": {"DET": "bu bir", "NOUN": "köpek kedi ev nehir", "VERB": "görür sever bulur", "ADJ": "eski küçük kırmızı"},
}
TAGS = ("ADJ", "DET", "NOUN", "VERB")


@dataclass(frozen=True)
class World:
    """Where everything lies."""

    folder: Path
    encoder: Path
    store: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What a probe of this world needs."""
        return {"data": {"name": "parallel", "reader": {"text_column": "sentence", "pair_column": "english"}},
                "words": "words", "data_dir": str(self.folder), "sentences": 40, "training_sentences": 40,
                "word_sentences": 10, "task_sentences": 10, "rank": 4, "precision": "fp32"}

    def trained(self, fusion: dict[str, Any], kind: str = "tokens") -> Path:
        """A saved model that nobody trained: its gate and its scores vary all the same."""
        place = self.folder / f"model-{fusion['type']}-{kind}"
        if place.is_dir():
            return place
        opened = open_encoder(str(self.encoder))
        labels = TAGS if kind == "tokens" else ("long", "short")
        head = HeadConfig(type="token_labels" if kind == "tokens" else "sequence_label", n_labels=len(labels))
        model = build_transfer_model(opened.encoder, fusion_config(fusion), head, seed=3)
        about = ModelDescription(
            task="tagging" if kind == "tokens" else "classification", source="en", encoder=str(self.encoder),
            system=fusion_config(fusion).label(), train_data="words", train_examples=90, seed=3, max_pieces=64)
        space = LabelSpace(kind="tokens" if kind == "tokens" else "sequence", labels=labels)
        save_model(model, place, tokenizer=opened.tokenizer, labels=space, description=about)
        return place

    def probe(self, model: Path | str, **settings: Any) -> list[Probed]:
        """Plan a probe, run its stages here, and read what they leave."""
        config = validate({**self.settings, **settings, "model": str(model)}, ProbeConfig, "test")
        plan = plan_probe(config)
        summary = run_stages(tuple(plan.probes.values()), Store(self.store), InlineExecutor(), lambda _: None)
        return [read_probed(folder / PROBED) for folder in summary.outputs]


def make_world(folder: Path) -> World:
    """Write data and encoder."""
    for language, words in LEXICON.items():
        for split, count in (("train", 90), ("test", 20)):
            if split == "test" or language == "en":
                _write(folder / "words" / language / f"{split}.conllu", _tagged(words, f"{language}{split}", count))
        if language != "en":
            rows = [_pair(words, f"{number}") for number in range(50)]
            _write(folder / "parallel" / language / "test.tsv", "sentence\tenglish\n" + "".join(rows))
            texts = (f"{text.split(chr(9))[0]}\t{'long' if len(text) > 40 else 'short'}\n" for text in rows)
            _write(folder / "lengths" / language / "test.tsv", "text\tlabel\n" + "".join(texts))
    encoder = make_tiny_encoder(folder / "tiny", "bert", layers=4, width=32)
    return World(folder, encoder, folder / "store")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _order(draw: random.Random) -> list[tuple[str, int]]:
    tags = ["DET", "ADJ", "NOUN", "VERB", "DET", "NOUN", "VERB", "NOUN"][: draw.randint(4, 8)]
    return [(tag, draw.randrange(len(LEXICON["en"][tag].split()))) for tag in tags]


def _pair(words: dict[str, str], seed: str) -> str:
    order = _order(random.Random(seed))
    sides = (" ".join(table[tag].split()[number] for tag, number in order) for table in (words, LEXICON["en"]))
    return "\t".join(sides) + "\n"


def _tagged(words: dict[str, str], seed: str, count: int) -> str:
    draw, sentences = random.Random(seed), []
    for number in range(count):
        lines = [f"# sent_id = {seed}-{number}"]
        for position, (tag, which) in enumerate(_order(draw), 1):
            lines.append("\t".join([str(position), words[tag].split()[which], "_", tag, *"______"]))
        sentences.append("\n".join(lines) + "\n\n")
    return "".join(sentences)
