from __future__ import annotations

import pytest
import torch

from sprachbund.core.errors import ConfigError
from sprachbund.models import precision

CPU = torch.device("cpu")


def test_fp32_is_fp32_everywhere():
    assert precision.autocast_format("fp32", CPU) == (torch.float32, "")


@pytest.mark.parametrize(("asked", "note"), [("auto", ""), ("bf16", "this cpu has no bf16 arithmetic: fp32 is used")])
def test_a_processor_without_bf16_falls_back_and_says_so(monkeypatch, asked, note):
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: False)
    assert precision.autocast_format(asked, CPU) == (torch.float32, note)


def test_a_processor_with_bf16_uses_it(monkeypatch):
    monkeypatch.setattr(precision, "_processor_has_bf16", lambda: True)
    assert precision.autocast_format("auto", CPU) == (torch.bfloat16, "")


def test_x86_is_asked_for_the_instructions_themselves(monkeypatch):
    monkeypatch.setattr(precision.platform, "machine", lambda: "x86_64")
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: False)
    assert not precision.has_bf16(CPU)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    assert precision.has_bf16(CPU)


@pytest.mark.parametrize("number_format", [torch.bfloat16, torch.float32])
def test_autocast_gives_products_in_the_format(number_format):
    with precision.autocast(CPU, number_format):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is number_format


def test_attention_is_trained_by_plain_products_on_a_processor():
    fused = torch.backends.cuda.flash_sdp_enabled
    before = fused()
    with precision.attention_for_training(CPU):
        assert not fused()
    with precision.attention_for_training(torch.device("cuda")):
        assert fused() == before
    assert fused() == before


def test_devices():
    assert precision.choose_device("cpu") == CPU
    assert precision.choose_device("auto").type in {"cpu", "cuda", "mps", "xpu"}


@pytest.mark.parametrize("name", ["cuda:99", "gpu"])
def test_a_device_that_is_not_here(name):
    with pytest.raises(ConfigError, match=rf"device: '{name}' cannot be used here \(.*\); choose auto, cpu, cuda"):
        precision.choose_device(name)
