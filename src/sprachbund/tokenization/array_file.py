"""A `.npy` file that grows, so that an array of any length is written with little memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray


class ArrayFile:
    """A one-dimensional array on disk, written part by part.

    The file is byte for byte what `np.save` writes of the whole array: numpy leaves room in the header
    for the length to grow. A file that was not closed has length 0.

    Args:
        path: of the file, which is made new.
        dtype: of the array.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.length = 0
        self._file = path.open("wb")
        self._header()

    def append(self, values: NDArray[np.generic]) -> None:
        """Write more values at the end.

        Raises:
            TypeError: values of another type.
        """
        if values.dtype != self.dtype or values.ndim != 1:
            raise TypeError(f"an array of {self.dtype} cannot grow by {values.dtype} in {values.ndim} dimensions")
        self._file.write(np.ascontiguousarray(values).data)
        self.length += len(values)

    def close(self) -> None:
        """Write the length and close the file."""
        if not self._file.closed:
            self._file.seek(0)
            self._header()
            self._file.close()

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _header(self) -> None:
        facts = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": (self.length,)}
        npy.write_array_header_1_0(self._file, facts)
