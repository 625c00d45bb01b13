import subprocess
import sys
import time

import pytest

from sprachbund.core.errors import DataError, LanguageError
from sprachbund.data import bundled
from sprachbund.data.bundled import LABEL_SETS, HaIntents, open_bundled
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.labels import label_space_of


def test_sequences_by_intent_and_by_domain_are_the_same_texts():
    fine = open_bundled("ha-intents", "sequence").corpus("de", "test")
    coarse = open_bundled("ha-intents", "sequence", "domain").corpus("de", "test")
    assert [item.text for item in fine.examples] == [item.text for item in coarse.examples]
    assert [item.identity for item in fine.examples] == [item.identity for item in coarse.examples]
    assert fine.fingerprint != coarse.fingerprint
    assert all(isinstance(item, TextExample) for item in fine.examples)


def test_card_and_source_agree():
    source = open_bundled("ha-intents", "sequence")
    card = source.card
    assert sorted(card.languages) == source.languages("test")
    assert set(card.labels) == {"intent", "domain"}
    assert card.bundled
    assert card.licence == "Apache-2.0"
    for name, told in card.labels.items():
        space = label_space_of(open_bundled("ha-intents", "sequence", name).corpus("en", "train").examples)
        assert f"({len(space.labels)} labels)" in told


def test_tokens_have_slots_as_bio():
    corpus = open_bundled("ha-intents", "tokens").corpus("en", "train")
    space = label_space_of(corpus.examples)
    assert space.spans
    assert {"B-area", "B-name", "B-floor", "I-area"} <= set(space.labels)
    for item in corpus.examples[:500]:
        assert isinstance(item, TokenExample)
        assert len(item.words) == len(item.labels) > 0


@pytest.mark.parametrize("kind", ["sequence", "tokens"])
def test_no_target_has_a_label_that_the_source_does_not_know(kind):
    for labels in LABEL_SETS[kind]:
        source = open_bundled("ha-intents", kind, labels)
        known = set(label_space_of(source.corpus("en", "train").examples).labels)
        assert len(source.languages("test")) == 49
        for code in source.languages("test"):
            examples = source.corpus(code, "test").examples
            assert len(examples) > 200
            found = set(label_space_of(examples).labels)
            assert found <= known, (code, found - known)


def test_sentences_with_word_labels_that_english_lacks_are_left_out_and_counted():
    corpus = open_bundled("ha-intents", "tokens").corpus("zh-CN", "test")
    texts = open_bundled("ha-intents", "sequence").corpus("zh-CN", "test")
    assert corpus.notes["slots_unknown_to_source"] == len(texts.examples) - len(corpus.examples) > 0


def test_splits_and_languages():
    source = open_bundled("ha-intents", "sequence")
    assert source.languages("train") == source.languages("dev") == ["en"]
    assert source.languages("validation") == ["en"]
    assert source.languages("nonsense") == []
    assert source.path("de", "test") is None


def test_the_fingerprint_is_that_of_the_corpus_and_makes_no_texts():
    code = (
        "from sprachbund.data.ha_intents import commands\n"
        "from sprachbund.data.bundled import open_bundled\n"
        "print(open_bundled('ha-intents', 'sequence').fingerprint('fr', 'test'))\n"
        "assert commands.source_commands.cache_info().currsize == 0\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    source = open_bundled("ha-intents", "sequence")
    assert source.corpus("fr", "test").fingerprint == told
    assert source.fingerprint("de", "test") != told


def test_the_fingerprint_changes_with_templates_names_and_code(monkeypatch):
    source = open_bundled("ha-intents", "sequence")
    before = source.fingerprint("fr", "test")
    for name in ("template_digest", "names_digest", "version"):
        with monkeypatch.context() as patch:
            patch.setattr(bundled, name, lambda _: "another")
            assert source.fingerprint("fr", "test") != before
    monkeypatch.setattr(HaIntents, "version", HaIntents.version + 1)
    assert source.fingerprint("fr", "test") != before


def test_frames_are_words_with_slots_and_the_intents_of_texts():
    frames, words, texts = (open_bundled("ha-intents", kind).corpus("fr", "test").examples
                            for kind in ("joint", "tokens", "sequence"))
    intents = {text.identity: text.label for text in texts}
    assert [(one.identity, one.words, one.labels) for one in frames] == [
        (one.identity, one.words, one.labels) for one in words]
    assert all(one.intent == intents[one.identity] for one in frames)
    assert len({one.intent for one in frames}) > 20
    domains = open_bundled("ha-intents", "joint", "domain").corpus("fr", "test").examples
    assert len({one.intent for one in domains}) < len({one.intent for one in frames})


def test_a_language_is_made_in_less_than_a_second():
    source = open_bundled("ha-intents", "sequence")
    source.corpus("en", "train")
    start = time.process_time()
    source.corpus("nl", "test")
    assert time.process_time() - start < 1.0


@pytest.mark.parametrize(
    ("name", "kind", "labels", "told"),
    [
        ("ha-intent", "sequence", None, r"no data set 'ha-intent'(?s:.)*did you mean ha-intents\?"),
        ("ha-intents", "sequence", "slot", r"no label set 'slot' for commands as a whole(?s:.)*intent or domain"),
        ("ha-intents", "tokens", "intent", r"no label set 'intent' for words with labels(?s:.)*there is: slot"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(name, kind, labels, told):
    with pytest.raises(DataError, match=told):
        open_bundled(name, kind, labels)


def test_missing_languages_and_splits_are_told():
    source = open_bundled("ha-intents", "sequence")
    with pytest.raises(DataError, match=r"no train data in de(?s:.)*train data there are in: en"):
        source.corpus("de", "train")
    with pytest.raises(DataError, match=r"no test data in sw"):
        source.fingerprint("sw", "test")
    with pytest.raises(DataError, match=r"splits there are: train, dev, test"):
        source.corpus("de", "nonsense")
    with pytest.raises(LanguageError):
        source.corpus("german-ish nonsense", "test")
