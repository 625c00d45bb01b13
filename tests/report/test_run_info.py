from __future__ import annotations

from sprachbund.report.run_info import flat_settings, shell_command


def test_settings_are_told_one_a_line():
    assert flat_settings({"a": {"b": {"c": 1}}, "empty": [], "none": None, "text": "", "flag": False}) == [
        ("a.b.c", "1"), ("empty", "none"), ("none", "none"), ("text", '""'), ("flag", "False")
    ]


def test_a_command_can_be_pasted():
    assert shell_command(["sprachbund", "run", "--title", "it's"]) == "sprachbund run --title 'it'\"'\"'s'"
