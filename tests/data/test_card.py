from __future__ import annotations

import pytest
from pydantic import ValidationError

from sprachbund.data.card import Citation, DatasetCard, HubData


def _card(**values: object) -> DatasetCard:
    base = {"name": "a", "title": "A", "summary": "s", "tasks": ["tagging"], "languages": ["de"], "splits": ["test"],
            "licence": "CC0", "citation": {"key": "k", "text": "t"}, "source": "x"}
    return DatasetCard.model_validate({**base, **values})


def test_data_without_a_format_come_with_the_package() -> None:
    assert _card().bundled
    assert not _card(format="tsv").bundled


@pytest.mark.parametrize("values", [{"languages": []}, {"splits": ["dev", "final"]}, {"tasks": []}, {"name": "A b"},
                                    {"citation": {"key": "no blanks", "text": "t"}}])
def test_cards_are_strict(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _card(**values)


def test_hub_data_are_pinned_to_a_commit() -> None:
    rest = {"id": "a/b", "splits": {"dev": "validation"}, "columns": {"text": "premise"}}
    assert HubData.model_validate({**rest, "revision": "0" * 40}).config == "{language}"
    with pytest.raises(ValidationError, match="revision"):
        HubData.model_validate({**rest, "revision": "main"})
    with pytest.raises(ValidationError, match="columns"):
        HubData.model_validate({**rest, "revision": "0" * 40, "columns": {"premise": "text"}})
    assert Citation(key="nivre-etal-2020", text="t").key
