"""Write aside and rename once; digests; locks; no space told as what it is."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from sprachbund.core.errors import StorageError
from sprachbund.core.source import Location

_STORAGE_FAULTS = {
    errno.ENOSPC: "no space left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "no permission to write here",
    errno.EPERM: "no permission to write here",
    errno.EROFS: "the file system is read-only",
}


def sha256_file(path: Path) -> str:
    """Return the sha256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def temporary_sibling(path: Path) -> Path:
    """Return a name beside `path` that no other process, thread or machine will choose."""
    return path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}.{uuid.uuid4().hex[:8]}.partial")


@contextmanager
def storage_faults_told(path: Path) -> Iterator[None]:
    """Turn the operating system's "no space", "no permission" into a StorageError that names the place."""
    try:
        yield
    except OSError as error:
        text = _STORAGE_FAULTS.get(error.errno or 0)
        if text is None:
            raise
        raise StorageError(text, where=Location(str(path)), remedy="free some space or choose another folder; "
                           "nothing half-written was left") from error


@contextmanager
def write_aside(path: Path) -> Iterator[Path]:
    """Give a temporary sibling to write a file or folder to; rename it to `path` at the end.

    A failure removes the temporary copy. If another process put `path` there first, a folder's
    copy is thrown away (the first stays), a file is replaced atomically.

    Raises:
        StorageError: no space, no permission.
    """
    temporary = temporary_sibling(path)
    with storage_faults_told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            if temporary.is_dir():
                _rename_folder(temporary, path)
            else:
                temporary.replace(path)
        finally:
            remove(temporary)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file atomically."""
    with write_aside(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove(path: Path) -> None:
    """Remove a file or folder if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an inter-process lock named after `path` (a sibling `.lock` file); waits for it."""
    lock = path.with_name(f".{path.name}.lock")
    with storage_faults_told(path):
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(str(lock)):
            yield


def _rename_folder(temporary: Path, path: Path) -> None:
    try:
        temporary.rename(path)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
