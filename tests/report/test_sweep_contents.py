from __future__ import annotations

from sprachbund.report.sweep_contents import tell_sweep


def test_everything_stands_there_once(sweep, info):
    contents = tell_sweep(sweep, info)
    assert [task.name for task in contents.tasks] == ["task-ud_pos", "task-xnli"]
    assert len(contents.by_task) == 2
    assert contents.overview is not None
    names = [drawn.name for drawn in contents.drawings()]
    assert len(set(names)) == len(names) == 1 + 2 * (2 + 2 + 1 + 2 + 4)  # the last: a map and three scatters
    assert contents.provenance == "Encoder: simulated rows: no encoder."


def test_stand_ins_missing_cells_and_notes_are_told_before_any_number(sweep, info):
    contents = tell_sweep(sweep, info)
    assert contents.caveats[0].endswith("Stand-in training set: SNLI for MultiNLI.")
    assert contents.caveats[1].startswith("Incomplete: 3 cells and languages missing")
    assert any(note.startswith("xnli: Unequal seeds: layer 6 has 1, 2") for note in contents.caveats)
    assert "There are no dev data in en." in contents.caveats
    assert contents.missing[0] == "panx: last layer, seed 1"
    assert "xnli: layer 6, seed 3: no test row" in contents.missing


def test_cards_show_contenders_in_the_order_of_dev_and_the_control(sweep, info):
    figure = tell_sweep(sweep, info).key_figures[0]
    assert figure.label == "ud_pos, accuracy"
    assert figure.lines[0][0] == "DLFA (k=9, literal)"
    assert figure.lines[-1][0] == "MS-CAM on the last layer"
    assert all(" to " in detail and "seeds 1, 2, 3" in detail for _, _, detail in figure.lines)
    assert "the first over the control +" in figure.note


def test_a_single_task_needs_no_list_of_tasks(small_sweep, info):
    contents = tell_sweep(small_sweep(), info)
    assert contents.by_task == ()
    assert contents.overview is None
    assert contents.choices is None


def test_what_was_done_to_words_is_summed_and_told(sweep, info):
    told = tell_sweep(sweep, info).tasks[0].handled
    words = 8 * 3 * 10 * 60 * 8  # systems, seeds, languages, examples, words of each
    assert told.startswith(f"Of {words:,} words or texts, summed over systems and seeds: 0 read through more")
