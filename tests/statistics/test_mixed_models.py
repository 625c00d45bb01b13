from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sprachbund.statistics.mixed_models import fit_difference, fit_mixed_model, interaction_test
from sprachbund.statistics.simplex import minimise


def mean_squares(table: np.ndarray, axis: int) -> tuple[float, float]:
    """Between the levels of one axis of a two-way table without replication, and residual."""
    rows = table if axis == 0 else table.T
    many, each = rows.shape
    between = each * rows.mean(axis=1).var(ddof=1)
    rest = rows - rows.mean(axis=1, keepdims=True) - rows.mean(axis=0) + rows.mean()
    return float(between), float((rest**2).sum() / ((many - 1) * (each - 1)))


def test_one_way_reml_is_the_analysis_of_variance() -> None:
    """Balanced data with positive components: REML solves the same equations (Searle et al. 1992, 6.7)."""
    rng = np.random.default_rng(0)
    table = rng.normal(5, 1, (8, 6)) + 2 * rng.normal(size=(8, 1))
    labels = np.repeat(np.arange(8), 6).tolist()
    model = fit_mixed_model(table.ravel(), np.ones((48, 1)), {"group": labels})
    within = table.var(axis=1, ddof=1).mean()
    between = 6 * table.mean(axis=1).var(ddof=1)
    assert model.variances["residual"] == pytest.approx(within, rel=1e-3)
    assert model.variances["group"] == pytest.approx((between - within) / 6, rel=1e-3)
    assert model.effects[0] == pytest.approx(table.mean())
    assert model.covariance[0, 0] == pytest.approx(between / 48, rel=1e-3)
    ml = fit_mixed_model(table.ravel(), np.ones((48, 1)), {"group": labels}, restricted=False)
    assert ml.variances["group"] == pytest.approx((between * 7 / 8 - within) / 6, rel=1e-3)


def test_the_likelihood_is_that_of_the_marginal_normal() -> None:
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(20), rng.normal(size=20)])
    labels = rng.integers(0, 4, 20).tolist()
    response = rng.normal(size=20) + np.array([1.0, -1.0, 2.0, 0.0])[labels]
    model = fit_mixed_model(response, design, {"group": labels}, restricted=False)
    same = np.equal.outer(labels, labels)
    covariance = model.variances["group"] * same + model.variances["residual"] * np.eye(20)
    theirs = stats.multivariate_normal(design @ model.effects, covariance).logpdf(response)
    assert model.log_likelihood == pytest.approx(theirs, abs=1e-6)
    beside = fit_mixed_model(response, design, {"group": labels})
    assert beside.restricted
    assert not model.restricted


def test_crossed_factors_equal_the_two_way_analysis_of_variance() -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(size=(6, 1)) * 2 + rng.normal(size=(1, 9)) * 1.5 + rng.normal(size=(6, 9))
    rows, columns = (axis.ravel().tolist() for axis in np.indices(table.shape))
    model = fit_mixed_model(table.ravel(), np.ones((54, 1)), {"row": rows, "column": columns})
    row, rest = mean_squares(table, 0)
    column, _ = mean_squares(table, 1)
    assert model.variances["residual"] == pytest.approx(rest, rel=2e-3)
    assert model.variances["row"] == pytest.approx((row - rest) / 9, rel=2e-3)
    assert model.variances["column"] == pytest.approx((column - rest) / 6, rel=2e-3)


def test_a_difference_has_the_error_of_the_analysis_of_variance() -> None:
    """Two crossed random factors, balanced: (MS seeds + MS languages - MS rest) / (S G) is the mean's variance."""
    rng = np.random.default_rng(3)
    differences = 0.5 + rng.normal(0, 0.6, (5, 1)) + rng.normal(0, 0.8, (1, 12)) + rng.normal(0, 0.4, (5, 12))
    value, error, interval = fit_difference(differences).contrast([1])
    assert value == pytest.approx(differences.mean())
    seeds, rest = mean_squares(differences, 0)
    languages, _ = mean_squares(differences, 1)
    assert error**2 == pytest.approx((seeds + languages - rest) / 60, rel=0.03)
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * error, rel=1e-4)
    assert error > 3 * differences.std(ddof=1) / np.sqrt(differences.size), "cells of one model are not independent"


def test_families_take_what_languages_share() -> None:
    rng = np.random.default_rng(4)
    families = np.repeat(np.arange(8), 4)
    values = 3 * rng.normal(size=8)[families] + rng.normal(0, 0.5, 32) + rng.normal(0, 0.3, (4, 32))
    model = fit_difference(values, clusters=families.tolist())
    assert model.variances["cluster"] > 10 * model.variances["group"]
    assert set(fit_difference(values, clusters=["one"] * 32).variances) == {"group", "repetition", "residual"}
    assert set(fit_difference(values, clusters=list(range(32))).variances) == {"group", "repetition", "residual"}


def test_the_minimum_of_a_narrow_valley() -> None:
    """Rosenbrock 1960."""
    place, value = minimise(lambda x: float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2), [-1.2, 1.0])
    assert place == pytest.approx([1, 1], abs=1e-3)
    assert value == pytest.approx(0, abs=1e-6)
    assert minimise(lambda x: float(abs(x[0] - 3)), [0.0], most=5)[1] < 3


def test_an_interaction_is_found_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(5)
    peak = np.eye(11)[[2, 8, 5, 8]] * 1.5
    clear = interaction_test([rng.normal(0, 0.3, (4, 11)) + shape for shape in peak], permutations=999)
    assert clear.p_value <= 0.005
    heights = rng.normal(0, 5, (4, 3, 1))
    found = [interaction_test(list(heights + rng.normal(size=(4, 3, 11))), permutations=99, seed=trial).p_value
             for trial in range(200)]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.07)


def test_the_ratio_is_twice_the_difference_of_log_likelihoods() -> None:
    rng = np.random.default_rng(6)
    curves = rng.normal(size=(2, 3, 5))
    centred = curves - curves.mean(axis=2, keepdims=True)
    without = ((centred - centred.mean(axis=(0, 1))) ** 2).sum()
    within = ((centred - centred.mean(axis=1, keepdims=True)) ** 2).sum()
    assert interaction_test(list(curves), permutations=1).ratio == pytest.approx(30 * np.log(without / within))


def test_what_cannot_be_fitted_is_refused() -> None:
    ones, labels = np.ones((4, 1)), [0, 0, 1, 1]
    with pytest.raises(ValueError, match="lengths differ"):
        fit_mixed_model(np.zeros(3), ones, {"group": labels})
    with pytest.raises(ValueError, match="missing value"):
        fit_mixed_model(np.full(4, np.nan), ones, {"group": labels})
    with pytest.raises(ValueError, match="not full rank"):
        fit_mixed_model(np.zeros(4), np.ones((4, 2)), {"group": labels})
    for levels in ([0, 0, 0, 0], [0, 1, 2, 3]):
        with pytest.raises(ValueError, match="cannot be told from the intercept, or from the residual"):
            fit_mixed_model(np.zeros(4), ones, {"group": levels})
    with pytest.raises(ValueError, match="a mixed model has a random factor"):
        fit_mixed_model(np.zeros(4), ones, {})
    with pytest.raises(ValueError, match="two of each or more"):
        fit_difference(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="3 groups need as many clusters, got 2"):
        fit_difference(np.zeros((2, 3)), clusters=["a", "b"])
    with pytest.raises(ValueError, match="1 fixed effects need as many weights"):
        fit_mixed_model(np.arange(4.0), ones, {"group": labels}).contrast([1, 1])
    with pytest.raises(ValueError, match="over the same K"):
        interaction_test([np.zeros((2, 3)), np.zeros((2, 4))])
    with pytest.raises(ValueError, match="missing value"):
        interaction_test([np.full((2, 3), np.nan)] * 2)
    with pytest.raises(ValueError, match="cannot tell shape from chance"):
        interaction_test([np.zeros((1, 3))] * 2)
