from __future__ import annotations

from dataclasses import replace

from sprachbund.report.headline import headline, key_figures, question
from sprachbund.report.lookup import Lookup

A, B = "last layer", "DLFA (k=10, literal)"


def test_a_clear_gain_is_told_with_interval_languages_and_seeds(study):
    told = headline(Lookup(study({A: 0.0, B: 0.2})))
    assert told.startswith(f"{B} carries further than {A}: +")
    assert " to +" in told
    assert told.endswith("on average over 3 target languages, 3 seeds.")


def test_one_seed_claims_nothing_of_the_systems_themselves(study):
    told = headline(Lookup(study({A: 0.0, B: 0.2}, seeds=(1,))))
    assert told.startswith(f"This model of {B} scores higher than this one of {A}: +")
    assert told.endswith("Whether the systems differ, one seed cannot tell.")


def test_a_clear_loss_is_told_as_such(study):
    assert headline(Lookup(study({A: 0.0, B: -0.2}))).startswith(f"{B} carries less far than {A}: −")


def test_an_interval_with_zero_inside_is_no_difference(study):
    told = headline(Lookup(study({A: 0.0, B: 0.0})))
    assert told.startswith(f"No difference can be told between {B} and {A}: ")


def test_the_word_depends_on_the_interval_alone(findings):
    items = list(findings.average_differences)
    place = next(number for number, item in enumerate(items) if item.kind == "targets")
    for low, high, word in ((0.01, 2.0, "carries further"), (-0.01, 2.0, "No difference"), (-2.0, -0.01, "less far")):
        mean = (low + high) / 2
        items[place] = replace(items[place], difference=replace(items[place].difference, mean=mean, low=low, high=high))
        assert word in headline(Lookup(replace(findings, average_differences=tuple(items))))


def test_one_system_is_told_with_its_gap(study):
    told = headline(Lookup(study({A: 0.0})))
    assert told.startswith("Trained on English alone, last layer reaches ")
    assert "points below English; 3 seeds." in told


def test_many_systems_are_sorted_into_better_worse_and_untold(study):
    told = headline(Lookup(study({A: 0.0, "up": 0.2, "down": -0.2, "same": 0.0})))
    assert told.startswith("Of 3 systems compared with last layer on average over 3 target languages: 1 better (up +")
    assert "1 worse (down −" in told
    assert "1 that cannot be told apart from it." in told


def test_without_complete_targets_nothing_is_claimed(study):
    found = study({A: 0.0}, drop=lambda row: row.target != "en")
    assert headline(Lookup(found)).startswith("No target language was scored completely")


def test_key_figures_have_interval_deviation_and_seeds(findings):
    figures = {figure.label: figure for figure in key_figures(Lookup(findings))}
    assert set(figures) == {"English, the source", "Mean of 3 target languages", "Transfer gap", f"Against {A}"}
    (name, _, detail), _ = figures["Mean of 3 target languages"].lines
    assert name == A
    assert "–" in detail
    assert "sd " in detail
    assert "3 seeds" in detail


def test_the_difference_says_in_how_many_languages_it_is_told_apart(study):
    figure = key_figures(Lookup(study({A: 0.0, B: 0.2})))[-1]
    assert figure.note.endswith("of 4 languages and variants 4 better, 0 worse (Holm)")


def test_key_figures_of_many_systems_say_that_there_are_more(study):
    figures = key_figures(Lookup(study({str(number): 0.0 for number in range(6)})))
    assert all(len(figure.lines) <= 4 for figure in figures)
    assert all(figure.note.endswith("2 more systems below") for figure in figures)


def test_the_question_counts_base_languages(findings, study):
    assert question(Lookup(findings)) == (
        f"How far does a model trained on English alone carry over to 3 other languages, and does {B} carry further "
        f"than {A}?"
    )
    assert question(Lookup(study({A: 0.0}))).endswith("3 other languages?")
