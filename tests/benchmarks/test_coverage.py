import argparse
from pathlib import Path

import numpy as np
import pytest

from benchmarks import coverage
from benchmarks.coverage_designs import EXAMPLES, Design, Deviations, studies
from benchmarks.coverage_methods import CHOSEN, SCOPES, Methods, share
from benchmarks.harness import measure
from benchmarks.record import Record


def test_designs_are_named_once_and_travel_as_json():
    made = coverage.designs()
    assert len({design.name for design in made}) == len(made)
    assert all(Design.from_json(design.to_json()) == design for design in made)
    assert [len(design.families) for design in made[:1] + made[-2:]] == [32, 14, 6]


def test_the_truth_is_the_mean_gain_without_seeds_and_examples():
    quiet = Deviations(seed=0, seed_family=0, seed_language=0, example=0, model_example=0)
    design = Design("quiet", "pawsx", 2, 1.0, quiet)
    (study,) = studies(design, 1)
    scores = np.array([share(counts.sum(axis=2).astype(float)) for counts in study.counts])
    gain = scores[:, 1] - scores[:, 0]
    assert gain.mean() == pytest.approx(study.these, abs=0.002)
    assert study.like_these == 1
    (same,) = studies(design, 1)
    assert all(np.array_equal(one, other) for one, other in zip(study.counts, same.counts, strict=True))


def test_the_spread_of_a_gain_is_as_it_was_ordered():
    parts = Deviations(family=0, language=0, seed=0.5, seed_family=0, seed_language=0, example=0, model_example=4)
    gains = []
    for study in studies(Design("seeds", "pawsx", 4, 0.0, parts), 60):
        scores = np.array([share(counts.sum(axis=2).astype(float)) for counts in study.counts])
        gains += list((scores[:, 1] - scores[:, 0]).mean(axis=0))
    examples = 2 * 4**2 / EXAMPLES / 6 * 1.07  # sentences are not of one length
    assert np.std(gains) == pytest.approx((0.25 + examples) ** 0.5, rel=0.12)


def test_every_way_gives_an_interval():
    design = Design("small", "pawsx", 3, 0.0, Deviations(), parallel=True)
    (study,) = studies(design, 1)
    found = Methods(design.families, EXAMPLES, True).intervals(study.counts, 0)
    assert {scope for scope, _ in found} == set(SCOPES)
    assert all(low < high for low, high in found.values())


@pytest.mark.slow
def test_the_command_leaves_tables_and_a_picture(tmp_path, monkeypatch):
    made = coverage.designs()[-1]
    options = argparse.Namespace(name="coverage", resume=False, work=tmp_path / "work", studies=3)
    (system,) = [one for one in coverage.systems_of(options) if one.name == made.name]
    run = measure(system)
    assert not run.error
    monkeypatch.chdir(tmp_path)
    record = Record("coverage", options, {"studies": 3})
    record.sections["designs"] = [made.to_json()]
    record.runs.append(run)
    assert coverage.finish(record) == 0
    told = Path("results/benchmarks/coverage/report.md").read_text(encoding="utf-8")
    assert "## Languages like these" in told
    assert f"| {CHOSEN} |" in told
    assert Path("results/benchmarks/coverage/picture.svg").exists()
