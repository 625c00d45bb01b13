"""Label a stream of examples with a trained model; memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sprachbund.core.errors import DataError
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.examples import (
    INTENT,
    ChoiceExample,
    Corpus,
    Example,
    FrameExample,
    QuestionExample,
    TextExample,
    TokenExample,
)
from sprachbund.data.labels import Kind
from sprachbund.evaluation.labelled import Labelled
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.predict_answers import predict_answers
from sprachbund.models.saved_model import LoadedModel
from sprachbund.tokenization.encoded_corpus import encode_corpus

FIRST_CHUNK = 16
_READ: dict[Kind, tuple[type[Example], str]] = {
    "tokens": (TokenExample, "labels words"), "sequence": (TextExample, "labels texts"),
    "span": (QuestionExample, "answers questions"), "joint": (FrameExample, "labels sentences and their words"),
    "choice": (ChoiceExample, "chooses among choices"),
}
_ARE = ((FrameExample, "words with an intent"), (TokenExample, "words"), (TextExample, "a text"),
        (QuestionExample, "a question"), (ChoiceExample, "a question with choices"))
CHUNK = 512
"""Examples labelled at once: enough that batches hold sentences of like length; the first chunk is small, so
that somebody who types sees an answer soon."""


def label_stream(model: LoadedModel, examples: Iterable[Example], *, precision: str = "auto") -> Iterator[Labelled]:
    """Yield every example with its labels, in the order given.

    Args:
        model: a trained model.
        examples: words for a tagger, words of frames for a model of intents and slots, texts for a classifier,
            questions for a model that answers them, with choices for one that chooses; read as they are needed.
        precision: "auto", "bf16" or "fp32".

    Raises:
        DataError: examples of another kind than the model's.
    """
    source = iter(examples)
    size = FIRST_CHUNK
    while chunk := tuple(islice(source, size)):
        _check(model, chunk)
        yield from _label(model, chunk, precision)
        size = CHUNK


def _label(model: LoadedModel, chunk: tuple[Example, ...], precision: str) -> Iterator[Labelled]:
    corpus = Corpus("stream", "und", "test", chunk, fingerprint="")
    answers = model.description.answers or AnswerConfig()
    longest = min(model.description.max_pieces, model.tokenizer.max_pieces)
    encoded = encode_corpus(corpus, model.tokenizer, longest, answers)
    if model.labels.kind == "span":
        (given,) = predict_answers(model.model, [encoded], answers, precision=precision)
        limit = answers.no_answer
        for example, text, probability, span in zip(chunk, given.texts(encoded, limit), given.confidence(limit),
                                                    given.spans(limit), strict=True):
            yield Labelled(example, (text,), (probability,), span if text else None)
        return
    (found,) = predict(model.model, [encoded], model.labels, precision=precision)
    bounds = encoded.word_offsets.tolist()
    confidence = found.confidence.tolist()
    for number, (example, labels) in enumerate(zip(chunk, found.by_example(encoded), strict=True)):
        sure = tuple(confidence[bounds[number] : bounds[number + 1]])
        if model.labels.kind == "joint":
            intent = None if labels[0] is None else labels[0].removeprefix(INTENT)
            yield Labelled(example, tuple(labels[1:]), sure[1:], None, intent, sure[0])
        else:
            yield Labelled(example, tuple(labels), sure)


def _check(model: LoadedModel, chunk: tuple[Example, ...]) -> None:
    wanted, reads = _READ[model.labels.kind]
    for example in chunk:
        if not isinstance(example, wanted) or (isinstance(example, FrameExample) and wanted is not FrameExample):
            given = next(what for kind, what in _ARE if isinstance(example, kind))
            raise DataError(f"the model {reads}, and example {example.identity} is {given}",
                            where=example.location, remedy="give the kind of input that the model was trained on")
