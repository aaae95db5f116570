"""explain(): what gradient descent does on data, before or instead of a fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from tapefit.errors import UsageError
from tapefit.objective import LossFunction, find_loss
from tapefit.optim import SCALINGS, Explanation, Scaling, explain_descent
from tapefit.regression._options import Options
from tapefit.regression._polynomials import refuse_polynomials
from tapefit.regression._solve import find_coefficients, independent
from tapefit.regression._table_problem import table_problem


def explain(
    data: Any,
    y: Any = None,
    *,
    target: str = "y",
    learning_rate: float | Literal["auto"] = "auto",
    scaling: Scaling | None = None,
    loss: str | LossFunction = "mse",
    delta: float | None = None,
    quantile: float | None = None,
    level: float | None = None,
    power: float | None = None,
    link: str | None = None,
    offset: Any = None,
    exposure: Any = None,
    sample_weight: Any = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    intercept: bool = True,
    missing: Literal["error", "drop"] = "error",
    max_iter: int = 1000,
    tol: float = 1e-8,
) -> Explanation:
    """Say what gradient descent with a learning rate does on these data, and why.

    Solves exactly, takes the Hessian's eigenvalues there, predicts the descent from them, and runs it.

    Parameters
    ----------
    data, y, target, loss, delta, quantile, level, power, link, offset, exposure, sample_weight, features, \
    categorical, intercept, missing
        As in `tapefit.fit`.
    learning_rate
        The constant rate; "auto" for the one that ``fit(solver="gd")`` takes.
    scaling
        The columns that the descent works on: "raw", as they are, or "standardised". By default as ``fit`` does:
        "raw" with a number for `learning_rate`, "standardised" with "auto".
    max_iter
        The largest number of steps to run; predictions may be larger.
    tol
        The descent is done when no column's correlation with the loss's slope is larger.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        If the data cannot be used; the message names column and row.
    UsageError
        If an option cannot be used, or the loss has no curvature.

    Examples
    --------
    >>> import tapefit
    >>> e = tapefit.explain({"x": [-1.0, 0.0, 1.0], "y": [1.0, 2.0, 3.5]}, learning_rate=1.2)
    >>> e.eigenvalues.round(4), e.factors.round(4)
    (array([1.3333, 2.    ]), array([-0.6, -1.4]))
    """
    scaling = scaling or ("standardised" if isinstance(learning_rate, str) else "raw")
    Options("gd", learning_rate, max_iter, tol).check()
    if scaling not in SCALINGS:
        raise UsageError(f"Expected a scaling of {' or '.join(SCALINGS)}, got {scaling!r}; choose one of them.")
    if not math.isfinite(tol) or tol <= 0:
        raise UsageError(f"Expected a tol above 0, got {tol!r}; 1e-8 is what the descents use.")
    row = find_loss(loss, link=link, delta=delta, quantile=quantile, level=level, power=power)
    refuse_polynomials(features, "explain")
    problem, encoding = table_problem(
        data,
        y,
        row,
        target=target,
        features=features,
        categorical=categorical,
        intercept=intercept,
        missing=missing,
        offset=offset,
        exposure=exposure,
        sample_weight=sample_weight,
    )
    design = independent(problem, encoding.term_names, "error")
    problem, outcome = find_coefficients(
        design.problem, design.factor, Options(), (), design.terms(encoding.term_names)
    )
    return explain_descent(
        problem,
        outcome.theta,
        terms=encoding.term_names,
        learning_rate=learning_rate,
        scaling=scaling,
        max_iter=max_iter,
        tol=tol,
    )
