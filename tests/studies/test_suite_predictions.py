"""Predictions from the store as files of the evaluator: what has no prediction counts as wrong there."""

from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.stages.stage import Stage
from sprachbund.stages.store import Store
from sprachbund.studies.suite_config import read_suite
from sprachbund.studies.suite_predictions import _numbered, _one_a_line, _sentences, write_task_files


def test_missing_predictions_are_written_as_what_is_never_right() -> None:
    assert "".join(_one_a_line([["a"], [None]])) == "a\n\n"
    assert "".join(_numbered([["2"], [None]])) == '{"idx": 0, "label": 1}\n{"idx": 1, "label": -1}\n'
    assert "".join(_sentences([["NOUN", None], [], ["X"]])) == "NOUN\nO\n\n\nX\n\n"


def test_a_store_without_the_predictions_is_told(tmp_path: Path) -> None:
    gone = Stage(kind="predict", version=1, function="a:b", config={}, label="predict x")
    scores = Stage(kind="score", version=1, function="a:b", config={}, inputs={"predictions": gone})
    with pytest.raises(DataError, match="no longer holds the output of predict x"):
        write_task_files("xnli", read_suite("xtreme").tasks["xnli"], scores, Store(tmp_path), tmp_path)
