"""Which templates of the source language train, which are for development, which test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from sprachbund.core.seeds import derive_seed
from sprachbund.data.ha_intents.templates import Template

TEST_SHARE = 0.2
DEV_SHARE = 0.1
FEW = 4
"""A label with fewer templates than this has no development data."""


def divide(templates: Iterable[Template], ways: Callable[[Template], int], seed: int) -> Mapping[str, str]:
    """Assign every template text to one split, label by label, so that no template crosses a split.

    The unit is the text: the package repeats some templates under several groups. Of a label's
    texts, in an order drawn with the seed, a fifth (at least one) tests and a tenth (at least one)
    is for development. A label with two or three texts has none for development, and its
    richest text trains: by lot, some would be learnt from ten sentences and tested on forty. A
    label with a single text only trains.

    Args:
        templates: of one language.
        ways: how many texts a template gives, about.
        seed: of the order.

    Returns:
        Template text -> "train", "dev" or "test".
    """
    by_label: dict[str, dict[str, Template]] = defaultdict(dict)
    for template in templates:
        by_label[template.intent].setdefault(template.text, template)
    split_of: dict[str, str] = {}
    for label in sorted(by_label):
        texts = by_label[label]
        free = [text for text in texts if text not in split_of]  # a text of two labels stays where it is
        order = sorted(free, key=lambda text: (derive_seed(seed, "split", text), text))
        if len(order) < FEW:
            order.sort(key=lambda text: ways(texts[text]))
        n_test = max(1, round(TEST_SHARE * len(order))) if len(order) > 1 else 0
        n_dev = max(1, round(DEV_SHARE * len(order))) if len(order) >= FEW else 0
        for place, text in enumerate(order):
            split_of[text] = "test" if place < n_test else "dev" if place < n_test + n_dev else "train"
    return split_of
