"""What a stored folder says of itself, read back strictly."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import toy_stages as toys

from sprachbund.core.errors import IntegrityError, StageError
from sprachbund.stages.assignment import Assignment, assign
from sprachbund.stages.keys import Keys, explain
from sprachbund.stages.manifest import MANIFEST, Manifest, check_files, describe, read_manifest, write_manifest


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return assign(toys.stage(tmp_path, inputs={"from": toys.stage(tmp_path, name="b")}), Keys())


@pytest.fixture
def folder(tmp_path: Path, assignment: Assignment) -> Path:
    folder = tmp_path / "output"
    (folder / "deep").mkdir(parents=True)
    (folder / "text.txt").write_text("ñ", encoding="utf-8")
    (folder / "deep" / "more.bin").write_bytes(b"x" * 5000)
    write_manifest(describe(assignment, folder, datetime(2025, 3, 1, tzinfo=UTC), 1.5), folder)
    return folder


def test_a_manifest_tells_identity_origin_and_content(folder: Path, assignment: Assignment, tmp_path: Path) -> None:
    manifest = read_manifest(folder, assignment.key)
    assert (manifest.key, manifest.kind, manifest.label) == (assignment.key, "toy", "toy a")
    assert manifest.identity == explain(toys.stage(tmp_path, inputs={"from": toys.stage(tmp_path, name="b")}))
    assert manifest.input_keys() == assignment.inputs
    assert (manifest.started, manifest.seconds) == (datetime(2025, 3, 1, tzinfo=UTC), 1.5)
    assert {"python", "torch", "transformers", "sprachbund", "platform", "processor"} <= set(manifest.environment)
    assert {name: (file.size, file.sha256) for name, file in manifest.files.items()} == {
        "text.txt": (2, hashlib.sha256("ñ".encode()).hexdigest()),
        "deep/more.bin": (5000, hashlib.sha256(b"x" * 5000).hexdigest()),
    }
    assert manifest.size == 5002


def test_what_is_written_is_what_is_read(folder: Path, assignment: Assignment) -> None:
    manifest = read_manifest(folder, assignment.key)
    write_manifest(manifest, folder)
    assert read_manifest(folder, assignment.key) == manifest
    assert isinstance(json.loads((folder / MANIFEST).read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize(("change", "message"), [
    ({"extra": 1}, r"manifest\.json: not a manifest: extra: Extra inputs are not permitted"),
    ({"seconds": -1}, "not a manifest: seconds: Input should be greater than or equal to 0"),
    ({"format": 2}, "not a manifest: format: Input should be less than or equal to 1"),
    ({"label": None}, "not a manifest: label: Input should be a valid string"),
    ({"files": {"a": {"size": 1, "sha256": "xyz"}}}, r"not a manifest: files\.a\.sha256"),
    ({"key": "0" * 64}, "does not belong to the key"),
    ({"identity": {"kind": "toy"}}, "does not belong to the key"),
])
def test_a_changed_manifest_is_refused(
    folder: Path, assignment: Assignment, change: dict[str, Any], message: str
) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(IntegrityError, match=message):
        read_manifest(folder, assignment.key)


@pytest.mark.parametrize(("content", "message"), [
    (b"", "not a manifest: Invalid JSON"),
    (b'{"key": "abc', "not a manifest: Invalid JSON"),
    (b"\xff", "not a manifest"),
])
def test_a_cut_manifest_is_refused(folder: Path, assignment: Assignment, content: bytes, message: str) -> None:
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(IntegrityError, match=message):
        read_manifest(folder, assignment.key)


def test_a_missing_manifest_is_refused(folder: Path, assignment: Assignment) -> None:
    (folder / MANIFEST).unlink()
    with pytest.raises(IntegrityError, match="the manifest of a stored output is missing\n  → run the stage again"):
        read_manifest(folder, assignment.key)


def test_each_damage_of_a_file_is_named(folder: Path, assignment: Assignment) -> None:
    manifest: Manifest = read_manifest(folder, assignment.key)
    check_files(manifest, folder)
    path = folder / "deep" / "more.bin"
    path.write_bytes(b"x" * 4999 + b"y")
    with pytest.raises(IntegrityError, match=r"more\.bin: a stored file has the sha256 \w+, \w+ was recorded"):
        check_files(manifest, folder)
    path.write_bytes(b"x" * 4999)
    with pytest.raises(IntegrityError, match=r"more\.bin: a stored file has 4999 bytes, 5000 were recorded"):
        check_files(manifest, folder)
    path.unlink()
    with pytest.raises(IntegrityError, match=r"more\.bin: a stored file is missing"):
        check_files(manifest, folder)


def test_a_stage_may_not_write_the_manifest_itself(folder: Path, assignment: Assignment) -> None:
    with pytest.raises(StageError, match=r"'toy a' wrote a file named manifest\.json, a name the store keeps"):
        describe(assignment, folder, datetime.now(UTC), 0.0)
