from collections import Counter

from sprachbund.data.ha_intents.expansion import ways
from sprachbund.data.ha_intents.splits import divide as divide_by
from sprachbund.data.ha_intents.templates import Template, language_file


def divide(templates, seed=0):
    return divide_by(templates, lambda one: len(one.text), seed)


def template(text, label="a", device=None):
    return Template(f"{text}.{label}.{device}", text, device, label, label)


def counts(number):
    return Counter(divide([template(f"t{each}") for each in range(number)]).values())


def test_sizes_follow_the_number_of_templates():
    assert counts(1) == {"train": 1}
    assert counts(2) == {"train": 1, "test": 1}
    assert counts(3) == {"train": 2, "test": 1}
    assert counts(4) == {"train": 2, "test": 1, "dev": 1}
    assert counts(100) == {"train": 70, "test": 20, "dev": 10}


def test_of_few_templates_the_richest_trains():
    for longest in ("aaaa", "bbbb", "cccc"):
        split_of = divide([template(text) for text in (longest, "x", "yy")])
        assert split_of == {"x": "test", "yy": "train", longest: "train"}


def test_equal_texts_go_together_even_across_labels_and_devices():
    texts = [f"t{each}" for each in range(20)]
    both = [template(text, label, device) for text in texts for label in "ab" for device in ("x", "y")]
    assert set(divide(both, 0)) == set(texts)


def test_the_order_of_the_file_does_not_matter_and_the_seed_does():
    templates = [template(f"t{each}") for each in range(40)]
    assert divide(templates, 0) == divide(templates[::-1], 0)
    assert divide(templates, 0) != divide(templates, 1)


def test_every_label_of_english_trains_and_tests():
    english = language_file("en")
    templates = english.templates
    split_of = divide_by(templates, lambda one: ways(one.expression, english), 0)
    trained = {template.intent for template in templates if split_of[template.text] == "train"}
    tested = {template.intent for template in templates if split_of[template.text] == "test"}
    assert trained == tested == {template.intent for template in templates}
