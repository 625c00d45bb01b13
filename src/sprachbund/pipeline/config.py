"""The config of a run: one task, one source language, one or more systems and seeds, many target languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, field_validator, model_validator

from sprachbund.core.config import Config, locate, neutral, read_yaml, validate
from sprachbund.core.errors import ConfigError, Fault, LanguageError, RegistryError, SprachbundError, join_or
from sprachbund.core.source import Location
from sprachbund.data.answers import AnswerConfig
from sprachbund.data.labels import UnknownLabels
from sprachbund.data.locations import DataConfig
from sprachbund.languages.language import find_variant
from sprachbund.models.encoders.source import EncoderConfig
from sprachbund.models.fusion.fusion import FusionConfig, fusion_config
from sprachbund.models.heads.head import Normalisation
from sprachbund.pipeline.adapt_config import AdaptationConfig
from sprachbund.tasks.task import TASKS
from sprachbund.training.config import Precision, TrainingConfig


def named(value: Any) -> Any:
    """A name as a group that holds it; a group as it is."""
    return {"name": value} if isinstance(value, str) else value


def listed(value: Any) -> Any:
    """One value as a list of one; a list, or None, as it is."""
    return value if isinstance(value, list | tuple) or value is None else (value,)


def _distinct(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(value)) < len(value):
        raise ValueError(f"a seed is repeated in {list(value)}")
    return value


Seed = Annotated[int, Field(strict=True, ge=0)]
Seeds = Annotated[tuple[Seed, ...], BeforeValidator(listed), Field(min_length=1), AfterValidator(_distinct)]
"""Root seeds of trainings: at least one, no two alike."""


def _fusions(value: Any) -> Any:
    items = listed(value)
    return tuple(_fusion(item) if isinstance(item, str | Mapping) else item for item in items or ())


def _fusion(value: str | Mapping[str, Any]) -> FusionConfig:
    return fusion_config({"type": value} if isinstance(value, str) else value)


def _language_code(value: Any) -> Any:
    return find_variant(value).code if isinstance(value, str) else value


LanguageCode = Annotated[str, BeforeValidator(_language_code)]


class ScoringConfig(Config):
    """What is scored: a task in a source language and its targets. Shared by runs and evaluations."""

    task: str = "tagging"
    """A registered task."""
    data: Annotated[DataConfig, BeforeValidator(named)]
    """The data set; a run takes training and dev data of the source language from it too."""
    source: LanguageCode = "en"
    """The only language with labels in training."""
    targets: Annotated[tuple[LanguageCode, ...] | None, BeforeValidator(listed)] = None
    """Target languages; None: every language that has the split."""
    split: str = "test"
    """The split that is scored."""
    unknown_labels: UnknownLabels = "fail"
    """What happens to target labels that the source does not know: fail, or ignore with a count."""
    test_limit: int | None = Field(None, ge=1)
    """Score a seeded sample of at most this many examples a language; None: all."""
    answers: AnswerConfig = AnswerConfig()
    """How answers to questions are looked for; of use to the task span_qa only."""
    name: str = neutral("")
    """Label of the run in tables; "" gives one made of task and data."""
    title: str = neutral("")
    """Heading of the report; "" gives one made of task and data."""
    data_dir: str | None = neutral(None)
    """Folder that holds data sets named by `data`."""

    @field_validator("task")
    @classmethod
    def _known_task(cls, value: str) -> str:
        TASKS.load(value)
        return value

    @property
    def label(self) -> str:
        """The run's name in tables and folders."""
        return self.name or f"{self.task}-{Path(self.data.name).name.replace('bundled:', '').replace('hub:', '')}"

    def test_data_config(self) -> DataConfig:
        """Where the targets' data come from."""
        return self.data


class FewShotConfig(Config):
    """A few labelled examples of target languages, learnt beside the source language's."""

    examples: int = Field(ge=1)
    """How many of each language: a sample that is the same for every seed, or all where there are fewer."""
    split: str = "train"
    """The split they are taken from."""
    languages: Annotated[tuple[LanguageCode, ...] | None, BeforeValidator(listed)] = None
    """Of these target languages; None: of every one that has the split."""


class TranslateTrainConfig(Config):
    """Training data translated into other languages, learnt beside the source language's."""

    data: Annotated[DataConfig, BeforeValidator(named)]
    """The translations, a file a language as everywhere."""
    split: str = "train"
    """Their split."""
    languages: Annotated[tuple[LanguageCode, ...] | None, BeforeValidator(listed)] = None
    """These languages; None: every one that is there, the source language's own left out."""
    limit: int | None = Field(None, ge=1)
    """A seeded sample of this many examples a language; None: all."""


def _few_shot(value: Any) -> Any:
    return {"examples": value} if isinstance(value, int) else value


def _adapt(value: Any) -> Any:
    return {"text": value} if isinstance(value, str | list | tuple) else value


def _translate_train(value: Any) -> Any:
    return {"data": value} if isinstance(value, str) else value


class EvaluationConfig(ScoringConfig):
    """A model trained elsewhere, scored over all target languages."""

    model: str
    """Folder or hub id."""
    trust_remote_code: str | None = None
    """Repeat the model's name here to run code that comes with it; off otherwise."""
    allow_pickle: bool = False
    """Read pickled weights where there are no safetensors: they can run code."""
    precision: Precision = "auto"
    """Number format of prediction: auto is bf16 where the processor or GPU has it."""
    max_pieces: int = Field(512, ge=8)
    """Longest window, special pieces included."""
    device: str = neutral("auto")
    """auto: a GPU if there is one, else the processor."""
    threads: int | None = neutral(None)
    """Processor threads; None: as many cores as the executor gives."""

    def encoder_config(self) -> EncoderConfig:
        """The model seen as an encoder: the same files hold its tokenizer and its config."""
        return EncoderConfig(
            name=self.model, trust_remote_code=self.trust_remote_code, allow_pickle=self.allow_pickle
        )


class TransferConfig(ScoringConfig):
    """A task learnt in the source language and scored in all languages: everything but systems and seeds."""

    test_data: Annotated[DataConfig, BeforeValidator(named)] | None = None
    """Target data where they lie in another data set (train on nli_train, test on xnli)."""
    encoder: Annotated[EncoderConfig, BeforeValidator(named)] = Field(default_factory=EncoderConfig)
    pooling: Literal["first", "mean"] = "first"
    """What is read for a label of a whole text, or for a choice: the first piece, or the mean over the real pieces."""
    head_normalisation: Normalisation = "none"
    """layer: a layer norm between fusion and head, so that the scale of the fused state does not decide how fast the
    head learns."""
    intent_weight: float = Field(1.0, gt=0)
    """Weight of the intents' loss beside that of the slots; of use to the task intent_slots only."""
    adapt: Annotated[AdaptationConfig | None, BeforeValidator(_adapt)] = None
    """Let the encoder learn from raw text before it learns the task; a text says where that lies."""
    training: TrainingConfig = TrainingConfig()
    train_limit: int | None = Field(None, ge=1)
    """Train on a seeded sample of this many examples a source language; None: all."""
    more_sources: Annotated[tuple[LanguageCode, ...], BeforeValidator(listed)] = ()
    """Further source languages, whose training data are learnt too; they are in no average over targets. Layers and
    checkpoints are chosen on dev data of `source` alone."""
    few_shot: Annotated[FewShotConfig | None, BeforeValidator(_few_shot)] = None
    """A few labelled examples of each target language; a number is how many."""
    translate_train: Annotated[TranslateTrainConfig | None, BeforeValidator(_translate_train)] = None
    """Training data translated into other languages; a text says where they lie."""

    @model_validator(mode="after")
    def _sources_apart(self) -> TransferConfig:
        sources = (self.source, *self.more_sources)
        if twice := sorted({code for code in sources if sources.count(code) > 1}):
            raise ValueError(f"more_sources: {join_or(twice)} stands there twice, or is the source already")
        if self.few_shot and self.few_shot.split == self.split:
            raise ValueError(f"few_shot: examples of the split {self.split!r} are scored, none can be learnt; take "
                             "them from train or dev")
        return self

    def test_data_config(self) -> DataConfig:
        """Where the targets' data come from."""
        return self.test_data or self.data


class RunConfig(TransferConfig):
    """Everything that decides the result of a run, and a few things that do not.

    The first fusion is the baseline that the others are compared with.
    """

    fusion: Annotated[tuple[SerializeAsAny[FusionConfig], ...], BeforeValidator(_fusions)] = Field(
        default_factory=lambda: (fusion_config({"type": "last_layer"}),), min_length=1, validate_default=False
    )
    """One fusion or several; each becomes a system, trained with every seed."""
    seeds: Seeds = (1,)

    @model_validator(mode="after")
    def _distinct_systems(self) -> RunConfig:
        labels = [fusion.label() for fusion in self.fusion]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"the same system stands twice under fusion: {join_or(twice)}")
        return self


def read_run_config(path: Path | str, overrides: Mapping[str, Any] | None = None) -> RunConfig:
    """Read a run from YAML; `overrides` (from flags) replace whole top-level keys.

    Raises:
        DataError: not readable as YAML.
        ConfigError: every fault at once, with line and near matches.
    """
    values = read_yaml(path)
    values.update(overrides or {})
    return run_config(values, str(path))


S = TypeVar("S", bound=ScoringConfig)


def run_config(values: Mapping[str, Any], source: str = "the settings") -> RunConfig:
    """Build a run config from plain values; raises as `scoring_config` does."""
    return scoring_config(values, RunConfig, source)


def scoring_config(values: Mapping[str, Any], model: type[S], source: str = "the settings") -> S:
    """Build a config from plain values.

    Names of components and languages raise their own errors inside pydantic's validators; they are
    looked at first here, so that their faults stand in one list with all others.

    Raises:
        ConfigError: every fault at once.
    """
    faults: list[Fault] = []
    checked = _checked_fusions(values, source, faults)
    for field, check in (("task", TASKS.load), ("source", find_variant), ("targets", find_variant)):
        faults += _checked_names(values, field, check, source)
    rest = {key: item for key, item in values.items() if key not in {fault.field.split(".")[0] for fault in faults}}
    shown: Mapping[str, Any] = values.copy() if hasattr(values, "copy") else dict(values)  # keeps the line numbers
    for key in set(values) - set(rest):
        shown.pop(key)  # type: ignore[attr-defined]
    if checked is not None and "fusion" in rest:
        shown["fusion"] = checked  # type: ignore[index]
    try:
        result = validate(shown, model, source)
    except ConfigError as error:
        raise ConfigError([*faults, *error.faults], source) from None
    if faults:
        raise ConfigError(faults, source)
    return result


def _checked_fusions(
    values: Mapping[str, Any], source: str, faults: list[Fault]
) -> tuple[FusionConfig, ...] | None:
    configs = []
    for number, item in enumerate(listed(values.get("fusion")) or ()):
        field = f"fusion.{number}" if isinstance(values["fusion"], list | tuple) else "fusion"
        where = locate(values, ("fusion", number), source)
        if isinstance(item, FusionConfig):
            configs.append(item)
            continue
        if not isinstance(item, str | Mapping):
            faults.append(Fault(field, f"expected a name or options, got {item!r}", where))
            continue
        try:
            configs.append(fusion_config({"type": item} if isinstance(item, str) else item, source))
        except ConfigError as error:
            faults += [Fault(f"{field}.{fault.field}", fault.what,
                             fault.where if fault.where and fault.where.line else where, fault.suggestions)
                       for fault in error.faults]
        except RegistryError as error:
            faults.append(as_fault(f"{field}.type", error, where))
    return tuple(configs) or None


def _checked_names(values: Mapping[str, Any], field: str, check: Any, source: str) -> list[Fault]:
    faults = []
    for item in listed(values.get(field)) or ():
        if not isinstance(item, str):
            continue
        try:
            check(item)
        except (LanguageError, RegistryError) as error:
            faults.append(as_fault(field, error, locate(values, (field,), source)))
    return faults


def as_fault(field: str, error: SprachbundError, where: Location | None) -> Fault:
    """An error about one field as a fault among others."""
    return Fault(field, error.what + (f" ({error.remedy})" if error.remedy else ""), where)
