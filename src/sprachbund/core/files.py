"""Write aside and rename once; digests; locks; no space told as what it is."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sprachbund.core.errors import SprachbundError, StorageError
from sprachbund.core.source import Location

_STORAGE_FAULTS = {
    errno.ENOSPC: "no space left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
}
_FULL = {_STORAGE_FAULTS[errno.ENOSPC], _STORAGE_FAULTS[errno.EDQUOT]}
_FULL_TEXTS = re.compile(
    rf"no space left on device|disk quota exceeded|(?:os error|errno) (?:{errno.ENOSPC}|{errno.EDQUOT})\b",
    re.IGNORECASE,
)
# numpy and torch count the bytes that went through and do not ask the system why some did not.
_SHORT_WRITE_TEXTS = re.compile(r"\d+ requested and \d+ written|inline_container|PytorchStreamWriter failed")
_NEARLY_FULL = 16 * 2**20
_STORAGE_REMEDY = "free some space or choose another folder; nothing half-written was left"


def sha256_file(path: Path) -> str:
    """Return the sha256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def temporary_sibling(path: Path) -> Path:
    """Return a name beside `path` that no other process, thread or machine will choose."""
    return path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}.{uuid.uuid4().hex[:8]}.partial")


@contextmanager
def storage_faults_told(path: Path) -> Iterator[None]:
    """Turn "no space", "no permission" into a StorageError that names the place (`path`, if the error names none)."""
    try:
        yield
    except SprachbundError:
        raise
    except Exception as error:
        told = storage_fault(error, path)
        if told is None:
            raise
        raise told from error


def storage_fault(error: BaseException, path: Path) -> StorageError | None:
    """Say whether an exception, or what it was raised from, means that storage failed; None if not.

    safetensors, pyarrow and tokenizers report a full disk as their own exceptions, with the operating
    system's words in the message; those are recognised by these words. numpy and torch tell of a short
    write only; that counts if the disk is full.

    Args:
        error: what was raised.
        path: the place to name where the exception names none.
    """
    link: BaseException | None = error
    while link is not None:
        text = _storage_text(link)
        if text is None and _SHORT_WRITE_TEXTS.search(str(link)) and _is_full(path):
            text = _STORAGE_FAULTS[errno.ENOSPC]
        # Deep in a chain only a full disk is the reason for certain: "no permission" may have been dealt with.
        if text is not None and (link is error or text in _FULL):
            return StorageError(text, where=Location(str(_place(link, path))), remedy=_STORAGE_REMEDY)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return None


def _place(error: BaseException, path: Path) -> Path:
    """The file an error names, unless that is only the temporary copy of `path`."""
    named = getattr(error, "filename", None)
    if not isinstance(named, str) or (f".{path.name}." in named and ".partial" in named):
        return path
    return Path(named)


def _storage_text(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno in _STORAGE_FAULTS:
        return _STORAGE_FAULTS[error.errno]
    match = _FULL_TEXTS.search(str(error))
    if match is None:
        return None
    quota = "quota" in match[0].lower() or match[0].endswith(str(errno.EDQUOT))
    return _STORAGE_FAULTS[errno.EDQUOT if quota else errno.ENOSPC]


def _is_full(path: Path) -> bool:
    there = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(there).free < _NEARLY_FULL


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
        make_folder(path.parent)
        try:
            yield temporary
            if temporary.is_dir():
                _rename_folder(temporary, path)
            else:
                temporary.replace(path)
        finally:
            remove(temporary)


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, unless it is there.

    Raises:
        StorageError: no space, no permission, a file stands in the way, or the system refuses the name.
    """
    with storage_faults_told(path):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
        except OSError as error:
            if error.errno in _STORAGE_FAULTS:
                raise
            raise StorageError(f"this folder cannot be made: {(error.strerror or str(error)).lower()}",
                               where=Location(str(path)), remedy="choose another folder") from error


def check_folder(path: Path) -> None:
    """Find out whether a folder can be made, and leave nothing behind that was not there.

    Raises:
        StorageError: as `make_folder`.
    """
    missing = [folder for folder in (path, *path.parents) if not os.access(folder, os.F_OK)]  # a name too long as well
    make_folder(path)
    for folder in missing:
        with suppress(OSError):  # somebody has put something there meanwhile
            folder.rmdir()


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
def locked(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold an inter-process lock named after `path` (a sibling `.lock` file); waits for it.

    The operating system frees the lock when its holder dies. The lock file stays: removing it would
    let two processes hold locks on two files of one name.

    Args:
        path: what is locked; it need not exist.
        waiting: called once if another process holds the lock and this one has to wait.

    Raises:
        StorageError: the lock file cannot be written.
    """
    lock = FileLock(str(path.with_name(f".{path.name}.lock")))
    with storage_faults_told(path):
        make_folder(path.parent)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is not None:
                waiting()
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _rename_folder(temporary: Path, path: Path) -> None:
    try:
        temporary.rename(path)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
