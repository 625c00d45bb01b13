"""Which templates of the source language train, which are for development, which test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sprachbund.core.seeds import derive_seed
from sprachbund.data.ha_intents.templates import Template

TEST_SHARE = 0.2
DEV_SHARE = 0.1


def divide(templates: Iterable[Template], seed: int) -> Mapping[str, str]:
    """Assign every template text to one split, label by label, so that no template crosses a split.

    The unit is the text: the package repeats some templates under several groups. Of a label's
    texts, in an order drawn with the seed, a fifth (at least one) tests and a tenth is for
    development where there are four or more; labels with two or three have no development texts.
    A label with a single text only trains.

    Returns:
        Template text -> "train", "dev" or "test".
    """
    by_label: dict[str, set[str]] = defaultdict(set)
    for template in templates:
        by_label[template.intent].add(template.text)
    split_of: dict[str, str] = {}
    for label in sorted(by_label):
        order = sorted(by_label[label], key=lambda text: (derive_seed(seed, "split", text), text))
        free = [text for text in order if text not in split_of]  # a text of two labels stays where it is
        n_test = max(1, round(TEST_SHARE * len(free))) if len(free) > 1 else 0
        n_dev = max(1, round(DEV_SHARE * len(free))) if len(free) > 3 else 0
        for place, text in enumerate(free):
            split_of[text] = "test" if place < n_test else "dev" if place < n_test + n_dev else "train"
    return split_of
