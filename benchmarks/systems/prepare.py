"""Child: the data of a benchmark, made once: encoded for ours and the Trainer, as plain columns for other peers.

Specification: data_dir, sentences (null: all), longest (whether the longest sentence must be among them),
folder, light. Figures: sentences, pieces and longest of the training data, their lengths and words,
words of dev, and whether the machine computes in bf16. The folder then holds
`train` and `dev` (encoded), `train.tsv` and `dev.tsv` (columns), and `encoder` (hub layout with tokenizer);
light: `train` alone, and in place of an encoder a tokenizer that can pad and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from benchmarks.peers import BUNDLED
from benchmarks.systems.child import specification, tell
from sprachbund.core.errors import FormatError
from sprachbund.core.files import remove, write_text
from sprachbund.data.examples import Corpus, TokenExample
from sprachbund.data.splits import sample
from sprachbund.models.encoders.bundled import build
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.precision import choose_device, has_bf16
from sprachbund.pipeline.prepare import LABELS, load_task, source_for
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus

SAMPLE_SEED = 0
MAX_PIECES = 512
VERSION = 3


def main() -> None:
    """Prepare, unless the folder holds the same already."""
    given = specification()
    folder = Path(given["folder"])
    task = load_task("tagging")
    source = source_for({"name": "ud_pos"}, task, given["data_dir"])
    whole, dev = source.corpus("en", "train"), source.corpus("en", "dev")
    train = whole if given["sentences"] is None else sample(whole, given["sentences"], SAMPLE_SEED)
    if given["longest"]:
        train = _with_longest(train, whole)
    light = bool(given.get("light"))
    key = [VERSION, train.fingerprint, dev.fingerprint, given["longest"], *(["light"] if light else [])]
    facts = _facts(folder, light)
    if facts.get("key") != key:
        remove(folder)
        tokenizer = open_tokenizer(BUNDLED)
        labels = task.label_space(whole.examples).model_dump_json()
        pieces = {}
        for name, corpus in (("train", train),) if light else (("train", train), ("dev", dev)):
            encoded = encode_corpus(corpus, tokenizer, MAX_PIECES)
            encoded.save(folder / name)
            write_text(folder / name / LABELS, labels)
            if not light:
                _write_columns(folder / f"{name}.tsv", corpus)
            pieces[name] = encoded
        (folder / "encoder").mkdir()
        if light:
            write_padding_tokenizer(folder / "encoder", pieces["train"].pad_id)
        else:
            build(folder / "encoder")
        lengths = pieces["train"].window_lengths
        facts = {"key": key, "sentences": len(train.examples), "pieces": int(lengths.sum()),
                 "longest": int(lengths.max()), "lengths": lengths.tolist(), "words": pieces["train"].n_words,
                 "dev_words": 0 if light else pieces["dev"].n_words}
        write_text(folder / "facts.json", json.dumps(facts))
    tell(**{name: value for name, value in facts.items() if name != "key"}, bf16=has_bf16(choose_device("auto")))


def write_padding_tokenizer(folder: Path, pad_id: int) -> None:
    """A tokenizer of one piece, for what is tokenised already: Trainer's collator asks it for the padding alone."""
    made = Tokenizer(WordLevel({"<pad>": pad_id}, unk_token="<pad>"))
    made.save(str(folder / "tokenizer.json"))


def _facts(folder: Path, light: bool) -> dict[str, Any]:
    """What was written last, if the corpora beside it can still be read by this version of the package."""
    try:
        facts: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        for name in ("train",) if light else ("train", "dev"):
            EncodedCorpus.load(folder / name)
    except (OSError, ValueError, FormatError):
        return {}
    return facts


def _with_longest(part: Corpus, whole: Corpus) -> Corpus:
    """Put the sentence with the most characters into a sample: it decides the peak of memory."""
    longest = max(whole.examples, key=_characters)
    if longest in part.examples:
        return part
    return replace(part, examples=(longest, *part.examples[1:]))


def _characters(example: object) -> int:
    return sum(map(len, example.words)) if isinstance(example, TokenExample) else 0


def _write_columns(path: Path, corpus: Corpus) -> None:
    """Word and label a line, an empty line after each sentence; the first column counts the words."""
    lines = []
    for example in corpus.examples:
        if isinstance(example, TokenExample):
            pairs = zip(example.words, example.labels or (), strict=True)
            lines += [f"{number}\t{word}\t{label}\n" for number, (word, label) in enumerate(pairs, 1)]
            lines.append("\n")
    write_text(path, "".join(lines))


if __name__ == "__main__":
    main()
