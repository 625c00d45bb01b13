from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sprachbund.tokenization.array_file import ArrayFile


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
@pytest.mark.parametrize("sizes", [(), (0,), (3,), (7, 0, 100_000, 1)])
def test_a_file_that_grew_is_what_numpy_saves(tmp_path: Path, dtype: type, sizes: tuple[int, ...]) -> None:
    parts = [np.arange(size).astype(dtype) for size in sizes]
    with ArrayFile(tmp_path / "grown.npy", dtype) as file:
        for part in parts:
            file.append(part)
        assert file.length == sum(sizes)
    np.save(tmp_path / "saved.npy", np.concatenate([np.zeros(0, dtype=dtype), *parts]))
    assert (tmp_path / "grown.npy").read_bytes() == (tmp_path / "saved.npy").read_bytes()


def test_parts_that_are_not_contiguous(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "a.npy", np.int64) as file:
        file.append(np.arange(10)[::2])
    assert np.load(tmp_path / "a.npy").tolist() == [0, 2, 4, 6, 8]


def test_values_of_another_type_are_refused(tmp_path: Path) -> None:
    with ArrayFile(tmp_path / "a.npy", np.int32) as file:
        with pytest.raises(TypeError, match="an array of int32 cannot grow by int64 in 1 dimensions"):
            file.append(np.arange(3))
        with pytest.raises(TypeError, match="by int32 in 2 dimensions"):
            file.append(np.zeros((2, 2), dtype=np.int32))


def test_a_file_that_was_not_closed_has_no_length(tmp_path: Path) -> None:
    file = ArrayFile(tmp_path / "a.npy", np.int64)
    file.append(np.arange(100_000))
    file._file.flush()
    assert len(np.load(tmp_path / "a.npy")) == 0
    file.close()
    assert len(np.load(tmp_path / "a.npy")) == 100_000
