from __future__ import annotations

import math

import pytest

from sprachbund.core.errors import FormatError
from sprachbund.results.adaptation import Adaptation, AdaptedText, Guess, provenance_of, read_adaptation


def text(language="de", **values):
    usual = {"name": "web", "language": language, "texts": 90, "pieces": 1000, "held_out_texts": 10, "guessed": 100,
             "guessed_alone": 50, "before": Guess(loss=8.0, pseudo_loss=7.0), "after": Guess(loss=4.0, pseudo_loss=3.0)}
    return AdaptedText(**{**usual, **values})


def adaptation(*texts, **values):
    usual = {"encoder": "some/encoder", "own_head": False, "head_stored": True, "steps": 7, "epochs": 2.0,
             "output_vocabulary": 500, "vocabulary": 250_000, "masking": "15 % of the pieces", "seed": 1}
    return Adaptation(texts=texts or (text(),), **{**usual, **values})


def test_the_sentence_that_every_table_repeats():
    one = adaptation(text(), text("fr"), encoder_provenance="not mBERT")
    assert provenance_of(one) == (
        "not mBERT; adapted on 2,000 pieces of web (de, fr) in 2 epochs, masked-language loss on held-out text 8.00 "
        "before and 4.00 after, pseudo-perplexity 1,100 and 20.1"
    )
    bare = adaptation(text("", before=None, after=None))
    assert provenance_of(bare) == "adapted on 1,000 pieces of web in 2 epochs"
    once = provenance_of(adaptation(text(), epochs=1.0))
    assert once.startswith("adapted on 1,000 pieces of web (de) in 1 epoch, masked")
    assert one.in_words() == "masked language on web (de, fr)"
    many = adaptation(*(text(code) for code in ("de", "fr", "sw", "ta", "th", "tr", "ur")))
    assert "web (de, fr, sw, ta, th and 2 more)" in provenance_of(many)


def test_losses_of_several_texts_are_means_over_pieces():
    whole = adaptation(
        text(by_frequency=8.0), text("fr", guessed=300, guessed_alone=0, by_frequency=4.0, before=Guess(loss=4.0),
                                     after=Guess(loss=2.0)),
        text("sw", guessed=0, guessed_alone=0, before=None, after=None),
    ).whole()
    assert (whole.texts, whole.pieces, whole.guessed, whole.guessed_alone) == (270, 3000, 400, 50)
    assert whole.by_frequency == 5.0
    assert whole.before == Guess(loss=5.0, pseudo_loss=7.0)
    assert whole.after == Guess(loss=2.5, pseudo_loss=3.0)


def test_perplexities_too_large_to_be_told():
    assert Guess(loss=1.0).pseudo_perplexity is None
    assert Guess(loss=1.0, pseudo_loss=1e4).pseudo_perplexity == math.inf


def test_notes_say_what_was_found_and_done():
    notes = adaptation(text(after=None, before=None), head_stored=False).notes()
    assert len(notes) == 4
    assert "came without a masked-language head: its embeddings are the output matrix, and the transform" in notes[0]
    assert "over the 500 pieces that the text uses, of 250,000" in notes[1]
    assert "the head is not stored" in notes[2]
    assert "nothing is held out of web de" in notes[3]
    assert adaptation(own_head=True, output_vocabulary=250_000).notes() == ()


def test_the_record_there_and_back(tmp_path):
    one = adaptation(text(), text("fr", notes={"empty_lines": 3}))
    (tmp_path / "adaptation.json").write_text(one.model_dump_json())
    assert read_adaptation(tmp_path / "adaptation.json") == one
    for content in ("{}", "nothing"):
        (tmp_path / "adaptation.json").write_text(content)
        with pytest.raises(FormatError, match=r"not a record of an adaptation: .*\n.*adapt the encoder again"):
            read_adaptation(tmp_path / "adaptation.json")
