"""Studies below folders: row files, cells with gates, probes; other tables are passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from simulated_probes import layers
from simulated_studies import simulate, systems

from sprachbund.core.errors import DataError, FormatError
from sprachbund.results.claims.evidence import gather
from sprachbund.results.claims.gates import depends_on_the_task
from sprachbund.results.claims.reading import read_studies
from sprachbund.results.gates import GateRow, write_gates
from sprachbund.results.probe_files import write_probe
from sprachbund.results.records import write_rows

SYSTEMS = systems({1: 0.2, 5: 2.0})


def write_cells(folder: Path, data_set: str, seeds: tuple[int, ...] = (1, 2, 3)) -> None:
    """A file a cell below `rows`, as a sweep leaves them, with gates of DLFA beside."""
    cells: dict[tuple[str, int], list] = {}
    for row in simulate(SYSTEMS, (data_set,), seeds=seeds, examples=20):
        cells.setdefault((row.system, row.seed), []).append(row)
    for (system, seed), rows in cells.items():
        name = f"{system} {seed}.parquet"
        write_rows(folder / "rows" / name, rows)
        if rows[0].fusion == "dlfa":
            centre = {"xnli": 0.2, "ud_pos": 0.8}[data_set] + 0.01 * seed
            gates = [GateRow("tagging", data_set, "test", code, "X", 10, np.full(4, centre), np.zeros(4))
                     for code in ("de", "fi", "tr")]
            write_gates(folder / "gates" / name, gates)


def test_sweeps_probes_and_runs_below_a_folder_are_studies(tmp_path: Path) -> None:
    results = tmp_path / "results"
    write_cells(results / "sweep", "ud_pos")
    write_rows(results / "run" / "rows.parquet", simulate(SYSTEMS, ("panx",), examples=20))
    (results / "probe").mkdir()
    write_probe(results / "probe", layers(peak=7, upper=-0.9))
    pq.write_table(pa.table({"a": [1]}), results / "run" / "other.parquet")
    studies = {study.name: study for study in read_studies([results], unaveraged={"ud_pos": ("de",)})}
    assert set(studies) == {"results/sweep", "results/run", "results/probe"}
    assert len({(row.system, row.seed) for row in studies["results/sweep"].rows}) == 12
    assert len(studies["results/sweep"].gates) == 6
    assert studies["results/probe"].probes[0].encoder == "tiny"
    (found,) = gather(studies.values())
    assert "de" not in found.comparisons["ud_pos"][0].scores.chosen.languages
    assert "de" in found.comparisons["panx"][0].scores.chosen.languages


def test_a_folder_named_twice_or_inside_another_counts_once(tmp_path: Path) -> None:
    write_cells(tmp_path / "sweep", "ud_pos")
    once = read_studies([tmp_path])
    twice = read_studies([tmp_path, tmp_path, tmp_path / "sweep", tmp_path / "sweep" / "rows"])
    assert [len(study.rows) for study in twice] == [len(study.rows) for study in once]


def test_gates_of_cells_are_told_apart_by_the_cells_rows(tmp_path: Path) -> None:
    for name in ("xnli", "ud_pos"):
        write_cells(tmp_path / name, name)
    (evidence,) = gather(read_studies([tmp_path]))
    literal, _ = depends_on_the_task(evidence)
    (spread,) = literal.parts
    assert spread.verdict == "supported"
    assert "XNLI" in spread.why
    (tmp_path / "xnli" / "rows").rename(tmp_path / "xnli" / "lost")
    (evidence,) = gather(read_studies([tmp_path / "ud_pos"]))
    assert {item.data_set for item in evidence.gates} == {"ud_pos"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such folder"):
        read_studies([tmp_path / "absent"])


def test_damaged_rows_are_told(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").write_bytes(b"no table")
    with pytest.raises(FormatError, match="not readable as score rows"):
        read_studies([tmp_path])


def test_an_empty_folder_has_no_study(tmp_path: Path) -> None:
    assert read_studies([tmp_path]) == []
