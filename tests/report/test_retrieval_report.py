from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from sprachbund.report.probe_html import probe_html
from sprachbund.report.retrieval_contents import headline, legend, tell_retrieval
from sprachbund.report.retrieval_tables import compared, languages_table, layers_table, thresholds_table
from sprachbund.report.retrieval_terminal import print_retrieval
from sprachbund.report.run_info import RunInfo
from sprachbund.results.retrieval_findings import RetrievalFacts, RetrievalFindings, state_label
from sprachbund.results.retrieval_summary import summarise
from tests.results.conftest import make_row


def findings(kind: str = "parallel", **more: object) -> RetrievalFindings:
    metric = {"parallel": "retrieval_accuracy", "mining": "mined_f1", "pool": "map_at_20"}[kind]
    rows = []
    for state, right in (("0", 2), ("6", 9), ("12", 5)):
        for place, code in enumerate(("de", "fr", "ru", "ka")):
            hits = [1] * (right - place % 2) + [0] * (12 - right)
            row = make_row(hits, task="retrieval", system=f"{state_label(state)}, mean, cosine", metric=metric,
                           aggregator="mean, cosine", target=code)
            if kind == "mining":
                row = replace(row, counts=np.stack([hits, [1] * len(hits), [1] * len(hits)], axis=1))
            rows.append(row)
    facts = RetrievalFacts(kind, ("0", "6", "12"), 12, 384, True, 96, 60, 900, 2.0, **more)  # type: ignore[arg-type]
    return summarise(rows, facts)


def test_the_headline_names_layer_pooling_metric_and_set() -> None:
    told = headline(findings())
    assert told.startswith("Translations are found best in layer 6 (mean, cosine): ")
    for text in ("points of retrieval_accuracy, mean over 4 languages; ", " in layer 12. ",
                 "The best of 3 was chosen on these very data."):
        assert text in told


def test_every_number_of_the_layers_table_stands_under_its_pooling() -> None:
    table = layers_table(findings())
    assert [column.label for column in table.columns] == ["State", "to en: mean, cosine",
                                                          "against the highest layer: mean, cosine"]
    assert [line.cells[0].text for line in table.lines] == ["embeddings", "layer 6", "layer 12"]
    assert table.lines[2].cells[2].text == "–"
    assert float(table.lines[1].cells[2].sort or 0) > 0


def test_languages_show_the_best_state_and_the_highest_layer() -> None:
    found = findings()
    assert [system.state for system in compared(found)] == ["layer 6", "layer 12"]
    table = languages_table(found)
    assert {line.cells[1].text for line in table.lines} == {"de", "fr", "ru", "ka"}
    assert table.columns[-1].label == "to en: layer 12, mean, cosine"


def test_the_page_carries_the_provenance_and_its_own_legend() -> None:
    found = findings()
    contents = tell_retrieval(found, RunInfo("Retrieval in toys", command="sprachbund retrieve x", notes=("mind",)))
    page = probe_html(contents, kicker="Sprachbund retrieval", legend=legend(found))
    assert page.count("dequantised from 4 bit") > 2
    for text in ("Sprachbund retrieval", "mean, cosine</li>", "sprachbund retrieve x", "mind",
                 "The last layer carries a final norm"):
        assert text in page
    assert "fine-tuning" not in page
    assert page.count('<figure class="desk map scroll"') == page.count('<figure class="phone map">') == 1
    assert {section.name for section in contents.sections} == {"layers", "families", "languages"}


def test_thresholds_are_told_where_pairs_are_mined() -> None:
    found = findings("mining", thresholds={"layer 6, mean, cosine": {"de": 1.0625, "fr": 1.1}})
    table = thresholds_table(found)
    assert table is not None
    assert [cell.text for cell in table.lines[0].cells] == ["layer 6, mean, cosine", "1.0625", "1.1000", "–", "–"]
    assert thresholds_table(findings()) is None
    assert "thresholds" in {section.name for section in tell_retrieval(found, RunInfo("x")).sections}


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_fits_and_tells_speed_and_provenance(width: int) -> None:
    console = Console(width=width, record=True, force_terminal=False)
    print_retrieval(console, findings())
    told = console.export_text()
    assert max(map(len, told.splitlines())) <= width
    for text in ("toy: mean, cosine", "layer 12", "60 distinct of 96 texts", "450 pieces a second", "not mBERT"):
        assert text in " ".join(told.split()), text
