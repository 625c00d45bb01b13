from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.retrieval.mewsli_x import CANDIDATES, open_mewsli_x
from sprachbund.data.retrieval.source import SHARED

TEXT = "Regen fiel. Smith {sic} trat ab. Alle gingen."
ENTITY = {"entity_id": "Q1", "title": "Smith", "description": "A smith.  Of iron.", "description_language": "en",
          "sentence_spans": [{"start": 0, "end": 8}, {"start": 10, "end": 18}]}


def mention(**changed: Any) -> dict[str, Any]:
    return {"example_id": "m1", "entity_id": "Q1", "mention_span": {"start": 12, "end": 17, "text": "Smith"}, **changed}


def line(*mentions: dict[str, Any], **changed: Any) -> dict[str, Any]:
    spans = [{"start": 0, "end": 11}, {"start": 12, "end": 32}, {"start": 33, "end": 45}]
    return {"context": {"text": TEXT, "language": "de", "sentence_spans": spans, **changed}, "mentions": list(mentions)}


def write(folder: Path, lines: list[dict[str, Any]], entities: list[dict[str, Any]]) -> Path:
    place = folder / "mewslix"
    (place / "wikinews_mentions").mkdir(parents=True)
    for path, values in ((place / "wikinews_mentions" / "test-de.jsonl", lines), (place / CANDIDATES, entities)):
        path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return folder


def test_mentions_and_entities_as_the_authors_baseline_reads_them(tmp_path: Path) -> None:
    source = open_mewsli_x({"name": "mewslix"}, write(tmp_path, [line(mention())], [ENTITY]))
    assert (source.kind, source.has_shared, source.languages("test")) == ("pool", True, ["de"])
    part, shared = source.part("de", "test"), source.part(SHARED, "test")
    assert [example.text for example in part.queries] == ["Smith: { Smith } (sic) trat ab."]
    assert part.right == {"m1": ("Q1",)}
    assert [(example.identity, example.text) for example in shared.candidates] == [("Q1", "A smith. Of iron.")]
    assert source.fingerprint("de", "test") != source.fingerprint(SHARED, "test")


def test_a_mention_whose_entity_was_taken_out_has_no_answer(tmp_path: Path) -> None:
    source = open_mewsli_x({"name": "mewslix"}, write(tmp_path, [line(mention(entity_id=""))], [ENTITY]))
    assert source.part("de", "test").right == {"m1": ()}


@pytest.mark.parametrize(("lines", "told"), [
    ([line(mention(mention_span={"start": 8, "end": 17}))], "line 1: the mention at 8 to 17 stands in no sentence"),
    ([line(mention(), mention())], "line 1: the mention m1 stands twice"),
    ([line(mention(example_id=3))], "line 1: example_id: expected text, got int"),
    ([line(mention(), sentence_spans=[{"start": 0, "end": 99}])], "the sentence at 0 to 99 lies outside of its text"),
    ([{"mentions": []}], "line 1: context: expected an object, it is missing"),
])
def test_what_breaks_the_format(tmp_path: Path, lines: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(FormatError) as fault:
        open_mewsli_x({"name": "mewslix"}, write(tmp_path, lines, [ENTITY])).part("de", "test")
    assert told in str(fault.value)


@pytest.mark.parametrize(("entities", "told"), [
    ([ENTITY, ENTITY], "line 2: the entity Q1 stands twice"),
    ([{**ENTITY, "sentence_spans": []}], "line 1: the description of Q1 is empty"),
])
def test_entities_that_break_the_format(tmp_path: Path, entities: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(FormatError) as fault:
        open_mewsli_x({"name": "mewslix"}, write(tmp_path, [line(mention())], entities)).part(SHARED, "test")
    assert told in str(fault.value)


def test_lines_that_are_no_objects_and_files_that_are_not_there(tmp_path: Path) -> None:
    write(tmp_path, [line(mention())], [ENTITY])
    file = tmp_path / "mewslix" / "wikinews_mentions" / "test-de.jsonl"
    source = open_mewsli_x({"name": "mewslix"}, tmp_path)
    for text, told in (("[]\n", "line 1: expected a JSON object"), ("{\n", "line 1, column 2: not valid JSON")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match=told):
            source.part("de", "test")
    with pytest.raises(DataError, match="has no test data in fr"):
        source.part("fr", "test")
    file.unlink()
    with pytest.raises(DataError, match=r"the folder holds no wikinews_mentions/test-de.jsonl"):
        open_mewsli_x({"name": "mewslix"}, tmp_path)
    (tmp_path / "mewslix" / CANDIDATES).unlink()
    with pytest.raises(DataError, match=f"the folder holds no {CANDIDATES}"):
        open_mewsli_x({"name": "mewslix"}, tmp_path)
