"""One door for every encoder."""

from __future__ import annotations

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.models.encoders.bundled import BundledSource
from sprachbund.models.encoders.hub import HubSource
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info, encoder_source, open_encoder
from sprachbund.models.encoders.source import BUNDLED, ENCODERS, EncoderConfig
from sprachbund.testing.tiny import make_tiny_encoder


@pytest.mark.parametrize(
    ("name", "kind"),
    [(BUNDLED, BundledSource), ("bert-base-multilingual-cased", HubSource), ("google/mt5-small", HubSource),
     ("hub:google/mt5-small", HubSource)],
)
def test_the_word_before_the_colon_names_the_kind(name, kind):
    assert type(encoder_source(name)) is kind


def test_an_unknown_kind_is_told_with_near_matches():
    with pytest.raises(RegistryError, match="there is no kind of encoder named 'bundle'") as caught:
        encoder_info("bundle:multilingual-e5-small")
    assert "did you mean bundled?" in str(caught.value)


def test_a_folder_with_a_colon_in_its_name_is_a_folder(tmp_path):
    folder = make_tiny_encoder(tmp_path / "with:colon", "bert")
    assert encoder_info(str(folder)).n_layers == 3


def test_a_config_and_its_name_mean_the_same(tmp_path):
    folder = str(make_tiny_encoder(tmp_path, "bert"))
    assert encoder_fingerprint(folder) == encoder_fingerprint(EncoderConfig(name=folder))


def test_an_opened_encoder_is_ready(tmp_path):
    opened = open_encoder(str(make_tiny_encoder(tmp_path, "bert")))
    assert not opened.encoder.training
    assert opened.tokenizer.vocabulary_size <= len(opened.encoder.word_embeddings.weight)


def test_the_table_holds_addresses():
    assert ENCODERS.names()[:2] == ["bundled", "hub"]
