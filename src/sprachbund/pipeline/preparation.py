"""Encoded corpora as stages: what all prepare stages of a plan share."""

from __future__ import annotations

from dataclasses import dataclass

from sprachbund.core.canonical import plain
from sprachbund.data.locations import DataConfig
from sprachbund.data.source import DataSource
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.pipeline import prepare
from sprachbund.pipeline.config import ScoringConfig
from sprachbund.stages.stage import Resources, Stage
from sprachbund.tasks.task import Task


@dataclass(frozen=True)
class Corpora:
    """What all prepare stages of a plan share."""

    config: ScoringConfig
    task: Task
    encoder: EncoderConfig
    fingerprint: str
    max_pieces: int

    def prepare(self, data: DataConfig, source: DataSource, language: str, split: str, limit: int | None) -> Stage:
        """The stage that reads and encodes one language and split."""
        return Stage(
            kind="prepare",
            version=prepare.VERSION,
            function="sprachbund.pipeline.prepare:run",
            config={
                "task": self.task.name,
                "task_version": self.task.version,
                "data_set": source.name,
                "language": language,
                "split": split,
                "limit": limit,
                "max_pieces": self.max_pieces,
                **({"answers": plain(self.config.answers.windows())} if self.task.kind == "span" else {}),
            },
            files={"data": source.fingerprint(language, split), "encoder": self.fingerprint},
            settings={"data": plain(data), "data_dir": self.config.data_dir, "encoder": plain(self.encoder)},
            label=f"prepare {source.name} {language} {split}",
            resources=Resources(cpus=1, memory_gib=1.0),
        )
