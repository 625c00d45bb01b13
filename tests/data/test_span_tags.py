from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from sprachbund.core.errors import FormatError
from sprachbund.data.examples import TextExample, TokenExample
from sprachbund.data.locations import DataConfig, open_source
from sprachbund.data.span_tags import mend_spans, unopened

TAGS = ["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"]


def _mended(labels: list[str]) -> tuple[list[str], Counter[str]]:
    notes = Counter[str]()
    example = TokenExample("1", tuple("w" * len(labels)), tuple(labels))
    (made,) = mend_spans([example], notes, strict=False)
    assert isinstance(made, TokenExample)
    return list(made.labels or ()), notes


@given(st.lists(st.sampled_from(TAGS), min_size=1, max_size=12))
def test_spans_stay_what_seqeval_reads_and_nothing_is_left_to_repair(labels: list[str]) -> None:
    mended, notes = _mended(labels)
    assert get_entities(mended) == get_entities(labels)
    assert unopened(mended) == []
    assert notes.total() == sum(new != old for new, old in zip(mended, labels, strict=True)) == len(unopened(labels))


def test_bilou_and_labels_that_are_no_spans() -> None:
    assert _mended(["I-A", "L-A", "L-A", "U-A"])[0] == ["B-A", "L-A", "U-A", "U-A"]
    assert _mended(["NOUN", "I", "X-Y"]) == (["NOUN", "I", "X-Y"], Counter())
    others = [TextExample("1", "a"), TokenExample("2", ("a",))]
    assert list(mend_spans(others, Counter(), strict=True)) == others


def test_files_are_repaired_with_a_count_or_refused(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    path = tmp_path / "de/test.tsv"
    path.write_text("Anna\tB-PER\n\nMaria\tI-PER\nin\tO\nOslo\tI-LOC\n", encoding="utf-8")

    def read(spans: str | None) -> tuple[list[object], dict[str, int], str]:
        config = {"name": str(tmp_path), **({"reader": {"spans": spans}} if spans else {})}
        source = open_source(DataConfig.model_validate(config), kind="tokens", formats=("token_columns",))
        corpus = source.corpus("de", "test")
        return [made.labels for made in corpus.examples if isinstance(made, TokenExample)], corpus.notes, (
            corpus.fingerprint)

    kept, mended = read("keep"), read("repair")
    assert kept[:2] == ([("B-PER",), ("I-PER", "O", "I-LOC")], {})
    assert mended[:2] == ([("B-PER",), ("B-PER", "O", "B-LOC")], {"repaired_tags": 2})
    assert read(None)[2] == kept[2] != mended[2], "what is kept as it is keeps its key"
    with pytest.raises(FormatError, match=r"test\.tsv, line 3: word 1, 'Maria', has the label I-PER, and no span of "
                                          r"its type is open\n  → mend .*reader: \{spans: repair\}"):
        read("strict")
