"""Memory that is not needed for a while, given back to the system."""

from __future__ import annotations

import ctypes
import mmap
import sys

from torch import Tensor

_PAGEOUT = 21  # MADV_PAGEOUT of Linux 5.4, which Python 3.11 does not name


def give_back_pages(matrix: Tensor) -> bool:
    """Ask the system to take back the memory of a tensor until somebody reads it again; its values stay.

    What an encoder's weight file holds is a mapped file: the system can read it again whenever it likes, but counts
    it as this process's memory from the first touch on. Memory that is no file is swapped out where there is swap,
    else it stays. Does nothing on other systems than Linux.

    Args:
        matrix: contiguous, on the processor.

    Returns:
        Whether the system was asked and agreed.
    """
    if not sys.platform.startswith("linux") or matrix.device.type != "cpu" or not matrix.is_contiguous():
        return False
    begin = -(-matrix.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE  # whole pages only: others share the first and last
    end = (matrix.data_ptr() + matrix.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if end <= begin:
        return False
    refused: int = ctypes.CDLL(None).madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), _PAGEOUT)
    return not refused
