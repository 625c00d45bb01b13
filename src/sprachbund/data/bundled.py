"""Data that come with the installation: `ha-intents`, made from sentence templates, no file to read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar

from sprachbund.core.canonical import digest
from sprachbund.core.errors import DataError, join_or, near_matches
from sprachbund.data.card import DatasetCard
from sprachbund.data.catalogue import card
from sprachbund.data.examples import Corpus, Example, ExampleStream, FrameExample, TextExample, TokenExample
from sprachbund.data.ha_intents.commands import SOURCE, Command, source_commands, target_commands
from sprachbund.data.ha_intents.names import named_languages, names_digest
from sprachbund.data.ha_intents.surface import tagged
from sprachbund.data.ha_intents.templates import template_digest
from sprachbund.data.labels import Kind
from sprachbund.data.source import DataSource, split_name
from sprachbund.languages.language import find_variant

LABEL_SETS: dict[Kind, tuple[str, ...]] = {"sequence": ("intent", "domain"), "tokens": ("slot",),
                                           "joint": ("intent", "domain")}
"""Label sets of ha-intents by what a task reads, the default first."""


def open_bundled(name: str, kind: Kind, labels: str | None = None) -> DataSource:
    """Open a data set that comes with the installation.

    Args:
        name: "ha-intents".
        kind: "sequence" for one label a command, "tokens" for slots as BIO labels a word, "joint" for both.
        labels: "intent" (fine) or "domain" (coarse) for commands, "slot" for words alone; None: the first.

    Raises:
        DataError: there is no such data set or label set.
    """
    if name != HaIntents.name:
        near = near_matches(name, [HaIntents.name])
        hint = f"did you mean {join_or(near)}? " if near else ""
        raise DataError(f"no data set {name!r} comes with the installation",
                        remedy=f"{hint}there is: bundled:{HaIntents.name}")
    if kind not in LABEL_SETS:
        raise DataError(f"{name} has commands with labels, and no questions",
                        remedy="run it with --task classification or --task tagging, or choose another data set")
    offered = LABEL_SETS[kind]
    if labels is not None and labels not in offered:
        what = "words with labels" if kind == "tokens" else "commands as a whole"
        raise DataError(f"{name} has no label set {labels!r} for {what}",
                        remedy=f"there is: {join_or(offered)}; leave `labels` out for {offered[0]}")
    return HaIntents(kind, labels or offered[0])


@dataclass(frozen=True)
class HaIntents:
    """Voice commands for a home in 49 languages and variants; English trains, the others are tested.

    Expanded from the templates of the package home-assistant-intents, deterministically: equal
    package, names and code give equal corpora on every machine. See `data.ha_intents.labels` for
    the label sets and `data.ha_intents.names` for what is ours.

    Args:
        kind: "sequence", "tokens" or "joint".
        labels: the label set.
    """

    name: ClassVar[str] = "ha-intents"
    version: ClassVar[int] = 1
    """Raised with every change of the code that changes a text or label."""

    kind: Kind
    labels: str

    @property
    def card(self) -> DatasetCard:
        """Licence, citation, languages."""
        return card(self.name)

    def languages(self, split: str) -> list[str]:
        """All languages for "test", English alone for "train" and "dev"."""
        if split_name(split) == "test":
            return list(named_languages())
        return [SOURCE] if split_name(split) in ("train", "dev") else []

    def stream(self, language: str, split: str) -> ExampleStream:
        """Make one language and split, whole all the same (no more than some thousand commands); as `corpus`."""
        made = self.corpus(language, split)
        return ExampleStream(made.data_set, made.language, made.split, made.fingerprint, iter(made.examples),
                             Counter(made.notes))

    def corpus(self, language: str, split: str) -> Corpus:
        """Make one language and split (English 0.7 s, another language 0.2 s).

        Raises:
            DataError: there is no such language or split; the package with the templates is missing.
        """
        code, split = self._checked(language, split)
        commands = source_commands()[split] if code == SOURCE else target_commands(code)
        made = [self._example(command) for command in commands.items]
        examples = tuple(example for example in made if _known(example))
        counted = {**commands.notes, "slots_unknown_to_source": len(made) - len(examples)}
        notes = {name: count for name, count in counted.items() if count}
        return Corpus(self.name, code, split, examples, self.fingerprint(code, split), notes)

    def fingerprint(self, language: str, split: str) -> str:
        """Sha256 over templates, names, code version and options of this language and of English.

        English counts for every language: what has labels that its training data lack is left out.

        Raises:
            DataError: as `corpus`.
        """
        code, split = self._checked(language, split)
        return digest({
            "version": self.version,
            "parser": version("hassil"),
            "kind": self.kind,
            "labels": self.labels,
            "split": split,
            "languages": {each: [template_digest(each), names_digest(each)] for each in (SOURCE, code)},
        })

    def path(self, language: str, split: str) -> Path | None:
        """None: the examples are made, not read.

        Raises:
            DataError: as `corpus`.
        """
        self._checked(language, split)
        return None

    def _example(self, command: Command) -> Example:
        if self.kind == "tokens":
            return TokenExample(command.identity, *tagged(command.surface))
        label = command.domain if self.labels == "domain" else command.intent
        if self.kind == "joint":
            return FrameExample(command.identity, *tagged(command.surface), intent=label)
        return TextExample(command.identity, command.surface.text, label=label)

    def _checked(self, language: str, split: str) -> tuple[str, str]:
        code, split = find_variant(language).code, split_name(split)
        known = self.languages(split)
        if code in known:
            return code, split
        remedy = f"{split} data there are in: {', '.join(known)}" if known else "splits there are: train, dev, test"
        raise DataError(f"the data set {self.name} has no {split} data in {code}", remedy=remedy)


def _known(example: Example) -> bool:
    """Whether English training data know the word labels (its brightness is never of two words, so no I-brightness)."""
    return not isinstance(example, TokenExample) or _source_tags().issuperset(example.labels or ())


@cache
def _source_tags() -> frozenset[str]:
    return frozenset(tag for command in source_commands()["train"].items for tag in tagged(command.surface)[1])
