"""Child: what the prediction benchmark reads: a trained model, the same weights for transformers, encoded test sets.

Specification: data_dir, languages (null: all), sentences (a language; null: all), train_sentences, model (a trained
folder of ours with the last layer alone, or null: train one), folder. The folder then holds `model` (ours), `peer`
(BertForTokenClassification with the same weights and tokenizer) and `corpora/CODE` (encoded test
sets) and `words/CODE.txt` (their words, a sentence a line, tabs between).
Figures: languages, sentences, words, pieces, pairs (of pieces that attend to one another), labels.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from transformers import AutoModelForTokenClassification, BertConfig

from benchmarks.peers import BUNDLED
from benchmarks.systems.child import specification, tell
from sprachbund.core.files import remove, write_text
from sprachbund.data.examples import TokenExample
from sprachbund.data.splits import sample, sample_stream
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.fusion.last_layer import LastLayerConfig
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.heads.token_labels import TokenLabels
from sprachbund.models.saved_model import LoadedModel, ModelDescription, load_model, save_model
from sprachbund.models.transfer_model import TransferModel, build_transfer_model
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train

SEED = 0
MAX_PIECES = 512
VERSION = 1


def main() -> None:
    """Prepare, unless the folder holds the same already."""
    given = specification()
    folder = Path(given["folder"])
    source = source_for({"name": "ud_pos"}, load_task("tagging"), given["data_dir"])
    codes = given["languages"] or source.languages("test")
    key = [VERSION, *([source.fingerprint(code, "test") for code in codes]),
           *(given[name] for name in ("sentences", "train_sentences", "model"))]
    if not (folder / "key.json").exists() or json.loads((folder / "key.json").read_text(encoding="utf-8")) != key:
        remove(folder)
        loaded = load_model(given["model"]) if given["model"] else _trained(source, given)
        save_model(cast("TransferModel", loaded.model), folder / "model", tokenizer=loaded.tokenizer,
                   labels=loaded.labels, description=loaded.description)
        _write_peer(loaded, folder)
        for code in codes:
            total = sum(1 for _ in source.stream(code, "test").examples)
            stream = sample_stream(source.stream(code, "test"), total, given["sentences"] or total, SEED)
            corpus = stream.whole()
            encode_corpus(corpus, loaded.tokenizer, MAX_PIECES).save(folder / "corpora" / code)
            lines = ["\t".join(one.words) for one in corpus.examples if isinstance(one, TokenExample)]
            write_text(folder / "words" / f"{code}.txt", "\n".join(lines))
        write_text(folder / "key.json", json.dumps(key))
    corpora = [EncodedCorpus.load(folder / "corpora" / code) for code in codes]
    tell(languages=len(codes), codes=codes, sentences=sum(one.n_examples for one in corpora),
         words=sum(one.n_words for one in corpora), pieces=sum(len(one.piece_ids) for one in corpora),
         pairs=sum(int((one.window_lengths.astype(int) ** 2).sum()) for one in corpora),
         labels=len(load_model(folder / "model").labels.labels))


def _trained(source: Any, given: dict[str, Any]) -> LoadedModel:
    """The bundled encoder after an epoch of some English sentences: enough for predictions that mean something."""
    task, opened = load_task("tagging"), encoder_source(BUNDLED)
    whole = source.corpus("en", "train")
    corpus = encode_corpus(sample(whole, given["train_sentences"], SEED), opened.tokenizer(), MAX_PIECES)
    labels = task.label_space(whole.examples)
    config = TrainingConfig.model_validate({"epochs": 1.0})
    head = HeadConfig(type="token_labels", n_labels=len(labels.labels), dropout=config.head_dropout)
    model = build_transfer_model(opened.encoder(), LastLayerConfig(), head, SEED)
    train(model, corpus, labels, config, SEED, work=None)
    return LoadedModel(model, opened.tokenizer(), labels,
                       ModelDescription(task="tagging", source="en", encoder=BUNDLED, max_pieces=MAX_PIECES))


def _write_peer(loaded: LoadedModel, folder: Path) -> None:
    """The same function as a model of transformers' own: encoder, dropout, linear layer."""
    model = cast("TransferModel", loaded.model)
    encoder, head = cast("TextEncoder", model.encoder), cast("TokenLabels", model.head)
    names = dict(enumerate(loaded.labels.labels))
    values = {name: value for name, value in encoder.hf_config().items() if name not in {"id2label", "label2id"}}
    config = BertConfig(**values, id2label=names, label2id=loaded.labels.ids())
    peer = AutoModelForTokenClassification.from_config(config)  # type: ignore[no-untyped-call]
    peer.bert.load_state_dict(encoder.model.state_dict())
    peer.classifier.load_state_dict(head.classifier.state_dict())
    peer.save_pretrained(folder / "peer")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / "peer" / name).write_bytes((folder / "model" / name).read_bytes())


if __name__ == "__main__":
    main()
