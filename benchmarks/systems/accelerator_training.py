"""Child: fine-tuning on an accelerator, ours or transformers' Trainer, with one setting or a search among several.

Specification: system ("ours" or "trainer"), prepared (folder), encoder (folder), vocabulary (rows to fold piece ids
into), device ("cuda" or "cpu"), bf16, epochs, seed, threads, sampling (of ours: a name in `benchmarks.samplers`,
"window" where it is left out), and either `setting` (fields of `trials.Setting`) or
`batches` and `workers` to search among. Figures of a setting: those of `trials.measured`; of a search: `tried`.
"""

from __future__ import annotations

import tempfile
from typing import Any

import torch
from transformers import AutoModelForTokenClassification, DataCollatorForTokenClassification, Trainer

from benchmarks.samplers import SAMPLERS
from benchmarks.systems.child import specification, tell
from benchmarks.systems.ours import open_corpus
from benchmarks.systems.transformers_trainer import arguments, open_tokenizer, optimiser, windows
from benchmarks.systems.trials import Setting, Train, Trained, measured, search
from sprachbund.batching.samplers import padding_share
from sprachbund.core.seeds import derive_seed
from sprachbund.models.encoders.opening import encoder_source
from sprachbund.models.fusion.last_layer import LastLayerConfig
from sprachbund.models.heads.head import HeadConfig
from sprachbund.models.transfer_model import build_transfer_model
from sprachbund.training import data as training_data
from sprachbund.training.config import TrainingConfig
from sprachbund.training.engine import train

LEAST_WINDOW, WINDOW_SHARE = 800, 4
"""Our shuffle window: the default, or with large batches one window for so many pieces of the budget."""


def main() -> None:
    """Train once, or search."""
    given = specification()
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    torch.manual_seed(given["seed"])
    run = ours(given) if given["system"] == "ours" else trainer(given)
    if "setting" in given:
        found = measured(run, Setting(**given["setting"]), given["device"])
        if found["error"]:
            raise SystemExit(found["error"])
        tell(**found)
    else:
        tell(tried=search(run, given["batches"], given["workers"], given["device"]))


def recipe(given: dict[str, Any], **more: Any) -> TrainingConfig:
    """The same for both. Rates are low: weights are random, and a loss that is no number would end a run."""
    return TrainingConfig(learning_rate=1e-5, head_learning_rate=1e-4, epochs=given["epochs"], device=given["device"],
                          precision="bf16" if given["bf16"] else "fp32", threads=given["threads"], **more)


def ours(given: dict[str, Any]) -> Train:
    """Our engine."""
    corpus, labels = open_corpus(given, "train")
    encoder = encoder_source(given["encoder"]).encoder()
    head = HeadConfig(type="token_labels", n_labels=len(labels.labels))
    model = build_transfer_model(encoder, LastLayerConfig(), head, seed=given["seed"])

    samplers = SAMPLERS[given.get("sampling", "window")]
    training_data.TokenBudgetSampler = samplers  # type: ignore[attr-defined]  # as in `systems.ours`

    def run(setting: Setting, steps: int | None) -> Trained:
        window = max(LEAST_WINDOW, setting.batch // WINDOW_SHARE)
        config = recipe(given, batch_pieces=setting.batch, shuffle_window=window, recompute_layers=setting.recompute)
        sampler = samplers(corpus.window_lengths, setting.batch, window, derive_seed(given["seed"], "order"))
        epoch = sampler.epoch(0)
        if steps is not None:
            config = config.model_copy(update={"epochs": min(1.0, steps / len(epoch))})
        result = train(model, corpus, labels, config, given["seed"])
        return Trained(result.steps, round(result.pieces_per_second * result.seconds),
                       padding_share(epoch, corpus.window_lengths))

    return run


def trainer(given: dict[str, Any]) -> Train:
    """transformers' Trainer in its strongest form: by length, fused AdamW, bf16 over weights in fp32, as ours."""
    corpus, labels = open_corpus(given, "train")
    features = windows(corpus, labels, None)
    tokenizer = open_tokenizer(given)
    model = AutoModelForTokenClassification.from_pretrained(
        given["encoder"], num_labels=len(labels.labels), dtype=torch.float32)
    pieces = sum(len(one["input_ids"]) for one in features)

    def run(setting: Setting, steps: int | None) -> Trained:
        config = recipe(given)
        if not setting.recompute:  # left on by an earlier setting
            model.gradient_checkpointing_disable()
        words = {"batch": setting.batch, "grouped": True, "largest_first": False, "accumulation": 1,
                 "seed": given["seed"], "bf16": given["bf16"], "steps": steps}
        with tempfile.TemporaryDirectory() as folder:
            result = Trainer(
                model, arguments(words, config, folder, gradient_checkpointing=setting.recompute,
                                 dataloader_num_workers=setting.workers,
                                 dataloader_persistent_workers=setting.workers > 0),
                train_dataset=features, processing_class=tokenizer,
                data_collator=DataCollatorForTokenClassification(tokenizer),
                optimizers=(optimiser(model, config, True), None),
            ).train()
        return Trained(result.global_step, round(pieces * config.epochs))

    return run


if __name__ == "__main__":
    main()
