from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.errors import RegistryError
from sprachbund.data.retrieval.lareqa import Lareqa
from sprachbund.data.retrieval.source import FORMATS, card_of, format_of, open_retrieval
from tests.data.retrieval.test_lareqa import paragraph, write


def test_a_format_follows_from_the_name_or_is_chosen(tmp_path: Path) -> None:
    write(tmp_path, paragraph())
    assert isinstance(open_retrieval({"name": "lareqa"}, tmp_path), Lareqa)
    assert format_of("some/folder/LAReQA", None) == "lareqa"
    assert [format_of("x", name) for name in ("tsv", "csv", "jsonl", "bucc", None)] == ["parallel"] * 3 + [
        "bucc", "parallel"]
    with pytest.raises(RegistryError, match="there is no retrieval format named 'buc'\n  → did you mean bucc"):
        open_retrieval({"name": "x", "format": "buc"}, None)


def test_the_data_folder_may_be_the_set_itself(tmp_path: Path) -> None:
    write(tmp_path, paragraph())
    assert open_retrieval({"name": "lareqa"}, tmp_path / "lareqa").languages("test") == ["de"]


@pytest.mark.parametrize("name", FORMATS.names())
def test_every_format_has_a_card_that_names_it_as_its_own(name: str) -> None:
    card = card_of("tatoeba" if name == "parallel" else name)
    assert card is not None
    assert card.tasks == ("retrieval",)
    assert not card.bundled


def test_other_names_of_a_set_have_its_card() -> None:
    found = [card_of(name) for name in ("bucc2018", "xquad-r", "mewslix", "nobody")]
    assert [card.name if card else None for card in found] == ["bucc", "lareqa", "mewsli-x", None]
