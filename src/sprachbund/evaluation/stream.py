"""Label a stream of examples with a trained model; memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sprachbund.core.errors import DataError
from sprachbund.data.examples import Corpus, Example, TokenExample
from sprachbund.evaluation.labelled import Labelled
from sprachbund.evaluation.predict import predict
from sprachbund.models.saved_model import LoadedModel
from sprachbund.tokenization.encoded_corpus import encode_corpus

FIRST_CHUNK = 16
CHUNK = 512
"""Examples labelled at once: enough that batches hold sentences of like length; the first chunk is small, so
that somebody who types sees an answer soon."""


def label_stream(model: LoadedModel, examples: Iterable[Example], *, precision: str = "auto") -> Iterator[Labelled]:
    """Yield every example with its labels, in the order given.

    Args:
        model: a trained model.
        examples: words for a tagger, texts for a classifier; read as they are needed.
        precision: "auto", "bf16" or "fp32".

    Raises:
        DataError: texts for a tagger, or words for a classifier.
    """
    source = iter(examples)
    size = FIRST_CHUNK
    while chunk := tuple(islice(source, size)):
        _check(model, chunk)
        yield from _label(model, chunk, precision)
        size = CHUNK


def _label(model: LoadedModel, chunk: tuple[Example, ...], precision: str) -> Iterator[Labelled]:
    corpus = Corpus("stream", "und", "test", chunk, fingerprint="")
    encoded = encode_corpus(corpus, model.tokenizer, min(model.description.max_pieces, model.tokenizer.max_pieces))
    (found,) = predict(model.model, [encoded], model.labels, precision=precision)
    bounds = encoded.word_offsets.tolist()
    confidence = found.confidence.tolist()
    for number, (example, labels) in enumerate(zip(chunk, found.by_example(encoded), strict=True)):
        yield Labelled(example, tuple(labels), tuple(confidence[bounds[number] : bounds[number + 1]]))


def _check(model: LoadedModel, chunk: tuple[Example, ...]) -> None:
    tagger = model.labels.kind == "tokens"
    for example in chunk:
        if isinstance(example, TokenExample) != tagger:
            wanted, given = ("words", "a text") if tagger else ("texts", "words")
            raise DataError(f"the model labels {wanted}, and example {example.identity} is {given}",
                            where=example.location, remedy="give the kind of input that the model was trained on")
