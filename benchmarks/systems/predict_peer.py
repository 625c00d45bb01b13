"""Child: transformers on the same weights and sentences: its token-classification pipeline, or Trainer.predict.

Specification: prepared, codes, kind ("pipeline" or "trainer"), batch, threads, name. Figures as of `predict_ours`.
The pipeline gets sentences with a blank between words, tokenising inside its time; the Trainer gets windows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    pipeline,
)

from benchmarks.systems.child import Clock, specification
from benchmarks.systems.predict_ours import report, sentences
from benchmarks.systems.transformers_trainer import windows
from sprachbund.data.labels import LabelSpace
from sprachbund.tokenization.encoded_corpus import EncodedCorpus

BARE = "▁"


def main() -> None:
    """Predict once."""
    given = specification()
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    prepared = Path(given["prepared"])
    model = AutoModelForTokenClassification.from_pretrained(prepared / "peer").eval()
    tokenizer = AutoTokenizer.from_pretrained(prepared / "peer")
    labels = [model.config.id2label[number] for number in range(model.config.num_labels)]
    stored = [EncodedCorpus.load(prepared / "corpora" / code) for code in given["codes"]]
    if given["kind"] == "pipeline":
        ids, seconds = by_pipeline(model, tokenizer, labels, prepared, given)
    else:
        ids, seconds = by_trainer(model, tokenizer, labels, stored, given["batch"])
    report(prepared, given["name"], stored, ids, labels, seconds)


def by_pipeline(
    model: Any, tokenizer: Any, labels: list[str], prepared: Path, given: dict[str, Any]
) -> tuple[np.ndarray, float]:
    """Labels of all words by `pipeline("token-classification")`, and its seconds."""
    made = pipeline("token-classification", model=model, tokenizer=tokenizer, ignore_labels=[])
    corpora = [[example.words for example in sentences(prepared, code).examples] for code in given["codes"]]
    made([" ".join(one) for one in corpora[0]], batch_size=given["batch"])  # what happens once happens here, as in ours
    words = [one for corpus in corpora for one in corpus]
    clock = Clock()
    with clock():
        found = made([" ".join(one) for one in words], batch_size=given["batch"])
    ids = {label: number for number, label in enumerate(labels)}
    return np.array([ids.get(label, -1) for one, pieces in zip(words, found, strict=True)
                     for label in word_labels(one, pieces)]), clock.seconds


def word_labels(words: tuple[str, ...], pieces: list[dict[str, Any]]) -> Iterator[str]:
    """The label of each word of a sentence: of its first piece that is more than a word-boundary mark."""
    start, at = 0, 0
    for word in words:
        stop = start + len(word)
        while at < len(pieces) and pieces[at]["end"] <= start:
            at += 1
        own = [piece for piece in pieces[at : at + len(word) + 1] if piece["start"] < stop and piece["end"] > start]
        full = [piece for piece in own if piece["word"] != BARE] or own
        yield full[0]["entity"] if full else ""
        start = stop + 1


def by_trainer(
    model: Any, tokenizer: Any, labels: list[str], stored: list[EncodedCorpus], batch: int
) -> tuple[np.ndarray, float]:
    """Labels of all words by `Trainer.predict`, and its seconds."""
    space = LabelSpace(kind="tokens", labels=tuple(labels))
    by_corpus = [list(windows(corpus, space, None)) for corpus in stored]
    features = [window for corpus in by_corpus for window in corpus]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(output_dir=folder, per_device_eval_batch_size=batch, report_to=[],
                                      disable_tqdm=True, use_cpu=not torch.cuda.is_available())
        trainer = Trainer(model, arguments, processing_class=tokenizer,
                          data_collator=DataCollatorForTokenClassification(tokenizer))
        trainer.predict(by_corpus[0])  # what happens once happens here, as in ours
        clock = Clock()
        with clock():
            best = trainer.predict(features).predictions.argmax(-1)
    return read_words(stored, best), clock.seconds


def read_words(stored: list[EncodedCorpus], best: np.ndarray) -> np.ndarray:
    """Read label ids (windows, positions) at the pieces that stand for words: (words,), -1 where there is none."""
    ids, first = [], 0
    for corpus in stored:
        found = np.full(corpus.n_words, -1)
        rows = first + np.repeat(np.arange(corpus.n_windows), np.diff(corpus.read_offsets))
        found[corpus.read_words] = best[rows, corpus.read_positions]
        ids.append(found)
        first += corpus.n_windows
    return np.concatenate(ids)


if __name__ == "__main__":
    main()
