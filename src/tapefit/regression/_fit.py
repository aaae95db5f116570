"""fit(): from data and a loss to results, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from tapefit.data import (
    Poly,
    check_design,
    encode,
    features_beside,
    from_arrays,
    learn_encoding,
    offset_column,
    read,
    row_weights,
)
from tapefit.errors import DataError, UsageError
from tapefit.inference import RegressionResults, check_cov_type, checked_level, group_codes, group_columns
from tapefit.objective import LossFunction, Problem, check_domain, find_loss
from tapefit.regression._constraint_options import ConstraintOptions
from tapefit.regression._fit_problem import Request, check_together, fit_problem
from tapefit.regression._options import Options, checked_callbacks
from tapefit.regression._penalised import PenaltyFunction, PenaltyName, PenaltyOptions
from tapefit.regression._polynomials import refuse_polynomials
from tapefit.regression._solve import (
    Callback,
    OnCollinear,
)
from tapefit.regression._table_problem import check_exposure


def fit(
    data: Any,
    y: Any = None,
    *,
    target: str = "y",
    loss: str | LossFunction = "mse",
    features: Sequence[str | Poly] | None = None,
    categorical: Sequence[str] = (),
    intercept: bool = True,
    missing: Literal["error", "drop"] = "error",
    on_collinear: OnCollinear = "error",
    freq_weights: Any = None,
    var_weights: Any = None,
    sample_weight: Any = None,
    solver: str = "auto",
    learning_rate: float | str = "auto",
    max_iter: int | None = None,
    tol: float | None = None,
    momentum: float = 0.9,
    batch_size: int | None = None,
    random_state: int | None = None,
    early_stopping: bool = False,
    n_iter_no_change: int = 5,
    delta: float | None = None,
    quantile: float | None = None,
    level: float | None = None,
    power: float | None = None,
    link: str | None = None,
    offset: Any = None,
    exposure: Any = None,
    penalty: PenaltyName | PenaltyFunction | None = None,
    alpha: float | str | None = None,
    l1_ratio: float = 0.5,
    standardize: bool = True,
    bounds: Any = None,
    positive: bool = False,
    constraints: Any = None,
    cov_type: str | None = None,
    groups: Any = None,
    confidence_level: float = 0.95,
    callbacks: Sequence[Callback] = (),
) -> RegressionResults:
    """Fit a linear model under a loss.

    Minimises the mean over rows of ``loss(y, mu)``, where link(mu) = b0 + X b + offset + log(exposure).

    Parameters
    ----------
    data
        A path (.csv, .tsv, .parquet, .feather; "-" for standard input), a dataframe, a mapping of names to
        columns, or with `y` an array (n, p).
    y
        (n,) the target, where `data` is the features alone.
    target
        The name of the column to explain.
    loss
        "mse", "mae", "huber", "quantile", "expectile" or "log_cosh"; "poisson", "gamma", "tweedie" or "logistic",
        half the deviance of a generalised linear model; or a function of (y, y_hat), written with tape ops or
        NumPy functions, that returns one value a row, or their mean or sum.
    features
        The columns to explain it by; all others by default. Columns of text become indicators of their levels, and
        ``tapefit.poly("x", 3)`` stands for x, x^2 and x^3.
    categorical
        Columns to take as categories although they look like numbers.
    intercept
        Whether to fit a constant term.
    missing
        "error", or "drop" to leave out rows with a missing or infinite value.
    on_collinear
        What to do about a column that others make up: "error", or "drop" to leave it out and say so.
    freq_weights
        How many observations each row stands for, whole numbers: the name of a column, or (n,) values. All results
        are those of the row repeated so often; one of 0 is left out.
    var_weights
        How precise each row is, positive numbers, given likewise: its loss counts times that, as the variance of y is
        taken to be proportional to the inverse. The number of observations is that of the rows.
    sample_weight
        scikit-learn's name for `var_weights`.
    solver
        "auto" solves to full accuracy: refined least squares, interior points, or preconditioned descent, by what
        the loss's derivatives are. "gd", "momentum", "adam" and "sgd" are step-by-step descents.
    learning_rate
        For the descents: a number, used on the columns as they are; or "auto", chosen from the curvature, with
        the columns standardised.
    max_iter
        The largest number of steps; for "sgd", of passes through the rows.
    tol
        When to stop: for the descents, the largest correlation of a column with the loss's slope.
    momentum
        Of solver "momentum".
    batch_size
        Rows a step, of solver "sgd"; 32 by default.
    random_state
        Seed of the order of rows and of the rows held out.
    early_stopping
        For the descents: hold out a tenth of the rows and stop when their loss no longer falls.
    n_iter_no_change
        For how many steps it may not fall.
    delta
        Of loss "huber", in units of y: where it turns from squared to absolute; 1 by default.
    quantile, level
        Of loss "quantile" and of loss "expectile", between 0 and 1; 0.5 by default.
    power
        Of loss "tweedie", 1 or more: the variance is proportional to mu**power; 1.5 by default.
    link
        "identity", "log", "logit", "probit", "inverse" or "sqrt"; by default the loss's own: "log" for poisson,
        gamma and tweedie, "logit" for logistic, else "identity". A function given as loss then takes mu.
    offset
        What is added to the linear predictor: the name of a column, or (n,) values.
    exposure
        The same as a positive factor of the mean, under the link "log".
    penalty
        "l1", "l2" or "elasticnet", added to the mean loss (of "mse" to half of it, as in scikit-learn and glmnet):
        alpha (l1_ratio sum |b| + (1 - l1_ratio) / 2 sum b^2). The intercept is never penalised. Or a smooth convex
        function of the slopes (p,), written with tape ops or NumPy functions, of which alpha times is added.
    alpha
        The strength of the penalty, 0 or more; "cv" for the one that ten-fold cross-validation finds best. 1 by
        default for a function.
    l1_ratio
        Of penalty "elasticnet": the share of the absolute values, 0 to 1.
    standardize
        Whether the penalty sees each coefficient times its column's standard deviation, so that units play no part.
    bounds
        Of coefficients, by the name of a term or of a column of text: ``{"x1": (0, None), "region": (-5, 5)}``; None
        for no bound.
    positive
        Whether all slopes are to be 0 or more.
    constraints
        Linear relations of the coefficients: a text such as "x1 + x2 + x3 = 1, 0 <= x1 <= x2", a list of such texts,
        or a triple (A, lower, upper) of arrays for lower <= A b <= upper with a column of A for each coefficient.
    cov_type
        "nonrobust", "HC0", "HC1", "HC2", "HC3" or "cluster"; by default "cluster" with `groups`, else "nonrobust" for
        squared errors and likelihoods, from the expected information, and "HC0" for others.
    groups
        For "cluster": the column whose values say which rows belong together, or two; or labels of the rows read,
        (n,), (n, 2) or a pair of arrays. Columns named here are features only if `features` lists them.
        Sums over G clusters are corrected by G / (G - 1) * (n - 1) / (n - k), and tests use Student's t with
        G - 1 degrees of freedom (with two groupings, the smaller G).
    confidence_level
        Of the intervals in the summary.
    callbacks
        Functions of (step, mean loss, coefficients), called after each step; one that returns True stops the fit.

    Returns
    -------
    RegressionResults

    Raises
    ------
    DataError
        If the data cannot be used; the message names column and row.
    UsageError
        If an option cannot be used.

    Warns
    -----
    ConvergenceWarning
        If the descent stopped before its tolerance was met, or diverged.

    Examples
    --------
    >>> import tapefit
    >>> results = tapefit.fit({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.1, 3.9, 6.2, 7.8]})
    >>> results.params.round(3)
    array([0.15, 1.94])
    """
    options = Options(
        solver, learning_rate, max_iter, tol, momentum, batch_size, random_state, early_stopping, n_iter_no_change
    )
    options.check()
    _one_of("missing", missing, ("error", "drop"))
    _one_of("on_collinear", on_collinear, ("error", "drop"))
    checked_level(confidence_level)
    check_cov_type(cov_type)
    calls = checked_callbacks(callbacks)
    penalised = PenaltyOptions.of(penalty, alpha, l1_ratio, standardize=standardize)
    if penalised is not None:
        penalised.check(cov_type, solver, groups)
        refuse_polynomials(features, "a penalty")
    within = ConstraintOptions.of(bounds, positive, constraints)
    if within is not None:
        within.check(solver)
    check_together(penalised, within)
    row = find_loss(loss, link=link, delta=delta, quantile=quantile, level=level, power=power)
    check_exposure(row, exposure)
    table = read(data, categorical=categorical) if y is None else from_arrays(data, y, target=target)
    weights = row_weights(table, freq_weights, var_weights, sample_weight)
    beside = (target, offset, exposure, *group_columns(groups), freq_weights, var_weights, sample_weight)
    used = features_beside(table, beside) if features is None else features
    counted = weights.counted()
    encoding = learn_encoding(table, target, features=used, intercept=intercept, counted=counted)
    added = offset_column(table, offset, exposure)
    compact = solver == "auto" and penalised is None and within is None
    block, rows = encode(table, encoding, missing=missing, offset=added, weights=weights, compact=compact)
    places = np.arange(table.n) if block.kept is None else np.flatnonzero(block.kept)
    check_domain(row.domain, row.name, block.y, lambda i: table.row_label(int(places[i])))
    if on_collinear == "error" and penalised is None:
        check_design(block, encoding)
    elif len(block.y) < 2:
        raise DataError("one row shows no spread; give at least 2 complete rows")
    problem = Problem.of(
        block.X,
        block.y,
        row,
        intercept=intercept,
        weight=block.weight,
        offset=block.offset,
        low=block.low,
        powers=encoding.powers,
        counts=block.counts,
    )
    results = fit_problem(
        problem,
        Request(options, calls, on_collinear, penalised, within, cov_type, confidence_level),
        encoding=encoding,
        rows=rows,
        groups=group_codes(groups, table, places),
    )
    precise = sample_weight if var_weights is None else var_weights
    if offset is exposure is freq_weights is precise is None:
        return results
    return replace(
        results,
        offset=_name(offset),
        exposure=_name(exposure),
        freq_weights=_name(freq_weights),
        var_weights=_name(precise),
    )


def _name(column: Any) -> str | None:
    """What a model remembers of an offset or of weights: their column, or "" for values."""
    return column if column is None or isinstance(column, str) else ""


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"Expected {name} to be {' or '.join(map(repr, choices))}, got {value!r}; choose one of them.")
