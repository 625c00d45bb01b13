"""Flags of `sprachbund export` that contradict each other."""

from __future__ import annotations

import pytest

from sprachbund.cli.main import dispatch


def test_the_format_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["export", "somewhere"]) == 2
    assert "--onnx: name the format" in capsys.readouterr().err


def test_a_loss_without_int8_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["export", "somewhere", "--onnx", "--accept-loss", "1"]) == 2
    assert "--accept-loss: only int8 loses anything" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(["export", "./nowhere", "--onnx"]) == 1
    assert "there is no folder ./nowhere" in capsys.readouterr().err
