import hashlib
import os
import subprocess
import sys
from collections import Counter

import pytest

from sprachbund.data.ha_intents.commands import PER_LABEL, SOURCE, source_commands, target_commands
from sprachbund.data.ha_intents.templates import language_file


def test_no_text_and_no_template_stands_in_two_splits():
    splits = source_commands()
    texts = Counter(item.surface.text.casefold() for commands in splits.values() for item in commands.items)
    assert max(texts.values()) == 1
    text_of = {one.identity: one.text for one in language_file(SOURCE).templates}
    seen: dict[str, str] = {}
    for split, commands in splits.items():
        for item in commands.items:
            template = text_of[item.identity.rpartition("-")[0]]
            assert seen.setdefault(template, split) == split


def test_sizes_of_the_source():
    splits = source_commands()
    assert 6000 < len(splits["train"].items) < 12000
    assert len(splits["dev"].items) > 600
    assert len(splits["test"].items) > 1000
    for split, commands in splits.items():
        labels = Counter(item.intent for item in commands.items)
        assert max(labels.values()) <= PER_LABEL[split]
    assert {item.intent for item in splits["train"].items} == {item.intent for item in splits["test"].items}


@pytest.mark.parametrize("code", ["de", "de-CH", "zh-HK", "fa", "th"])
def test_targets_are_clean_and_use_labels_of_the_source(code):
    training = source_commands()["train"].items
    commands = target_commands(code)
    assert 200 < len(commands.items) <= 15 * 40
    assert len({item.surface.text.casefold() for item in commands.items}) == len(commands.items)
    assert {item.intent for item in commands.items} <= {item.intent for item in training}
    assert {item.domain for item in commands.items} <= {item.domain for item in training}
    assert len({item.identity for item in commands.items}) == len(commands.items)
    for item in commands.items:
        assert not set(item.surface.text) & set("{}<>[]|")


def test_domains_within_an_intent_are_drawn_in_turn():
    domains = Counter(item.domain for item in source_commands()["train"].items if item.intent == "turn_on")
    assert set(domains) == {"light", "switch", "fan", "media", "climate"}
    assert max(domains.values()) - min(domains.values()) <= 2


def test_texts_do_not_depend_on_the_hash_seed():
    script = (
        "from sprachbund.data.ha_intents.commands import source_commands, target_commands\n"
        "items = [*source_commands()['train'].items, *target_commands('ru').items, *target_commands('zh-CN').items]\n"
        "import hashlib\n"
        "print(hashlib.sha256(repr(items).encode()).hexdigest())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
            text=True, check=True,
        ).stdout.strip()
        for seed in ("0", "1")
    ]
    items = [*source_commands()["train"].items, *target_commands("ru").items, *target_commands("zh-CN").items]
    assert told == [hashlib.sha256(repr(items).encode()).hexdigest()] * 2
