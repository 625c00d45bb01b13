"""Every registered reader keeps the contract, and the contract can be broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import Example, TextExample
from sprachbund.data.formats.reader import READERS, ReaderOptions
from sprachbund.data.formats.tables import TsvReader
from sprachbund.testing.check_reader import check_reader

GOOD = {
    "conllu": "# sent_id = a\n1\tHej\t_\tINTJ\t_\t_\t_\t_\t_\t_\n2\t!\t_\tPUNCT\t_\t_\t_\t_\t_\t_\n\n"
              "1-2\tzum\t_\t_\t_\t_\t_\t_\t_\t_\n1\tzu\t_\tADP\t_\t_\t3\t_\t_\t_\n2\tdem\t_\tDET\t_\t_\t3\t_\t_\t_\n"
              "3\tMarkt\t_\tNOUN\t_\t_\t0\t_\t_\t_\n\n",
    "token_columns": "# id = 1\nÉva\tB-PER\nalszik\tO\n\nPécs\tB-LOC\n\n",
    "tsv": "premise\thypothesis\tlabel\nEs regnet.\tEs ist nass.\tja\nEs schneit.\tEs ist warm.\tnein\n",
    "quoted_tsv": 'text\tlabel\n"Sie sagte ""ja""."\tgut\nNein\tschlecht\n',
    "csv": 'text,label\n"Ja, gern",gut\nNein,schlecht\n',
    "jsonl": '{"text": "Ja", "label": true}\n{"text": "Nein", "label": false}\n',
    "choices": '{"premise": "Éva öffnete den Hahn.", "choice1": "Es regnete.", "choice2": "Wasser floss.", '
               '"question": "effect", "label": 1, "idx": 0}\n'
               '{"context": "Éva schlief.", "question": "Warum?", "choices": ["Sie war müde.", "Ja", "Nein"], '
               '"label": 0}\n',
    "squad": '{"data": [{"title": "t", "paragraphs": [\n{"context": "Éva went to Pécs.", "qas": [\n'
             '{"id": "q1", "question": "Who went?", "answers": [{"text": "Éva", "answer_start": 0}]},\n'
             '{"id": "q2", "question": "Where?", "answers": [{"text": "Pécs", "answer_start": 12}]}]}\n]}]}\n',
    "frame_columns": (FRAMES := "# id = 1\n# intent = alarm/set\n1\tWake\talarm/set\tO\n2\tÉva\talarm/set\tB-who\n\n"
                                "# text = Rain?\n# intent: weather\n1\tRain\tweather\tB-what\n2\t?\tweather\tO\n"),
    "frame_jsonl": (FRAME_LINES := '{"id": "a", "words": ["Wake", "Éva"], "slots": ["O", "B-who"], "intent": "alarm"}\n'
                                   '{"words": ["Rain"], "slots": ["O"], "intent": "weather", "text": "Rain?"}\n'),
    "frame_texts": FRAMES,
    "frame_words": FRAME_LINES,
}
"""Small good files; a reader without one here fails the test below."""


@pytest.mark.parametrize("name", READERS.built_in)
def test_every_reader_keeps_the_contract(name: str, tmp_path: Path) -> None:
    check_reader(READERS.load(name).value(), GOOD[name], tmp_path)


class ReadsBytesItself(TsvReader):
    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines()):
            yield TextExample(str(number), text)


class ForgetsLines(TsvReader):
    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        for example in super().read(path, options, notes):
            yield replace(example, location=None)


class OneIdentityForAll(TsvReader):
    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        for example in super().read(path, options, notes):
            yield replace(example, identity="same")


class FailsWithItsOwnError(TsvReader):
    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[TextExample]:
        for example in super().read(path, options, notes):
            if example.label is None:
                raise KeyError("label")
            yield example


class ForgivesNul(TsvReader):
    def read(self, path: Path, options: ReaderOptions, notes: Counter[str]) -> Iterator[Example]:  # type: ignore[override]
        try:
            yield from super().read(path, options, notes)
        except FormatError as error:
            if "NUL" not in str(error):
                raise


class OddEnding(TsvReader):
    extensions: ClassVar[tuple[str, ...]] = ("tsv.gz",)


@pytest.mark.parametrize(("reader", "message"), [
    (ReadsBytesItself, "each example has its location"),
    (ForgetsLines, "each example has its location"),
    (OneIdentityForAll, "identities are unique"),
    (FailsWithItsOwnError, "damaged files raise FormatError, not KeyError"),
    (ForgivesNul, "a NUL byte is refused"),
    (OddEnding, "extensions begin with a dot"),
])
def test_broken_readers_are_found(reader: type[TsvReader], message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=message):
        check_reader(reader(), GOOD["tsv"], tmp_path)
