"""Memory given back: the values stay, a mapped file's pages go."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from sprachbund.training.pages import give_back_pages

LINUX = sys.platform.startswith("linux")


def mapped_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssFile")).split()[1]) / 1024


@pytest.mark.skipif(not LINUX, reason="only Linux takes pages back on request")
def test_a_mapped_files_pages_go_and_its_values_stay(tmp_path):
    values = torch.arange(8 * 2**20, dtype=torch.float32).view(-1, 256)  # 32 MiB
    save_file({"matrix": values}, tmp_path / "weights.safetensors")
    matrix = load_file(tmp_path / "weights.safetensors")["matrix"]
    total = matrix.sum(dtype=torch.float64)  # touches every page
    before = mapped_mib()
    assert give_back_pages(matrix)
    assert mapped_mib() < before - 24
    assert matrix.sum(dtype=torch.float64) == total
    assert torch.equal(matrix, values)


@pytest.mark.skipif(not LINUX, reason="only Linux takes pages back on request")
def test_what_was_written_into_a_mapped_file_stays(tmp_path):
    save_file({"matrix": torch.zeros(2**20)}, tmp_path / "weights.safetensors")
    matrix = load_file(tmp_path / "weights.safetensors")["matrix"]
    matrix[::5000] = 7.0
    assert give_back_pages(matrix)
    assert matrix.sum() == 7 * len(range(0, 2**20, 5000))


def test_memory_that_is_no_file_keeps_its_values():
    matrix = torch.arange(2**20, dtype=torch.float32)
    assert give_back_pages(matrix) == LINUX
    assert torch.equal(matrix, torch.arange(2**20, dtype=torch.float32))


def test_less_than_a_page_and_columns_of_a_matrix_are_left_alone():
    assert not give_back_pages(torch.ones(3))
    assert not give_back_pages(torch.ones(4096, 64)[:, 3])
