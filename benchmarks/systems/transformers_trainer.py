"""Child: transformers' Trainer on the same windows, labels and weights.

Specification: prepared, encoder (folder), vocabulary, batch, grouped (length grouping), pad_to (null: dynamic
padding), bf16, fused (AdamW, the library's own default on this torch), accumulation, training (fields of our
TrainingConfig: rates, epochs, warm-up, decay), threads, seed, dev, steps (null: whole epochs), largest_first
(random batches, but those with the longest sentences first).
"""

from __future__ import annotations

import tempfile
from typing import Any

import torch
from transformers import (
    AutoModelForTokenClassification,
    DataCollatorForTokenClassification,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

from benchmarks.systems.child import Clock, peak_mib, specification, tell
from benchmarks.systems.ours import open_corpus
from sprachbund.data.labels import IGNORED, LabelSpace
from sprachbund.evaluation.predict import predict
from sprachbund.evaluation.score import primary_score
from sprachbund.models.foreign import ForeignClassifier
from sprachbund.tokenization.encoded_corpus import EncodedCorpus
from sprachbund.training.config import TrainingConfig

Features = dict[str, list[int]]


def main() -> None:
    """Train once, score dev if asked."""
    given = specification()
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    torch.manual_seed(given["seed"])
    corpus, labels = open_corpus(given, "train")
    features = windows(corpus, labels, given["pad_to"])
    if given["largest_first"]:
        features = largest_first(features, given["batch"])
    config = TrainingConfig.model_validate(given["training"])
    model = AutoModelForTokenClassification.from_pretrained(given["encoder"], num_labels=len(labels.labels))
    tokenizer = open_tokenizer(given)
    padding: dict[str, Any] = {"padding": "max_length", "max_length": given["pad_to"]} if given["pad_to"] else {}
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model, arguments(given, config, folder), train_dataset=features, processing_class=tokenizer,
            data_collator=DataCollatorForTokenClassification(tokenizer, **padding),
            optimizers=(optimiser(model, config, given["fused"]), None),
        )
        loaded, clock = peak_mib(), Clock()
        with clock():
            result = trainer.train()
    pieces = sum(len(one["input_ids"]) for one in features)
    speed = {} if given["steps"] else clock.speed(pieces)
    tell(**speed, steps=result.global_step, loaded_mib=loaded, trained_mib=peak_mib(),
         cut=int(corpus.window_lengths.sum()) - pieces, threads=torch.get_num_threads(),
         **score_dev(model, given, labels))


def open_tokenizer(given: dict[str, Any]) -> PreTrainedTokenizerFast:
    """The prepared tokenizer; the collator pads with it."""
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=f"{given['prepared']}/encoder/tokenizer.json", pad_token="<pad>",
        model_input_names=["input_ids", "attention_mask"],
    )


def windows(corpus: EncodedCorpus, labels: LabelSpace, longest: int | None) -> list[Features]:
    """Every window as the token-classification example has it: a label at the piece that stands for a word."""
    label_ids = corpus.label_ids(labels)
    found = []
    for window in range(corpus.n_windows):
        ids = corpus.piece_ids[corpus.window_offsets[window] : corpus.window_offsets[window + 1]].tolist()
        reads = slice(int(corpus.read_offsets[window]), int(corpus.read_offsets[window + 1]))
        targets = [IGNORED] * len(ids)
        for position, word in zip(corpus.read_positions[reads], corpus.read_words[reads], strict=True):
            targets[position] = int(label_ids[word])
        found.append({"input_ids": ids[:longest], "labels": targets[:longest],
                      "attention_mask": [1] * len(ids[:longest])})
    return found


def largest_first(features: list[Features], rows: int) -> list[Features]:
    """Random batches, those with the longest sentences first; to be read in this order."""
    order = torch.randperm(len(features)).tolist()
    batches = [[features[i] for i in order[start : start + rows]] for start in range(0, len(order), rows)]
    batches.sort(key=lambda batch: -max(len(one["input_ids"]) for one in batch))
    return [one for batch in batches for one in batch]


def arguments(given: dict[str, Any], config: TrainingConfig, folder: str, **more: Any) -> TrainingArguments:
    """Our recipe in the Trainer's words, and `more` arguments of its own; what is not said is the library's default."""
    sampling = "group_by_length" if given["grouped"] else "sequential" if given["largest_first"] else "random"
    return TrainingArguments(
        output_dir=folder, per_device_train_batch_size=given["batch"], num_train_epochs=config.epochs,
        gradient_accumulation_steps=given["accumulation"], learning_rate=config.learning_rate,
        warmup_steps=config.warmup, max_grad_norm=config.clip_norm, seed=given["seed"], bf16=given["bf16"],
        train_sampling_strategy=sampling, max_steps=given["steps"] or -1,
        use_cpu=config.device == "cpu" or not torch.cuda.is_available(), report_to=[], logging_strategy="no",
        save_strategy="no", disable_tqdm=True, **more,
    )


def optimiser(model: torch.nn.Module, config: TrainingConfig, fused: bool) -> torch.optim.AdamW:
    """AdamW with our groups of rates and decay, over all parameters, so that accuracies can be compared."""
    groups: dict[tuple[float, float], list[torch.Tensor]] = {}
    for name, parameter in model.named_parameters():
        head = name.startswith("classifier")
        matrix = parameter.ndim >= 2 and "embeddings" not in name and not head
        rate = config.head_learning_rate if head else config.learning_rate
        groups.setdefault((rate, config.weight_decay if matrix else 0.0), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": parameters, "lr": rate, "weight_decay": decay} for (rate, decay), parameters in groups.items()],
        lr=config.learning_rate, fused=fused,
    )


def score_dev(model: Any, given: dict[str, Any], labels: LabelSpace) -> dict[str, float]:
    """Accuracy on English dev in points, if asked, read at the same pieces as ours."""
    if not given["dev"]:
        return {}
    dev, _ = open_corpus(given, "dev")
    (predictions,) = predict(ForeignClassifier(model, "tokens"), [dev], labels)
    return {"dev_accuracy": primary_score(dev, predictions, labels, "accuracy")}


if __name__ == "__main__":
    main()
