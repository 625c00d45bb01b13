"""The store: one folder per key, renamed into place once, verified when it is read.

    <root>/<kind>/<key>/     a stage's output and its manifest
    <root>/.work/<key>/      checkpoints of a stage that has not finished
    <root>/.locks/           one lock a key, so that two processes do not build the same thing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sprachbund.core.errors import IntegrityError, StorageError
from sprachbund.core.files import locked, make_folder, remove, storage_faults_told, temporary_sibling, write_aside
from sprachbund.core.source import Location
from sprachbund.stages.keys import stage_key
from sprachbund.stages.manifest import Manifest, check_files, read_manifest
from sprachbund.stages.stage import Stage

_Signature = tuple[tuple[str, int, int, int], ...]


class Store:
    """Outputs of stages, found by key.

    A folder is verified in full (sha256 of every file) the first time it is opened by this object, and again
    if size, time or inode of any of its files has changed since.

    Args:
        root: the store's folder; made when something is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()  # a stage may change the working folder
        self._verified: dict[str, _Signature] = {}

    def has(self, key: str) -> bool:
        """Say whether there is a folder for the key; whether it is intact is said by `intact` and `open`."""
        return self.folder(key) is not None

    def folder(self, key: str) -> Path | None:
        """Return where the output of a key lies, unverified, or None."""
        return next((kind / key for kind in self._kinds() if (kind / key).is_dir()), None)

    def intact(self, key: str) -> bool:
        """Return True if the output is there and verified, False if it is not there.

        Raises:
            IntegrityError: it is there and damaged; names the file.
        """
        folder = self.folder(key)
        if folder is None:
            return False
        manifest = read_manifest(folder, key)
        signature = _signature(manifest, folder)
        if signature is None or self._verified.get(key) != signature:
            self._verified.pop(key, None)
            check_files(manifest, folder)
            self._trust(key, signature)
        return True

    def open(self, stage: Stage | str) -> Path:
        """Return the verified folder of a stage's output; to be read only.

        Args:
            stage: the stage, or its key.

        Raises:
            StorageError: there is nothing under that key.
            IntegrityError: a file is damaged; names it.
        """
        key = stage if isinstance(stage, str) else stage_key(stage)
        if not self.intact(key):
            raise StorageError(f"the store holds nothing under the key {key}", where=Location(str(self.root)),
                               remedy="run what makes it")
        folder = self.folder(key)
        if folder is None:  # removed by another process between two lines
            return self.open(key)
        return folder

    def manifest(self, key: str) -> Manifest:
        """Return what the stored folder says of itself.

        Raises:
            StorageError: there is nothing under that key.
            IntegrityError: the manifest is damaged.
        """
        folder = self.folder(key)
        if folder is None:
            raise StorageError(f"the store holds nothing under the key {key}", where=Location(str(self.root)))
        return read_manifest(folder, key)

    @contextmanager
    def lock(self, key: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Be the only process that builds or removes this key; `waiting` is called once if another one is at it."""
        with locked(self.root / ".locks" / key, waiting):
            yield

    @contextmanager
    def write(self, kind: str, key: str) -> Iterator[Path]:
        """Give an empty folder; at the end of the block it becomes the output of the key, in one rename.

        The block's last act is to write the manifest. If the block raises, the folder is thrown away; if
        another process was first, its output stays and this one is thrown away.

        Raises:
            StorageError: no space, no permission.
        """
        target = self.root / kind / key
        with write_aside(target) as temporary:
            temporary.mkdir()
            yield temporary
            # Digests were just made from these very files: their inodes stay the same in a rename.
            self._trust(key, _signature(read_manifest(temporary, key), temporary))

    def work_folder(self, key: str) -> Path:
        """Return the folder that outlives interrupted tries of a stage; made if it is not there."""
        folder = self.root / ".work" / key
        make_folder(folder)
        return folder

    def discard_work(self, key: str) -> None:
        """Remove what interrupted tries have left: checkpoints and half-filled folders. Hold the lock."""
        remove(self.root / ".work" / key)
        self.discard_partial(key)

    def discard_partial(self, key: str) -> None:
        """Remove half-filled folders of killed tries. Hold the lock."""
        for kind in self._kinds():
            for partial in kind.glob(f".{key}.*.partial"):
                remove(partial)

    def remove(self, key: str) -> None:
        """Remove the output of a key, if it is there. Hold the lock.

        Raises:
            StorageError: it cannot be removed.
        """
        self._verified.pop(key, None)
        folder = self.folder(key)
        if folder is None:
            return
        doomed = temporary_sibling(folder)  # goes from the store in one step, however long the removal takes
        with storage_faults_told(folder):
            folder.rename(doomed)
        remove(doomed)

    def keys(self) -> list[str]:
        """Return all stored keys, by kind and name."""
        return [folder.name for kind in self._kinds() for folder in sorted(kind.iterdir()) if _is_output(folder)]

    def manifests(self) -> list[Manifest]:
        """Return the manifests of all outputs whose manifest can be read, by kind and key."""
        manifests = []
        for key in self.keys():
            try:
                manifests.append(self.manifest(key))
            except (IntegrityError, StorageError):  # `verify` tells of it
                continue
        return manifests

    def verify(self, key: str | None = None) -> list[IntegrityError]:
        """Verify one output, or all, anew; return one error for each damaged one.

        Raises:
            StorageError: there is nothing under the key that was named.
        """
        if key is not None and not self.has(key):
            raise StorageError(f"the store holds nothing under the key {key}", where=Location(str(self.root)))
        damaged = []
        for each in self.keys() if key is None else [key]:
            self._verified.pop(each, None)
            try:
                self.intact(each)
            except IntegrityError as error:
                damaged.append(error)
        return damaged

    def unfinished(self) -> list[str]:
        """Return the keys of which a checkpoint or a half-filled folder is left, finished or not, in use or not."""
        work = self.root / ".work"
        keys = {folder.name for folder in work.iterdir()} if work.is_dir() else set()
        keys.update(path.name.split(".")[1] for kind in self._kinds() for path in kind.glob(".*.partial"))
        return sorted(keys)

    def _kinds(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return sorted(path for path in self.root.iterdir() if path.is_dir() and not path.name.startswith("."))

    def _trust(self, key: str, signature: _Signature | None) -> None:
        if signature is not None:
            self._verified[key] = signature


def _is_output(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith(".")


def _signature(manifest: Manifest, folder: Path) -> _Signature | None:
    """Size, time and inode of every file; None if one is missing."""
    try:
        stats = [(name, (folder / name).stat()) for name in manifest.files]
    except OSError:
        return None
    return tuple((name, stat.st_size, stat.st_mtime_ns, stat.st_ino) for name, stat in stats)
