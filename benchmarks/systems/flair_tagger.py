"""Child: flair's SequenceTagger on the same sentences and weights, in flair's own environment.

Specification: prepared, pieces, threads, seed, dev. flair as its documentation fine-tunes a transformer: last
layer, first piece of a word, a linear layer, no recurrent layer, no CRF; our rates, one epoch. Its own batch
splitting is off: one batch is one pass.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flair
import torch
from flair.data import Corpus
from flair.datasets import ColumnDataset
from flair.embeddings import TransformerWordEmbeddings
from flair.models import SequenceTagger
from flair.trainers import ModelTrainer

from benchmarks.systems.child import Clock, peak_mib, specification, tell

COLUMNS = {1: "text", 2: "pos"}
BATCH = 32
RATE, HEAD_RATE, WARMUP, DECAY = 1e-4, 1e-3, 0.1, 0.01


def main() -> None:
    """Train once, label dev if asked."""
    given = specification()
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    flair.set_seed(given["seed"])
    prepared = Path(given["prepared"])
    corpus = Corpus(train=_sentences(prepared / "train.tsv"), sample_missing_splits=False)
    embeddings = TransformerWordEmbeddings(str(prepared / "encoder"), layers="-1", subtoken_pooling="first",
                                           fine_tune=True, use_context=False)
    tagger = SequenceTagger(embeddings, corpus.make_label_dictionary("pos", add_unk=False), "pos", use_rnn=False,
                            use_crf=False, reproject_embeddings=False)
    loaded, clock = peak_mib(), Clock()
    with tempfile.TemporaryDirectory() as folder, clock():
        ModelTrainer(tagger, corpus).fine_tune(
            folder, learning_rate=RATE, decoder_learning_rate=HEAD_RATE, mini_batch_size=BATCH, max_epochs=1,
            warmup_fraction=WARMUP, weight_decay=DECAY, save_final_model=False, create_file_logs=False,
            create_loss_file=False,
        )
    tell(**clock.speed(given["pieces"]), loaded_mib=loaded, trained_mib=peak_mib(), threads=torch.get_num_threads(),
         flair=version("flair"), torch=version("torch"), transformers=version("transformers"),
         **_score_dev(tagger, prepared, given))


def _sentences(path: Path) -> Any:
    return ColumnDataset(path, COLUMNS, column_delimiter="\t", comment_symbol=None)


def _score_dev(tagger: Any, prepared: Path, given: dict[str, Any]) -> dict[str, float]:
    """Accuracy over all words of dev in points; a word without a label is wrong."""
    if not given["dev"]:
        return {}
    right, total = 0, 0
    sentences = list(_sentences(prepared / "dev.tsv"))
    gold = [[token.get_label("pos").value for token in sentence] for sentence in sentences]
    tagger.predict(sentences, mini_batch_size=BATCH, label_name="predicted")
    for sentence, labels in zip(sentences, gold, strict=True):
        total += len(labels)
        right += sum(token.get_label("predicted").value == label for token, label in zip(sentence, labels, strict=True))
    return {"dev_accuracy": 100 * right / total, "dev_words": total}


if __name__ == "__main__":
    main()
