"""Data at the edges, and data and losses that cannot be fitted: a note, or one sentence each, for every loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit import LinearRegression
from tapefit.errors import TapefitError

ROW = np.arange(12)
X, Z = np.sin(5.0 * ROW**2), np.cos(1.0 * ROW)
Y = 1 + X + 0.3 * np.cos(7.0 * ROW)
LINEAR = ("mse", "mae", "huber", "log_cosh", "expectile", "quantile")
LINKED = {
    "poisson": np.exp(0.5 * X),
    "gamma": np.exp(0.5 * X),
    "tweedie": np.exp(0.5 * X),
    "logistic": 1 / (1 + np.exp(-X)),
}
SURE = ("poisson", "logistic")  # whose dispersion is 1 whatever the rows


def data(n: int, loss: str) -> dict[str, np.ndarray]:
    """The first rows, with a y that the loss takes."""
    return {"x": X[:n], "z": Z[:n], "y": LINKED.get(loss, Y)[:n]}


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
def test_a_perfect_fit_is_exact_and_says_so(loss: str) -> None:
    y = LINKED.get(loss, 1 + 2 * X)
    results = tapefit.fit({"x": X, "y": y}, loss=loss)
    assert results.converged
    np.testing.assert_allclose(
        results.params, {"logistic": [0, 1]}.get(loss, [0, 0.5] if loss in LINKED else [1, 2]), atol=1e-12
    )
    if loss in SURE:
        assert results.deviance == pytest.approx(0, abs=1e-14)  # roundings of twelve losses of about 1
        assert np.isfinite(results.bse).all()
    else:
        assert results.warnings == ("the fit is exact up to rounding, so that standard errors say nothing.",)
    assert str(results)


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
def test_as_many_coefficients_as_rows_fit_exactly_without_standard_errors(loss: str) -> None:
    results = tapefit.fit(data(3, loss), loss=loss)
    np.testing.assert_allclose(results.predict(data(3, loss)), data(3, loss)["y"], rtol=1e-8)
    assert "as many coefficients as rows: the fit is exact" in results.warnings[0]
    assert np.isfinite(results.bse).all() if loss in SURE else np.isnan(results.bse).all()
    other = results.with_cov_type("HC0" if loss in ("mae", "quantile") else "HC3", data(3, loss))
    assert np.isnan(other.bse).all()
    assert str(results)


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
def test_fewer_rows_than_coefficients_are_told_or_columns_dropped(loss: str) -> None:
    with pytest.raises(TapefitError, match="2 rows cannot determine 3 coefficients"):
        tapefit.fit(data(2, loss), loss=loss)
    results = tapefit.fit(data(2, loss), loss=loss, on_collinear="drop")
    assert results.dropped == (2,)
    assert "column 'z' is a combination of 'x' in the used rows; it was dropped." in results.warnings[0]


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
def test_a_y_of_equal_values_gives_that_value(loss: str) -> None:
    results = tapefit.fit({"x": X, "z": Z, "y": np.full(12, 0.25)}, loss=loss)
    np.testing.assert_allclose(results.predict({"x": X, "z": Z}), 0.25, rtol=1e-10)
    assert str(results)


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
def test_a_column_that_others_make_up_is_named_or_dropped(loss: str) -> None:
    whole = {**data(12, loss), "w": 2 * X - Z}
    with pytest.raises(TapefitError, match="column 'w' is a combination of 'x' and 'z' in the used rows") as caught:
        tapefit.fit(whole, loss=loss, features=["x", "z", "w"])
    assert "--on-collinear drop" in str(caught.value)
    results = tapefit.fit(whole, loss=loss, features=["x", "z", "w"], on_collinear="drop")
    np.testing.assert_allclose(results.params[:3], tapefit.fit(data(12, loss), loss=loss).params, rtol=1e-7, atol=1e-12)
    assert np.isnan(results.bse[3])
    assert results.warnings[0] == "column 'w' is a combination of 'x' and 'z' in the used rows; it was dropped."


@pytest.mark.parametrize("loss", [*LINEAR, *LINKED])
@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf])
def test_a_weight_that_is_no_positive_number_is_named(weight: float, loss: str) -> None:
    with pytest.raises(TapefitError, match=r"expected .*'sample_weight' .* on row 4 of the mapping; "):
        tapefit.fit(data(12, loss), loss=loss, sample_weight=np.where(ROW == 4, weight, 1.0))


OWN: dict[str, tuple[Callable[..., Any], str]] = {
    "NaN somewhere": (lambda y, f: np.where(y > 1.5, np.nan, (y - f) ** 2), "is NaN at row"),
    "not scalar-valued": (lambda y, f: np.stack([y, f]), "one value a row"),
    "not differentiable": (lambda y, f: np.floor(np.abs(y - f)), "its gradient is None"),
    "flat": (lambda y, f: np.sign(y - f) ** 2, "has slope 0 at every prediction"),
    "concave": (lambda y, f: -((y - f) ** 2), "it has no minimum"),
    "without a bottom": (lambda y, f: (y - f) ** 3, "ever lower as the prediction rises"),
    "of every row with every other": (lambda y, f: (y[:, None] - f) ** 2, "every row meets every other"),
}


WAYS: dict[str, Callable[..., Any]] = {
    "fit": lambda X, y, loss: tapefit.fit(X, y, loss=loss),
    "gd": lambda X, y, loss: tapefit.fit(X, y, loss=loss, solver="gd"),
    "estimator": lambda X, y, loss: LinearRegression(loss=loss).fit(X, y),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OWN)
def test_a_loss_that_cannot_be_fitted_is_told_in_one_sentence_whatever_the_way(name: str, way: str) -> None:
    loss, words = OWN[name]
    with pytest.raises(TapefitError) as caught:
        WAYS[way](np.column_stack([X, Z]), Y, loss)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith(".")
