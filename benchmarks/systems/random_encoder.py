"""Child: an encoder with random weights in the shape of a known one, as a folder in hub layout without tokenizer.

Specification: shape (a name in SHAPES), folder. Figures: vocabulary, parameters. An existing folder is kept.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel

from benchmarks.systems.child import specification, tell

BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
SHAPES = {
    "mbert": {"model_type": "bert", "vocab_size": 119_547, "max_position_embeddings": 512, "type_vocab_size": 2,
              "pad_token_id": 0, **BASE},
    "xlmr": {"model_type": "xlm-roberta", "vocab_size": 250_002, "max_position_embeddings": 514, "type_vocab_size": 1,
             "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "layer_norm_eps": 1e-5, **BASE},
}
"""As the published configs of bert-base-multilingual-cased and xlm-roberta-base have them."""


def main() -> None:
    """Write the folder."""
    given = specification()
    values = dict(SHAPES[given["shape"]])
    folder = Path(given["folder"])
    config = AutoConfig.for_model(str(values.pop("model_type")), **values)
    written = folder / "model.safetensors"
    if not written.exists():
        torch.manual_seed(0)
        model = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call]
        model.save_pretrained(folder)
    tell(vocabulary=config.vocab_size, weights_mib=written.stat().st_size / 2**20)


if __name__ == "__main__":
    main()
