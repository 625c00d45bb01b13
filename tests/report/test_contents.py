from __future__ import annotations

from dataclasses import replace

from sprachbund.report.contents import tell


def test_facts_name_task_data_languages_metric_seeds_and_intervals(findings, info):
    facts = dict(tell(findings, info).facts)
    assert facts["Trained on"] == "English: toy (1,200 examples)"
    assert facts["Languages"] == (
        "3 target languages and 1 variant, averaged into their base language, in 3 families"
    )
    assert facts["Seeds"] == "seeds 1, 2, 3"
    assert facts["Intervals"].startswith("95% bootstrap over examples and seeds, ")


def test_provenance_of_rows_and_run_is_told_once(findings, info):
    (sentence,) = findings.provenance
    assert tell(findings, replace(info, provenance=sentence)).provenance == (sentence,)
    assert tell(findings, replace(info, provenance="another")).provenance == (sentence, "another")


def test_an_encoder_without_a_sentence_leaves_no_empty_line(study, info):
    assert tell(study(provenance=""), info).provenance_line == ""


def test_the_runs_question_comes_before_our_own(findings, info):
    assert tell(findings, replace(info, question="Why?")).question == "Why?"
    assert tell(findings, info).question.startswith("How far does a model trained on English alone")


def test_there_is_one_table_of_languages_a_metric(findings, info):
    assert [table.name for table in tell(findings, info).languages] == ["languages-accuracy"]
