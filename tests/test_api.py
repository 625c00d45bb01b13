from __future__ import annotations

from pathlib import Path

import pytest

import sprachbund as sb
from sprachbund import api
from sprachbund.core.errors import DataError, ModelError
from sprachbund.models.encoders.bundled_file import HUB_ID


def test_the_public_face_is_what_it_says() -> None:
    assert sb.__all__ == sorted(sb.__all__)
    assert set(dir(sb)) == {*sb.__all__, "__version__"}
    for name in sb.__all__:
        assert getattr(sb, name).__doc__, name


def test_the_demo_takes_the_hub_id_where_the_bundled_encoder_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(api, "bundled_is_here", lambda: False)
    with pytest.raises(ModelError) as caught:  # no hub is reached in tests
        sb.demo(output=tmp_path / "out", store=tmp_path / "store")
    assert HUB_ID in str(caught.value)
    assert caught.value.remedy


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no finished run here \(no rows\.parquet\)"):
        sb.load_run(tmp_path)
