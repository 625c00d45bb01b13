"""Retrieval in Python: `sb.retrieve("bundled:multilingual-e5-small", data="tatoeba", data_dir=...)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sprachbund.api import data_note, hardware, model_place, now, open_store, told_command, versions
from sprachbund.core.canonical import plain
from sprachbund.core.config import validate
from sprachbund.core.files import check_folder
from sprachbund.pipeline.retrieval_config import RetrievalConfig
from sprachbund.pipeline.retrieval_plan import FACTS, ROWS, RetrievalPlan, plan_retrieval
from sprachbund.report.finished_retrieval import FinishedRetrieval
from sprachbund.report.run_info import RunInfo, flat_settings
from sprachbund.results.records import read_rows
from sprachbund.results.retrieval_findings import read_facts
from sprachbund.results.retrieval_summary import summarise
from sprachbund.stages.events import Emit, Progress, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.run import run_stages


def retrieve(
    model: Path | str,
    *,
    output: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    system: str | None = None,
    model_seed: int | None = None,
    emit: Emit = log_notes,
    command: str = "",
    **settings: Any,
) -> FinishedRetrieval:
    """Look up sentences, answers or pairs across languages in the states of an encoder or a trained model.

    Args:
        model: an encoder (`bundled:...`, hub id, folder); or a trained model: its folder, or the output folder of a
            run (or its name below `runs/`).
        output: folder for the report, `retrieval.json` and `rows.parquet`; default `runs/retrieval-DATA-NAME`.
        store, executor, emit, command: as in `run`.
        system, model_seed: which model of a run; None: the only system, its smallest seed.
        settings: fields of `RetrievalConfig`.

    Raises:
        ConfigError: every fault of the settings at once.
        SprachbundError: whatever is wrong with data, model or machine.
        Interrupted: Ctrl-C; calling again goes on from there.
    """
    place = model_place(model, system, model_seed, store)
    config = validate({**settings, "model": str(place)}, RetrievalConfig, "the settings of the retrieval")
    folder = Path(output) if output else Path("runs") / _label(config, model)
    check_folder(folder)
    plan = plan_retrieval(config)
    for note in plan.notes:
        emit(Progress("", config.label, 0, 0, "", note=note))
    (done,) = run_stages((plan.stage,), open_store(store), EXECUTORS.load(executor).value(), emit).outputs
    rows = read_rows(done / ROWS)
    findings = summarise(rows, read_facts(done / FACTS), plan.notes)
    told = command or told_command("retrieve", model, settings)
    return FinishedRetrieval(rows, findings, _info(plan, told, model)).write(folder)


def _label(config: RetrievalConfig, model: Path | str) -> str:
    """The folder's name; a model of a run is called as the run, not as its folder in the store."""
    return config.name or config.model_copy(update={"model": str(model)}).label


def _info(plan: RetrievalPlan, command: str, model: Path | str) -> RunInfo:
    values = plain(plan.config)
    assert isinstance(values, dict)
    name = Path(model).name.replace("bundled:", "")
    return RunInfo(
        title=f"Retrieval in {Path(plan.config.data.name.partition('{')[0]).name or 'parallel text'} with {name}",
        command=command,
        settings={**dict(flat_settings(values)), "model": Path(model).name},
        versions=versions(),
        cards=tuple(map(data_note, plan.cards)),
        hardware=hardware(),
        created=now(),
    )
