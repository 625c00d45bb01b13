"""How a model is trained, and which of these settings cannot change a result."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from sprachbund.core.config import Config, neutral

Precision = Literal["auto", "bf16", "fp32"]

BATCH_PIECES, SMALL_BATCH_PIECES = 750, 256
"""Token budgets of a batch: of a long training, where larger ones are hardly faster, and of a short one."""

LEAST_STEPS = 200
"""Steps below which a short training learns less from larger batches (docs/performance.md)."""


class TrainingConfig(Config):
    """Settings of one training stage. The defaults are the recipe measured on English-EWT POS."""

    learning_rate: float = Field(1e-4, gt=0)
    """Peak learning rate of the encoder."""
    head_learning_rate: float = Field(1e-3, gt=0)
    """Peak learning rate of the head, which starts from nothing, and of the fusion where it has no rate of its own."""
    fusion_learning_rate: float | None = Field(None, gt=0)
    """Peak learning rate of the fusion; None: the head's."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the training data; fractions allowed."""
    batch_pieces: int | None = Field(None, ge=8)
    """Token budget: padded pieces (rows x longest row) of one batch; None: 750, or in a training of fewer than 200
    such batches fewer, at least 256."""
    shuffle_window: int = Field(800, ge=1)
    """Windows sorted by length together; batches of such groups are shuffled again."""
    warmup: float = Field(0.1, ge=0, le=1)
    """Share of steps in which the learning rate rises linearly; it then falls linearly to 0."""
    weight_decay: float = Field(0.01, ge=0)
    """On matrices of encoder layers and fusion only; 0 on embeddings (so that only rows in use
    change), biases, norms and the head."""
    clip_norm: float = Field(1.0, gt=0)
    """Largest norm of all gradients together."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Dropout inside the encoder; None keeps the encoder's own."""
    head_dropout: float = Field(0.1, ge=0, lt=1)
    """Dropout on what the head reads."""
    max_pieces: int = Field(512, ge=8)
    """Longest window, special pieces included; longer inputs are read in overlapping windows."""
    evaluations: int = Field(0, ge=0)
    """Evaluations on source-language dev during training (evenly spaced, the last one at the end);
    with more than one the best is kept. 0: only at the end, the last weights are kept."""
    averaged_checkpoints: int = Field(0, ge=0)
    """Keep the mean of the weights at the last so many evaluation points of this one training (2305.16834), in place
    of the best of them; 0: no mean. Without dev data the points are the same, only not scored."""
    reinitialised_layers: int = Field(0, ge=0)
    """So many top layers of the encoder are drawn anew before training (2101.11109); 0: none."""
    frozen_layers: int = Field(0, ge=0)
    """Embeddings and this many lower layers stay as they are; 0 trains everything."""
    freeze_encoder: bool = False
    """Train fusion and head only."""
    recompute_layers: bool = False
    """Keep only the layers' outputs and compute what is inside them again for the backward pass: for models
    that do not fit into memory otherwise; about a third more time."""
    precision: Precision = "auto"
    """auto: bf16 autocast where the processor or GPU has it (fp32 master weights always)."""
    trim_vocabulary: bool = neutral(True)
    """Train only embedding rows in use; gives the same result in less memory."""
    checkpoint_seconds: float = neutral(60.0, gt=0)
    """Time between checkpoints from which a killed run goes on."""
    device: str = neutral("auto")
    """auto: a GPU if there is one, else the processor."""
    threads: int | None = neutral(None)
    """Processor threads; None: as many cores as the executor gives the training (all, or one each where several
    run side by side); within a process of one's own, as many as torch finds."""

    def budget(self, pieces: int) -> int:
        """The token budget of a batch.

        Args:
            pieces: of all windows together, padding left out.

        >>> TrainingConfig().budget(300_000), TrainingConfig().budget(90_000), TrainingConfig(epochs=2).budget(9_000)
        (750, 450, 256)
        >>> TrainingConfig(batch_pieces=1000).budget(9_000)
        1000
        """
        if self.batch_pieces is not None:
            return self.batch_pieces
        return max(SMALL_BATCH_PIECES, min(BATCH_PIECES, int(pieces * self.epochs / LEAST_STEPS)))

    @field_validator("averaged_checkpoints")
    @classmethod
    def _has_points(cls, value: int, info: ValidationInfo) -> int:
        evaluations = info.data.get("evaluations", value)
        if value > max(1, evaluations):
            raise ValueError(f"there are no {value} points to average: set evaluations to {value} or more")
        return value

    @field_validator("freeze_encoder")
    @classmethod
    def _learns_what_is_new(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("reinitialised_layers"):
            raise ValueError("layers drawn anew would never learn: leave freeze_encoder or reinitialised_layers out")
        return value
