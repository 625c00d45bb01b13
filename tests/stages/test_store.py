"""One folder per key, renamed into place once, verified when it is read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import toy_stages as toys

from sprachbund.core.errors import IntegrityError, StorageError
from sprachbund.stages import manifest as manifest_module
from sprachbund.stages.assignment import Assignment, assign
from sprachbund.stages.keys import Keys, stage_key
from sprachbund.stages.manifest import describe, write_manifest
from sprachbund.stages.store import Store

A_KEY = "ab" * 32


def fill(store: Store, assignment: Assignment, text: str = "text") -> None:
    with store.write(assignment.kind, assignment.key) as folder:
        (folder / "text.txt").write_text(text)
        (folder / "big.bin").write_bytes(b"x" * 100_000)
        write_manifest(describe(assignment, folder, datetime.now(UTC), 0.1), folder)


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return assign(toys.stage(tmp_path), Keys())


@pytest.fixture
def stored(store: Store, assignment: Assignment) -> Path:
    fill(store, assignment)
    return store.root / "toy" / assignment.key


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_what_is_written_is_found_by_key_and_by_stage(store: Store, stored: Path, tmp_path: Path) -> None:
    stage = toys.stage(tmp_path)
    assert store.has(stage_key(stage))
    assert store.open(stage) == store.open(stage_key(stage)) == stored
    assert (stored / "text.txt").read_text() == "text"
    assert store.manifest(stage_key(stage)).label == "toy a"


def test_an_empty_store_has_nothing_and_makes_nothing(store: Store) -> None:
    assert not store.has(A_KEY)
    assert not store.intact(A_KEY)
    assert (store.keys(), store.manifests(), store.verify(), store.unfinished()) == ([], [], [], [])
    assert not store.root.exists()
    for ask in (store.open, store.manifest, store.verify):
        with pytest.raises(StorageError, match=f"the store holds nothing under the key {A_KEY}"):
            ask(A_KEY)


def test_a_failed_write_leaves_nothing(store: Store, assignment: Assignment) -> None:
    def fail() -> None:
        with store.write(assignment.kind, assignment.key) as folder:
            (folder / "half").write_text("half")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        fail()
    assert not store.has(assignment.key)
    assert list((store.root / "toy").iterdir()) == []


def test_the_first_of_two_writers_stays(store: Store, assignment: Assignment) -> None:
    with store.write(assignment.kind, assignment.key) as folder:
        (folder / "text.txt").write_text("late")
        write_manifest(describe(assignment, folder, datetime.now(UTC), 0.1), folder)
        fill(Store(store.root), assignment, "early")
    assert (store.open(assignment.key) / "text.txt").read_text() == "early"
    assert [path.name for path in (store.root / "toy").iterdir()] == [assignment.key]


@pytest.mark.parametrize("name", ["text.txt", "big.bin"])
def test_one_changed_bit_is_found_and_named(store: Store, stored: Path, name: str) -> None:
    damage(stored / name)
    for reader in (store, Store(store.root)):
        with pytest.raises(IntegrityError, match=f"{name}: a stored file has the sha256"):
            reader.open(stored.name)
        assert reader.has(stored.name)


def test_a_missing_file_and_a_missing_manifest_are_found(store: Store, stored: Path) -> None:
    (stored / "text.txt").unlink()
    with pytest.raises(IntegrityError, match=r"text\.txt: a stored file is missing"):
        store.open(stored.name)
    (stored / "manifest.json").unlink()
    with pytest.raises(IntegrityError, match=r"manifest\.json: the manifest of a stored output is missing"):
        store.intact(stored.name)


def test_every_file_is_read_once_per_store_and_key(
    store: Store, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    digest = manifest_module.sha256_file

    def counted(path: Path) -> str:
        reads.append(path.name)
        return digest(path)

    monkeypatch.setattr(manifest_module, "sha256_file", counted)
    store.open(stored.name)
    assert reads == []  # digests were made when it was written
    fresh = Store(store.root)
    fresh.open(stored.name)
    fresh.open(stored.name)
    assert sorted(reads) == ["big.bin", "text.txt"]
    os.utime(stored / "text.txt", ns=(1, 1))  # touched: looked at again
    fresh.open(stored.name)
    assert len(reads) == 4


def test_remove_takes_it_away_and_only_it(store: Store, stored: Path, tmp_path: Path) -> None:
    other = assign(toys.stage(tmp_path, name="b", kind="other"), Keys())
    fill(store, other)
    store.remove(stored.name)
    store.remove(stored.name)
    assert store.keys() == [other.key]
    assert list((store.root / "toy").iterdir()) == []


def test_all_that_is_stored_is_listed_and_verified(store: Store, stored: Path, tmp_path: Path) -> None:
    fill(store, assign(toys.stage(tmp_path, name="b", kind="other"), Keys()))
    assert [manifest.label for manifest in store.manifests()] == ["other b", "toy a"]
    assert store.verify() == []
    damage(stored / "big.bin")
    (error,) = store.verify()
    assert "big.bin" in str(error)
    assert [str(one) for one in store.verify(stored.name)] == [str(error)]
    (stored / "manifest.json").write_text("{}")
    assert [manifest.label for manifest in store.manifests()] == ["other b"]
    assert len(store.keys()) == 2


def test_the_work_folder_stays_until_it_is_discarded(store: Store, assignment: Assignment) -> None:
    (store.work_folder(assignment.key) / "checkpoint").write_text("120")
    partial = store.root / "toy" / f".{assignment.key}.host.1.abc.partial"
    partial.mkdir(parents=True)
    assert (Store(store.root).work_folder(assignment.key) / "checkpoint").read_text() == "120"
    assert store.unfinished() == [assignment.key]
    assert store.keys() == []
    store.discard_work(assignment.key)
    assert store.unfinished() == []
    assert not partial.exists()


def test_the_store_stays_where_it_was_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(Path("store"))
    monkeypatch.chdir("/")
    assert store.root == tmp_path / "store"


def test_a_root_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for store in (Store(tmp_path / "file"), Store(tmp_path / "file" / "store")):
        with pytest.raises(StorageError, match="a part of this path is a file, not a folder"):
            store.work_folder(A_KEY)
        with pytest.raises(StorageError, match="a part of this path is a file, not a folder"), store.lock(A_KEY):
            pass
