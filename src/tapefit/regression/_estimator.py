"""LinearRegression: the scikit-learn estimator."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from tapefit.data import Encoding, Feature, RowCount, array_terms, poly
from tapefit.errors import DataError, DataWarning, UsageError
from tapefit.inference import Moments, RegressionResults
from tapefit.numerics import Powers
from tapefit.objective import Loss, LossFunction, Problem, check_domain, find_loss, recognise
from tapefit.regression._constraint_options import ConstraintOptions
from tapefit.regression._fit_problem import Request, check_together, fit_problem
from tapefit.regression._options import Options, checked_callbacks
from tapefit.regression._partial import plain_encoding, results_of_moments
from tapefit.regression._penalised import PenaltyFunction, PenaltyName, PenaltyOptions
from tapefit.regression._polynomials import refuse_polynomials
from tapefit.regression._solve import Callback, OnCollinear

Floats = NDArray[np.float64]


def _adds_up(model: LinearRegression) -> bool:
    """Whether cross-products hold all that the model needs of its rows, so that it has `partial_fit`."""
    loss = recognise(model._loss(), np.linspace(0.5, 2.0, 9))
    held = "a penalty" if model.penalty is not None else "constraints" if model._within() else ""
    if held:
        raise UsageError(
            f"partial_fit expects a model without penalty and constraints, got {held}; collect the rows and call fit."
        )
    if loss.kind != "squares" or model.solver != "auto":
        raise UsageError(
            f"partial_fit expects a squared-error loss and solver='auto', got {loss.name} and {model.solver!r}; "
            "collect the rows and call fit."
        )
    return True


class LinearRegression(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A linear model under any loss, with scikit-learn's conventions.

    Parameters
    ----------
    loss
        A name or function, as in `tapefit.fit`.
    delta, quantile, level, power
        Constants of the losses "huber", "quantile", "expectile" and "tweedie", as in `tapefit.fit`; None for the
        default.
    link
        As in `tapefit.fit`.
    poly
        Columns that enter by their powers, with the degree: ``{"x": 3}``, or ``{0: 3}`` by place. `coef_` then has an
        element for each power.
    fit_intercept
        Whether to fit a constant term.
    penalty, alpha, l1_ratio, standardize
        As in `tapefit.fit`.
    bounds, positive, constraints
        As in `tapefit.fit`; columns without names are x1, x2 and so on.
    solver, learning_rate, max_iter, tol, momentum, batch_size, random_state, early_stopping, n_iter_no_change
        As in `tapefit.fit`.
    on_collinear
        What to do about a column that others make up: "drop" gives it the coefficient 0 and warns (with constraints,
        the smallest coefficients that fit as well are taken); "error".
    callbacks
        As in `tapefit.fit`.

    Attributes
    ----------
    coef_ : (n_features,) array
        In the order of ``results_.names``.
    intercept_ : float
    alpha_ : float
        The strength of the penalty, where there is one: that found by cross-validation with ``alpha="cv"``.
    n_iter_ : int
        Steps taken.
    loss_curve_ : (k,) array
        The mean loss after each step.
    results_ : RegressionResults
        Standard errors, tests and predictions with intervals; ``print(model.results_)``.
    n_features_in_ : int
    feature_names_in_ : (n_features,) array of str
        Where X has column names that are all text.

    Examples
    --------
    >>> import numpy as np
    >>> from tapefit import LinearRegression
    >>> model = LinearRegression().fit(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    """

    def __init__(
        self,
        *,
        loss: str | LossFunction = "mse",
        delta: float | None = None,
        quantile: float | None = None,
        level: float | None = None,
        power: float | None = None,
        link: str | None = None,
        poly: Mapping[Any, int] | None = None,
        fit_intercept: bool = True,
        penalty: PenaltyName | PenaltyFunction | None = None,
        alpha: float | str | None = None,
        l1_ratio: float = 0.5,
        standardize: bool = True,
        bounds: Mapping[str, Any] | None = None,
        positive: bool = False,
        constraints: Any = None,
        solver: str = "auto",
        learning_rate: float | str = "auto",
        max_iter: int | None = None,
        tol: float | None = None,
        momentum: float = 0.9,
        batch_size: int | None = None,
        random_state: int | None = None,
        early_stopping: bool = False,
        n_iter_no_change: int = 5,
        on_collinear: OnCollinear = "drop",
        callbacks: Sequence[Callback] = (),
    ) -> None:
        self.loss = loss
        self.delta = delta
        self.quantile = quantile
        self.level = level
        self.power = power
        self.link = link
        self.poly = poly
        self.fit_intercept = fit_intercept
        self.penalty = penalty
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.standardize = standardize
        self.bounds = bounds
        self.positive = positive
        self.constraints = constraints
        self.solver = solver
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol
        self.momentum = momentum
        self.batch_size = batch_size
        self.random_state = random_state
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.on_collinear = on_collinear
        self.callbacks = callbacks

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Fit the coefficients.

        Parameters
        ----------
        X : (n, n_features) array or dataframe of finite numbers
        y : (n,) array of finite numbers
        sample_weight : (n,) array, optional
            Weights of the rows, 0 or more, with the meaning of `var_weights` in `tapefit.fit`; a row of weight 0 counts
            as if it were not there.

        Raises
        ------
        ValueError
            If the data or a parameter cannot be used.
        """
        asked = self._asked()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        y = column_or_1d(y, warn=True, dtype=np.float64)
        weight = _used_weights(sample_weight, X)
        n = len(y)
        if weight is not None:
            kept = weight > 0
            if not kept.all():
                X, y, weight = X[kept], y[kept], weight[kept]
        if len(y) < 2:
            raise DataError(f"one row shows no spread: n_samples={len(y)}; give at least 2 rows of positive weight.")
        loss = self._loss()
        check_domain(loss.domain, loss.name, y, lambda i: f"row {i} of those with weight")
        encoding = self._encoding(X)
        terms, low = array_terms(X, encoding.features)
        intercept, powers = self.fit_intercept, encoding.powers
        problem = Problem.of(terms, y, loss, intercept=intercept, weight=weight, low=low, powers=powers)
        results = fit_problem(problem, asked, encoding=encoding, rows=RowCount(n, len(y), n - len(y)))
        self._set_results(results)
        self.__dict__.pop("_moments", None)
        return self

    @available_if(_adds_up)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Add rows to those of earlier calls, and fit all of them, as `fit` would to the last digits.

        Rows are kept as cross-products in double-double arithmetic, so memory does not grow with them. A call of
        `fit` starts anew.

        Parameters
        ----------
        X : (n, n_features) array or dataframe of finite numbers
        y : (n,) array of finite numbers
        sample_weight : (n,) array, optional
            Weights of the rows, as in `fit`.

        Raises
        ------
        ValueError
            If the data or a parameter cannot be used.
        AttributeError
            If the loss is not a squared error, or the solver a step-by-step one: such a model has no `partial_fit`.
        """
        self._options()
        before = getattr(self, "_moments", None)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, reset=before is None)
        y = column_or_1d(y, warn=True, dtype=np.float64)
        weight = _used_weights(sample_weight, X)
        if weight is not None:
            X, y, weight = X[weight > 0], y[weight > 0], weight[weight > 0]
        if before is None and not len(y):
            raise DataError("expected rows of positive weight but all weights are 0; pass some rows that count.")
        encoding = self._encoding(X) if before is None else self.results_.encoding
        moments = before if before is not None and not len(y) else _grown(before, encoding, X, y, weight)
        self._moments: Moments = moments
        rows = RowCount(moments.rows, moments.rows, 0)
        results = results_of_moments(moments, encoding, rows=rows, on_collinear=self.on_collinear)
        if results.dropped:
            warnings.warn(results.warnings[0], DataWarning, stacklevel=2)
        self._set_results(results)
        return self

    def _set_results(self, results: RegressionResults) -> None:
        self.results_: RegressionResults = results
        first = int(self.fit_intercept)
        self.coef_: Floats = results.params[first:]
        self.intercept_ = float(results.params[0]) if first else 0.0
        self.n_iter_ = results.n_iter
        self.loss_curve_ = results.loss_curve
        if self.penalty is not None:
            self.alpha_ = results.alpha

    def predict(self, X: Any) -> Floats:
        """Predicted values of rows with the features of the fit, (n,); under a link, their means."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        terms, _ = array_terms(X, self.results_.encoding.features)
        return self.results_.mean_at(self.results_.basis.predict(terms, self.results_.theta))

    def __sklearn_tags__(self) -> Any:
        """scikit-learn's tags; the losses of counts and sizes take no negative y."""
        tags = super().__sklearn_tags__()
        with contextlib.suppress(UsageError):  # of a parameter that `fit` will refuse
            tags.target_tags.positive_only = self._loss().domain in ("counts", "positive")
        return tags

    def _loss(self) -> Loss:
        constants = {"delta": self.delta, "quantile": self.quantile, "level": self.level, "power": self.power}
        return find_loss(self.loss, link=self.link, **constants)

    def _within(self) -> ConstraintOptions | None:
        return ConstraintOptions.of(self.bounds, self.positive, self.constraints)

    def _asked(self) -> Request:
        """What is asked of the fit, checked as far as that goes without data."""
        options, within = self._options(), self._within()
        alpha = None if self.penalty is None else self.alpha  # a search may try strengths and no penalty
        penalised = PenaltyOptions.of(self.penalty, alpha, self.l1_ratio, standardize=self.standardize)
        if penalised is not None:
            penalised.check(solver=self.solver)
            refuse_polynomials([poly(str(name), degree) for name, degree in (self.poly or {}).items()], "a penalty")
        if within is not None:
            within.check(self.solver)
        check_together(penalised, within)
        calls = checked_callbacks(self.callbacks)
        return Request(options, calls, self.on_collinear, penalised, within, tell=_warn)

    def _options(self) -> Options:
        options = Options(
            self.solver,
            self.learning_rate,
            self.max_iter,
            self.tol,
            self.momentum,
            self.batch_size,
            self.random_state,
            self.early_stopping,
            self.n_iter_no_change,
        )
        options.check()
        return options

    def _encoding(self, X: Floats) -> Encoding:
        """The terms of the columns, of which polynomials keep to the range of these values."""
        names = getattr(self, "feature_names_in_", None)
        plain = plain_encoding(self.n_features_in_, intercept=self.fit_intercept)
        features = list(plain.features if names is None else (Feature(str(name)) for name in names))
        for place, degree in self._degrees([feature.name for feature in features]).items():
            powers = Powers.of(X[:, place], degree, through_zero=not self.fit_intercept)
            features[place] = replace(features[place], powers=powers)
        return Encoding("y", tuple(features), self.fit_intercept)

    def _degrees(self, names: list[str]) -> dict[int, int]:
        """The degree by place of the columns that are to have one above 1."""
        degrees = {}
        if self.poly is not None and not isinstance(self.poly, Mapping):
            raise UsageError(
                f"Expected poly to be a mapping of columns to degrees, such as {{{names[0]!r}: 3}}, got {self.poly!r}; "
                "pass one."
            )
        for key, degree in (self.poly or {}).items():
            place = names.index(key) if key in names else key
            if isinstance(place, bool) or not hasattr(place, "__index__") or not 0 <= place < len(names):
                raise UsageError(
                    f"Expected poly to name columns among {', '.join(names)} or their places from 0, got {key!r}; "
                    "name one of them."
                )
            degrees[int(place)] = poly(names[place], degree).degree
        return {place: degree for place, degree in degrees.items() if degree > 1}


def _warn(note: str) -> None:
    warnings.warn(note, DataWarning, stacklevel=4)


def _grown(before: Moments | None, encoding: Encoding, X: Floats, y: Floats, weight: Floats | None) -> Moments:
    """The moments of earlier rows and of these."""
    terms, low = array_terms(X, encoding.features)
    new = Moments.of(terms, y, weight, low)
    return new if before is None else before.merge(new)


def _used_weights(sample_weight: Any, X: Floats) -> Floats | None:
    if sample_weight is None:
        return None
    return _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)  # type: ignore[no-any-return]
