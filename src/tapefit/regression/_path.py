"""fit_path(): coefficients over a range of penalties, and the one that cross-validation finds best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tapefit.errors import UsageError
from tapefit.objective import LossFunction, Problem, find_loss
from tapefit.optim import Quadratic, minimum, penalty_unit, quadratic, solve_penalised
from tapefit.regression._penalised import PenaltyName, PenaltyOptions, known, start_of
from tapefit.regression._polynomials import refuse_polynomials
from tapefit.regression._table_problem import table_problem

Floats = NDArray[np.float64]

_LEAST = 1e-4  # of the largest score: the smallest strength, as in glmnet
_LEAST_RIDGE = 1e-8  # the same without l1 part, where a strong signal wants hardly any penalty
_RIDGE = 1e-3  # the share of absolute values that stands for 0 where the largest alpha is looked for, as in glmnet


@dataclass(frozen=True, eq=False)
class PenaltyPath:
    """Coefficients over a range of penalties.

    Attributes
    ----------
    names
        The terms, in the order of the columns of `coefs`.
    alphas
        (m,) the strengths, falling.
    coefs
        (m, k) the coefficients of the raw columns, the intercept first if there is one.
    cv_loss
        (m,) the mean loss on held-out rows; NaN without cross-validation.
    cv_error
        (m,) its standard error over the folds.
    """

    names: tuple[str, ...]
    alphas: Floats
    coefs: Floats
    cv_loss: Floats
    cv_error: Floats

    @property
    def alpha_min(self) -> float:
        """The strength whose held-out loss is lowest."""
        return float(self.alphas[self._best])

    @property
    def alpha_1se(self) -> float:
        """The largest strength whose held-out loss is within one standard error of the lowest."""
        limit = self.cv_loss[self._best] + self.cv_error[self._best]
        return float(self.alphas[int(np.argmax(self.cv_loss <= limit))])

    @property
    def _best(self) -> int:
        if np.isnan(self.cv_loss).all():
            raise UsageError("Expected a path with cross-validation, got cv=None; pass cv=10 to fit_path.")
        return int(np.nanargmin(self.cv_loss))


def fit_path(
    data: Any,
    y: Any = None,
    *,
    target: str = "y",
    penalty: PenaltyName = "l1",
    l1_ratio: float = 0.5,
    standardize: bool = True,
    alphas: Sequence[float] | None = None,
    n_alphas: int = 100,
    cv: int | None = 10,
    random_state: int = 0,
    loss: str | LossFunction = "mse",
    delta: float | None = None,
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
) -> PenaltyPath:
    """Fit a penalised linear model for a range of strengths, each from the one before.

    Parameters
    ----------
    data, y, target, penalty, l1_ratio, standardize, loss, delta, level, power, link, offset, exposure, \
    sample_weight, features, categorical, intercept, missing
        As in `tapefit.fit`.
    alphas
        The strengths; by default `n_alphas` of them, in equal ratios from the smallest that makes all slopes 0
        (for "l2" a thousand times the lasso's) down to a ten-thousandth (for "l2" a hundred-millionth)
        of the lasso's.
    n_alphas
        How many.
    cv
        The number of folds; None for no cross-validation.
    random_state
        Seed of the rows' order, by which they are dealt to folds.

    Returns
    -------
    PenaltyPath

    Examples
    --------
    >>> import tapefit
    >>> data = {"x": [0.0, 1.0, 2.0, 3.0], "y": [0.0, 1.1, 1.9, 3.0]}
    >>> tapefit.fit_path(data, alphas=[0.5, 0.1], cv=None).coefs.round(4)
    array([[0.7008, 0.5328],
           [0.1642, 0.8906]])
    """
    options = PenaltyOptions(penalty, "cv", l1_ratio, standardize)
    options.check()
    refuse_polynomials(features, "a penalty")
    problem, encoding = table_problem(
        data,
        y,
        find_loss(loss, link=link, delta=delta, level=level, power=power),
        target=target,
        features=features,
        categorical=categorical,
        intercept=intercept,
        missing=missing,
        offset=offset,
        exposure=exposure,
        sample_weight=sample_weight,
        independent=False,
    )
    problem = known(problem)
    strengths = _strengths(problem, options, alphas, n_alphas)
    coefs = np.array([problem.basis.to_raw(theta) for theta in along(problem, options, strengths)])
    held = _held_out(problem, options, strengths, cv, random_state)
    return PenaltyPath(encoding.term_names, strengths, coefs, *held)


def best_alpha(problem: Problem, options: PenaltyOptions, *, folds: int = 10, random_state: int | None = None) -> float:
    """The strength whose held-out loss is lowest."""
    problem = known(problem)
    strengths = _strengths(problem, options, None, 100)
    return float(strengths[int(np.nanargmin(_held_out(problem, options, strengths, folds, random_state or 0)[0]))])


def along(problem: Problem, options: PenaltyOptions, strengths: Floats) -> list[Floats]:
    """The coefficients of the standardised columns for each strength, each found from the one before."""
    theta, out = start_of(problem), list[Floats]()
    penalty = options.at(problem, 0.0)
    model = _model(problem, theta) if problem.loss.kind == "squares" else None
    for alpha in strengths:
        here = replace(penalty, alpha=float(alpha))
        if model is None:
            theta = solve_penalised(problem, here, theta).theta
        else:
            theta = minimum(model, here, theta, intercept=problem.basis.intercept)
        out.append(theta)
    return out


def _model(problem: Problem, theta: Floats) -> Quadratic:
    eta = problem.eta(theta)
    return quadratic(problem, eta, problem.at(eta))


def _strengths(problem: Problem, options: PenaltyOptions, alphas: Sequence[float] | None, number: int) -> Floats:
    if alphas is not None:
        given = np.sort(np.asarray(alphas, dtype=np.float64))[::-1]
        if not len(given) or not np.isfinite(given).all() or given[-1] < 0:
            raise UsageError(f"Expected alphas of 0 or more, got {alphas!r}; leave them out to have them chosen.")
        return given
    if number < 2:
        raise UsageError(f"Expected n_alphas of at least 2, got {number!r}; 100 is usual.")
    score = _largest_score(problem, options)
    return np.geomspace(score / max(options.share, _RIDGE), (_LEAST if options.share else _LEAST_RIDGE) * score, number)


def _largest_score(problem: Problem, options: PenaltyOptions) -> float:
    """The largest score of a penalised coefficient where all slopes are 0: the least l1 weight to keep them so."""
    first = int(problem.basis.intercept)
    penalty = options.at(problem, 1.0)
    heavy = replace(penalty, alpha=1e12 * float(np.abs(problem.y).max() or 1.0), l1_ratio=1.0)
    theta = solve_penalised(problem, heavy, start_of(problem)).theta
    score = penalty_unit(problem) * problem.gradient(problem.at(problem.eta(theta)).slope) / problem.total_weight
    return float(np.abs(score[first:] / penalty.size[first:]).max(initial=0.0)) or 1.0


def _held_out(
    problem: Problem, options: PenaltyOptions, strengths: Floats, folds: int | None, seed: int | None
) -> tuple[Floats, Floats]:
    """(m,) mean and standard error over folds of the held-out loss."""
    if folds is None:
        return np.full(len(strengths), np.nan), np.full(len(strengths), np.nan)
    if not 2 <= folds <= problem.n:
        raise UsageError(f"Expected cv from 2 to the {problem.n} rows, got {folds!r}; 10 is usual.")
    fold = np.random.default_rng(seed).permutation(problem.n) % folds
    losses = np.array([_fold(problem, options, strengths, fold == k) for k in range(folds)])  # (folds, m)
    return losses.mean(axis=0), losses.std(axis=0, ddof=1) / np.sqrt(folds)


def _fold(problem: Problem, options: PenaltyOptions, strengths: Floats, out: NDArray[np.bool_]) -> Floats:
    """(m,) the mean loss of the rows `out` under fits of the others."""
    inside = _part(problem, ~out)
    outside = replace(_part(problem, out), basis=inside.basis)
    thetas = along(inside, options, strengths)
    return np.array([outside.mean(outside.at(outside.eta(theta)).value) for theta in thetas])


def _part(problem: Problem, rows: NDArray[np.bool_]) -> Problem:
    def pick(values: Floats | None) -> Floats | None:
        return None if values is None else values[rows]

    return Problem.of(
        problem.X[rows],
        problem.y[rows],
        problem.loss,
        intercept=problem.basis.intercept,
        weight=pick(problem.weight),
        offset=pick(problem.offset),
    )
