"""Streams in constant memory: what a reader holds does not grow with the file."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from sprachbund.data.formats.conllu import ConlluReader
from sprachbund.data.formats.reader import ReaderOptions

SENTENCE = "".join(f"{number}\tWort{number}\t_\tNOUN\t_\t_\t{number - 1}\t_\t_\t_\n" for number in range(1, 21)) + "\n"


def _write(path: Path, megabytes: float) -> int:
    count = int(megabytes * 2**20 / len(SENTENCE))
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(f"# sent_id = {number}\n{SENTENCE}")
    return count


def _peak(path: Path) -> tuple[int, int]:
    """Sentences of a file, and the bytes that reading it took at most."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in ConlluReader().read(path, ReaderOptions(), Counter()))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_stream_takes_a_part_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    written = _write(path, 1.0)
    count, peak = _peak(path)
    assert count == written
    # buffers and the digests of sentence ids; as Python objects the file takes more than five times its size
    assert peak < 0.5 * path.stat().st_size


SCRIPT = """
import resource, sys
from collections import Counter
from pathlib import Path
from sprachbund.data.formats.conllu import ConlluReader
from sprachbund.data.formats.reader import ReaderOptions
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sum(1 for _ in ConlluReader().read(Path(sys.argv[1]), ReaderOptions(), Counter())))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
def test_two_hundred_megabytes_of_conllu_take_sixteen(tmp_path: Path) -> None:
    path = tmp_path / "a.conllu"
    written = _write(path, 200)
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True)
    count, megabytes = done.stdout.split()
    assert int(count) == written
    assert float(megabytes) < 16
