"""References: valid BibTeX from any card, one entry a work, and a reference for what the registries cite."""

import importlib
import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sprachbund.core.registry import Registry
from sprachbund.data.catalogue import cards, parallel_cards
from sprachbund.metrics.metric import METRICS
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.models.encoders.source import BUNDLED
from sprachbund.models.fusion.fusion import FUSIONS
from sprachbund.report.references import Reference, bibtex, bibtex_text, data_references, method_references
from sprachbund.report.run_info import DataNote
from tests.report.bibtex_parser import parse_bibtex

CARDS = (*cards(), *parallel_cards())
OURS = {"fusion:last_layer", "fusion:average", "metric:accuracy", "metric:macro_f1", "metric:intent_accuracy",
        "metric:frame_accuracy"}
"""Plain enough to need no reference."""


def _notes() -> list[DataNote]:
    return [DataNote(card.title, "", card.licence, card.citation.text, card.source, card.citation.key)
            for card in CARDS]


def test_every_card_makes_a_valid_entry_under_its_own_key() -> None:
    found = parse_bibtex(bibtex(data_references(_notes())))
    assert set(found) == {card.citation.key for card in CARDS}
    assert found["yang-etal-2019-paws"]["author"] == "{Yang} and {Zhang} and {Tar} and {Baldridge}"
    assert found["yang-etal-2019-paws"]["title"] == (
        "{PAWS-X: A Cross-lingual Adversarial Dataset for Paraphrase Identification}")
    assert found["nivre-etal-2020-universal"]["author"] == "{Nivre} and others"
    assert found["pan-etal-2017-cross"]["howpublished"] == "ACL 2017"
    assert "Rahimi, Li and Cohn (2019)" in found["pan-etal-2017-cross"]["note"]
    assert all(entry["title"] and entry["year"] for entry in found.values())


def test_data_sets_of_one_work_share_an_entry_that_names_both() -> None:
    (entry,) = parse_bibtex(bibtex(data_references(
        note for note in _notes() if note.key == "bowman-etal-2015-large"))).values()
    assert entry["note"].count("data set SNLI") == 2


def test_cards_and_methods_agree_where_they_share_a_key() -> None:
    by_key = {reference.key: reference for reference in data_references(_notes())}
    for method in _all_methods():
        if method.key in by_key:
            own = by_key[method.key]
            assert (own.title.lower(), own.year, own.authors) == (method.title.lower(), method.year, method.authors)


def _all_methods() -> tuple[Reference, ...]:
    found = method_references(_names(), [BUNDLED])
    assert len(found) > 15
    return found


def _names() -> list[str]:
    return [f"{kind}:{name}" for kind, registry in _registries() for name in registry.built_in]


def _registries() -> Iterable[tuple[str, Registry]]:
    return ("fusion", FUSIONS), ("metric", METRICS), ("ranking", RANKING_METRICS)


@pytest.mark.parametrize("name", sorted(set(_names()) - OURS))
def test_what_is_registered_has_a_reference(name: str) -> None:
    assert method_references([name])


@pytest.mark.parametrize("name", FUSIONS.built_in)
def test_a_fusion_cites_the_papers_that_its_module_names(name: str) -> None:
    module = importlib.import_module(FUSIONS.built_in[name].partition(":")[0])
    named = set(re.findall(r"\b[0-9]{4}\.[0-9]{5}\b", module.__doc__ or ""))
    assert named <= {reference.arxiv for reference in method_references([f"fusion:{name}"])}


def test_encoders_are_known_by_their_names() -> None:
    keys = {name: [reference.key for reference in method_references([], [name])] for name in (
        BUNDLED, "bert-base-multilingual-cased", "google-bert/bert-base-multilingual-cased",
        "FacebookAI/xlm-roberta-base", "somebody/else")}
    assert keys[BUNDLED] == ["wang-etal-2024-multilingual"]
    assert keys["bert-base-multilingual-cased"] == keys["google-bert/bert-base-multilingual-cased"] == [
        "devlin-etal-2019-bert"]
    assert keys["FacebookAI/xlm-roberta-base"] == ["conneau-etal-2020-unsupervised"]
    assert keys["somebody/else"] == []


def test_a_citation_without_a_key_or_a_form_is_kept_whole() -> None:
    notes = [DataNote("mine", citation="Nobody & Sons (2026)"), DataNote("none")]
    assert parse_bibtex(bibtex(data_references(notes))) == {"nobody-sons-2026": {
        "": "misc", "title": r"{Nobody \& Sons (2026)}", "year": "2026", "note": "data set mine"}}


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=4), st.text())
def test_any_text_makes_a_valid_entry(texts: list[str], note: str) -> None:
    found = parse_bibtex(bibtex([Reference("k", texts[0], tuple(texts), "2026", texts[-1], notes=(note,))]))
    assert list(found) == ["k"]
    assert found["k"]["title"] == f"{{{bibtex_text(texts[0])}}}"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_citation_makes_a_valid_file(first: str, second: str) -> None:
    notes = [DataNote("a", citation=first), DataNote("b", licence=second, citation=f"{second} (2020). {first}. X.")]
    parse_bibtex(bibtex(data_references(notes)))
