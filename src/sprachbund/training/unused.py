"""Settings that a training was given and that have nothing to act on, in sentences for the user."""

from __future__ import annotations

from sprachbund.models.transfer_model import TransferModel
from sprachbund.training.config import TrainingConfig


def unused_settings(model: TransferModel, config: TrainingConfig) -> tuple[str, ...]:
    """A sentence for each setting that changes nothing for this model; empty if all of them do."""
    told = []
    if config.fusion_learning_rate is not None and not any(True for _ in model.fusion.parameters()):
        told.append(f"fusion_learning_rate has no effect: {model.fusion.config.label()} has no weights to learn")
    lowest_new = model.encoder.n_layers - config.reinitialised_layers + 1
    if config.reinitialised_layers and max(model.layers) < lowest_new:
        told.append(f"reinitialised_layers has no effect: the layers drawn anew, from {lowest_new} on, are not run by "
                    f"{model.fusion.config.label()}")
    return tuple(told)
