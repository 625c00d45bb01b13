"""Child: our prediction over test sets in many languages.

Specification: prepared (folder), codes, model (a folder that `load_model` opens: one of ours, or an export), text
(whether tokenising is inside the time), data_dir, threads. Figures: seconds, sentences and pieces a second, accuracy
over all words; the predictions are left in `prepared/predictions/NAME.npy` for agreement.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from benchmarks.systems.child import Clock, specification, tell
from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.evaluation.predict import predict
from sprachbund.models.saved_model import load_model
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus


def main() -> None:
    """Predict once."""
    given = specification()
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    prepared = Path(given["prepared"])
    stored = [EncodedCorpus.load(prepared / "corpora" / code) for code in given["codes"]]
    loaded = load_model(given["model"])
    predict(loaded.model, [stored[0]], loaded.labels, precision="fp32")  # what happens once happens here
    texts = [sentences(prepared, code) for code in given["codes"]] if given["text"] else []
    clock = Clock()
    with clock():
        corpora = stored
        if given["text"]:
            corpora = [encode_corpus(corpus, loaded.tokenizer, loaded.description.max_pieces) for corpus in texts]
        found = predict(loaded.model, corpora, loaded.labels, precision="fp32")
    ids = np.concatenate([one.label_ids for one in found])
    report(prepared, given["name"], stored, ids, list(loaded.labels.labels), clock.seconds)


def sentences(prepared: Path, code: str) -> Corpus:
    """The words of a test set, as the preparation left them."""
    lines = (prepared / "words" / f"{code}.txt").read_text(encoding="utf-8").split("\n")
    words = [tuple(line.split("\t")) for line in lines if line]
    examples = [TokenExample(str(number), one) for number, one in enumerate(words, 1)]
    return Corpus("ud_pos", code, "test", examples, "")


def report(
    prepared: Path, name: str, corpora: list[EncodedCorpus], ids: np.ndarray, labels: list[str], seconds: float
) -> None:
    """Tell the figures, and agreement with what another system left behind, if it was there first.

    Args:
        prepared: the folder.
        name: of the system.
        corpora: with gold labels.
        ids: (words,) index into `labels`, -1 where there is none.
        labels: of the model.
        seconds: of the prediction.
    """
    given = np.array([*labels, None], dtype=object)[ids]
    gold = np.array([label for corpus in corpora for labels_of in corpus.gold() for label in labels_of], dtype=object)
    folder = prepared / "predictions"
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{name}.npy", ids)
    first = folder / "ours.npy"
    agreement = {"agreement": 100 * float((np.load(first) == ids).mean())} if first.exists() else {}
    pieces = sum(len(corpus.piece_ids) for corpus in corpora)
    count = sum(corpus.n_examples for corpus in corpora)
    tell(seconds=seconds, sentences_per_second=count / seconds, pieces_per_second=pieces / seconds,
         accuracy=100 * float((given == gold).mean()), threads=torch.get_num_threads(), **agreement)


if __name__ == "__main__":
    main()
