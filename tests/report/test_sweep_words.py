from __future__ import annotations

from dataclasses import replace

from sprachbund.report.sweep_words import (
    aggregators_of,
    choice_sentence,
    headline,
    layer_name,
    set_line,
    task_sentence,
    told_apart,
    training_line,
)


def test_a_gain_over_the_control_too_is_said_and_nothing_more(sweep):
    first, second = sweep.parts
    said = task_sentence(first, sweep.level)
    assert said.startswith("ud_pos: over last layer and over the control with as many parameters, DLFA (k=9, literal)")
    assert task_sentence(second, sweep.level).startswith("xnli: nothing is told apart from last layer as better;")
    assert headline(sweep) == ("On 1 of 2 tasks something that sees lower layers is better than the last layer "
                               "(ud_pos), and there too better than the control with as many parameters.")


def test_a_gain_that_the_control_has_too_is_not_one_of_lower_layers(sweep):
    part = sweep.parts[0]
    weak = [replace(item, over_controls=tuple(replace(over, here=replace(over.here, low=-1.0))
                                              for over in item.over_controls)) for item in part.contenders]
    part = replace(part, contenders=tuple(weak))
    said = task_sentence(part, sweep.level)
    assert said.endswith("none of it is told apart from the control with as many parameters.")
    found = replace(sweep, parts=(part, sweep.parts[1]))
    assert headline(found).endswith("and on none of them better than the control with as many parameters.")


def test_without_a_control_or_a_gain_the_headline_says_so(sweep, small_sweep):
    part = replace(sweep.parts[0], controls=())
    assert "no control with as many parameters was run" in task_sentence(part, sweep.level)
    nothing = replace(sweep, parts=(sweep.parts[1], sweep.parts[1]))
    assert headline(nothing).startswith("On none of 2 tasks")
    one = small_sweep()
    assert headline(one) == task_sentence(one.parts[0], one.level)


def test_told_apart_needs_interval_and_corrected_p(sweep):
    bounds = sweep.parts[0].contender("DLFA (literal)").gain.here
    assert told_apart(bounds, 0.95) == 1
    assert told_apart(replace(bounds, p_tasks=0.2), 0.95) == 0
    assert told_apart(replace(bounds, low=-0.1), 0.95) == 0
    assert told_apart(replace(bounds, low=-2.0, high=-1.0), 0.95) == -1


def test_contenders_stand_in_the_order_that_source_dev_gives(sweep):
    part = sweep.parts[0]
    order = [part.system(item.system).dev.mean for item in aggregators_of(part)]
    assert order == sorted(order, reverse=True)
    assert not any(item.control for item in aggregators_of(part))


def test_a_choice_in_words_names_oracle_and_luck(sweep):
    part = sweep.parts[0]
    choice = next(item for item in part.choices if item.aggregator == "DLFA (literal)")
    said = choice_sentence(part, choice, sweep.level)
    assert said.startswith("English dev chooses layer 9, which gains +")
    assert "It is the best on test too." in said
    assert "the best of 3 gains" in said
    assert "in 5 of 100 cases. Seeds alone, if layers did not differ, would give it " in said
    other = replace(choice, oracle="DLFA (k=11, literal)", luck=None)
    assert "Best on test (oracle) is layer 11 with" in choice_sentence(part, other, sweep.level)
    assert "dealt" not in choice_sentence(part, other, sweep.level)


def test_language_set_seeds_and_stand_ins_are_spelled_out(sweep):
    first, second = sweep.parts
    assert set_line(first) == ("9 target languages without English (de, es, et, fi, hi, nl, ru, th, tr); seeds 1, 2, 3")
    assert training_line(first) == "ud_pos is trained on ud_pos, 4,000 examples."
    assert training_line(second).endswith("Stand-in training set: SNLI for MultiNLI.")
    assert layer_name(first, "scalar mix") == "scalar mix"
