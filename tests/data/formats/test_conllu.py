from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path

import conllu
import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import TokenExample
from sprachbund.data.formats.conllu import TAG_RANKS, ConlluReader, _ancestors, _reached
from sprachbund.data.formats.reader import ReaderOptions

FILES = Path(__file__).parents[1] / "files"
WORDS = ReaderOptions(multiword="words")


def _read(path: Path, options: ReaderOptions = WORDS, notes: Counter[str] | None = None) -> list[TokenExample]:
    return list(ConlluReader().read(path, options, Counter() if notes is None else notes))


def _read_or_fault(path: Path, options: ReaderOptions) -> tuple[list[TokenExample], FormatError | None]:
    try:
        return _read(path, options), None
    except FormatError as error:
        return [], error


def _row(identifier: int | str, form: str, tag: str = "NOUN", head: int | str = "_", deps: str = "_",
         misc: str = "_") -> str:
    return f"{identifier}\t{form}\t_\t{tag}\t_\t_\t{head}\t_\t{deps}\t{misc}\n"


def _write(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "a.conllu"
    path.write_text("".join(rows) + "\n", encoding="utf-8")
    return path


def test_words_are_read_with_their_tags_identity_and_place() -> None:
    notes = Counter[str]()
    first, second = _read(FILES / "sample/en/train.conllu", notes=notes)
    assert first.identity == "en-1"
    assert first.words == ("Do", "n’t", "wait", ",", "Anna", ".")
    assert first.labels == ("AUX", "PART", "VERB", "PUNCT", "PROPN", "PUNCT")
    assert first.location is not None
    assert (first.location.line, second.location and second.location.line) == (1, 12)
    assert second.words == ("Tea", "for", "me", "."), "the empty node 3.1 is dropped"
    assert notes == {"multiword_tokens": 1, "empty_nodes": 1}


def test_multiword_tokens_as_xtreme_has_them_are_the_default() -> None:
    first, _ = _read(FILES / "sample/en/train.conllu", ReaderOptions())
    assert first.words[:2] == ("Don’t", "wait")
    assert first.labels == ("AUX", "VERB", "PUNCT", "PROPN", "PUNCT")
    (german,) = _read(FILES / "sample/de/test.conllu.gz", ReaderOptions())
    assert (german.words[2], german.labels and german.labels[2]) == ("zum", "ADP")


def test_the_head_of_a_multiword_token_gives_its_tag(tmp_path: Path) -> None:
    path = _write(tmp_path, _row("1-3", "abc"), _row(1, "a", "ADP", 3), _row(2, "b", "VERB", 1), _row(3, "c", "X", 0))
    assert [_read(path, ReaderOptions(multiword=rule))[0].labels for rule in ("xtreme", "tokens", "words")] == [
        ("X",), ("ADP",), ("ADP", "VERB", "X")]


def test_among_equal_heads_the_rank_of_the_tag_decides_by_language(tmp_path: Path) -> None:
    path = _write(tmp_path, _row("1-2", "haberlo"), _row(1, "haber", "AUX", 3), _row(2, "lo", "PRON", 3),
                  _row(3, "visto", "VERB", 0))
    assert _read(path, ReaderOptions())[0].labels == ("PRON", "VERB")
    assert _read(path, ReaderOptions(language="es-MX"))[0].labels == ("AUX", "VERB")


def test_enhanced_heads_count_as_ancestors(tmp_path: Path) -> None:
    rows = [_row("1-2", "ab"), _row(1, "a", "VERB", 3, "3:dep|4:dep"), _row(2, "b", "X", 3), _row(3, "c", "NOUN", 0),
            _row(4, "d", "NOUN", 3)]
    assert _read(_write(tmp_path, *rows), ReaderOptions())[0].labels == ("X", "NOUN", "NOUN")


@given(st.data())
def test_heads_are_those_of_a_graph_library(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """An independent reading of the conversion's rule: fewest ancestors, then rank."""
    size = data.draw(st.integers(2, 6))
    heads = [data.draw(st.integers(0, size)) for _ in range(size)]
    tags = [data.draw(st.sampled_from(TAG_RANKS[""])) for _ in range(size)]
    first = data.draw(st.integers(1, size - 1))
    last = data.draw(st.integers(first + 1, size))
    graph = networkx.DiGraph((head, word) for word, head in enumerate(heads, 1))
    depth = {word: len(networkx.ancestors(graph, word)) for word in range(first, last + 1)}
    highest = [word for word in depth if depth[word] == min(depth.values())]
    expected = min((tags[word - 1] for word in highest), key=TAG_RANKS[""].index)
    rows = [_row(word, f"w{word}", tags[word - 1], heads[word - 1]) for word in range(1, size + 1)]
    rows.insert(first - 1, _row(f"{first}-{last}", "fused"))
    (example,) = _read(_write(tmp_path_factory.getbasetemp(), *rows), ReaderOptions())
    assert example.labels is not None
    assert example.labels[example.words.index("fused")] == expected
    assert len(example.words) == size - (last - first)


def test_sentences_whose_words_are_withheld_are_left_out_as_in_xtreme(tmp_path: Path) -> None:
    path = _write(tmp_path, _row(1, "_"), _row(2, "_"), _row(3, "!"), "\n", _row(1, "a"), _row(2, "_"), _row(3, "c"))
    notes = Counter[str]()
    (kept,) = _read(path, ReaderOptions(), notes)
    assert (kept.words, notes["withheld_sentences"]) == (("a", "_", "c"), 1)
    assert len(_read(path, WORDS)) == 2


def test_blanks_within_words_are_kept_or_removed(tmp_path: Path) -> None:
    path = _write(tmp_path, _row(1, "có thể"), _row(2, "می\u200cروم"))
    notes = Counter[str]()
    assert _read(path)[0].words == ("có thể", "می\u200cروم")
    assert _read(path, ReaderOptions(blanks_in_words="remove"), notes)[0].words == ("cóthể", "میروم")
    assert notes["blanks_removed"] == 2
    with pytest.raises(FormatError, match="line 1: a word has nothing but blanks"):
        _read(_write(tmp_path, _row(1, " ")), ReaderOptions(blanks_in_words="remove"))


@pytest.mark.parametrize(("column", "labels"), [
    ("xpos", ("VBP", "RB", "VB", ",", "NNP", ".")),
    ("DEPREL", ("aux", "advmod", "root", "punct", "vocative", "punct")),
    ("misc:Lang", ("_", "_", "_", "_", "en", "_")),
])
def test_labels_come_from_any_column_or_key(column: str, labels: tuple[str, ...]) -> None:
    options = ReaderOptions(label_column=column, multiword="words")
    assert _read(FILES / "sample/en/train.conllu", options)[0].labels == labels


@pytest.mark.parametrize(("column", "hint"), [("upso", "did you mean upos"), ("upos:Lang", "keys: misc:Lang")])
def test_an_unknown_label_column_is_told(column: str, hint: str) -> None:
    with pytest.raises(FormatError, match=f"CoNLL-U has no column '{column}'\n  → .*{hint}"):
        _read(FILES / "sample/en/train.conllu", ReaderOptions(label_column=column))


def test_text_without_any_label_is_read_without_labels(tmp_path: Path) -> None:
    notes = Counter[str]()
    assert _read(_write(tmp_path, _row(1, "a", "_"), _row(2, "b", "_")), notes=notes)[0].labels is None
    assert notes["sentences_without_labels"] == 1


FAULTS = {
    "nine columns": ("1\ta\t_\tX\t_\t_\t_\t_\t_\n", 1, "expected 10 columns separated by tabs, found 9 columns"),
    "blanks": ("1 a _ X _ _ _ _ _ _\n", 1, "found 1 column\n  → separate the columns by tabs, not blanks"),
    "one column": ("word\n", 1, "found 1 column\n  → mend the line"),
    "empty form": (_row(1, ""), 1, "the second column (FORM) is empty"),
    "skipped id": (_row(1, "a") + _row(3, "b"), 2, "the id '3' is out of order: expected 2"),
    "first id": (_row(2, "a"), 1, "the id '2' is out of order: expected 1"),
    "no blank line": (_row(1, "a") + _row(1, "b"), 2, "put a blank line between sentences"),
    "leading zero": (_row("01", "a"), 1, "the id '01' is out of order"),
    "no number": (_row("one", "a"), 1, "the id 'one' is out of order"),
    "late range": (_row(1, "a") + _row("1-2", "ab") + _row(2, "b"), 2, "the range 1-2 does not fit"),
    "backward range": (_row("2-1", "ab") + _row(1, "a"), 1, "the range 2-1 does not fit"),
    "overlapping ranges": (_row("1-2", "x") + _row(1, "a") + _row("2-3", "y") + _row(2, "b") + _row(3, "c"), 3,
                           "the range 2-3 does not fit"),
    "long range": (_row("1-3", "ab") + _row(1, "a") + _row(2, "b"), 1,
                   "the range 1-3 goes beyond the sentence, which has 2 words"),
    "empty node": (_row(1, "a") + _row("2.1", "b"), 2, "the empty node 2.1 is out of order: expected 1.1"),
    "comment within": (_row(1, "a") + "# text = b\n" + _row(2, "b"), 2, "a comment within a sentence"),
    "comments alone": ("# sent_id = 1\n\n" + _row(1, "a"), 1, "comments without any word after them"),
    "label missing": (_row(1, "a") + _row(2, "b", "_"), 2, "the word 'b' has no label, others of its sentence do"),
    "label empty": (_row(1, "a") + _row(2, "b", ""), 2, "the word 'b' has no label"),
}


@pytest.mark.parametrize(("content", "line", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, content: str, line: int, message: str) -> None:
    with pytest.raises(FormatError, match=re.escape(message)) as fault:
        _read(_write(tmp_path, content))
    assert fault.value.where is not None
    assert (fault.value.where.line, fault.value.remedy is not None) == (line, True)


def test_empty_nodes_may_stand_before_the_first_word_and_repeat(tmp_path: Path) -> None:
    rows = [_row("0.1", "x"), _row(1, "a"), _row("1.1", "y"), _row("1.2", "z"), _row(2, "b")]
    assert _read(_write(tmp_path, *rows))[0].words == ("a", "b")


_forms = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\t\n\r\0"), min_size=1, max_size=6)
_tags = st.sampled_from(["NOUN", "VERB", "X"])


@given(st.lists(st.lists(st.tuples(_forms, _tags), min_size=1, max_size=6), min_size=1, max_size=4), st.booleans())
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]],
                                 returns: bool) -> None:
    text = "\n".join("".join(_row(number, form, tag) for number, (form, tag) in enumerate(words, 1))
                     for words in sentences)
    path = tmp_path_factory.getbasetemp() / "round.conllu"
    path.write_bytes((text.replace("\n", "\r\n") if returns else text).encode())
    assert [list(zip(example.words, example.labels or (), strict=True)) for example in _read(path)] == sentences


@settings(max_examples=200)
@given(st.lists(st.sampled_from([b"1\ta\t_\tX\t_\t_\t_\t_\t_\t_", b"2\tb\t_\t_\t_\t_\t1\t_\t1:x|2\t_", b"# x", b"",
                                 b"1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_", b"1.1\t_\t_\t_\t_\t_\t_\t_\t_\t_", b"\xff", b"\0",
                                 b"\t\t\t\t\t\t\t\t\t", b" "]) | st.binary(max_size=30), max_size=9))
def test_any_lines_are_read_or_refused_with_their_place(tmp_path_factory: pytest.TempPathFactory,
                                                       lines: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.conllu"
    path.write_bytes(b"\n".join(lines))
    examples, fault = _read_or_fault(path, ReaderOptions())
    assert fault is None or (fault.where and fault.remedy)
    assert all(len(example.words) == len(example.labels or example.words) for example in examples)


@pytest.mark.shared_data
@pytest.mark.parametrize(("language", "words", "surface"), [("de", 16499, 16225), ("he", 12282, 8827),
                                                           ("fr", 10018, 9738), ("ar", 24201, 24201)])
def test_treebanks_are_read_as_the_library_reads_them(shared_data: Path, language: str, words: int,
                                                     surface: int) -> None:
    path = shared_data / "ud_pos" / language / "test.conllu.gz"
    ours = _read(path)
    assert sum(len(example.words) for example in ours) == words
    xtreme = _read(path, ReaderOptions(language=language))
    assert sum(len(example.words) for example in xtreme) == surface
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for example, expected in zip(ours[:100], conllu.parse_incr(file), strict=False):
            plain = [token for token in expected if isinstance(token["id"], int)]
            assert example.words == tuple(token["form"] for token in plain)
            assert example.labels == tuple(token["upos"] for token in plain)
            assert example.identity == expected.metadata["sent_id"]


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=2), min_size=1, max_size=9))
def test_ancestors_that_are_remembered_are_those_that_a_search_finds(heads: list[list[int]]) -> None:
    parents = {str(number): {str(head) for head in some} for number, some in enumerate(heads, 1)}
    known: dict[str, int] = {}
    for word in [*parents, *reversed(list(parents))]:
        assert _ancestors(word, parents, known) == _reached(word, parents)
