"""Our models as transformers `PreTrainedModel`s: Auto classes, pipelines and `from_pretrained` work on them.

Each wraps a `TransferModel` (attribute `transfer`). Importing this module registers the classes
with transformers' Auto classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    PreTrainedModel,
)
from transformers.modeling_outputs import (
    MultipleChoiceModelOutput,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)
from transformers.utils.generic import ModelOutput

from sprachbund.core.config import validate
from sprachbund.data.labels import Kind
from sprachbund.models.classifier import cross_entropy
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.encoders.text import TextEncoder, model_class_for, options_for, parse_config
from sprachbund.models.fusion.fusion import build_fusion, fusion_config
from sprachbund.models.heads.head import HeadConfig, build_head
from sprachbund.models.saved_config import SprachbundConfig, register
from sprachbund.models.transfer_model import TransferModel


class SprachbundModel(PreTrainedModel):
    """What all models share: a transfer model built from the config.

    Args:
        config: a saved model's config.

    Attributes:
        transfer: encoder, fusion and head.
    """

    config_class = SprachbundConfig
    base_model_prefix = "transfer"
    main_input_name = "input_ids"
    kind: ClassVar[Kind]

    def __init__(self, config: SprachbundConfig) -> None:
        super().__init__(config)
        encoder_config = parse_config(config.encoder)
        model_class = model_class_for(encoder_config)
        encoder = TextEncoder(
            model_class(encoder_config, **options_for(model_class)),
            provenance=config.description.get("provenance", ""),
        )
        self.transfer = transfer_model(config, encoder)
        self.post_init()  # type: ignore[no-untyped-call]  # called on self, so no exclusion of the library reaches it
        # post_init looks for tied weights (T5) in direct children only; the encoder's model lies deeper
        self.all_tied_weights_keys = self.get_expanded_tied_weights_keys(all_submodels=True)

    def _init_weights(self, module: torch.nn.Module) -> None:
        """Leave every module as its constructor made it (the encoder's are initialised by its own class)."""

    def get_input_embeddings(self) -> torch.nn.Module:
        """The encoder's embedding matrix."""
        return self.transfer.encoder.word_embeddings

    def set_input_embeddings(self, value: torch.nn.Module) -> None:
        """Replace the encoder's embedding matrix."""
        cast("TextEncoder", self.transfer.encoder).model.set_input_embeddings(value)

    def _logits(
        self, input_ids: Tensor, attention_mask: Tensor | None, token_type_ids: Tensor | None
    ) -> tuple[Float[Tensor, "outputs labels"], Bool[Tensor, "batch positions"]]:
        mask = torch.ones_like(input_ids, dtype=torch.bool) if attention_mask is None else attention_mask.bool()
        state = self.transfer.fused(input_ids, mask, token_type_ids)
        return self.transfer.head(state, mask, None), mask


class SprachbundForTokenClassification(SprachbundModel):
    """A tagger: logits at every piece.

    In training a word's label sits on its first piece that is more than a bare word-boundary mark. So that
    pipelines which read a word's very first piece see the same, a bare mark answers with the logits of
    the piece after it (unless that is padding or a special piece).
    """

    kind: ClassVar[Kind] = "tokens"

    def forward(
        self,
        input_ids: Int[Tensor, "batch positions"],
        attention_mask: Tensor | None = None,
        token_type_ids: Int[Tensor, "batch positions"] | None = None,
        labels: Int[Tensor, "batch positions"] | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> TokenClassifierOutput | tuple[Tensor, ...]:
        """Logits (batch, positions, labels), and the loss where labels are given (-100 is left out)."""
        flat, mask = self._logits(input_ids, attention_mask, token_type_ids)
        logits = self._past_bare_marks(flat.view(*input_ids.shape, -1), input_ids, mask)
        loss = None if labels is None else cross_entropy(logits.flatten(0, 1), labels.flatten())
        output = TokenClassifierOutput(loss=loss, logits=logits)
        return output if return_dict is not False else output.to_tuple()

    def _past_bare_marks(
        self,
        logits: Float[Tensor, "batch positions labels"],
        input_ids: Int[Tensor, "batch positions"],
        mask: Bool[Tensor, "batch positions"],
    ) -> Float[Tensor, "batch positions labels"]:
        bare, special = (
            input_ids.new_tensor(self.config.pieces.get(name, [])) for name in ("bare_pieces", "special_pieces")
        )
        passes = torch.isin(input_ids[:, :-1], bare) & mask[:, 1:] & ~torch.isin(input_ids[:, 1:], special)
        following = torch.where(passes.unsqueeze(2), logits[:, 1:], logits[:, :-1])
        return torch.cat([following, logits[:, -1:]], 1)


class SprachbundForSequenceClassification(SprachbundModel):
    """A classifier of texts and pairs of texts."""

    kind: ClassVar[Kind] = "sequence"

    def forward(
        self,
        input_ids: Int[Tensor, "batch positions"],
        attention_mask: Tensor | None = None,
        token_type_ids: Int[Tensor, "batch positions"] | None = None,
        labels: Int[Tensor, " batch"] | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> SequenceClassifierOutput | tuple[Tensor, ...]:
        """Logits (batch, labels), and the loss where labels are given (-100 is left out)."""
        logits, _mask = self._logits(input_ids, attention_mask, token_type_ids)
        loss = None if labels is None else cross_entropy(logits, labels.flatten())
        output = SequenceClassifierOutput(loss=loss, logits=logits)
        return output if return_dict is not False else output.to_tuple()


class SprachbundForQuestionAnswering(SprachbundModel):
    """Logits of the start and of the end of an answer at every piece; what is no part of the context is not masked."""

    kind: ClassVar[Kind] = "span"

    def forward(
        self,
        input_ids: Int[Tensor, "batch positions"],
        attention_mask: Tensor | None = None,
        token_type_ids: Int[Tensor, "batch positions"] | None = None,
        start_positions: Int[Tensor, " batch"] | None = None,
        end_positions: Int[Tensor, " batch"] | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> QuestionAnsweringModelOutput | tuple[Tensor, ...]:
        """Two logits (batch, positions) each, and the loss where both positions are given (-100 is left out)."""
        flat, mask = self._logits(input_ids, attention_mask, token_type_ids)
        places = flat.view(*input_ids.shape, 2)
        starts, ends = (places[:, :, side].masked_fill(~mask, torch.finfo(flat.dtype).min) for side in range(2))
        loss = None
        if start_positions is not None and end_positions is not None:
            loss = (cross_entropy(starts, start_positions) + cross_entropy(ends, end_positions)) / 2
        output = QuestionAnsweringModelOutput(loss=loss, start_logits=starts, end_logits=ends)
        return output if return_dict is not False else output.to_tuple()


@dataclass
class IntentAndSlotsOutput(ModelOutput):
    """What `SprachbundForIntentAndSlots` gives; its labels are those of the config, the intents last."""

    slot_logits: Float[Tensor, "batch positions slots"] | None = None
    intent_logits: Float[Tensor, "batch intents"] | None = None


class SprachbundForIntentAndSlots(SprachbundModel):
    """Logits of slots at every piece and of the intent of every row; transformers has no Auto class for both."""

    kind: ClassVar[Kind] = "joint"

    def forward(
        self,
        input_ids: Int[Tensor, "batch positions"],
        attention_mask: Tensor | None = None,
        token_type_ids: Int[Tensor, "batch positions"] | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> IntentAndSlotsOutput | tuple[Tensor, ...]:
        """Logits (batch, positions, slots) and (batch, intents)."""
        flat, _mask = self._logits(input_ids, attention_mask, token_type_ids)
        rows, positions = input_ids.shape
        n_slots = flat.shape[1] - self.transfer.head.config.n_intents
        output = IntentAndSlotsOutput(slot_logits=flat[: rows * positions, :n_slots].view(rows, positions, -1),
                                      intent_logits=flat[rows * positions:, n_slots:])
        return output if return_dict is not False else output.to_tuple()


class SprachbundForMultipleChoice(SprachbundModel):
    """A logit for each of several choices; as with transformers' own such models, inputs have an axis of choices."""

    kind: ClassVar[Kind] = "choice"

    def forward(
        self,
        input_ids: Int[Tensor, "batch choices positions"],
        attention_mask: Tensor | None = None,
        token_type_ids: Int[Tensor, "batch choices positions"] | None = None,
        labels: Int[Tensor, " batch"] | None = None,
        return_dict: bool | None = None,
        **_: Any,
    ) -> MultipleChoiceModelOutput | tuple[Tensor, ...]:
        """Logits (batch, choices), and the loss where the right choices' indices are given (-100 is left out)."""
        rows = [None if one is None else one.flatten(0, 1) for one in (attention_mask, token_type_ids)]
        flat, _mask = self._logits(input_ids.flatten(0, 1), *rows)
        logits = flat.view(input_ids.shape[:2])
        loss = None if labels is None else cross_entropy(logits, labels)
        output = MultipleChoiceModelOutput(loss=loss, logits=logits)
        return output if return_dict is not False else output.to_tuple()


def transfer_model(config: SprachbundConfig, encoder: Encoder) -> TransferModel:
    """Fusion and head of a saved model's config on an encoder; their weights are new.

    Raises:
        RegistryError: a fusion that is not installed here.
        ConfigError: options that this version does not know.
    """
    fusion = fusion_config(config.fusion, "the saved model's fusion")
    head = build_head(validate(config.head, HeadConfig, "the saved model's head"), encoder.width)
    return TransferModel(encoder, build_fusion(fusion, encoder.width, n_layers=encoder.n_layers), head)


register()
AutoModelForTokenClassification.register(SprachbundConfig, SprachbundForTokenClassification, exist_ok=True)
AutoModelForSequenceClassification.register(SprachbundConfig, SprachbundForSequenceClassification, exist_ok=True)
AutoModelForQuestionAnswering.register(SprachbundConfig, SprachbundForQuestionAnswering, exist_ok=True)
AutoModelForMultipleChoice.register(SprachbundConfig, SprachbundForMultipleChoice, exist_ok=True)
