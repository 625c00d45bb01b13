from __future__ import annotations

from pathlib import Path

import pytest

from sprachbund.core.errors import ConfigError, DataError
from sprachbund.data.catalogue import card, cards, find_card, parse_card, read_cards
from sprachbund.data.formats.reader import READERS
from sprachbund.languages.language import find_variant
from sprachbund.tasks.task import TASKS

GOOD = """\
name: small
title: Small
summary: a small set
tasks: [tagging]
format: conllu
languages: [en, no]
splits: [test]
licence: CC0
citation: {key: nobody-2020, text: Nobody (2020). Nothing.}
source: nowhere
"""


@pytest.mark.parametrize("name", [known.name for known in cards()])
def test_every_card_names_what_there_is(name: str) -> None:
    known = card(name)
    assert known.format is None or known.format in READERS.built_in
    assert set(known.tasks) <= set(TASKS.built_in)
    formats = {name for name in (known.format, *known.other_formats) if name}
    assert formats <= set(READERS.built_in)
    assert not formats or all(formats.intersection(TASKS.load(task).value.formats) for task in known.tasks)
    assert known.task == known.tasks[0]
    assert all(find_card(partner) for partner in known.train_with)
    codes = known.languages + known.extra_languages
    assert [find_variant(code).code for code in codes] == list(codes), "codes are written as results have them"
    assert len(set(codes)) == len(codes)
    assert known.summary
    assert "\n" not in known.summary


def test_stand_ins_say_so() -> None:
    named = [known for known in cards() if known.name.startswith("nli_train/")]
    assert len(named) == 4
    for known in named:
        assert any(note.startswith("stand-in for MultiNLI") for note in known.notes)


def test_an_unknown_card_is_told_with_near_names() -> None:
    with pytest.raises(DataError, match="there is no card for the data set 'ud-poss'\n  → did you mean ud_pos\\?"):
        card("ud-poss")
    assert find_card("ud-poss") is None


def test_faults_of_a_card_are_told_all_at_once_with_their_lines() -> None:
    broken = GOOD.replace("name: small", "name: Small Set").replace("splits: [test]", "split: [test]")
    with pytest.raises(ConfigError) as fault:
        parse_card(broken, "cards/small.yaml")
    text = str(fault.value)
    assert text.startswith("3 faults in cards/small.yaml")
    assert "cards/small.yaml, line 1" in text
    assert "did you mean splits?" in text


def test_a_card_is_read_with_norwegian_as_a_language() -> None:
    assert parse_card(GOOD, "small.yaml").languages == ("en", "no")
    assert not parse_card(GOOD, "small.yaml").bundled


def test_two_cards_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    (tmp_path / "README.md").write_text("not a card", encoding="utf-8")
    with pytest.raises(DataError, match=r"cards/b\.yaml: the name 'small' is taken by cards/a\.yaml\n  → give each"):
        read_cards(tmp_path)
