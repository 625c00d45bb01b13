from __future__ import annotations

import pytest

import sprachbund as sb
from sprachbund.core.errors import ConfigError, StorageError
from sprachbund.testing.toy_task import toy_folder
from sprachbund.testing.toy_text import toy_lines


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "corpus.txt").write_text("\n".join(toy_lines(40)))
    return tmp_path


def test_an_adapted_folder_is_an_encoder(corpus):
    finished = sb.adapt(str(toy_folder()), text="corpus.txt", data_dir=corpus, output=corpus / "out", threads=1,
                        store=corpus / "store", executor="inline", held_out=0.2, steps=3)
    assert finished.folder == corpus / "out"
    assert finished.adaptation.steps == 3
    assert finished.seconds > 0
    assert any("transform before it is new" in note for note in finished.notes)
    assert sb.load_encoder(str(corpus / "out")).encoder.provenance == finished.adaptation.provenance


def test_a_folder_with_something_in_it_is_refused_before_anything_runs(corpus):
    with pytest.raises(StorageError, match="there is something in this folder already"):
        sb.adapt(str(toy_folder()), text="corpus.txt", data_dir=corpus, output=corpus, store=corpus / "store")
    assert not (corpus / "store").exists()


def test_faults_of_the_settings_are_told_together(corpus):
    with pytest.raises(ConfigError) as caught:
        sb.adapt(str(toy_folder()), output=corpus / "out", epochs=-1)
    assert {fault.field for fault in caught.value.faults} == {"text", "epochs"}
