"""The config of a retrieval: which model, which of its states, looked up how, in what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from sprachbund.core.canonical import plain
from sprachbund.core.config import Config, neutral
from sprachbund.data.locations import DataConfig
from sprachbund.evaluation.probes.poolings import POOLINGS, Pooling
from sprachbund.languages.language import find_variant
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.pipeline.config import listed, named
from sprachbund.pipeline.probe_config import expanded
from sprachbund.training.config import Precision

Comparison = Literal["cosine", "margin"]


def _texts(value: Any) -> Any:
    """Layers as texts: 7, "7", [0, 7], "fused"; "all" and None are all of them."""
    if value is None or value == "all" or value == ["all"] or value == ("all",):
        return None
    return tuple(str(item) for item in listed(value))


class RetrievalConfig(Config):
    """Everything that decides what is found, and a few things that do not."""

    model: str
    """An encoder (`bundled:...`, hub id, folder), or a trained model (folder)."""
    data: Annotated[DataConfig, BeforeValidator(named)] = DataConfig(name="tatoeba")
    """Parallel text (tatoeba, columns, files of lines), or data in the format of BUCC, LAReQA or Mewsli-X."""
    translations: str | None = None
    """Pattern of the files that translate those of `data`, line by line; None: translations stand in a column."""
    context: bool = False
    """LAReQA: read a candidate sentence together with its paragraph."""
    source: str = "en"
    """The language of the translations."""
    languages: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = None
    """Codes, names, or sets ("xtreme-tatoeba", "family:Uralic"); None: all that the data have."""
    layers: Annotated[tuple[str, ...] | None, BeforeValidator(_texts)] = Field(None, min_length=1)
    """Layers 0 (embeddings) to N, and "fused" of a trained model; None: all."""
    pooling: Annotated[tuple[Pooling, ...], BeforeValidator(listed)] = Field(("mean",), min_length=1)
    """What one vector is made of a text's states: their mean, the first piece, or both in turn."""
    comparison: Comparison | None = None
    """cosine, or ratio margin; None: margin where pairs are mined, else cosine."""
    neighbours: int = Field(4, ge=1)
    """Nearest neighbours that margins are made with."""
    centred: bool = False
    """Take the mean of each language's texts away first."""
    max_pieces: int = Field(512, ge=8)
    """Longest text, special pieces included; what is cut is counted."""
    precision: Precision = "auto"
    """Number format of the encoder's matrix products."""
    allow_pickle: bool = False
    """Read pickled weights where there are no safetensors: they can run code."""
    trust_remote_code: str | None = None
    """Repeat the model's name here to run code that comes with it; off otherwise."""
    data_dir: str | None = neutral(None)
    """Folder that holds data sets."""
    device: str = neutral("auto")
    """auto: a GPU if there is one, else the processor."""
    threads: int | None = neutral(None)
    """Processor threads; None: as many cores as the executor gives."""
    name: str = neutral("")
    """Name of the output folder; "" gives one made of the model's and the data's."""

    @field_validator("source")
    @classmethod
    def _known_source(cls, value: str) -> str:
        return find_variant(value).code

    @field_validator("languages")
    @classmethod
    def _expanded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(dict.fromkeys(code for text in value for code in expanded(text)))

    @field_validator("pooling")
    @classmethod
    def _in_order(cls, value: tuple[Pooling, ...]) -> tuple[Pooling, ...]:
        return tuple(pooling for pooling in POOLINGS if pooling in value)

    @property
    def label(self) -> str:
        """The name of the output folder."""
        model = Path(self.model).name.replace("bundled:", "")
        data = Path(self.data.name.partition("{")[0].rstrip("/-_.") or "lines").name
        return self.name or f"retrieval-{data}-{model}"

    @property
    def encoder_config(self) -> EncoderConfig:
        """The model seen as an encoder."""
        return EncoderConfig(name=self.model, trust_remote_code=self.trust_remote_code, allow_pickle=self.allow_pickle)

    @property
    def data_settings(self) -> dict[str, Any]:
        """What opens the data (`open_retrieval`)."""
        values = plain(self.data)
        assert isinstance(values, dict)
        return {**values, "translations": self.translations, "context": self.context, "source": self.source}
