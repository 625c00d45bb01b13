"""Our taps against transformers' own tuple of hidden states, for every family."""

from __future__ import annotations

import json

import pytest
import torch
from transformers import AlbertConfig, DebertaV2Config, GPT2Config, PreTrainedConfig
from transformers.models.albert.modeling_albert import AlbertModel
from transformers.models.deberta_v2.modeling_deberta_v2 import DebertaV2Model
from transformers.models.gpt2.modeling_gpt2 import GPT2Model

from sprachbund.core.errors import ModelError
from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.text import TextEncoder, model_class_for, parse_config
from sprachbund.testing.tiny import FAMILIES, make_tiny_encoder

NORMED = {"modernbert", "t5", "mt5", "llama", "qwen3"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    made = {}

    def get(family):
        if family not in made:
            made[family] = open_encoder(str(make_tiny_encoder(tmp_path_factory.mktemp(family), family)))
        return made[family]

    return get


def batch(rows=3, longest=11, low=6, high=500, seed=0):
    generator = torch.Generator().manual_seed(seed)
    piece_ids = torch.randint(low, high, (rows, longest), generator=generator)
    mask = torch.arange(longest) < torch.tensor([longest - 3 * row for row in range(rows)])[:, None]
    return piece_ids, mask


@pytest.mark.parametrize("family", FAMILIES)
def test_taps_equal_the_full_tuple(opened, family):
    encoder = opened(family).encoder
    piece_ids, mask = batch()
    everything = range(encoder.n_layers + 1)
    with torch.no_grad():
        options = {}
        if family == "xlm_roberta":  # its positions come from the ids: the padding must be the pad id there
            piece_ids = piece_ids.masked_fill(~mask, 1)
        full = encoder.model(input_ids=piece_ids, attention_mask=mask.long(), output_hidden_states=True, **options)
        ours = encoder(piece_ids, mask, everything)
    assert len(full.hidden_states) == encoder.n_layers + 1 == 4
    allowed = {"rtol": 1e-5, "atol": 3e-6} if encoder.takes_streams else {"rtol": 0, "atol": 0}  # sums in another order
    for layer, theirs in enumerate(full.hidden_states):
        torch.testing.assert_close(ours.by_layer[layer][mask], theirs[mask], **allowed)
    assert torch.equal(full.hidden_states[-1], full.last_hidden_state)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_final_norm_is_recorded(opened, family):
    encoder = opened(family).encoder
    piece_ids, mask = batch()
    last = encoder(piece_ids, mask, [encoder.n_layers])
    raw = []
    hook = encoder.layers[-1].register_forward_hook(lambda *arguments: raw.append(arguments[-1]))
    with torch.no_grad():
        encoder(piece_ids, mask, [encoder.n_layers])
    hook.remove()
    unnormed = raw[0][0] if isinstance(raw[0], tuple) else raw[0]
    same = torch.allclose(unnormed[mask], last.by_layer[encoder.n_layers][mask], atol=1e-5)
    assert last.normed_last == encoder.normed_last == (family in NORMED) == (not same)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_config_alone_rebuilds_the_encoder(opened, family):
    encoder = opened(family).encoder
    twin = TextEncoder.from_config(json.loads(json.dumps(encoder.hf_config())), provenance="said")
    assert all(parameter.is_meta for parameter in twin.parameters())
    assert not any(buffer.is_meta for buffer in twin.buffers())
    twin.load_state_dict(encoder.state_dict(), assign=True)
    piece_ids, mask = batch()
    with torch.no_grad():
        for layer in (0, 2, 3):
            assert torch.equal(twin(piece_ids, mask, [layer]).by_layer[layer],
                               encoder(piece_ids, mask, [layer]).by_layer[layer])
    assert twin.provenance == "said"
    assert not twin.training


def checkpointing(model, action):
    """Renamed within transformers 5."""
    name = "activation" if hasattr(model, f"activation_checkpointing_{action}") else "gradient"
    getattr(model, f"{name}_checkpointing_{action}")()


@pytest.mark.parametrize("family", ["bert", "modernbert", "t5", "llama"])
def test_gradients_under_autocast_and_checkpointing_when_stopped_early(opened, family):
    encoder = opened(family).encoder.train()
    piece_ids, mask = batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = encoder(piece_ids, mask, [0, 2]).by_layer
    encoder.zero_grad()
    (states[2].float().pow(2).sum() + states[0].float().sum()).backward()
    assert all(any(p.grad is not None for p in layer.parameters()) for layer in encoder.layers[:2])
    assert all(p.grad is None for p in encoder.layers[2].parameters())
    plain = encoder.eval()(piece_ids, mask, [2]).by_layer[2]
    checkpointing(encoder.model, "enable")
    recomputed = encoder.train()(piece_ids, mask, [2]).by_layer[2]
    encoder.zero_grad()
    recomputed.pow(2).sum().backward()
    checkpointing(encoder.model, "disable")
    encoder.eval()
    assert plain.shape == recomputed.shape
    assert all(p.grad is None for p in encoder.layers[2].parameters())
    assert encoder.word_embeddings.weight.grad is not None


def test_segment_ids_reach_those_that_have_them(opened):
    piece_ids, mask = batch()
    types = torch.ones_like(piece_ids)
    with torch.no_grad():
        for family, matters in (("bert", True), ("distilbert", False), ("modernbert", False)):
            encoder = opened(family).encoder
            one = encoder(piece_ids, mask, [0], torch.zeros_like(types)).by_layer[0]
            other = encoder(piece_ids, mask, [0], types).by_layer[0]
            assert torch.equal(one, other) != matters


def test_renumbered_ids_give_the_same_with_xlm_r(opened):
    """Vocabulary trimming may give the pad piece another number; XLM-R's own positions would shift."""
    encoder = opened("xlm_roberta").encoder
    piece_ids, mask = batch()
    twin = TextEncoder.from_config(encoder.hf_config())
    twin.load_state_dict(encoder.state_dict(), assign=True)
    swap = torch.arange(len(encoder.word_embeddings.weight))
    swap[0], swap[1] = 1, 0
    weight = encoder.word_embeddings.weight.detach()[swap]
    twin.word_embeddings.weight = torch.nn.Parameter(weight)
    with torch.no_grad():
        one = encoder(piece_ids.masked_fill(~mask, 1), mask, [3]).by_layer[3]
        other = twin(piece_ids.masked_fill(~mask, 0), mask, [3]).by_layer[3]
    torch.testing.assert_close(one[mask], other[mask], rtol=0, atol=0)


def test_decoders_keep_their_causal_mask(opened):
    encoder = opened("llama").encoder
    piece_ids, mask = batch(rows=1)
    other = piece_ids.clone()
    other[0, -1] += 1
    with torch.no_grad():
        one, two = (encoder(ids, mask, [3]).by_layer[3] for ids in (piece_ids, other))
    assert torch.equal(one[0, :-1], two[0, :-1])
    assert not torch.equal(one[0, -1], two[0, -1])


def test_debertas_convolution_belongs_to_layer_one():
    config = DebertaV2Config(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                             intermediate_size=16, conv_kernel_size=3, conv_act="gelu", relative_attention=True,
                             pos_att_type=["p2c", "c2p"])
    model = DebertaV2Model(config).eval()
    piece_ids, mask = batch(high=50)
    with torch.no_grad():
        full = model(input_ids=piece_ids, attention_mask=mask.long(), output_hidden_states=True).hidden_states
        ours = TextEncoder(model)(piece_ids, mask, [0, 1, 2]).by_layer
    assert all(torch.equal(ours[layer], full[layer]) for layer in range(3))


def test_other_shapes_of_models_are_found():
    encoder = TextEncoder(GPT2Model(GPT2Config(vocab_size=50, n_embd=16, n_layer=2, n_head=2)).eval())
    assert (encoder.layers_path, encoder.n_layers, encoder.width, encoder.normed_last) == ("h", 2, 16, True)


def test_a_model_that_shares_its_layers_is_refused():
    config = AlbertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=3, num_attention_heads=2,
                          intermediate_size=16, embedding_size=8)
    with pytest.raises(ModelError, match="cannot find the 3 layers of AlbertModel as one list"):
        TextEncoder(AlbertModel(config))


def test_configs_that_are_no_text_model():
    with pytest.raises(ModelError, match="names no model_type"):
        parse_config({})
    with pytest.raises(ModelError, match="no model of the type 'brt'"):
        parse_config({"model_type": "brt"})
    with pytest.raises(ModelError, match="no bare text model for PreTrainedConfig"):
        model_class_for(PreTrainedConfig())


def test_t5_is_its_encoder_only():
    assert model_class_for(parse_config({"model_type": "mt5"})).__name__ == "MT5EncoderModel"
