"""Built once, checked by digest, rebuilt when damaged, nothing half-written."""

from __future__ import annotations

import errno
import logging
import re
from pathlib import Path

import platformdirs
import pytest

from sprachbund.core.errors import StorageError
from sprachbund.models.encoders.cached_folder import cache_folder, cached_folder, damage


class Builder:
    def __init__(self):
        self.times = 0

    def __call__(self, folder):
        self.times += 1
        (folder / "a.txt").write_text("first", encoding="utf-8")
        (folder / "b.txt").write_text("second", encoding="utf-8")


def test_built_once(tmp_path):
    builder = Builder()
    for _ in range(3):
        folder = cached_folder(tmp_path / "made", ["a.txt", "b.txt"], builder)
        assert (folder / "a.txt").read_text(encoding="utf-8") == "first"
    assert builder.times == 1
    assert damage(folder, ["a.txt"]) is None


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda folder: (folder / "a.txt").write_text("fir5t"), r"a\.txt is damaged \(its sha256"),
        (lambda folder: (folder / "a.txt").write_text(""), r"a\.txt is damaged"),
        (lambda folder: (folder / "a.txt").unlink(), r"a\.txt is missing"),
        (lambda folder: (folder / "checksums.json").unlink(), r"checksums\.json is missing"),
        (lambda folder: (folder / "checksums.json").write_text("{"), r"checksums\.json is damaged"),
        (lambda folder: (folder / "checksums.json").write_text("[]"), r"checksums\.json is damaged"),
        (lambda folder: (folder / "checksums.json").write_text('{"b.txt": "0"}'), r"checksums\.json is damaged"),
    ],
)
def test_damage_is_found_told_and_mended(tmp_path, caplog, harm, told):
    builder = Builder()
    folder = cached_folder(tmp_path / "made", ["a.txt"], builder)
    harm(folder)
    with caplog.at_level(logging.WARNING):
        cached_folder(folder, ["a.txt"], builder)
    assert builder.times == 2
    assert (folder / "a.txt").read_text(encoding="utf-8") == "first"
    (record,) = caplog.records
    assert record.getMessage().endswith("; made again")
    assert re.search(told, record.getMessage())


def test_files_that_nobody_is_about_to_read_are_not_checked(tmp_path):
    builder = Builder()
    folder = cached_folder(tmp_path / "made", ["a.txt"], builder)
    (folder / "b.txt").unlink()
    cached_folder(folder, ["a.txt"], builder)
    assert builder.times == 1


def test_a_full_disk_leaves_nothing(tmp_path):
    def build(folder):
        (folder / "a.txt").write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageError, match="no space left on the disk"):
        cached_folder(tmp_path / "made", ["a.txt"], build)
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_the_variable_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("SPRACHBUND_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SPRACHBUND_CACHE")
    assert cache_folder() == Path(platformdirs.user_cache_dir("sprachbund", appauthor=False))
