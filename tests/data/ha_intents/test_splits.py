from collections import Counter

from sprachbund.data.ha_intents.splits import divide
from sprachbund.data.ha_intents.templates import Template, language_file


def template(text, label="a", device=None):
    return Template(f"{text}.{label}.{device}", text, device, label, label)


def counts(number):
    return Counter(divide([template(f"t{each}") for each in range(number)], 0).values())


def test_sizes_follow_the_number_of_templates():
    assert counts(1) == {"train": 1}
    assert counts(2) == {"train": 1, "test": 1}
    assert counts(3) == {"train": 2, "test": 1}
    assert counts(4) == {"train": 2, "test": 1, "dev": 1}
    assert counts(100) == {"train": 70, "test": 20, "dev": 10}


def test_equal_texts_go_together_even_across_labels_and_devices():
    texts = [f"t{each}" for each in range(20)]
    both = [template(text, label, device) for text in texts for label in "ab" for device in ("x", "y")]
    assert set(divide(both, 0)) == set(texts)


def test_the_order_of_the_file_does_not_matter_and_the_seed_does():
    templates = [template(f"t{each}") for each in range(40)]
    assert divide(templates, 0) == divide(templates[::-1], 0)
    assert divide(templates, 0) != divide(templates, 1)


def test_every_label_of_english_trains_and_tests():
    templates = language_file("en").templates
    split_of = divide(templates, 0)
    trained = {template.intent for template in templates if split_of[template.text] == "train"}
    tested = {template.intent for template in templates if split_of[template.text] == "test"}
    assert trained == tested == {template.intent for template in templates}
