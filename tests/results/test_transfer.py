from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sprachbund.core.errors import DataError, LanguageError
from sprachbund.results.findings import AverageScore, Findings, LanguageDifference
from sprachbund.results.transfer import find

A, B = "last layer", "DLFA"


def average(found: Findings, system: str = A, kind: str = "targets", group: str = "") -> AverageScore:
    (item,) = [a for a in found.averages if (a.system, a.kind, a.group) == (system, kind, group)]
    return item


def difference(found: Findings, target: str, system: str = B) -> LanguageDifference:
    (item,) = [d for d in found.differences if (d.target, d.system) == (target, system)]
    return item


def test_a_table_small_enough_to_compute_by_hand(row):
    rows = [
        row([1, 1, 1, 1], target="en", seed=1), row([1, 1, 1, 0], target="en", seed=2),
        row([1, 1, 0, 0], target="de", seed=1), row([1, 1, 1, 0], target="de", seed=2),
        row([1, 0, 0, 0], target="de-CH", seed=1), row([0, 0, 0, 0], target="de-CH", seed=2),
        row([1, 0], target="fi", seed=1), row([1, 1], target="fi", seed=2),
    ]
    found = find(rows)
    german = next(item for item in found.scores if item.target == "de").estimate
    assert german.per_seed == (50.0, 75.0)
    assert german.mean == 62.5
    assert german.sd == pytest.approx(np.std([50, 75], ddof=1))
    assert german.seeds == (1, 2)
    assert german.low <= 62.5 <= german.high
    # de counts once: seed 1 (50 + 25) / 2, seed 2 (75 + 0) / 2; Finnish 50 and 100
    mean = average(found)
    assert mean.languages == ("de", "fi")
    assert mean.estimate.per_seed == ((37.5 + 50) / 2, (37.5 + 100) / 2)
    assert average(found, kind="family", group="Uralic").estimate.per_seed == (50.0, 100.0)
    assert average(found, kind="with source").estimate.per_seed == ((37.5 + 50 + 100) / 3, (37.5 + 100 + 75) / 3)
    (gap,) = found.gaps
    assert gap.estimate.per_seed == (100 - (37.5 + 50) / 2, 75 - (37.5 + 100) / 2)
    assert gap.languages == ("de", "fi")


def test_one_seed_has_no_deviation_and_says_so(row):
    found = find([row([1, 0, 1, 1], target=target) for target in ("en", "de")])
    assert {item.estimate.sd for item in found.scores} == {None}
    assert average(found).estimate.sd is None
    assert any(note.startswith("One seed: the intervals cover the choice of test examples") for note in found.notes)


def test_several_seeds_need_no_such_note(random_rows):
    assert find(random_rows({"en": 0.9, "de": 0.5})).notes == ()


def test_a_real_difference_is_found_and_holm_is_applied_over_languages(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5, "fi": 0.4, "th": 0.3}, {A: 0.0, B: 0.25}, n=200)
    found = find(rows)
    assert {item.target for item in found.differences} == {"en", "de", "fi", "th"}
    item = difference(found, "de").difference
    assert item.low > 10
    assert item.p_holm is not None
    assert item.p <= item.p_holm < 0.05
    overall = next(d for d in found.average_differences if d.kind == "targets")
    assert (overall.baseline, overall.system, overall.languages) == (A, B, ("de", "fi", "th"))
    assert overall.difference.p_holm is None
    assert overall.difference.low < overall.difference.mean < overall.difference.high
    means = [average(found, system).estimate.mean for system in (A, B)]
    assert overall.difference.mean == pytest.approx(means[1] - means[0])


def test_equal_systems_cannot_be_told_apart(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5})
    found = find([*rows, *(replace(item, system=B) for item in rows)])
    item = difference(found, "de").difference
    assert (item.mean, item.low, item.high, item.p) == (0.0, 0.0, 0.0, 1.0)


def test_pairing_narrows_the_interval(random_rows):
    rows = random_rows({"de": 0.5}, {A: 0.0, B: 0.1}, n=200, seeds=(1,))
    item = difference(find(rows), "de").difference
    alone = next(score for score in find(rows).scores if score.system == A).estimate
    assert item.high - item.low < 0.7 * (alone.high - alone.low) * 2**0.5


def test_several_systems_are_corrected_over_systems(random_rows):
    found = find(random_rows({"de": 0.5, "fi": 0.5}, {A: 0.0, B: 0.2, "average": 0.0}))
    overall = {item.system: item.difference for item in found.average_differences if item.kind == "targets"}
    assert set(overall) == {B, "average"}
    assert all(item.p_holm is not None and item.p_holm >= item.p for item in overall.values())


def test_findings_of_the_same_rows_are_equal(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5}, {A: 0.0, B: 0.1})
    assert find(rows) == find(rows)
    assert find(rows) != find(rows, seed=1)


def test_a_language_does_not_change_with_those_beside_it(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5, "fi": 0.4})
    alone = find([item for item in rows if item.target == "de"])
    assert next(s for s in find(rows).scores if s.target == "de") == alone.scores[0]


def test_translations_of_one_test_set_do_not_narrow_an_average(row):
    right = [1, 0, 0, 1, 1] * 20
    found = find([row(right, target=target) for target in ("de", "fi", "tr")])
    assert (average(found).estimate.low, average(found).estimate.high) == (
        found.scores[0].estimate.low, found.scores[0].estimate.high)
    others = [row(right, target=target, identities=tuple(f"{target} {number}" for number in range(100)))
              for target in ("de", "fi", "tr")]
    apart = average(find(others)).estimate
    assert apart.high - apart.low < 0.7 * (average(found).estimate.high - average(found).estimate.low)


def test_incomplete_targets_are_shown_but_not_averaged(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5, "fi": 0.4}, {A: 0.0, B: 0.1}, seeds=(1, 2))
    rows = [item for item in rows if (item.system, item.seed, item.target) != (B, 2, "fi")]
    found = find(rows)
    assert average(found).languages == ("de",)
    (out,) = found.left_out
    assert (out.target, out.why) == ("fi", "no row of DLFA seed 2")
    assert found.missing == ("DLFA, seed 2, fi, accuracy, test",)
    assert {item.target for item in found.scores if item.system == B} == {"en", "de", "fi"}
    assert {item.target for item in found.differences} == {"en", "de"}


def test_a_target_with_nothing_to_score_is_left_out_with_the_reason(row):
    rows = [row([1, 0], target="de"), row([1, 0], target="fi", counts=np.zeros((2, 2), dtype=np.int64))]
    found = find(rows)
    assert [(item.target, item.why) for item in found.left_out] == [("fi", "nothing in it could be scored by accuracy")]
    assert {item.target for item in found.scores} == {"de"}


def test_targets_that_are_only_shown_enter_no_average(random_rows):
    found = find(random_rows({"en": 0.9, "ar": 0.5, "ar_pud": 0.1}), unaveraged=["ar_pud"])
    arabic = next(item for item in found.scores if item.target == "ar").estimate
    assert average(found).estimate == arabic
    assert {item.code: item.averaged for item in found.targets} == {"en": True, "ar": True, "ar_pud": False}
    assert "Shown and compared, but in no average: ar_pud." in found.notes


def test_systems_with_other_seeds_are_compared_over_those_in_common(random_rows):
    rows = random_rows({"en": 0.9, "de": 0.5}, {A: 0.0, B: 0.1}, seeds=(1, 2, 3))
    rows = [item for item in rows if item.system == A or item.seed > 1]
    found = find(rows)
    assert difference(found, "de").difference.seeds == (2, 3)
    assert found.notes == (f"{B} and {A} are compared over the seeds that both have: 2, 3.",)
    assert not found.left_out


def test_systems_without_a_common_seed_are_not_compared(random_rows):
    rows = random_rows({"de": 0.5}, {A: 0.0, B: 0.1}, seeds=(1, 2))
    found = find([item for item in rows if (item.system == A) == (item.seed == 1)])
    assert found.differences == found.average_differences == ()
    assert f"{B} shares no seed with {A}, so the two are not compared." in found.notes


def test_without_a_source_score_there_is_no_gap(random_rows):
    found = find(random_rows({"de": 0.5}))
    assert found.gaps == ()
    assert average(found).languages == ("de",)


def test_what_was_done_to_words_is_summed_over_examples_and_seeds(row):
    rows = [row([1, 0], seed=seed, windowed=np.array([0, 1]), unpredicted=np.array([1, 0]),
                repaired=np.array([0, 2]), ignored=np.array([3, 0]), words=np.array([5, 6]), notes={"blank": 2})
            for seed in (1, 2)]
    (handled,) = find(rows).handled
    assert (handled.models, handled.words, handled.windowed, handled.unpredicted) == (2, 22, 2, 2)
    assert (handled.repaired, handled.ignored, handled.notes) == (4, 6, {"blank": 2})


def test_the_test_split_is_preferred_and_others_can_be_asked_for(row):
    rows = [row([1, 0], split="dev"), row([1, 1])]
    assert find(rows).split == "test"
    assert find(rows, split="dev").scores[0].estimate.mean == 50.0
    with pytest.raises(DataError, match=r"no row was scored on the split 'train'\n  → there is dev or test"):
        find(rows, split="train")


def test_an_unknown_language_is_told(row):
    with pytest.raises(LanguageError, match="unknown language 'xx-none'"):
        find([row([1], target="xx-none")])


def test_draws_suffice_for_holm_over_all_languages(random_rows):
    found = find(random_rows({"en": 0.9, "de": 0.5}), draws=10)
    assert found.draws == 200
    smallest = 2 / (found.draws + 1) * len(found.targets)
    assert smallest < 0.05


def test_systems_and_metrics_are_described(row):
    rows = [row([1], gate="literal", layers=(10, 12)), row([1], metric="macro_f1", primary=False,
            columns=("correct:a", "predicted:a", "gold:a"), counts=np.array([[1, 1, 1]]))]
    found = find(rows)
    assert [metric.name for metric in found.metrics] == ["accuracy", "macro_f1"]
    assert found.metric.summary.startswith("share of words")
    (system,) = found.systems
    assert (system.gate, system.layers, system.seeds) == ("literal", (10, 12), (1,))
    assert found.provenance == ("multilingual-e5-small, dequantised from 4 bit: not mBERT",)


def test_intervals_of_scores_stay_between_0_and_100(row):
    right = [[1] * 40, [1] * 30 + [0] * 10]
    found = find([row(side, target=target, seed=seed) for seed, side in enumerate(right) for target in ("en", "de")])
    assert {item.estimate.high for item in found.scores} == {100.0}
    assert all(item.estimate.low >= 0.0 for item in found.scores)
    assert average(found).estimate.high == 100.0
    (gap,) = found.gaps
    assert gap.estimate.low <= 0 <= gap.estimate.high


def test_gaps_by_group_are_the_source_minus_the_groups_mean(random_rows) -> None:
    rates = {"en": 0.9, "de": 0.8, "nl": 0.75, "fi": 0.5, "ja": 0.3, "ko": 0.35, "hi": 0.4, "yo": 0.2}
    found = find(random_rows(rates, seeds=(1, 2)), draws=200)
    averages = {(item.kind, item.group): item.estimate for item in found.averages}
    english = next(item.estimate.mean for item in found.scores if item.target == "en")
    kinds = {(gap.kind, gap.group) for gap in found.group_gaps}
    assert {("family", "Uralic"), ("script", "Latn"), ("distance", "far"), ("pretraining", "unseen")} <= kinds
    for gap in (*found.gaps, *found.group_gaps):
        assert gap.estimate.mean == pytest.approx(english - averages[gap.kind, gap.group].mean)
        assert gap.estimate.low <= gap.estimate.mean <= gap.estimate.high
    assert found.languages is not None
    assert {fact.target for fact in found.languages.facts} == set(rates)
