"""C1 and C8: what layers hold, and whether what the fused state holds carries its transfer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sprachbund.results.claims.effects import (
    LEAST_CLUSTERS,
    LEAST_UNITS,
    Changes,
    Trained,
    changes,
    data_sets,
    largest_system,
    trained_models,
)
from sprachbund.results.claims.evidence import Evidence
from sprachbund.results.claims.measures import points, span, with_enough_seeds
from sprachbund.results.claims.mediation import with_mediation
from sprachbund.results.claims.records import ClaimVerdict, Figure, Part, Verdict
from sprachbund.results.claims.rules import of_all, of_most
from sprachbund.results.claims.statements import DATA_SETS, PLANNED_SEEDS, PURPOSE
from sprachbund.results.probe_findings import ProbeFindings, Role, Trend
from sprachbund.statistics.association import Correlation, partial_correlation

POOLINGS = ("mean", "first")
_STRUCTURE = ("language_identity", "pos")
_SUBSPACES = ("semantic", "structure")
_COST = 1.0


def lower_and_upper_layers(evidence: Evidence) -> list[ClaimVerdict]:
    """C1: lower layers carry more cross-lingual information, upper layers more of a language's structure.

    On the encoder before fine-tuning, in both poolings (mean, first token). Supported where retrieval of translations
    falls from the middle layer to the top (Spearman, interval over languages below 0), its best layer is none of the
    middle, and every probe of structure (parts of speech, language identity) rises. Middle where retrieval falls to the
    top but is best inside the middle: the claim does not hold as it stands, since the lowest layers have less than the
    middle. Not supported where retrieval rises to the top, or a probe of structure falls. Else undecided.
    """
    probe, role = _probe_of_layers(evidence.probes)
    if probe is None:
        wanted = ("a probe of the encoder (sprachbund probe): retrieval with mean and first-token pooling, language "
                  "identity, parts of speech")
        return [ClaimVerdict("C1", evidence.encoder, "", "not tested here",
                             "No probe of this encoder's layers was read.", missing=(wanted,))]
    trends = [trend for trend in probe.trends if trend.model == role]
    n_layers = probe.model(role).n_layers
    missing = list(probe.not_tested)
    if not any("depend" in item for item in missing):
        missing.append("dependency depth: a treebank with heads")
    parts = []
    for pooling in POOLINGS:
        retrieval = next((item for item in trends if (item.measure, item.variant) == ("retrieval", pooling)), None)
        structure = [item for item in trends
                     if item.measure in _STRUCTURE and item.variant.split(",")[0] in ("", pooling)]
        absent = [name for name in _STRUCTURE if name not in {item.measure for item in structure}]
        missing += [f"{pooling} pooling: {name}" for name in (*absent, *(() if retrieval else ("retrieval",)))]
        if retrieval is not None and not absent:
            parts.append(_pooling(pooling, retrieval, structure, n_layers, _languages(probe)))
    verdict = of_all([part.verdict for part in parts], len(POOLINGS))
    told = "; ".join(f"{part.name} {part.verdict}" for part in parts) or "no pooling could be judged"
    note = () if role == "before" else ("No probe before fine-tuning was read: this is the fine-tuned encoder.",)
    seeds = "" if role == "after" else " No seeds: nothing was trained."
    return [ClaimVerdict("C1", evidence.encoder, "", verdict, f"{told}.{seeds}", tuple(parts), missing=tuple(missing),
                         remarks=(*note, *probe.notes))]


def layers_rule(retrieval: Trend, structure: Sequence[Trend], n_layers: int) -> Verdict:
    """One pooling; see `lower_and_upper_layers`."""
    if _above(retrieval.rho_upper_low) or any(_below(trend.rho_high) for trend in structure):
        return "not supported"
    if not _below(retrieval.rho_upper_high):
        return "undecided at this size"
    if n_layers / 4 < retrieval.peak < n_layers:
        return "middle"
    return "supported" if all(_above(trend.rho_low) for trend in structure) else "undecided at this size"


def _probe_of_layers(probes: Sequence[ProbeFindings]) -> tuple[ProbeFindings | None, Role]:
    """The probe with most languages, before fine-tuning if there is one."""
    roles: tuple[Role, Role] = ("before", "after")
    for role in roles:
        found = [probe for probe in probes if any(model.role == role for model in probe.models) and probe.trends]
        if found:
            return max(found, key=lambda probe: (len(probe.languages), len(probe.trends), probe.command)), role
    return None, "before"


def _pooling(
    pooling: str, retrieval: Trend, structure: Sequence[Trend], n_layers: int, languages: tuple[str, ...]
) -> Part:
    verdict = layers_rule(retrieval, structure, n_layers)
    held = "; ".join(f"{_named(item)} ρ = {points(item.rho)} ({_bounds(item.rho_low, item.rho_high)})"
                     for item in structure)
    why = (f"Retrieval from the middle to the top ρ = {points(retrieval.rho_upper)} "
           f"({_bounds(retrieval.rho_upper_low, retrieval.rho_upper_high)}), best at layer {retrieval.peak} of "
           f"{n_layers} ({retrieval.peak_share:.0%} of draws there or beside it); structure over all layers: {held}.")
    method = "bootstrap over languages"
    figures = [Figure("retrieval against layer, middle to top", retrieval.rho_upper, retrieval.rho_upper_low,
                      retrieval.rho_upper_high, "correlation", (), languages, method)]
    figures += [Figure(f"{_named(item)} against layer", item.rho, item.rho_low, item.rho_high, "correlation", (),
                       languages, method) for item in structure]
    return Part(f"{pooling} pooling", "", verdict, why, tuple(figures))


def _named(trend: Trend) -> str:
    name = {"pos": "parts of speech"}.get(trend.measure, trend.measure.replace("_", " "))
    return f"{name} ({trend.variant})" if trend.variant else name


def _languages(probe: ProbeFindings) -> tuple[str, ...]:
    return tuple(item.code for item in probe.languages if item.code != probe.source)


# --- C8 ------------------------------------------------------------------------------------------------------------


def crucial_features(evidence: Evidence) -> ClaimVerdict:
    """C8: good semantic and structural features are a crucial reason for cross-lingual effectiveness.

    On each data set, over trained models and target languages: the partial correlation of the target score with the
    fused state's retrieval (semantic), parts of speech kept fixed, and with parts of speech (structure), retrieval kept
    fixed, must both have intervals above 0 (languages redrawn). And removing the semantic or the structural subspace of
    the fused state must cost at least 1 point more than removing a random one of the same rank, interval above 0. All
    four must hold, on at least 3 of 4 tasks. That features are "crucial" beyond this cannot be decided. Beside the
    verdict stands how much of a fusion's gain over the last layer the two measures carry.
    """
    models = trained_models(evidence)
    missing: list[str] = []
    known = [name for name in DATA_SETS if name in data_sets(models)]
    missing += [f"{PURPOSE[name]}: probes of {PLANNED_SEEDS} trained models with fused states and removed subspaces"
                for name in DATA_SETS if name not in known]
    parts = [with_mediation(_features(name, models, missing), evidence, name, models, missing) for name in known]
    verdict = of_most([part.verdict for part in parts], len(DATA_SETS))
    told = "; ".join(f"{part.name} {part.verdict}" for part in parts) or "No probe of a trained model was read"
    remarks = ("Retrieval of translations is the semantic measure; paraphrase similarity is not measured.",
               "The structural probe is of parts of speech, so on POS it is close to the task itself.")
    return ClaimVerdict("C8", evidence.encoder, "", verdict, f"{told}.", tuple(parts), tuple(known),
                        missing=tuple(missing), remarks=remarks if parts else ())


def correlation_rule(found: Correlation) -> Verdict:
    """A correlation: supported above 0, not supported below it, by its interval."""
    if found.interval.low > 0:
        return "supported"
    return "not supported" if found.interval.high < 0 else "undecided at this size"


def cost_rule(extra: float, low: float, high: float) -> Verdict:
    """How many points more a removal costs than a random one: at least 1, interval above 0.

    >>> cost_rule(2.0, 0.5, 3.5), cost_rule(0.3, -0.2, 0.8), cost_rule(0.8, 0.1, 1.5)
    ('supported', 'not supported', 'undecided at this size')
    """
    if high < _COST:
        return "not supported"
    return "supported" if extra >= _COST and low > 0 else "undecided at this size"


def _features(data_set: str, models: Sequence[Trained], missing: list[str]) -> Part:
    """All four conditions on one data set."""
    judged: list[Verdict] = []
    told: list[str] = []
    figures: list[Figure] = []
    system, seeds = "", tuple(sorted({item.model.seed for item in models if item.scores(data_set)}))
    for name in _SUBSPACES:
        members = largest_system(models, data_set, f"without {name}")
        extra = changes(members, data_set, f"without {name}", "without random")
        if extra is None:
            missing.append(f"{PURPOSE[data_set]}: scores without the {name} and without a random subspace")
            continue
        system, cost = members[0].model.system, Changes(extra.seeds, extra.languages, -extra.values)
        figure = cost.figure(f"points that removing the {name} subspace costs beyond a random one")
        assert figure.low is not None
        assert figure.high is not None
        verdict, few = with_enough_seeds(cost_rule(figure.value, figure.low, figure.high), extra.seeds)
        judged.append(verdict)
        told.append(f"without the {name} subspace {points(figure.value)} points lost beyond a random one "
                    f"({span(figure.low, figure.high)}).{few}")
        figures.append(figure)
    for name, found in _correlations(data_set, models).items():
        judged.append(correlation_rule(found))
        told.append(f"{name} with score, the other fixed: {points(found.value)} "
                    f"({span(found.interval.low, found.interval.high)}).")
        figures.append(Figure(f"partial correlation of {name} and score", found.value, found.interval.low,
                              found.interval.high, "correlation", seeds, (), found.interval.method))
    if len(judged) < 4 and len(figures) < 4:
        missing.append(f"{PURPOSE[data_set]}: retrieval and parts of speech on the fused state of models with scores "
                       f"in {LEAST_CLUSTERS} languages or more, {LEAST_UNITS} pairs of model and language")
    return Part(PURPOSE[data_set], system, of_all(judged, 4), " ".join(told) or "Nothing to judge.", tuple(figures))


def _correlations(data_set: str, models: Sequence[Trained]) -> dict[str, Correlation]:
    """Partial correlations over (model, language), languages redrawn; empty where there are too few."""
    rows = [(*values, code) for model in models for code, values in model.features(data_set).items()]
    clusters = [row[3] for row in rows]
    if len(rows) < LEAST_UNITS or len(set(clusters)) < LEAST_CLUSTERS:
        return {}
    semantic, structural, score = (np.array([row[place] for row in rows], dtype=np.float64) for place in range(3))
    return {
        "retrieval": partial_correlation(semantic, score, structural[:, None], clusters=clusters),
        "parts of speech": partial_correlation(structural, score, semantic[:, None], clusters=clusters),
    }


def _above(bound: float | None) -> bool:
    return bound is not None and bound > 0


def _below(bound: float | None) -> bool:
    return bound is not None and bound < 0


def _bounds(low: float | None, high: float | None) -> str:
    return "no interval: too few languages" if low is None or high is None else span(low, high)
