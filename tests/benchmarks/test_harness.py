import json
import resource
import sys

import pytest

from benchmarks.harness import Measurement, System, measure, paired, ratios, summarise


def python(code, name="child", **environment):
    return System(name, (sys.executable, "-c", code), environment)


def test_the_last_line_of_a_child_are_its_figures():
    run = measure(python("print('loading'); print('{\"pieces\": 12, \"device\": \"cpu\"}')"))
    assert run.error == ""
    assert run.values == {"pieces": 12, "device": "cpu"}
    assert run.value("pieces") == 12.0
    assert run.value("device") is None
    assert run.value("wall_seconds") == run.wall_seconds > 0


def test_the_peak_is_the_childs_own():
    # the peak of a child is never below that of the process which forked it
    large = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 + 150
    small, big = (measure(python(f"data = bytearray({size} << 20); data = None; print('{{}}')")) for size in (1, large))
    assert large <= big.peak_mib < large + 100
    assert small.peak_mib < large


def test_variables_are_given_and_taken_away(monkeypatch):
    monkeypatch.setenv("TAKEN", "here")
    code = "import json, os; print(json.dumps([os.environ.get(n) for n in ('GIVEN', 'TAKEN')] and dict(os.environ)))"
    values = measure(python(code, GIVEN="1", TAKEN=None)).values
    assert values["GIVEN"] == "1"
    assert "TAKEN" not in values


@pytest.mark.parametrize(("code", "message"), [
    ("raise SystemExit('no such model')", "exit code 1: no such model"),
    ("print('not json')", "not a JSON object: not json"),
    ("print('[1]')", "not a JSON object"),
    ("pass", "wrote none"),
    ("import os, signal; print('{}', flush=True); os.kill(os.getpid(), signal.SIGKILL)", "exit code -9"),
])
def test_a_failure_is_told_and_gives_no_figures(code, message):
    run = measure(python(code))
    assert message in run.error
    assert run.values == {}
    assert run.value("wall_seconds") is None


def test_a_program_that_is_not_there_is_a_failure():
    assert "cannot be started" in measure(System("nobody", ("/no/such/program",))).error


def test_a_late_child_is_killed_with_what_it_started():
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    run = measure(python(code), timeout=0.5)
    assert run.error == "stopped after 0.5 s"
    assert run.wall_seconds < 20


def test_rounds_alternate_and_a_failing_system_does_not_stop_the_others(tmp_path):
    log = tmp_path / "order"
    note = f"open({str(log)!r}, 'a').write({{!r}}); print('{{{{\"x\": 1}}}}')"
    systems = [python(note.format("a"), "a"), python("raise SystemExit(3)", "broken"), python(note.format("b"), "b")]
    told = []
    runs = paired(systems, 3, told=told.append)
    assert log.read_text() == "ababab"
    assert [run.system for run in runs] == ["a", "broken", "b", "a", "b", "a", "b"]
    assert told == runs


def test_runs_that_are_there_are_not_repeated():
    there = Measurement("a", 0, 1.0, 1.0, {"x": 5.0})
    runs = paired([python("print('{\"x\": 1}')", "a")], 2, done=[there])
    assert [(run.round, run.value("x")) for run in runs] == [(0, 5.0), (1, 1.0)]


def test_systems_may_differ_from_round_to_round():
    runs = paired(lambda number: [python(f"print('{{\"seed\": {number}}}')", "a")], 2)
    assert [run.value("seed") for run in runs] == [0.0, 1.0]


def test_names_must_be_unique():
    with pytest.raises(ValueError, match="unique"):
        paired([python("", "a"), python("", "a")], 1)


def test_medians_and_paired_ratios():
    speeds = {"ours": [80.0, 40.0, 100.0], "theirs": [10.0, 4.0, 20.0]}
    runs = [Measurement(name, number, 1.0, 1.0, {"speed": speed})
            for name, values in speeds.items() for number, speed in enumerate(values)]
    runs += [Measurement("theirs", 3, 1.0, 1.0, {"speed": 1.0}), Measurement("theirs", 4, 1.0, 1.0, {}, "broke")]
    ours = summarise(runs, "ours", "speed")
    ratio = ratios(runs, "ours", "theirs", "speed")
    assert (ours.median, ours.low, ours.high, ours.runs) == (80.0, 40.0, 100.0, 3)
    assert (ratio.median, ratio.low, ratio.high, ratio.runs) == (8.0, 5.0, 10.0, 3)
    assert ratio.text() == "8.0 (5.0 to 10.0)"
    assert summarise(runs, "nobody", "speed") is None
    assert ratios(runs, "ours", "nobody", "speed") is None


def test_a_measurement_is_plain_json():
    run = Measurement("a", 0, 1.0, 2.0, {"x": 1})
    assert json.loads(json.dumps(run.to_json()))["values"] == {"x": 1}
