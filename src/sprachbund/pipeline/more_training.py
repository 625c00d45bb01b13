"""Labels beside those of one source language: further sources, a few target examples, translations, as prepare stages.

Transfer is zero-shot where none of these is asked for; where one is, every table says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sprachbund.core.canonical import plain
from sprachbund.core.errors import DataError, LanguageError, join_or
from sprachbund.data.source import DataSource
from sprachbund.languages.language import find_variant
from sprachbund.pipeline.config import TransferConfig
from sprachbund.pipeline.corpora import MORE
from sprachbund.pipeline.preparation import Corpora
from sprachbund.pipeline.prepare import source_for
from sprachbund.stages.stage import Stage


@dataclass(frozen=True)
class MoreTraining:
    """What is learnt beside the source language's training data.

    Args:
        stages: input name ("more source de") -> its prepare stage.
        beyond: few-shot examples and translations in words; "" where transfer is zero-shot.
        notes: sentences for the user.
        data: data sets beside the run's own.
    """

    stages: Mapping[str, Stage] = field(default_factory=dict)
    beyond: str = ""
    notes: tuple[str, ...] = ()
    data: tuple[DataSource, ...] = ()


def more_training(
    config: TransferConfig, corpora: Corpora, training: DataSource, test: DataSource, targets: tuple[str, ...]
) -> MoreTraining:
    """Plan it.

    Args:
        config: what was asked.
        corpora: what all prepare stages share.
        training: the source language's data set.
        test: the targets' data set, where examples of the targets are looked for too.
        targets: the languages that are scored.

    Raises:
        DataError: a split or language that is not there.
        LanguageError: a source without training data, or examples of a language that is no target.
    """
    stages: dict[str, Stage] = {}
    words: list[str] = []
    notes: list[str] = []
    for code in config.more_sources:
        if code not in training.languages("train"):
            raise LanguageError(f"more_sources: the data set {training.name} has no train data in {code}",
                                remedy=f"it has: {', '.join(training.languages('train')) or 'none'}")
        stages[f"{MORE}source {code}"] = corpora.prepare(config.data, training, code, "train", config.train_limit)
    if config.few_shot is not None:
        found = _few_shot(config, corpora, training, test, targets, notes)
        words.append(f"few-shot: up to {config.few_shot.examples} labelled examples of "
                     f"{'each of ' * (len(found) > 1)}{_languages(len(found), 'target language')}")
        stages |= {f"{MORE}example {code}": stage for code, stage in found.items()}
    others: tuple[DataSource, ...] = ()
    if config.translate_train is not None:
        data = config.translate_train.data
        source = source_for(plain(data), corpora.task, config.data_dir)
        found = _translations(config, corpora, source)
        words.append(f"translate-train: trained on translations into {_languages(len(found), 'language')} too")
        stages |= {f"{MORE}translation {code}": stage for code, stage in found.items()}
        others = (source,)
    beyond = "; ".join(words) + (", not zero-shot" if words else "")
    return MoreTraining(stages, beyond, tuple(filter(None, (beyond, *notes))), others)


def _few_shot(
    config: TransferConfig, corpora: Corpora, training: DataSource, test: DataSource, targets: tuple[str, ...],
    notes: list[str],
) -> dict[str, Stage]:
    asked = config.few_shot
    assert asked is not None
    targets = tuple(code for code in targets if code not in config.more_sources)
    data, source = (config.test_data_config(), test)
    if not set(targets) & set(test.languages(asked.split)):
        data, source = config.data, training
    present = source.languages(asked.split)
    strangers = sorted(set(asked.languages or ()) - set(targets))
    if strangers:
        raise LanguageError(f"few_shot: {join_or(strangers)} is no target language of this run",
                            remedy=f"targets: {', '.join(targets)}")
    wanted = asked.languages or tuple(code for code in targets if code in present)
    missing = [code for code in wanted if code not in present]
    if missing or not wanted:
        raise DataError(f"few_shot: the data set {source.name} has no {asked.split} data in "
                        f"{join_or(missing) if missing else 'any target language'}",
                        remedy=f"it has: {', '.join(present) or 'none'}; name another split with few_shot.split")
    without = [code for code in targets if code not in wanted]
    if without:
        notes.append(f"no examples of {len(without)} of {len(targets)} target languages ({', '.join(without)}): there "
                     "transfer is from the other languages alone")
    return {code: corpora.prepare(data, source, code, asked.split, asked.examples) for code in wanted}


def _translations(config: TransferConfig, corpora: Corpora, source: DataSource) -> dict[str, Stage]:
    asked = config.translate_train
    assert asked is not None
    present = source.languages(asked.split)
    base = find_variant(config.source).language.code
    wanted = asked.languages or tuple(code for code in present if find_variant(code).language.code != base)
    missing = [code for code in wanted if code not in present]
    if missing or not wanted:
        raise DataError(f"translate_train: {source.name} has no {asked.split} data in "
                        f"{join_or(missing) if missing else 'any language but the source'}",
                        remedy=f"it has: {', '.join(present) or 'none'}")
    return {code: corpora.prepare(asked.data, source, code, asked.split, asked.limit) for code in wanted}


def _languages(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
