"""How an encoder is adapted on raw text before any task: what is read, what is hidden, how it is learnt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from sprachbund.core.config import Config, neutral
from sprachbund.data.raw_text import TextConfig
from sprachbund.tokenization.masking import MaskingConfig
from sprachbund.training.config import Precision, TrainingConfig

NEW_HEAD_RATE = 1e-3
"""Peak learning rate of a new head, which starts from nothing."""


def _texts(value: Any) -> Any:
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple({"name": item} if isinstance(item, str) else item for item in items)


class AdaptationConfig(Config):
    """Masked-language adaptation (Devlin et al. 2019; before a task: Gururangan et al. 2020, 2004.10964)."""

    text: Annotated[tuple[TextConfig, ...], BeforeValidator(_texts), Field(min_length=1)]
    """Files of raw text, or patterns with `{language}`; one or several."""
    masking: MaskingConfig = MaskingConfig()
    """How pieces are hidden."""
    output_vocabulary: Literal["text", "full"] = "text"
    """text: a hidden piece is looked for among the pieces that the text uses; the embeddings of all others stay as
    they are. full: among all, and every embedding moves at every step."""
    packed: bool = False
    """Fill windows with several texts, one after another; else each text is a window of its own."""
    max_pieces: int = Field(128, ge=8)
    """Longest window, special pieces included; longer texts are cut into several, and nothing of them is lost."""
    held_out: float = Field(0.05, ge=0, le=0.5)
    """Share of the texts on which loss and pseudo-perplexity are measured; at most 1,000 a file."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the text; fractions allowed."""
    steps: int | None = Field(None, ge=1)
    """Stop after so many steps, in place of epochs."""
    learning_rate: float = Field(1e-4, gt=0)
    """Peak learning rate of the encoder."""
    head_learning_rate: float | None = Field(None, gt=0)
    """Peak learning rate of the head; None: 1e-3 for a new one, the encoder's for one that came with it."""
    batch_pieces: int | None = Field(None, ge=8)
    """Token budget of a batch; None: as in a training of a task."""
    warmup: float = Field(0.1, ge=0, le=1)
    """Share of steps in which the learning rate rises linearly; it then falls linearly to 0."""
    weight_decay: float = Field(0.01, ge=0)
    """On matrices of encoder layers only."""
    clip_norm: float = Field(1.0, gt=0)
    """Largest norm of all gradients together."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Dropout inside the encoder; None keeps the encoder's own."""
    frozen_layers: int = Field(0, ge=0)
    """Embeddings and this many lower layers stay as they are."""
    precision: Precision = "auto"
    """auto: bf16 where the processor or GPU has it."""
    seed: int = Field(1, strict=True, ge=0)
    """Of the order of the text, of what is hidden, of dropout and of a new head."""
    checkpoint_seconds: float = neutral(60.0, gt=0)
    """Time between checkpoints from which a killed adaptation goes on."""
    device: str = neutral("auto")
    """auto: a GPU if there is one, else the processor."""
    threads: int | None = neutral(None)
    """Processor threads; None: as many cores as the executor gives."""

    @field_validator("steps")
    @classmethod
    def _steps_or_epochs(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("epochs", 1.0) != 1.0:
            raise ValueError("steps and epochs are both given: leave one out")
        return value

    def training(self, *, own_head: bool, epochs: float, threads: int) -> TrainingConfig:
        """The settings as the training loop takes them.

        Args:
            own_head: whether the head came with the encoder.
            epochs: passes over the text.
            threads: processor threads.
        """
        shared = set(TrainingConfig.model_fields) & set(type(self).model_fields)
        values = {name: getattr(self, name) for name in shared - {"head_learning_rate", "epochs", "threads"}}
        rate = self.head_learning_rate or (self.learning_rate if own_head else NEW_HEAD_RATE)
        return TrainingConfig(**values, head_learning_rate=rate, epochs=epochs, threads=threads)
