from __future__ import annotations

import json
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sprachbund.core.errors import DataError, FormatError
from sprachbund.data.examples import Corpus, ExampleStream, TextExample, TokenExample
from sprachbund.data.labels import LabelSpace
from sprachbund.tokenization import parts
from sprachbund.tokenization.encoded_corpus import EncodedCorpus, encode_corpus, encode_stream

SPACE = LabelSpace(kind="tokens", labels=("N", "V"))


def corpus_of(*examples):
    return Corpus("toy", "en", "test", examples, "abc", {"blank_labels": 1})


def stream_of(*examples):
    return ExampleStream("toy", "en", "test", "abc", iter(examples), Counter({"blank_labels": 1}))


def sentence(words, labels=None, identity="1"):
    return TokenExample(identity, tuple(words), None if labels is None else tuple(labels))


def window(encoded, number):
    return encoded.piece_ids[encoded.window_offsets[number] : encoded.window_offsets[number + 1]].tolist()


def read_pieces(encoded, number):
    reads = slice(encoded.read_offsets[number], encoded.read_offsets[number + 1])
    return [window(encoded, number)[p] for p in encoded.read_positions[reads]]


def test_windows_are_framed_and_read_positions_count_the_frame(unigram):
    encoded = encode_corpus(corpus_of(sentence(["ab", "漢字"], "NV")), unigram, 512)
    name = unigram.tokenizer.token_to_id
    assert window(encoded, 0) == [0, name("▁a"), name("b"), name("▁"), name("漢"), name("字"), 2]
    assert read_pieces(encoded, 0) == [name("▁a"), name("漢")]
    assert encoded.notes == {"blank_labels": 1}
    assert encoded.gold() == [["N", "V"]]


@pytest.mark.parametrize("pair", [None, "b b"])
def test_texts_equal_the_tokenizers_own_encoding(wordpiece, unigram, pair):
    for tokenizer in (wordpiece, unigram):
        encoded = encode_corpus(corpus_of(TextExample("1", "a b c", pair, "yes")), tokenizer, 512)
        own = tokenizer.tokenizer.encode("a b c", pair)
        assert window(encoded, 0) == own.ids
        expected = own.type_ids if tokenizer.uses_type_ids and pair else None
        assert (None if encoded.type_ids is None else encoded.type_ids.tolist()) == expected
        assert encoded.gold() == [["yes"]]


def test_mixed_single_texts_and_pairs(wordpiece):
    examples = [TextExample("1", "a", None, "x"), TextExample("2", "b c", "a", "y"), TextExample("3", "c", None, "x")]
    encoded = encode_corpus(corpus_of(*examples), wordpiece, 512)
    own = [wordpiece.tokenizer.encode(e.text, e.text_pair).ids for e in examples]
    assert [window(encoded, i) for i in range(3)] == own
    assert encoded.window_examples.tolist() == [0, 1, 2]


def test_a_long_text_is_cut_longest_first_and_counted(wordpiece):
    long_pair, short_pair = TextExample("1", "a b c a b c", "a b", "x"), TextExample("2", "a", "b", "y")
    examples = [long_pair, short_pair, TextExample("3", "a" + " b" * 9)]
    encoded = encode_corpus(corpus_of(*examples), wordpiece, 8)
    assert encoded.window_lengths.tolist() == [8, 5, 8]
    assert encoded.windowed.tolist() == [1, 0, 1]
    assert encoded.notes["pieces_cut"] == 3 + 4
    assert window(encoded, 0) == [2, 4, 5, 6, 3, 4, 5, 3]


def test_long_sentences_become_windows_in_which_every_word_is_read_once(unigram):
    words = ["a", "b"] * 15
    encoded = encode_corpus(corpus_of(sentence(["c"]), sentence(words, identity="2")), unigram, 10)
    assert encoded.n_windows > 2
    assert sorted(encoded.read_words.tolist()) == list(range(31))
    assert encoded.windowed.tolist() == [0, 30]
    name = unigram.tokenizer.token_to_id
    read = [piece for number in range(encoded.n_windows) for piece in read_pieces(encoded, number)]
    pieces = dict(zip(encoded.read_words.tolist(), read, strict=True))
    assert [pieces[i] for i in range(1, 31)] == [name("▁a"), name("▁b")] * 15


def test_words_without_a_piece_are_counted(unigram):
    encoded = encode_corpus(corpus_of(sentence(["a", ""]), sentence(["\u200d"]), sentence(["b"])), unigram, 512)
    assert encoded.unpredicted.tolist() == [1, 1, 0]
    assert encoded.window_examples.tolist() == [0, 2]
    assert encoded.read_words.tolist() == [0, 3]


def test_an_empty_text_still_gets_a_window_of_special_pieces(unigram):
    encoded = encode_corpus(corpus_of(TextExample("1", "", None, "x")), unigram, 512)
    assert window(encoded, 0) == [0, 2]
    assert encoded.unpredicted.tolist() == [0]


def test_labels_in_a_label_space(unigram):
    encoded = encode_corpus(corpus_of(sentence("abc", "VXN"), sentence("a")), unigram, 512)
    assert encoded.label_names == ("V", "X", "N")
    assert encoded.label_ids(SPACE).tolist() == [1, -100, 0, -100]


def test_gold_labels_that_are_missing(unigram):
    encoded = encode_corpus(corpus_of(sentence("a", "N"), sentence("b", identity="s-2")), unigram, 512)
    with pytest.raises(DataError, match=r"toy en test cannot be scored: the example s-2 has no gold label"):
        encoded.gold()


def test_no_examples(unigram):
    with pytest.raises(DataError, match="toy en test has no examples"):
        encode_corpus(corpus_of(), unigram, 512)


def test_chunks_join_to_the_same_corpus(unigram, monkeypatch):
    examples = [sentence(["a", "b" * (i + 1), "", "漢"], "NVNV", identity=str(i)) for i in range(13)]
    texts = [TextExample(str(i), "a " * i, "b" if i % 2 else None, "x") for i in range(13)]
    for some in (examples, texts):
        whole = encode_corpus(corpus_of(*some), unigram, 9)
        monkeypatch.setattr(parts, "CHUNK", 3)
        assert_equal(encode_corpus(corpus_of(*some), unigram, 9), whole)
        monkeypatch.undo()


def assert_equal(one, other):
    for name in EncodedCorpus.__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        assert np.array_equal(a, b) if isinstance(b, np.ndarray) else a == b, name


def test_save_and_load(wordpiece, unigram, tmp_path):
    for number, (tokenizer, example) in enumerate(
        [(wordpiece, TextExample("ü\n1", "a", "b", "x")), (unigram, sentence(["a", "漢"], "NV"))]
    ):
        encoded = encode_corpus(corpus_of(example), tokenizer, 512)
        encoded.save(tmp_path / str(number))
        loaded = EncodedCorpus.load(tmp_path / str(number))
        assert_equal(loaded, encoded)
        assert isinstance(loaded.piece_ids, np.memmap)


def test_a_folder_that_is_no_corpus(unigram, tmp_path):
    with pytest.raises(FormatError, match=r"is not an encoded corpus: .*corpus.json.*\n.*remove the folder"):
        EncodedCorpus.load(tmp_path)
    encode_corpus(corpus_of(sentence(["a"])), unigram, 512).save(tmp_path)
    facts = json.loads((tmp_path / "corpus.json").read_text())
    (tmp_path / "corpus.json").write_text(json.dumps({**facts, "format": 0}))
    with pytest.raises(FormatError, match="written by another version"):
        EncodedCorpus.load(tmp_path)
    (tmp_path / "corpus.json").write_text(json.dumps(facts))
    np.save(tmp_path / "identity_offsets.npy", np.array([0, 1, 1]))
    with pytest.raises(FormatError, match="its arrays do not fit each other"):
        EncodedCorpus.load(tmp_path)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text("ab漢.\u200d ", max_size=4), min_size=1, max_size=12), min_size=1, max_size=5),
       st.integers(3, 12))
def test_no_word_is_ever_lost_silently(unigram, sentences, max_pieces):
    encoded = encode_corpus(corpus_of(*(sentence(words, identity=str(i)) for i, words in enumerate(sentences))),
                            unigram, max_pieces)
    total = sum(map(len, sentences))
    assert encoded.n_words == total
    assert len(encoded.read_words) + encoded.unpredicted.sum() == total
    assert len(set(encoded.read_words.tolist())) == len(encoded.read_words)
    assert encoded.window_lengths.max(initial=0) <= max_pieces


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ["sentences", "texts", "pairs"])
@pytest.mark.parametrize("chunk", [3, 2048])
def test_a_stream_gives_the_files_of_the_whole_corpus(wordpiece, unigram, tmp_path, monkeypatch, kind, chunk):
    examples = {
        "sentences": [sentence(["a", "b" * (i + 1), "", "漢"], "NVNV" if i % 3 else None, identity=f"ü{i}")
                      for i in range(13)],
        "texts": [TextExample(str(i), "a " * i, None, "x") for i in range(13)],
        "pairs": [TextExample(str(i), "a " * i, "b", "x") for i in range(13)],
    }[kind]
    for name, tokenizer in {"wordpiece": wordpiece, "unigram": unigram}.items():
        encode_corpus(corpus_of(*examples), tokenizer, 9).save(tmp_path / name / "whole")
        with monkeypatch.context() as smaller:
            smaller.setattr(parts, "CHUNK", chunk)
            encode_stream(stream_of(*examples), tokenizer, 9, tmp_path / name / "stream")
        assert files_of(tmp_path / name / "stream") == files_of(tmp_path / name / "whole")
        assert ("type_ids.npy" in files_of(tmp_path / name / "stream")) == (name == "wordpiece" and kind == "pairs")


def test_a_stream_without_examples(unigram, tmp_path):
    with pytest.raises(DataError, match="toy en test has no examples"):
        encode_stream(stream_of(), unigram, 512, tmp_path)


def test_notes_of_the_reader_are_taken_at_the_end(unigram, tmp_path):
    notes = Counter()

    def reading():
        yield sentence(["a"])
        notes["blank_lines"] += 1

    encode_stream(ExampleStream("toy", "en", "test", "abc", reading(), notes), unigram, 9, tmp_path)
    assert EncodedCorpus.load(tmp_path).notes == {"blank_lines": 1}


def test_memory_does_not_grow_with_a_stream(unigram, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "CHUNK", 128)
    peaks = []
    for size in (512, 512, 8192):  # the first one warms up
        examples = (sentence(["a", "b", "漢"] * 4, "NVN" * 4, identity=f"sentence {number}") for number in range(size))
        tracemalloc.start()
        encode_stream(ExampleStream("toy", "en", "test", "abc", examples), unigram, 64, tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 1.1 * peaks[1]
    assert EncodedCorpus.load(tmp_path).identities[-1] == "sentence 8191"
