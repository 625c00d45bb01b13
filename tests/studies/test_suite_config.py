"""Suites that come with the package: groups and recipes that name what there is."""

import pytest

from sprachbund.core.config import parse_yaml, validate
from sprachbund.core.errors import ConfigError
from sprachbund.data.catalogue import find_card
from sprachbund.languages.language import find_variant
from sprachbund.metrics.ranking import RANKING_METRICS
from sprachbund.studies.suite_config import SUITES, Suite, SuiteLookup, read_suite
from sprachbund.tasks.task import TASKS
from sprachbund.training.config import TrainingConfig

OUTSIDE_THE_CATALOGUE = {"squad"}
"""A folder of the user's: SQuAD has no card."""


@pytest.mark.parametrize("name", SUITES)
def test_recipes_name_data_tasks_and_settings_that_there_are(name: str) -> None:
    for task in read_suite(name).tasks.values():
        assert all(find_variant(code).code for code in task.languages)
        if task.run is not None:
            assert task.run.task in TASKS.built_in
            for data in {task.run.test, *task.run.train} - OUTSIDE_THE_CATALOGUE:
                assert find_card(data) is not None, data
            for settings in (task.run.training, {**task.run.training, **task.run.large}):
                made = TrainingConfig.model_validate(settings)
                assert made.learning_rate == made.head_learning_rate  # the recipes have one rate for all
        if task.lookup is not None:
            assert find_card(task.lookup.data) is not None
            assert task.lookup.metric in RANKING_METRICS.built_in


@pytest.mark.parametrize("name", SUITES)
def test_every_scored_task_is_in_a_group(name: str) -> None:
    suite = read_suite(name)
    grouped = {task for group in suite.groups.values() for task in group}
    assert grouped == {name for name, task in suite.tasks.items() if task.kind != "unscored"}


def test_a_group_of_unknown_tasks_is_refused() -> None:
    text = ("name: x\ntitle: X\npaper: '2003.11080'\ngroups: {all: [a, b]}\n"
            "tasks: {a: {title: A, kind: labels, languages: []}}")
    with pytest.raises(ConfigError, match="groups name tasks that the suite does not have: b"):
        validate(parse_yaml(text, "x.yaml"), Suite, "x.yaml")


@pytest.mark.parametrize(("layers", "expected"), [(12, 7), (24, 13), (6, 4), (1, 1), (28, 16)])
def test_the_layer_of_a_lookup_goes_with_the_depth(layers: int, expected: int) -> None:
    recipe = SuiteLookup(data="tatoeba", pooling="mean", metric="retrieval_accuracy", layer_of_12=7, layer_of_24=13)
    assert recipe.layer(layers) == expected
