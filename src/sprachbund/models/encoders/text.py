"""Any transformers text model as an encoder: BERT, XLM-R, DistilBERT, ModernBERT, DeBERTa, T5, decoder models.

Nothing is copied from the models: where their layers are is found once, and `run_with_taps` reads
the states. Decoder models keep their causal mask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any, cast

from accelerate import init_empty_weights
from jaxtyping import Bool, Int
from torch import Tensor, nn
from transformers import AutoConfig, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING, MODEL_MAPPING

from sprachbund.core.errors import ModelError
from sprachbund.models.dropout_stream import DropoutStream
from sprachbund.models.encoders.encoder import Encoder
from sprachbund.models.encoders.packed import PackedBert, can_be_packed
from sprachbund.models.taps import HiddenStates, check_layers, run_with_taps

_NORM_NAMES = ("norm", "final_norm", "final_layer_norm", "final_layernorm", "ln_f", "LayerNorm", "layer_norm")
_NORM_OF_SOMETHING_ELSE = {"deberta", "deberta-v2"}  # their encoder.LayerNorm is for the relative positions


class TextEncoder(Encoder):
    """A transformers model behind the encoder interface.

    Args:
        model: a bare model (no task head) whose layers stand in one `ModuleList`.
        provenance: the sentence that every table and report repeats, or "".

    Attributes:
        model: the transformers model; its parameters are this encoder's parameters.

    Raises:
        ModelError: a model whose layers cannot be told apart.
    """

    def __init__(self, model: PreTrainedModel, *, provenance: str = "") -> None:
        super().__init__()
        self.model = model
        self.provenance = provenance
        self.layers_path = find_layers(model)
        self.n_layers = len(self.layers)
        self.width = int(model.config.hidden_size)
        self.normed_last = _has_final_norm(model, self.layers_path)
        accepted = signature(model.forward).parameters
        self._takes_types = "token_type_ids" in accepted
        self._options: dict[str, Any] = {"use_cache": False} if "use_cache" in accepted else {}
        self._padding_idx = _offset_of_positions(model)
        self.train(model.training)

    @property
    def takes_streams(self) -> bool:
        """See `Encoder.takes_streams`."""
        return can_be_packed(self.model)

    @classmethod
    def from_config(cls, config: Mapping[str, Any] | PreTrainedConfig, *, provenance: str = "") -> TextEncoder:
        """Build the encoder that a transformers config describes, without making weights.

        Args:
            config: a config, or its dict as `hf_config` gives it.
            provenance: see the class.

        Returns:
            The encoder with its parameters on the meta device and its buffers filled: give it weights by
            `load_state_dict(state, assign=True)`.

        Raises:
            ModelError: a type of model that transformers does not have, or that is no text model.
        """
        config = config if isinstance(config, PreTrainedConfig) else parse_config(config)
        model_class = model_class_for(config)
        with init_empty_weights(include_buffers=False):
            model = model_class(config, **options_for(model_class))
        return cls(model.train(False), provenance=provenance)

    def hf_config(self) -> dict[str, Any]:
        """The transformers config as JSON values, enough for `from_config`."""
        return self.model.config.to_dict()

    @property
    def layers(self) -> nn.ModuleList:
        """The N layers above the embeddings."""
        return cast("nn.ModuleList", self.model.get_submodule(self.layers_path))

    @property
    def word_embeddings(self) -> nn.Embedding:
        """The embedding matrix of the pieces."""
        return cast("nn.Embedding", self.model.get_input_embeddings())

    def forward(
        self,
        piece_ids: Int[Tensor, "batch positions"],
        mask: Bool[Tensor, "batch positions"],
        layers: Sequence[int],
        type_ids: Int[Tensor, "batch positions"] | None = None,
        stream: DropoutStream | None = None,
    ) -> HiddenStates:
        """See `Encoder.forward`; BERT and its kin run without padding (`packed`)."""
        if can_be_packed(self.model):
            wanted = check_layers(layers, self.n_layers)
            packed = PackedBert(self.model, self._padding_idx)
            states = packed.states(piece_ids, mask, wanted, type_ids, stream)
            return HiddenStates(states, self.n_layers, self.normed_last)
        attention_mask = mask.long()
        options = dict(self._options)
        if type_ids is not None and self._takes_types:
            options["token_type_ids"] = type_ids
        if self._padding_idx is not None:
            options["position_ids"] = attention_mask.cumsum(1) * attention_mask + self._padding_idx

        def run() -> Tensor:
            output = self.model(input_ids=piece_ids, attention_mask=attention_mask, **options)
            return cast("Tensor", output.last_hidden_state)

        return HiddenStates(run_with_taps(list(self.layers), set(layers), run), self.n_layers, self.normed_last)


def parse_config(values: Mapping[str, Any]) -> PreTrainedConfig:
    """Turn a dict from a `config.json` into a transformers config.

    Raises:
        ModelError: no `model_type`, or one that transformers does not have.
    """
    values = dict(values)
    model_type = values.pop("model_type", None)
    if not model_type:
        raise ModelError("the encoder's config names no model_type",
                         remedy="give the config.json of a transformers model")
    try:
        return AutoConfig.for_model(model_type, **values)
    except ValueError:
        raise ModelError(
            f"this version of transformers has no model of the type {model_type!r}",
            remedy="upgrade transformers, or check the spelling of model_type in config.json",
        ) from None


def model_class_for(config: PreTrainedConfig) -> type[PreTrainedModel]:
    """The bare text model of a config: of T5 and its kin the encoder only.

    Raises:
        ModelError: a config of something else than a text model.
    """
    for mapping in (MODEL_FOR_TEXT_ENCODING_MAPPING, MODEL_MAPPING):
        if type(config) in mapping:
            found = mapping[type(config)]
            return cast("type[PreTrainedModel]", found[0] if isinstance(found, tuple) else found)
    raise ModelError(f"transformers has no bare text model for {type(config).__name__}",
                     remedy="choose an encoder such as BERT, XLM-R, ModernBERT, DeBERTa or T5, or a decoder model")


def options_for(model_class: type[PreTrainedModel]) -> dict[str, Any]:
    """Constructor options: no pooling layer where there is the choice, since no tap reads it."""
    return {"add_pooling_layer": False} if "add_pooling_layer" in signature(model_class.__init__).parameters else {}


def find_layers(model: PreTrainedModel) -> str:
    """Path of the `ModuleList` that holds the layers: the outermost with as many modules as the config says.

    Raises:
        ModelError: there is none (models that share one layer, or with several towers).
    """
    count = getattr(model.config, "num_hidden_layers", None)
    paths: list[str] = [name for name, module in model.named_modules()
             if isinstance(module, nn.ModuleList) and len(module) == count]
    if not paths:
        raise ModelError(
            f"cannot find the {count} layers of {type(model).__name__} as one list",
            remedy="its layers cannot be tapped; choose another encoder",
        )
    return min(paths, key=lambda path: path.count("."))


def _has_final_norm(model: PreTrainedModel, layers_path: str) -> bool:
    """Whether a norm stands beside the list of layers or at the model's root: it runs after the last layer."""
    if model.config.model_type in _NORM_OF_SOMETHING_ELSE:
        return False
    parents = {"", layers_path.rpartition(".")[0]}
    return any(isinstance(getattr(model.get_submodule(parent), name, None), nn.Module)
               for parent in parents for name in _NORM_NAMES)


def _offset_of_positions(model: PreTrainedModel) -> int | None:
    """RoBERTa's kin count positions from padding_idx + 1, at real pieces only; None for all others.

    They work it out from the ids, which fails once ids are renumbered (vocabulary trimming); we work
    it out from the mask.
    """
    embeddings: Any = getattr(model, "embeddings", None)
    if hasattr(embeddings, "create_position_ids_from_input_ids"):
        return int(embeddings.padding_idx)
    return None
