"""A folder of files made from something else: built once, checked by digest, rebuilt when damaged."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs

from sprachbund.core.files import locked, remove, sha256_file, write_aside

CACHE_VARIABLE = "SPRACHBUND_CACHE"
_CHECKSUMS = "checksums.json"
_logger = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where things lie that can be made again: the folder named by SPRACHBUND_CACHE, else the user's cache folder."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named).expanduser() if named else platformdirs.user_cache_path("sprachbund", appauthor=False)


def cached_folder(folder: Path, needed: Iterable[str], build: Callable[[Path], None]) -> Path:
    """Return a folder whose needed files are there and undamaged, building it if they are not.

    Only one process builds; the others wait. A damaged folder is replaced, with a warning in the log.

    Args:
        folder: where it lies or will lie.
        needed: names of the files the caller is about to read; their sha256 is compared with what was
            recorded when they were written.
        build: fills the empty folder that it is given.

    Raises:
        StorageError: no space, no permission; nothing half-written is left.
    """
    needed = tuple(needed)
    if damage(folder, needed) is None:
        return folder
    with locked(folder):
        found = damage(folder, needed)  # another process may have built it meanwhile
        if found is None:
            return folder
        if folder.exists():
            _logger.warning("%s: %s; made again", folder, found)
            remove(folder)
        for partial in folder.parent.glob(f".{folder.name}.*.partial"):
            remove(partial)  # of processes that were killed: whoever holds the lock is the only builder
        with write_aside(folder) as aside:
            aside.mkdir()
            build(aside)
            digests = {path.name: sha256_file(path) for path in sorted(aside.iterdir())}
            (aside / _CHECKSUMS).write_text(json.dumps(digests, indent=1), encoding="utf-8")
    return folder


def damage(folder: Path, needed: Iterable[str]) -> str | None:
    """Say what is wrong with the files needed, or None."""
    try:
        digests = json.loads((folder / _CHECKSUMS).read_text(encoding="utf-8"))
        recorded = {name: str(digests[name]) for name in needed}
    except FileNotFoundError:
        return f"{_CHECKSUMS} is missing"
    except (ValueError, KeyError, TypeError):
        return f"{_CHECKSUMS} is damaged"
    for name, digest in recorded.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if sha256_file(path) != digest:
            return f"{name} is damaged (its sha256 is not the one recorded when it was written)"
    return None
