"""Probes in Python: `sb.probe("runs/pos", data_dir=...)`; the command line calls this too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sprachbund.api import data_note, hardware, model_place, now, open_store, told_command, versions
from sprachbund.core.canonical import plain
from sprachbund.core.config import validate
from sprachbund.pipeline.probe_config import ProbeConfig
from sprachbund.pipeline.probe_plan import PROBED, ProbePlan, plan_probe
from sprachbund.report.finished_probe import FinishedProbe
from sprachbund.report.run_info import RunInfo, flat_settings
from sprachbund.results.gates import FILE as GATES
from sprachbund.results.gates import read_gates, write_gates
from sprachbund.results.probe_files import read_probed
from sprachbund.results.probe_summary import summarise
from sprachbund.stages.events import Emit, Progress, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.run import run_stages


def probe(
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
) -> FinishedProbe:
    """Measure what each layer of an encoder holds, and of a trained model before and after fine-tuning.

    Args:
        model: an encoder (`bundled:...`, hub id, folder); or a trained model: its folder, or the output folder of a
            run (or its name below `runs/`).
        output: folder for the report, `probe.json` and `curves.parquet`; default `runs/probe-NAME`.
        store, executor, emit, command: as in `run`.
        system, model_seed: which model of a run; None: the only system, its smallest seed.
        settings: fields of `ProbeConfig`.

    Raises:
        ConfigError: every fault of the settings at once.
        SprachbundError: whatever is wrong with data, model or machine.
        Interrupted: Ctrl-C; calling again goes on from there.
    """
    place = model_place(model, system, model_seed, store)
    name = {"name": f"probe-{Path(model).name.replace('bundled:', '')}"} if not settings.get("name") else {}
    config = validate({**settings, **name, "model": str(place)}, ProbeConfig, "the probe's settings")
    plan = plan_probe(config)
    for note in plan.notes:
        emit(Progress("", config.label, 0, 0, "", note=note))
    summary = run_stages(tuple(plan.probes.values()), open_store(store), EXECUTORS.load(executor).value(), emit)
    probed = [read_probed(folder / PROBED) for folder in summary.outputs]
    told = command or told_command("probe", model, settings)
    shown = {**_settings(config), "model": Path(model).name}
    findings = summarise(probed, config.source, not_tested=plan.not_tested, notes=plan.notes, settings=shown,
                         command=told)
    finished = FinishedProbe(findings, _info(plan, told, str(model)))
    finished = finished.write(Path(output) if output else Path("runs") / config.label)
    for folder in summary.outputs:
        if (folder / GATES).is_file():
            write_gates(finished.report.with_name(GATES), read_gates(folder / GATES))
    return finished


def _settings(config: ProbeConfig) -> dict[str, str]:
    values = plain(config)
    assert isinstance(values, dict)
    return dict(flat_settings(values))


def _info(plan: ProbePlan, command: str, model: str) -> RunInfo:
    return RunInfo(
        title=f"What the layers of {Path(model).name.replace('bundled:', '')} hold",
        command=command,
        settings=_settings(plan.config) | {"model": Path(model).name},
        versions=versions(),
        cards=tuple(map(data_note, plan.cards)),
        hardware=hardware(),
        created=now(),
    )
