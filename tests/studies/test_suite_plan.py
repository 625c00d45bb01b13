"""Recipes put together: data that are there, stand-ins and limits named, large encoders' own settings."""

from pathlib import Path

import pytest

from sprachbund.core.errors import DataError
from sprachbund.models.encoders.source import EncoderInfo
from sprachbund.studies.suite_config import SuiteLookup, SuiteRun, SuiteTask
from sprachbund.studies.suite_plan import PlannedTask, plan_lookup, plan_task

SMALL, LARGE = EncoderInfo("s", 12, 768, ""), EncoderInfo("l", 24, 1024, "")
TASK = SuiteTask(title="X", kind="labels", languages=("en", "de", "fr"))
RECIPE = SuiteRun(task="classification", test="own", train=("own", "other"), splits=("test", "dev"),
                  training={"learning_rate": 2e-5, "epochs": 5}, large={"learning_rate": 3e-5})


def _put(folder: Path, *places: str) -> None:
    for place in places:
        path = folder / f"{place}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\tlabel\na\tb\n", encoding="utf-8")


def _planned(folder: Path, info: EncoderInfo = SMALL, limit: int | None = None) -> PlannedTask:
    return plan_task(TASK, RECIPE, info, data_dir=str(folder), limit=limit)


def test_the_suites_own_data_need_no_remark(tmp_path: Path) -> None:
    _put(tmp_path, "own/en/train", "own/en/test", "own/de/test", "own/it/test")
    planned = _planned(tmp_path)
    assert planned.note == ""
    assert planned.settings["data"] == planned.settings["test_data"] == "own"
    assert planned.settings["targets"] == ["de"]
    assert planned.settings["training"] == {"learning_rate": 2e-5, "epochs": 5}
    assert "train_limit" not in planned.settings
    assert _planned(tmp_path, LARGE).settings["training"] == {"learning_rate": 3e-5, "epochs": 5}


def test_stand_ins_other_splits_and_limits_are_named(tmp_path: Path) -> None:
    _put(tmp_path, "own/en/dev", "own/de/dev", "other/en/train")
    planned = _planned(tmp_path, limit=1000)
    assert planned.settings["data"] == "other"
    assert planned.settings["split"] == "dev"
    assert planned.settings["train_limit"] == planned.settings["test_limit"] == 1000
    for words in ("trained on other, a stand-in for own", "scored on dev data", "smoke run: at most 1,000 examples"):
        assert words in planned.note


@pytest.mark.parametrize(("places", "message"), [
    (("other/en/train",), "there is no data set 'own'"),
    (("own/en/train",), "the data set own has no test data"),
    (("own/en/test", "own/it/test"), "none of the suite's languages in test"),
    (("own/en/test", "own/de/test"), "nothing to learn from: own: no training data in en; other: there is no data set"),
])
def test_what_is_not_there(places: tuple[str, ...], message: str, tmp_path: Path) -> None:
    _put(tmp_path, *places)
    with pytest.raises(DataError, match=message):
        _planned(tmp_path)


def test_a_lookup_takes_the_languages_that_are_there() -> None:
    recipe = SuiteLookup(data="tatoeba", pooling="mean", metric="retrieval_accuracy", layer_of_12=7)
    planned = plan_lookup(TASK, recipe, SMALL, ("fr", "de", "it"), data_dir=None)
    assert planned.settings == {"data": "tatoeba", "languages": ["de", "fr"], "layers": [7], "pooling": "mean"}
    assert planned.note == "without training, layer 7 of 12, mean of the pieces"
    with pytest.raises(DataError, match="none of the suite's languages"):
        plan_lookup(TASK, recipe, SMALL, ("it",), data_dir=None)
