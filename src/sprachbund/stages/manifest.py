"""What a stored folder says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from sprachbund.core.canonical import Json, digest
from sprachbund.core.config import Config
from sprachbund.core.errors import IntegrityError, StageError
from sprachbund.core.files import sha256_file
from sprachbund.core.source import Location
from sprachbund.stages.assignment import Assignment
from sprachbund.stages.environment import environment

MANIFEST = "manifest.json"
"""The file's name at the root of every stored folder; a stage must not write one itself."""

_REMEDY = "run the stage again: damaged output is built anew"


class StoredFile(Config):
    """Size and digest of one file."""

    size: int = Field(ge=0)
    """Bytes."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(Config):
    """Identity, origin and content of a stored folder."""

    format: int = Field(1, ge=1, le=1)
    """Version of this file's own layout."""
    key: str = Field(pattern="^[0-9a-f]{64}$")
    kind: str
    label: str
    function: str
    identity: dict[str, Any]
    """The JSON behind the key; its sha256 is the key."""
    environment: dict[str, str]
    """Versions, platform, processor, commit: recorded, not part of the key."""
    started: datetime
    """With its offset from UTC."""
    seconds: float = Field(ge=0)
    """How long the stage's function ran (the last try, if earlier ones were interrupted)."""
    files: dict[str, StoredFile]
    """Path within the folder, with `/`, -> size and digest."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files.values())

    def input_keys(self) -> Mapping[str, str]:
        """Name -> key of every input."""
        return dict(self.identity.get("inputs", {}))


def describe(assignment: Assignment, folder: Path, started: datetime, seconds: float) -> Manifest:
    """Make the manifest of a folder that a stage has just filled; reads every file once for its digest.

    Raises:
        StageError: the stage wrote a file with the manifest's own name.
    """
    if (folder / MANIFEST).exists():
        what = f"the stage {assignment.label!r} wrote a file named {MANIFEST}, a name the store keeps for itself"
        raise StageError(what, stage=assignment.label, remedy="give the file another name")
    files = {
        path.relative_to(folder).as_posix(): StoredFile(size=path.stat().st_size, sha256=sha256_file(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return Manifest(
        key=assignment.key,
        kind=assignment.kind,
        label=assignment.label,
        function=assignment.function,
        identity=dict(assignment.identity),
        environment=environment(),
        started=started,
        seconds=seconds,
        files=files,
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into its folder."""
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path, key: str) -> Manifest:
    """Read the manifest of the folder that holds the output of a key.

    Raises:
        IntegrityError: it is missing, not what a manifest is, or does not belong to this key.
    """
    path = folder / MANIFEST
    where = Location(str(path))
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise IntegrityError("the manifest of a stored output is missing", where=where, remedy=_REMEDY) from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        what = f"not a manifest: {place + ': ' if place else ''}{fault['msg']}"
        raise IntegrityError(what, where=where, remedy=_REMEDY) from None
    identity: dict[str, Json] = manifest.identity
    if manifest.key != key or digest(identity) != manifest.key:
        what = f"the manifest does not belong to the key {key}: it tells of {manifest.key}, "
        what += f"and its identity has the key {digest(identity)}"
        raise IntegrityError(what, where=where, remedy=_REMEDY)
    return manifest


def check_files(manifest: Manifest, folder: Path) -> None:
    """Compare every file with its recorded size and digest, sizes first.

    Raises:
        IntegrityError: names the first file that is missing, cut, or has other bytes.
    """
    for name, recorded in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IntegrityError("a stored file is missing", where=Location(str(path)), remedy=_REMEDY)
        if path.stat().st_size != recorded.size:
            what = f"a stored file has {path.stat().st_size} bytes, {recorded.size} were recorded"
            raise IntegrityError(what, where=Location(str(path)), remedy=_REMEDY)
    for name, recorded in manifest.files.items():
        found = sha256_file(folder / name)
        if found != recorded.sha256:
            what = f"a stored file has the sha256 {found}, {recorded.sha256} was recorded"
            raise IntegrityError(what, where=Location(str(folder / name)), remedy=_REMEDY)
