"""A stage: a piece of work with an identity, and the job that a function gets when it runs.

Identity (the key, see `keys.py`) = kind + code version + canonical config + keys of inputs +
digests of files + versions of extensions. What is only good for showing or for speed (label,
settings, resources) is not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sprachbund.core.canonical import Json
from sprachbund.stages.events import Emit


@dataclass(frozen=True, slots=True)
class Resources:
    """What a stage asks of an executor.

    Args:
        cpus: processor cores; the fewest, where the stage is elastic.
        memory_gib: peak memory, gibibytes (an estimate).
        environment: variables that must stand in the environment before the stage's process imports
            torch (cache limits of oneDNN, thread counts). Executors that start child processes set them.
        elastic: it can use more cores than `cpus`. An executor gives it what it likes and says how many
            (`Job.cpus`); the number is good for speed only.
        gpu: it may use a GPU, which one stage at a time has for itself.
    """

    cpus: float = 1.0
    memory_gib: float = 1.0
    environment: Mapping[str, str] = field(default_factory=dict)
    elastic: bool = False
    gpu: bool = False


@dataclass(frozen=True)
class Stage:
    """A piece of work.

    Args:
        kind: "prepare", "train", ...
        version: code version of the kind; raised when the same inputs can give another result.
        function: "module:function" taking one `Job`.
        config: the part of the run's config this stage uses, as plain JSON values with defaults filled in.
        inputs: name -> the stage whose output folder is needed.
        files: name -> sha256 of a file or corpus that is read (never a path or date).
        extensions: `name==version` of packages whose components are used, sorted.
        settings: result-neutral values the function needs (where the files lie, number of workers).
        label: a name for people ("train dlfa seed 1").
        resources: see `Resources`.
        after: stages that must be done before this one starts, though it reads nothing of them (a check whose
            failure makes an hour of training idle). Not part of the identity, and not asked for where the
            stage is stored.
    """

    kind: str
    version: int
    function: str
    config: Mapping[str, Json]
    inputs: Mapping[str, Stage] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    settings: Mapping[str, Json] = field(default_factory=dict)
    label: str = ""
    resources: Resources = field(default_factory=Resources)
    after: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What a stage's function gets.

    Args:
        key: the stage's key.
        config: as in `Stage`.
        settings: as in `Stage`.
        inputs: name -> folder with the verified output of that input; read-only.
        output: an empty folder to fill; renamed into the store when the function returns, thrown away
            when it raises.
        work: a folder that survives a kill of this stage and is there again on the next try
            (checkpoints); removed once the output is stored.
        emit: reports progress (`Progress` events); cheap, may be called often.
        cpus: processor cores it has: the number of its threads.
    """

    key: str
    config: Mapping[str, Json]
    settings: Mapping[str, Json]
    inputs: Mapping[str, Path]
    output: Path
    work: Path
    emit: Emit
    cpus: int = 1


StageFunction = Callable[[Job], None]
