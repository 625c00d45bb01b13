"""Languages in depth as parts of a page: the map, then sentences, panels and tables."""

from __future__ import annotations

from html import escape

from sprachbund.languages.distances import SOURCE
from sprachbund.report.html_parts import bullets, table_html
from sprachbund.report.language_contents import DepthContents
from sprachbund.report.sweep_charts import Drawn


def map_html(drawn: Drawn, *, heading: str = "h2") -> str:
    """The map of transfer for a desk and a phone, with what its marks are."""
    return (
        f"<{heading}>{escape(drawn.label)}</{heading}>\n"
        '<p class="caption">Every speck is a place where a language of the world is spoken; a mark is a target '
        f"language in the colour of its score, the black one is the source. {escape(SOURCE)}.</p>\n"
        f'<figure class="desk map">{drawn.svg}</figure>\n<figure class="phone map">{drawn.phone}</figure>\n'
    )


def depth_html(depth: DepthContents, provenance: str) -> str:
    """Sentences, scores against properties, tables; the table of all languages can be sorted."""
    panels = "".join(f'<figure class="panel"><figcaption class="axis">{escape(drawn.label)}</figcaption>{drawn.svg}'
                     "</figure>" for drawn in depth.panels)
    shown = f'<div class="grid-panels">{panels}</div>\n' if panels else ""
    tables = "".join(f"<h3>{escape(table.title)}</h3>\n{table_html(table, provenance)}"
                     for table in (depth.predictors, depth.models) if table)
    facts = (f"<details><summary>{escape(depth.facts.title)}: every language</summary>"
             f"{table_html(depth.facts, provenance, sortable=True)}</details>\n")
    return f'{bullets(depth.sentences, "told")}{shown}{tables}{bullets(depth.notes, "caveats")}{facts}'
