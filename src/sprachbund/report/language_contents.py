"""What a report tells of languages in depth, before any format; a run's report and each task of a sweep's have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sprachbund.report.language_charts import scatters, transfer_map
from sprachbund.report.language_tables import facts_table, models_table, predictors_table
from sprachbund.report.language_words import depth_notes, depth_sentences
from sprachbund.report.sweep_charts import Drawn
from sprachbund.report.tables import Table
from sprachbund.results.findings import LanguageScore, TargetInfo
from sprachbund.results.language_findings import LanguagesInDepth

NAME = "languages-in-depth"


@dataclass(frozen=True, slots=True)
class DepthContents:
    """Languages in depth.

    Args:
        name: of the section.
        title: its heading.
        sentences: what goes with transfer, how well it is predicted, outliers.
        notes: what a reader of them must know.
        map: of transfer, or None.
        panels: scores against properties.
        predictors, models: tables of the regressions, or None where there are none.
        facts: what is known of each language.
    """

    name: str
    title: str
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    map: Drawn | None
    panels: tuple[Drawn, ...]
    predictors: Table | None
    models: Table | None
    facts: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """Those there are, the facts last."""
        return tuple(table for table in (self.predictors, self.models, self.facts) if table is not None)

    @property
    def drawings(self) -> tuple[Drawn, ...]:
        """The map and the panels."""
        return (*((self.map,) if self.map else ()), *self.panels)


def tell_languages(
    found: LanguagesInDepth, targets: Sequence[TargetInfo], scores: Sequence[LanguageScore], level: float, *,
    suffix: str = "",
) -> DepthContents:
    """Turn what was found of languages into what a report tells.

    Args:
        found: findings.
        targets: the scored languages and variants.
        scores: of any systems and metrics.
        level: coverage of the intervals.
        suffix: makes the names of drawings and tables unique in a page, such as "-ud_pos".
    """
    return DepthContents(
        name=f"{NAME}{suffix}", title=f"Languages in depth: {found.system}",
        sentences=depth_sentences(found, level), notes=depth_notes(found),
        map=transfer_map(found, targets, scores, f"map{suffix}"), panels=scatters(found, targets, f"against{suffix}"),
        predictors=predictors_table(found, f"predictors{suffix}"),
        models=models_table(found, f"regression{suffix}"), facts=facts_table(found, targets, scores, f"facts{suffix}"),
    )
