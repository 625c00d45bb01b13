"""Every card, read against the shared data: all languages there, no broken file but those known, in time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sprachbund.data.catalogue import card, cards
from sprachbund.data.examples import ChoiceExample
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.source import DataSource
from sprachbund.tasks.task import TASKS

ELSEWHERE = {"commonsenseqa"}
"""Sets that are not among the shared ones."""
SETS = [known.name for known in cards() if not known.bundled and known.name not in ELSEWHERE]
SIZES = {
    ("ud_pos", "en", "train"): 12544, ("ud_codeswitched", "tr_de_sagt", "test"): 805, ("panx", "en", "train"): 20000,
    ("xnli", "sw", "test"): 5010, ("pawsx", "ja", "test"): 1997, ("xsid", "no", "dev"): 3299,
    ("nli_train/snli_part", "en", "train"): 18000, ("paraphrase_train/mrpc", "en", "dev"): 1725,
    ("intermediate/boolq", "en", "dev"): 620, ("intermediate/wic", "en", "train"): 5228,
    ("xcopa", "qu", "test"): 500, ("intermediate/socialiqa", "en", "train"): 30000,
    ("intermediate/cosmosqa", "en", "train"): 2381, ("intermediate/hellaswag", "en", "dev"): 2017,
    ("intermediate/rte", "en", "train"): 2490, ("intermediate/mrpc", "en", "train"): 4076,
}


def _open(name: str, shared_data: Path) -> DataSource:
    task = TASKS.load(card(name).task).value()
    return open_source(DataConfig(name=name), kind=task.kind, formats=task.formats, data_dir=shared_data)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SETS)
def test_cards_and_folders_agree(shared_data: Path, name: str) -> None:
    known, source = card(name), _open(name, shared_data)
    found = {split: source.languages(split) for split in ("train", "dev", "test")}
    assert {split for split, languages in found.items() if languages} == set(known.splits)
    assert {code for languages in found.values() for code in languages} == {*known.languages, *known.extra_languages}


@pytest.mark.shared_data
@pytest.mark.parametrize(("place", "size"), SIZES.items(), ids=lambda value: str(value))
def test_sets_have_the_size_that_their_readme_states(shared_data: Path, place: tuple[str, str, str], size: int) -> None:
    name, language, split = place
    corpus = _open(name, shared_data).corpus(language, split)
    assert len(corpus.examples) == size
    assert all(TASKS.load(card(name).task).value().checked(corpus.examples, needs_labels=True))


@pytest.mark.shared_data
def test_all_test_sets_of_parts_of_speech_are_read_quickly(shared_data: Path) -> None:
    source = _open("ud_pos", shared_data)
    start = time.process_time()
    corpora = [source.corpus(language, "test") for language in source.languages("test")]
    assert time.process_time() - start < 6
    assert len(corpora) == 35


@pytest.mark.shared_data
def test_xcopa_asks_where_its_card_says_that_it_does_otherwise_than_english(shared_data: Path) -> None:
    english = _open("intermediate/copa", shared_data).corpus("en", "test").examples
    source = _open("xcopa", shared_data)
    differ = {}
    for language in source.languages("test"):
        examples = source.corpus(language, "test").examples
        pairs = [(one, other) for one, other in zip(english, examples, strict=True)
                 if isinstance(one, ChoiceExample) and isinstance(other, ChoiceExample)]
        assert all(one.answer == other.answer for one, other in pairs), "the items are parallel"
        differ[language] = sum(one.question != other.question for one, other in pairs)
    assert {code: count for code, count in differ.items() if count} == {"th": 250, "tr": 51, "sw": 37, "id": 4, "it": 4}
