"""Hub ids without a network: what is in the hub's cache is found, everything else is told."""

from __future__ import annotations

import hashlib
import shutil
from types import SimpleNamespace

import pytest
from huggingface_hub import constants
from huggingface_hub.errors import (
    GatedRepoError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from sprachbund.core.errors import IntegrityError, ModelError
from sprachbund.models.encoders import snapshot as module
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info, open_encoder, open_tokenizer
from sprachbund.models.encoders.snapshot import commit_here, resolve_commit, snapshot
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.testing.tiny import make_tiny_encoder

COMMIT, OTHER = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 2 + "fedcba98"
NAME = "somebody/tiny-bert"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub cache as huggingface_hub lays it out: blobs, snapshots with links to them, refs."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub._snapshot_download.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    repository = cache / "models--somebody--tiny-bert"
    for commit, seed, ref in ((COMMIT, 0, "main"), (OTHER, 1, "v2")):
        source = make_tiny_encoder(tmp_path / commit, "bert", seed=seed)
        folder = repository / "snapshots" / commit
        folder.mkdir(parents=True)
        (repository / "blobs").mkdir(exist_ok=True)
        for path in source.iterdir():
            blob = repository / "blobs" / hashlib.sha256(path.read_bytes()).hexdigest()
            shutil.copy(path, blob)
            (folder / path.name).symlink_to(f"../../blobs/{blob.name}")
        (repository / "refs").mkdir(exist_ok=True)
        (repository / "refs" / ref).write_text(commit, encoding="utf-8")
    return repository


def test_a_hub_id_opens_from_the_cache(hub):
    assert encoder_info(NAME).n_layers == 3
    assert encoder_fingerprint(NAME) == f"hub:{NAME}@{COMMIT}"
    opened = open_encoder(NAME)
    assert opened.tokenizer.fingerprint == open_tokenizer(NAME).fingerprint
    assert opened.encoder.n_layers == 3


def test_a_revision_is_a_branch_a_tag_or_a_commit(hub):
    weights = {}
    for revision in ("v2", OTHER, "main", None):
        config = EncoderConfig(name=NAME, revision=revision)
        weights[revision] = float(open_encoder(config).encoder.word_embeddings.weight[5, 0].detach())
        assert encoder_fingerprint(config).endswith(COMMIT if revision in ("main", None) else OTHER)
    assert weights["v2"] == weights[OTHER] != weights["main"] == weights[None]


def test_the_prefix_may_be_written_out(hub):
    assert encoder_fingerprint(f"hub:{NAME}") == encoder_fingerprint(NAME)
    assert encoder_info(f"hub:{NAME}").width == 32


def test_a_damaged_blob_is_found_by_checksum(hub):
    blob = (hub / "snapshots" / COMMIT / "model.safetensors").resolve()
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.write_bytes(data)
    with pytest.raises(IntegrityError, match="its sha256 is not the one it was fetched under"):
        open_encoder(NAME)


def test_offline_and_not_here(hub):
    for act in (encoder_info, encoder_fingerprint, open_tokenizer, open_encoder):
        with pytest.raises(ModelError, match="nobody/nothing is not on this machine, and the hub") as e:
            act("nobody/nothing")
        assert "bundled:multilingual-e5-small, which needs no network" in str(e.value)
        assert "hf download nobody/nothing" in str(e.value)


def test_a_name_that_cannot_be_a_hub_id(hub):
    with pytest.raises(ModelError, match="'no spaces allowed' is neither a folder nor a possible hub id"):
        encoder_info("no spaces allowed")


def answer(status):
    return SimpleNamespace(status_code=status, headers={}, request=SimpleNamespace(url="http://hub.invalid"))


@pytest.mark.parametrize(
    ("error", "message", "remedy"),
    [
        (RepositoryNotFoundError("404", response=answer(404)), "no encoder of this name", "check the spelling"),
        (GatedRepoError("403", response=answer(403)), "access to some/model must be asked for", "hf auth login"),
        (RevisionNotFoundError("404", response=answer(404)), "the hub has no revision 'v9'", "give a branch"),
        (LocalEntryNotFoundError("no"), "the hub cannot be reached", "connect to the network"),
        (ConnectionError("refused"), "the hub cannot be reached", "connect to the network"),
        (module.TRANSPORT_ERRORS[-1]("refused"), "the hub cannot be reached", "connect to the network"),
    ],
)
def test_what_the_hub_answers_is_told(hub, monkeypatch, error, message, remedy):
    def raises(*_, **__):
        raise error

    monkeypatch.setattr(module, "snapshot_download", raises)
    for act in (lambda: snapshot("some/model", "v9", ["*.json"]), lambda: resolve_commit("some/model", "v9")):
        with pytest.raises(ModelError, match=message) as caught:
            act()
        assert remedy in str(caught.value)


def test_only_the_wanted_files_of_the_top_level_are_fetched_and_the_commit_is_pinned(hub, monkeypatch):
    calls = []
    monkeypatch.setattr(module, "snapshot_download", lambda *args, **kwargs: calls.append((args, kwargs)) or str(hub))
    snapshot(NAME, None, ["*.json"])
    snapshot("new/model", None, ["*.json"])
    assert calls[0] == ((NAME,), {"revision": COMMIT, "allow_patterns": ["*.json"], "ignore_patterns": ["*/*"]})
    assert calls[1][1]["revision"] is None


def test_commit_here(hub):
    assert commit_here(NAME, None) == COMMIT
    assert commit_here(NAME, "v2") == OTHER
    assert commit_here(NAME, "v3") is None
    assert commit_here("nobody/nothing", None) is None
