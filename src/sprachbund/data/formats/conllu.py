"""CoNLL-U, the format of Universal Dependencies (https://universaldependencies.org/format.html).

The reader is our own: the library `conllu` drops line numbers, accepts ids out of order and rows of any
width, so that a fault could neither be found nor named; it is the oracle of our tests instead.

Multiword tokens (`3-4 zum`, then the words `3 zu`, `4 dem`) are read in one of three ways:

- `xtreme`, the default, follows the conversion in google-research/xtreme (`conllu_to_conll.py
  --replace_subtokens_with_fused_forms`, from coastalcph/ud-conversion-tools): the surface token stands
  for its words and has the tag of their head. The head is the word with the fewest ancestors in the
  graph of HEAD and DEPS; among equals, the one whose tag ranks first in `TAG_RANKS` (Spanish, French and
  Italian have ranks of their own; tags that these lack rank last, where the original would stop). In
  files without HEAD all words are equals, and the rank alone decides. Sentences whose words are
  withheld (`_` for all words, or all but one) are left out, as there.
- `words`: the syntactic words with their own tags; the surface token is dropped.
- `tokens`: the surface token with the tag of its first word.

Read so, with `blanks_in_words: remove` and the language given, the test sets of Hebrew-HTB, French-GSD,
Italian-ISDT and Spanish-GSD in UD 2.7 equal XTREME's preprocessed files in every one of 39,982 words and
tags. With HEAD taken out, 72 tags differ (43 of them Hebrew).

Empty nodes (`8.1`) are dropped in all three. Counted in the notes: `multiword_tokens`, `empty_nodes`,
`withheld_sentences`, `sentences_without_labels`, `blanks_removed`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from sprachbund.core.errors import FormatError, near_matches
from sprachbund.core.source import Location
from sprachbund.data.examples import TokenExample
from sprachbund.data.formats.conllu_rows import Row, Sentence, sentences
from sprachbund.data.formats.identities import Identities
from sprachbund.data.formats.reader import ReaderOptions

COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_FORM, _UPOS, _HEAD, _DEPS = 1, 3, 6, 8
_NO_VALUE = "_"
_KEYED = {"feats", "misc"}
_BLANKS = re.compile("[ \u200c]")

TAG_RANKS: dict[str, tuple[str, ...]] = {
    "": ("VERB", "NOUN", "PROPN", "PRON", "ADJ", "NUM", "ADV", "INTJ", "AUX", "ADP", "DET", "PART", "CCONJ",
         "SCONJ", "X", "PUNCT"),
    "es": ("VERB", "AUX", "PRON", "ADP", "DET"),
    "fr": ("VERB", "AUX", "PRON", "NOUN", "ADJ", "ADV", "ADP", "DET", "PART", "SCONJ", "CONJ"),
    "it": ("VERB", "AUX", "ADV", "PRON", "ADP", "DET", "INTJ"),
}
"""Language -> universal tags, the likeliest head first, as the conversion that XTREME uses has them."""

Label = Callable[[Row], str]


class ConlluReader:
    """Sentences of a CoNLL-U file; labels are the UPOS column unless `label_column` says otherwise."""

    name: ClassVar[str] = "conllu"
    version: ClassVar[int] = 1
    extensions: ClassVar[tuple[str, ...]] = (".conllu",)

    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TokenExample]:
        """Yield the sentences in order.

        `label_column` names a column (`xpos`, `deprel`), or a key within one (`misc:Lang`, `feats:Case`),
        whose words without that key are labelled `_`. A sentence in which no word has a label comes
        without labels.

        Raises:
            FormatError: a line with other than ten columns, ids out of order, a range that does not fit
                its words, an empty form, a label missing, no sentence at all, an unknown label column.
        """
        label = _label_of(options.label_column, path)
        optional = options.label_column is not None and ":" in options.label_column
        identities = Identities(notes)
        empty = True
        for sentence in sentences(path, notes):
            empty = False
            rows, forms = _read_out(sentence, options)
            if options.blanks_in_words == "remove":
                forms = _without_blanks(forms, sentence, path, notes)
            if options.multiword == "xtreme" and _withheld(forms):
                notes["withheld_sentences"] += 1
                continue
            labels = _labels(rows, label, sentence, path, notes, optional=optional)
            yield TokenExample(identities.next(sentence.identity), tuple(forms), labels,
                               Location(str(path), sentence.line))
        if empty:
            raise FormatError("the file holds no sentence", where=Location(str(path)),
                              remedy="check that it was written or copied whole")


def _label_of(column: str | None, path: Path) -> Label:
    """How to read a row's label."""
    name, _, key = (column or "upos").partition(":")
    if name.lower() not in COLUMNS or (key and name.lower() not in _KEYED):
        near = near_matches(name, COLUMNS)
        hint = f"did you mean {near[0]}? " if near else ""
        raise FormatError(f"CoNLL-U has no column {column!r}", where=Location(str(path)),
                          remedy=f"{hint}columns: {', '.join(COLUMNS)}; keys: misc:Lang, feats:Case")
    position = COLUMNS.index(name.lower())
    if not key:
        return lambda row: row.columns[position]
    prefix = f"{key}="

    def keyed(row: Row) -> str:
        for pair in row.columns[position].split("|"):
            if pair.startswith(prefix):
                return pair[len(prefix):]
        return _NO_VALUE

    return keyed


def _read_out(sentence: Sentence, options: ReaderOptions) -> tuple[list[Row], list[str]]:
    """The rows that carry labels, and the words as the model will see them."""
    words = sentence.words
    if options.multiword == "words" or not sentence.ranges:
        return words, [row.columns[_FORM] for row in words]
    ranks = TAG_RANKS.get((options.language or "").partition("-")[0], TAG_RANKS[""])
    parents = _parents(words) if options.multiword == "xtreme" else {}
    known: dict[str, int] = {}
    rows, forms, done = [], [], 0
    for span in sentence.ranges:
        before = words[done:span.first - 1]
        inside = words[span.first - 1:span.last]
        rows += before
        forms += [row.columns[_FORM] for row in before]
        rows.append(_head(inside, span.first, parents, ranks, known) if options.multiword == "xtreme" else inside[0])
        forms.append(span.form)
        done = span.last
    rows += words[done:]
    forms += [row.columns[_FORM] for row in words[done:]]
    return rows, forms


def _parents(words: Sequence[Row]) -> dict[str, set[str]]:
    """Word id -> ids of its heads in HEAD and DEPS; `_` and `0` are kept as nodes, as the original does."""
    parents = {}
    for number, row in enumerate(words, 1):
        heads = {row.columns[_HEAD]}
        if row.columns[_DEPS] != _NO_VALUE:
            heads.update(head for head in (pair.partition(":")[0] for pair in row.columns[_DEPS].split("|"))
                         if head.isdigit())
        parents[str(number)] = heads
    return parents


def _head(
    inside: Sequence[Row], first: int, parents: dict[str, set[str]], ranks: Sequence[str], known: dict[str, int]
) -> Row:
    """The word of a range with the fewest ancestors; among equals the one whose tag ranks first."""
    depths = [_ancestors(str(number), parents, known) for number in range(first, first + len(inside))]
    highest = [row for row, depth in zip(inside, depths, strict=True) if depth == min(depths)]
    return min(highest, key=lambda row: ranks.index(row.columns[_UPOS]) if row.columns[_UPOS] in ranks else len(ranks))


def _ancestors(word: str, parents: dict[str, set[str]], known: dict[str, int]) -> int:
    """How many nodes can be reached from a word; `known` remembers them for words on the way.

    Words with one head each are followed once for the whole sentence; from a word with several, or in a
    circle, the graph is searched anew.
    """
    path, at = [], word
    while at in parents and at not in known:
        path.append(at)
        if len(parents[at]) != 1 or len(path) > len(parents):
            return _reached(word, parents)
        at, = parents[at]
    depth = known.get(at, 0)
    for above in reversed(path):
        depth += 1
        known[above] = depth
    return depth


def _reached(word: str, parents: dict[str, set[str]]) -> int:
    seen: set[str] = set()
    waiting = [word]
    while waiting:
        for head in parents.get(waiting.pop(), ()):
            if head not in seen and head != word:
                seen.add(head)
                waiting.append(head)
    return len(seen)


def _without_blanks(forms: list[str], sentence: Sentence, path: Path, notes: Counter[str]) -> list[str]:
    cleaned = [_BLANKS.sub("", form) for form in forms]
    changed = sum(new != old for new, old in zip(cleaned, forms, strict=True))
    if changed:
        notes["blanks_removed"] += changed
    if "" in cleaned:
        raise FormatError("a word has nothing but blanks", where=Location(str(path), sentence.line),
                          remedy="mend the word, or read with blanks_in_words: keep")
    return cleaned


def _withheld(forms: Sequence[str]) -> bool:
    """Whether words are withheld: XTREME keeps a sentence if fewer than all but one of its words are `_`."""
    blank = forms.count(_NO_VALUE)
    return blank > 0 and blank >= len(forms) - 1


def _labels(
    rows: Sequence[Row], label: Label, sentence: Sentence, path: Path, notes: Counter[str], *, optional: bool
) -> tuple[str, ...] | None:
    labels = tuple(map(label, rows))
    if optional or (_NO_VALUE not in labels and "" not in labels):
        return labels
    missing = [row for row, given in zip(rows, labels, strict=True) if given in {_NO_VALUE, ""}]
    if len(missing) == len(rows):
        notes["sentences_without_labels"] += 1
        return None
    word = missing[0]
    raise FormatError(f"the word {word.columns[_FORM]!r} has no label, others of its sentence do",
                      where=Location(str(path), word.line),
                      remedy="fill in the label, or take all labels of the sentence out")
