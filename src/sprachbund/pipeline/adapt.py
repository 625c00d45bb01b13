"""The adapt stage: an encoder learns to find hidden pieces of raw text; it comes out in hub layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sprachbund.batching.masked_stream import MaskedStream
from sprachbund.core.errors import DataError
from sprachbund.core.files import write_text
from sprachbund.core.seeds import derive_seed
from sprachbund.evaluation.masked_language import HeldOutGuesses, held_out_guesses, loss_by_frequency
from sprachbund.models.encoders.opening import open_tokenizer
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.masked_language import MaskedLanguageModel, open_masked_language_model, save_adapted
from sprachbund.models.precision import choose_device
from sprachbund.pipeline.adapt_config import AdaptationConfig
from sprachbund.pipeline.adapt_plan import ENCODER, TEXT, TRAINING
from sprachbund.results.adaptation import Adaptation, AdaptedText, Guess, provenance_of
from sprachbund.stages.events import Progress
from sprachbund.stages.stage import Job
from sprachbund.tokenization.masking import Masker, special_pieces
from sprachbund.tokenization.piece_text import PieceText
from sprachbund.tokenization.ragged import Integers
from sprachbund.tokenization.tokenizer import PieceTokenizer
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import TrainingProgress, TrainingResult, train_on
from sprachbund.training.masked_text import MaskedText, epochs_of, pieces_of

Guesses = Sequence[HeldOutGuesses | None]
"""What was found of each text's held-out part."""

_BEFORE = "before.json"


def run(job: Job) -> None:
    """Adapt one encoder.

    Config: fields of `AdaptationConfig` but `text`, and the encoder's name. Inputs: texts as pieces, in order. Output:
    `encoder/` (hub layout, with `adaptation.json`) and `training.json` (history, speed).

    Raises:
        ModelError: the encoder does not learn to find hidden pieces.
        DataError: a text was tokenised for another encoder, or all of it is held out.
        Interrupted: a checkpoint was written first.
    """
    config = _config(job)
    named = EncoderConfig.model_validate(job.settings["encoder"])
    texts = [PieceText.load(job.inputs[name]) for name in sorted(job.inputs) if name.startswith(TEXT)]
    tokenizer = open_tokenizer(named)
    _check_tokenizer(texts, tokenizer, named.name)
    opened, data = _open(config, named, texts, tokenizer)
    torch.set_num_threads(job.cpus)
    opened.model.to(choose_device(config.device))
    before = _guesses_before(opened, data, config, job.work / _BEFORE)
    training = _training_config(config, data, own_head=opened.own_head, threads=job.cpus)
    result = train_on(opened.model, data, training, config.seed, work=job.work, emit=_progress(job))
    after = _guesses(opened, data, config)
    facts = _facts(config, named, opened, data, result, training.epochs, before, after)
    save_adapted(opened, tokenizer, job.output / ENCODER, facts.model_dump(mode="json"))
    record = {**result.to_json(), "notes": [*facts.notes(), *result.notes]}
    write_text(job.output / TRAINING, json.dumps(record, indent=1, ensure_ascii=False))


def _config(job: Job) -> AdaptationConfig:
    """The config as it was; where the texts lie does not matter any more."""
    values: dict[str, Any] = {name: value for name, value in job.config.items() if name != "encoder"}
    neutral: Any = job.settings["neutral"]
    return AdaptationConfig.model_validate({**values, **neutral, "text": "as pieces"})


def _open(
    config: AdaptationConfig, named: EncoderConfig, texts: Sequence[PieceText], tokenizer: PieceTokenizer
) -> tuple[MaskedLanguageModel, MaskedText]:
    """The encoder with its head, and the texts as it learns from them."""
    special = special_pieces(tokenizer)

    def rows_of(n_rows: int) -> Integers:
        return np.arange(n_rows) if config.output_vocabulary == "full" else pieces_of(texts, special, n_rows)

    opened = open_masked_language_model(named, rows_of, derive_seed(config.seed, "head"))
    rows = opened.head.rows.numpy()
    return opened, MaskedText(texts, Masker.of(config.masking, tokenizer, rows), rows)


def _check_tokenizer(texts: Sequence[PieceText], tokenizer: PieceTokenizer, name: str) -> None:
    for text in texts:
        if text.tokenizer != tokenizer.fingerprint:
            raise DataError(f"{text.label} was tokenised with another tokenizer than that of {name}",
                            remedy="remove the folder; it is made again from the text")


def _training_config(config: AdaptationConfig, data: MaskedText, *, own_head: bool, threads: int) -> TrainingConfig:
    """The settings of the loop; steps become epochs, since it counts in those."""
    training = config.training(own_head=own_head, epochs=config.epochs, threads=threads)
    if config.steps is None:
        return training
    sampler = data.batches(training, config.seed, pin=False).sampler
    return training.model_copy(update={"epochs": epochs_of(sampler, config.steps),
                                       "batch_pieces": sampler.batch_pieces})


def _guesses(opened: MaskedLanguageModel, data: MaskedText, config: AdaptationConfig) -> Guesses:
    stream = MaskedStream(data.texts, data.masker)
    return held_out_guesses(opened.model, stream, precision=config.precision, seed=derive_seed(config.seed, "guesses"))


def _guesses_before(
    opened: MaskedLanguageModel, data: MaskedText, config: AdaptationConfig, kept: Path
) -> Guesses:
    """Measured once: an adaptation that goes on after a kill reads what was measured."""
    if kept.is_file():
        values: Any = json.loads(kept.read_text(encoding="utf-8"))
        return [None if one is None else HeldOutGuesses(**one) for one in values]
    found = _guesses(opened, data, config)
    write_text(kept, json.dumps([None if one is None else asdict(one) for one in found]))
    return found


def _facts(
    config: AdaptationConfig, named: EncoderConfig, opened: MaskedLanguageModel, data: MaskedText,
    result: TrainingResult, epochs: float, before: Guesses, after: Guesses,
) -> Adaptation:
    frequent = loss_by_frequency(MaskedStream(data.texts, data.masker), len(data.rows))
    texts = tuple(_text(text, data.masker, known, first, last)
                  for text, known, first, last in zip(data.texts, frequent, before, after, strict=True))
    facts = Adaptation(
        encoder=named.name, encoder_provenance=opened.encoder.provenance, own_head=opened.own_head,
        head_stored=opened.stores_head, texts=texts, steps=result.steps, epochs=round(epochs, 3),
        output_vocabulary=len(data.rows), vocabulary=opened.encoder.word_embeddings.num_embeddings,
        masking=config.masking.in_words(), seed=config.seed,
    )
    return facts.model_copy(update={"provenance": provenance_of(facts)})


def _text(
    text: PieceText, masker: Masker, by_frequency: float | None, before: HeldOutGuesses | None,
    after: HeldOutGuesses | None,
) -> AdaptedText:
    trained = np.repeat(~np.asarray(text.held_out), text.window_lengths)
    measured = {} if after is None else {"guessed": after.guessed, "guessed_alone": after.alone}
    return AdaptedText(
        name=text.name, language=text.language, texts=text.texts - text.held_out_texts,
        pieces=int((trained & ~masker.special[text.piece_ids]).sum()), held_out_texts=text.held_out_texts,
        by_frequency=by_frequency, before=_guess(before), after=_guess(after), notes=text.notes, **measured,
    )


def _guess(found: HeldOutGuesses | None) -> Guess | None:
    return None if found is None else Guess(loss=found.loss, pseudo_loss=found.pseudo_loss)


def _progress(job: Job) -> Callable[[TrainingProgress], None]:
    label = f"adapt {Path(str(job.config['encoder'])).name}"

    def emit(progress: TrainingProgress) -> None:
        job.emit(Progress(job.key, label, progress.step, progress.steps, "steps", progress.values, progress.note))

    return emit
