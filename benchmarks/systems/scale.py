"""Child: one stage on a corpus of a given size, with the memory it takes at most.

Specification: work, folder and what that work needs:
    sample        data_dir, sentences: write a data set whose sentences are drawn from all of ud_pos, by a fixed seed
    prepare       sentences: read, check, tokenise and store that data set, as the prepare stage does
    predict       sentences, encoder ("bundled" or "small"): label the prepared corpus
    train         sentences, encoder: an epoch of it
    languages     data_dir, languages: prepare and label Tatoeba's sentences in that many languages, small encoder
Figures: seconds, peak (resident MiB, mapped files included), anonymous (MiB that no file stands behind, at most),
anonymous_before (the same before the work began, libraries and weights being loaded).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any

from transformers import BertConfig, BertModel

from benchmarks.peers import BUNDLED
from benchmarks.scaling import SHAPES
from benchmarks.systems.child import Clock, peak_mib, specification, tell
from sprachbund.core.files import remove
from sprachbund.data.examples import TokenExample
from sprachbund.data.labels import LabelSpace
from sprachbund.evaluation.predict import predict
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.fusion.last_layer import LastLayerConfig
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.pipeline import prepare
from sprachbund.pipeline.prepare import load_task, read_labels, source_for
from sprachbund.stages.stage import Job
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.training.config import BATCH_PIECES, TrainingConfig
from sprachbund.training.engine import train

SEED = 0
MAX_PIECES = 512
TATOEBA = {"name": "tatoeba/{language}/{split}.tsv.gz", "format": "tsv", "reader": {"text_column": "sentence"}}
SMALL: dict[str, Any] = {
    "hidden_size": SHAPES["small"].width, "num_hidden_layers": SHAPES["small"].layers, "num_attention_heads": 2,
    "intermediate_size": SHAPES["small"].inner, "vocab_size": 250_037, "max_position_embeddings": 512,
}
"""A random encoder, so that sizes for which the bundled one would take hours can be measured."""


def main() -> None:
    """Do one work."""
    given = specification()
    work, folder = given["work"], Path(given["folder"])
    if work == "sample":
        write_sample(folder, given["data_dir"], given["sentences"])
        tell()
    elif work == "languages":
        over_languages(folder, given["data_dir"], given["languages"])
    else:
        over_sentences(work, folder, given["sentences"], given.get("encoder", "small"))


def write_sample(folder: Path, data_dir: str, sentences: int) -> None:
    """Write `s<sentences>/en/test.tsv`, token columns, unless it is there."""
    path = folder / f"s{sentences}" / "en" / "test.tsv"
    if path.exists():
        return
    source = source_for({"name": "ud_pos"}, load_task("tagging"), data_dir)
    streams = (source.stream(code, "test").examples for code in source.languages("test"))
    known = [example for example in chain.from_iterable(streams) if isinstance(example, TokenExample)]
    choose = random.Random(SEED)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".partial").open("w", encoding="utf-8") as file:
        for _ in range(sentences):
            example = choose.choice(known)
            labels = example.labels or ()
            file.writelines(f"{word}\t{label}\n" for word, label in zip(example.words, labels, strict=True))
            file.write("\n")
    path.with_suffix(".partial").rename(path)


def over_sentences(work: str, folder: Path, sentences: int, encoder: str) -> None:
    """Prepare, predict or train."""
    place, prepared = folder / f"s{sentences}", folder / f"p{sentences}"
    if work == "prepare":
        prepare.tokenizer_for({"name": BUNDLED})
        with measured():
            prepare_corpus({"name": str(place)}, "tagging", "en", prepared)
        return
    corpus, labels = EncodedCorpus.load(prepared), read_labels(prepared)
    model = model_for(encoder, labels)
    amounts = {"pieces": len(corpus.piece_ids), "words": corpus.n_words, "labels": len(labels.labels),
               "pairs": int((corpus.window_lengths.astype(int) ** 2).sum())}
    if work == "predict":
        with measured(**amounts):
            predict(model, [corpus], labels, precision="fp32")
    else:
        with measured(**amounts):
            train(model, corpus, labels, TrainingConfig(batch_pieces=BATCH_PIECES), SEED, work=None)


def over_languages(folder: Path, data_dir: str, languages: int) -> None:
    """Prepare and predict so many languages of Tatoeba; its sentences have no labels, so the space is made up."""
    task = load_task("classification")
    data = {**TATOEBA, "name": f"{data_dir}/{TATOEBA['name']}"}
    codes = source_for(data, task, None).languages("test")[:languages]
    if len(codes) < languages:
        raise SystemExit(f"Tatoeba has {len(codes)} languages here, {languages} were asked for")
    prepare.tokenizer_for({"name": BUNDLED})
    labels = LabelSpace(kind="sequence", labels=("a", "b"))
    model = model_for("small", labels)
    with measured():
        for code in codes:
            prepare_corpus(data, "classification", code, folder / "languages" / code)
        corpora = [EncodedCorpus.load(folder / "languages" / code) for code in codes]
        predict(model, corpora, labels, precision="fp32")


def prepare_corpus(data: dict[str, Any], task: str, language: str, output: Path) -> None:
    """The prepare stage's own work, in a folder of ours; sentences without labels leave the label space out."""
    remove(output)
    output.mkdir(parents=True)
    config: dict[str, Any] = {"task": task, "language": language, "split": "test", "limit": None,
                              "max_pieces": MAX_PIECES}
    settings = {"data": data, "data_dir": None, "encoder": {"name": BUNDLED}}
    job = Job(key="benchmark", config=config, settings=settings, inputs={}, output=output, work=output,
              emit=lambda _: None)
    if task == "tagging":
        prepare.run(job)
    else:
        stream = source_for(data, load_task(task), None).stream(language, "test")
        prepare.encode_stream(stream, prepare.tokenizer_for({"name": BUNDLED}), MAX_PIECES, output)


def model_for(encoder: str, labels: LabelSpace) -> TransferModel:
    """The bundled or the small encoder, the last layer, a new head."""
    body = encoder_source(BUNDLED).encoder() if encoder == "bundled" else TextEncoder(
        BertModel(BertConfig(**SMALL), add_pooling_layer=False))
    kind = "token_labels" if labels.kind == "tokens" else "sequence_label"
    head = HeadConfig(type=kind, n_labels=len(labels.labels))
    return build_transfer_model(body, LastLayerConfig(), head, SEED)


@contextmanager
def measured(**more: float) -> Iterator[None]:
    """Tell time and memory of the block."""
    done, clock = Event(), Clock()
    before = highest = anonymous_mib()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.02):
            highest = max(highest, anonymous_mib())

    watcher = Thread(target=watch)
    watcher.start()
    try:
        with clock():
            yield
    finally:
        done.set()
        watcher.join()
    tell(seconds=clock.seconds, peak=peak_mib(), anonymous=max(highest, anonymous_mib()), anonymous_before=before,
         **more)


def anonymous_mib() -> float:
    """Resident memory that no file stands behind, now; 0 where the system does not say (only Linux does)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith("RssAnon")), 0.0)


if __name__ == "__main__":
    main()
