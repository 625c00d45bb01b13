"""Written aside and renamed once; locks; a full disk told as what it is."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sprachbund.core.errors import FormatError, StorageError
from sprachbund.core.files import (
    check_folder,
    locked,
    make_folder,
    remove,
    sha256_file,
    storage_fault,
    storage_faults_told,
    temporary_sibling,
    write_aside,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_half_way(path: Path, error: BaseException) -> None:
    with write_aside(path) as temporary:
        temporary.mkdir()
        (temporary / "file").write_text("half")
        raise error


def test_a_file_is_written_with_its_folders_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text(path, "one ñ")
    write_text(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert names(path.parent) == ["b.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    write_text(path, "old")
    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way(path, RuntimeError("half-way"))
    assert (path.read_text(), names(tmp_path)) == ("old", ["b.txt"])


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_leaves_nothing(tmp_path: Path, interruption: type[BaseException]) -> None:
    with pytest.raises(interruption):
        fail_half_way(tmp_path / "folder", interruption())
    assert names(tmp_path) == []


def test_the_first_folder_stays_and_the_second_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with write_aside(path) as late:
        late.mkdir()
        (late / "who").write_text("late")
        with write_aside(path) as early:
            early.mkdir()
            (early / "who").write_text("early")
    assert (path / "who").read_text() == "early"
    assert names(tmp_path) == ["folder"]


def _race(path: Path, number: int, barrier: threading.Barrier) -> None:
    with write_aside(path) as temporary:
        temporary.mkdir()
        for part in range(20):
            (temporary / f"{part}.txt").write_text(str(number))
        barrier.wait()


def test_of_many_processes_one_wins_whole(tmp_path: Path) -> None:
    path, context = tmp_path / "folder", multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    racers = [context.Process(target=_race, args=(path, number, barrier)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
        assert racer.exitcode == 0
    assert len({file.read_text() for file in path.iterdir()}) == 1
    assert (len(names(path)), names(tmp_path)) == (20, ["folder"])


def test_a_temporary_name_is_never_chosen_twice(tmp_path: Path) -> None:
    path = tmp_path / "model"
    chosen = {temporary_sibling(path) for _ in range(100)}
    assert len(chosen) == 100
    assert all(one.parent == tmp_path and one.name.startswith(".model.") for one in chosen)
    assert all(str(os.getpid()) in one.name and one.suffix == ".partial" for one in chosen)


@pytest.mark.parametrize(("number", "text"), [
    (errno.ENOSPC, "no space left on the disk"),
    (errno.EDQUOT, "the disk quota is used up"),
    (errno.EACCES, "no permission"),
    (errno.EROFS, "the file system is read-only"),
])
def test_what_the_system_says_of_storage_becomes_a_storage_error(tmp_path: Path, number: int, text: str) -> None:
    path = tmp_path / "rows.parquet"
    with pytest.raises(StorageError) as caught:
        fail_half_way(path, OSError(number, os.strerror(number), str(temporary_sibling(path) / "part.bin")))
    assert str(caught.value) == (
        f"{path}: {text}\n  → free some space or choose another folder; nothing half-written was left"
    )
    assert isinstance(caught.value.__cause__, OSError)
    assert names(tmp_path) == []


def test_a_really_full_disk(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")

    def write() -> None:
        with write_aside(tmp_path / "model.safetensors") as temporary:
            temporary.symlink_to(full)
            temporary.write_text("x" * 10_000_000)

    with pytest.raises(StorageError, match=r"model\.safetensors: no space left on the disk"):
        write()
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    for path in (tmp_path / "a" / "b.txt", tmp_path / "a" / "b" / "c.txt"):
        with pytest.raises(StorageError, match="a part of this path is a file, not a folder"):
            write_text(path, "x")


def test_a_folder_that_can_be_made_is_not_left_behind(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "below")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "there").mkdir()
    check_folder(tmp_path / "there")
    assert (tmp_path / "there").is_dir()
    with pytest.raises(StorageError, match="this folder cannot be made"):
        check_folder(tmp_path / "there" / ("a" * 300))


def test_a_folder_that_the_system_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="this folder cannot be made: file name too long") as caught:
        make_folder(tmp_path / ("a" * 300) / "below")
    assert caught.value.remedy == "choose another folder"


@pytest.mark.parametrize("error", [
    RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),  # safetensors
    OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"),  # pyarrow
    ValueError("Disk quota exceeded (os error 122)"),
])
def test_a_full_disk_is_recognised_by_its_words(error: Exception, tmp_path: Path) -> None:
    expected = "the disk quota is used up" if "quota" in str(error) else "no space left on the disk"
    told = storage_fault(error, tmp_path)
    assert told is not None
    assert (told.what, str(told.where)) == (expected, str(tmp_path))


@pytest.mark.parametrize("text", [
    "1000000 requested and 262128 written",  # numpy
    "[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534",  # torch
])
def test_a_short_write_is_a_full_disk_if_the_disk_is_full(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**40))
    assert storage_fault(OSError(text), tmp_path / "absent") is None
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=4096))
    told = storage_fault(OSError(text), tmp_path / "absent")
    assert told is not None
    assert told.what == "no space left on the disk"
    assert storage_fault(OSError("something else"), tmp_path) is None


def test_a_full_disk_is_recognised_behind_another_error(tmp_path: Path) -> None:
    error = RuntimeError("the table could not be written")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="no space left on the disk"), storage_faults_told(tmp_path):
        raise error
    vague = RuntimeError("something else")
    vague.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(RuntimeError, match="something else"), storage_faults_told(tmp_path):
        raise vague


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    assert storage_fault(ValueError("error 28 of 30"), tmp_path) is None
    with pytest.raises(FileNotFoundError), storage_faults_told(tmp_path):
        (tmp_path / "absent").read_text()
    handled = FormatError("a line too many")
    handled.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(FormatError), storage_faults_told(tmp_path):
        raise handled


def test_an_error_about_another_file_names_that_file(tmp_path: Path) -> None:
    told = storage_fault(PermissionError(errno.EACCES, "Permission denied", "/data/de.tsv"), tmp_path / "rows")
    assert told is not None
    assert str(told.where) == "/data/de.tsv"


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    data = bytes(range(256)) * 5000
    path.write_bytes(data)
    assert sha256_file(path) == hashlib.sha256(data).hexdigest()


def test_remove_takes_files_folders_links_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    for name in ("link", "folder", "absent"):
        remove(tmp_path / name)
    assert names(tmp_path) == ["kept"]
    assert (tmp_path / "kept" / "file").exists()


def test_a_lock_lets_one_in_and_says_that_others_wait(tmp_path: Path) -> None:
    path, order = tmp_path / "deep" / "thing", []
    told = threading.Event()

    def second() -> None:
        with locked(path, waiting=told.set):
            order.append("second")

    with locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(timeout=5)
        order.append("first")
    thread.join(timeout=5)
    assert order == ["first", "second"]


def test_a_free_lock_is_not_waited_for(tmp_path: Path) -> None:
    with locked(tmp_path / "thing", waiting=lambda: pytest.fail("nobody holds it")):
        assert names(tmp_path) == [".thing.lock"]


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    code = "import sys, time\nfrom pathlib import Path\nfrom sprachbund.core.files import locked\n"
    code += "with locked(Path(sys.argv[1])):\n    print('in', flush=True)\n    time.sleep(60)\n"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "thing")], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout as said:
        assert said.readline() == b"in\n"
        holder.kill()
        holder.wait()
    begun = time.monotonic()
    with locked(tmp_path / "thing"):
        assert time.monotonic() - begun < 5
