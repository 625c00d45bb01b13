from __future__ import annotations

import pytest
from pydantic import ValidationError

from sprachbund.core.errors import RegistryError
from sprachbund.data.formats.reader import READERS, ReaderOptions


def test_every_format_loads_and_bears_its_name() -> None:
    for name in READERS.names():
        assert READERS.load(name).value.name == name


def test_an_unknown_format_is_told_with_near_names() -> None:
    with pytest.raises(RegistryError, match="there is no file format named 'conlu'\n  → did you mean conllu"):
        READERS.load("conlu")


def test_columns_may_be_numbers_and_rules_are_few() -> None:
    assert ReaderOptions.model_validate({"label_column": 4}).label_column == "4"
    assert ReaderOptions().multiword == "xtreme"
    with pytest.raises(ValidationError):
        ReaderOptions.model_validate({"multiword": "surface"})
    with pytest.raises(ValidationError):
        ReaderOptions.model_validate({"text_column": True})
