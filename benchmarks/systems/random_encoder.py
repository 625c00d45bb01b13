"""Child: an encoder with random weights in the shape of a known one, as a folder in hub layout without tokenizer.

Specification: shape (a name in SHAPES), folder. Figures: vocabulary, parameters. An existing folder is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig

from benchmarks.systems.child import specification, tell
from sprachbund.models.encoders.text import model_class_for, options_for

BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
SHAPES: dict[str, dict[str, Any]] = {
    "mbert": {"model_type": "bert", "vocab_size": 119_547, "max_position_embeddings": 512, "type_vocab_size": 2,
              "pad_token_id": 0, **BASE},
    "xlmr": {"model_type": "xlm-roberta", "vocab_size": 250_002, "max_position_embeddings": 514, "type_vocab_size": 1,
             "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "layer_norm_eps": 1e-5, **BASE},
    "qwen3": {"model_type": "qwen3", "vocab_size": 151_936, "hidden_size": 2048, "num_hidden_layers": 28,
              "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 6144,
              "max_position_embeddings": 40_960, "rms_norm_eps": 1e-6, "tie_word_embeddings": True,
              "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0}},
    "tiny-bert": {"model_type": "bert", "vocab_size": 500, "hidden_size": 32, "num_hidden_layers": 2,
                  "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 512},
    "tiny-qwen3": {"model_type": "qwen3", "vocab_size": 500, "hidden_size": 32, "num_hidden_layers": 2,
                   "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 64,
                   "max_position_embeddings": 512},
}
"""As the published configs of bert-base-multilingual-cased, xlm-roberta-base and Qwen3-1.7B have them; the tiny ones
try a benchmark's lines."""


def main() -> None:
    """Write the folder."""
    given = specification()
    values = dict(SHAPES[given["shape"]])
    folder = Path(given["folder"])
    config = AutoConfig.for_model(str(values.pop("model_type")), **values)
    written = folder / "model.safetensors"
    if not written.exists():
        torch.manual_seed(0)
        model_class = model_class_for(config)
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):  # billions of random numbers
            model = model_class(config, **options_for(model_class))
        model.save_pretrained(folder, max_shard_size="50GB")  # one file, whatever the library's default
    tell(vocabulary=config.vocab_size, weights_mib=written.stat().st_size / 2**20)


if __name__ == "__main__":
    main()
