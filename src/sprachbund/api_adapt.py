"""Adaptation in Python: `sb.adapt("bundled:multilingual-e5-small", text="{language}.txt", output="adapted")`."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sprachbund.api import open_store
from sprachbund.core.config import validate
from sprachbund.core.errors import StorageError
from sprachbund.core.files import check_folder, write_aside
from sprachbund.core.source import Location
from sprachbund.models.encoders.hub import ADAPTATION
from sprachbund.models.encoders.opening import encoder_fingerprint, encoder_info
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.pipeline.adapt_config import AdaptationConfig
from sprachbund.pipeline.adapt_plan import ENCODER, TRAINING, plan_adaptation
from sprachbund.results.adaptation import Adaptation, read_adaptation
from sprachbund.stages.events import Emit, log_notes
from sprachbund.stages.executors.executor import EXECUTORS
from sprachbund.stages.run import run_stages


@dataclass(frozen=True)
class FinishedAdaptation:
    """What an adaptation left.

    Args:
        folder: the adapted encoder in hub layout.
        adaptation: what was done, and what was measured.
        seconds: spent in training steps.
        notes: sentences for the user.
    """

    folder: Path
    adaptation: Adaptation
    seconds: float
    notes: tuple[str, ...]


def adapt(
    encoder: str = EncoderConfig().name,
    *,
    output: Path | str,
    data_dir: Path | str | None = None,
    store: Path | str | None = None,
    executor: str = "auto",
    revision: str | None = None,
    allow_pickle: bool = False,
    emit: Emit = log_notes,
    **settings: Any,
) -> FinishedAdaptation:
    """Let an encoder learn to find hidden pieces of raw text, before any task.

    Args:
        encoder: `bundled:multilingual-e5-small`, a hub id or a folder in hub layout.
        output: new folder for the adapted encoder; give it to a run as its encoder.
        data_dir: folder that texts are looked for in, before here.
        store, executor, emit: as in `run`.
        revision, allow_pickle: of the encoder.
        settings: fields of `AdaptationConfig`; `text` is needed.

    Raises:
        ConfigError: every fault of the settings at once.
        ModelError: an encoder that does not learn to find hidden pieces.
        StorageError: there is something in the output folder.
        SprachbundError: whatever is wrong with text or machine.
        Interrupted: Ctrl-C; calling again goes on from the last checkpoint.
    """
    config = validate(settings, AdaptationConfig, "the settings of the adaptation")
    named = EncoderConfig(name=encoder, revision=revision, allow_pickle=allow_pickle)
    folder = Path(output)
    if folder.is_dir() and any(folder.iterdir()):
        raise StorageError("there is something in this folder already", where=Location(str(folder)),
                           remedy="choose another folder, or remove it first")
    check_folder(folder)
    stage = plan_adaptation(config, named, encoder_info(named), encoder_fingerprint(named), data_dir)
    (done,) = run_stages((stage,), open_store(store), EXECUTORS.load(executor).value(), emit).outputs
    with write_aside(folder) as temporary:
        shutil.copytree(done / ENCODER, temporary)
    record = json.loads((done / TRAINING).read_text(encoding="utf-8"))
    return FinishedAdaptation(folder, read_adaptation(folder / ADAPTATION), float(record["seconds"]),
                              tuple(record["notes"]))
