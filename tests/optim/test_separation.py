"""Rows that columns separate by y: the columns are named, and rows that they do not separate are fitted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapefit
from tapefit.errors import DataError

ROW = np.arange(80)
X = ((37 * ROW) % 80) / 80 - 0.5
Z = np.cos(1.0 * ROW)
MIXED = ((ROW * ROW + ROW // 3) % 3 > 0) * 1.0  # neither column says which
LEVEL = np.array(["a", "b", "c", "d"])[ROW % 4]

CASES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "one column": ({"x": X, "z": Z, "y": (X > 0.1) * 1.0}, "as column 'x' separates the rows", {}),
    "one that falls": ({"x": X, "z": Z, "y": (Z < 0.3) * 1.0}, "as column 'z' separates the rows", {}),
    "nearly, with one value shared": (
        {"x": np.maximum(X, 0.1), "z": Z, "y": np.where(X > 0.1, 1.0, MIXED)},
        "as column 'x' separates the rows",
        {},
    ),
    "a column in other units": ({"x": 1e8 + 1e-3 * X, "z": Z, "y": (X > 0.1) * 1.0}, "as column 'x' separates", {}),
    "two, each alone": ({"x": X, "z": Z, "w": X**3, "y": (X > 0.1) * 1.0}, "columns 'x' and 'w' each separate", {}),
    "two together": ({"x": X, "z": Z, "y": (X + 0.4 * Z > 0.1) * 1.0}, "a combination of the columns 'x' and 'z'", {}),
    "a level": ({"x": X, "s": LEVEL, "y": np.where(LEVEL == "c", 1.0, MIXED)}, "as column 's[c]' separates", {}),
    "the reference level": (
        {"x": X, "s": LEVEL, "y": np.where(LEVEL == "a", 1.0, MIXED)},
        "a combination of the columns 's[b]', 's[c]' and 's[d]'",
        {},
    ),
    "a level without counts": (
        {"x": X, "s": LEVEL, "y": np.where(LEVEL == "c", 0.0, 1 + ROW % 3)},
        "as column 's[c]' separates",
        {"loss": "poisson"},
    ),
    "without an intercept": (
        {"x": X, "z": Z, "y": (X > 0) * 1.0},
        "as column 'x' separates the rows",
        {"intercept": False},
    ),
    "probit": ({"x": X, "z": Z, "y": (X > 0.1) * 1.0}, "as column 'x' separates the rows", {"link": "probit"}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_columns_that_separate_the_rows_are_named(name: str) -> None:
    data, words, options = CASES[name]
    with pytest.raises(DataError) as caught:
        tapefit.fit(data, **{"loss": "logistic", **options})
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith("leave out the column or level that does so, or add penalty='l2'.")


def test_a_column_that_separates_without_an_intercept_must_do_so_at_zero() -> None:
    data = {"x": X, "z": Z, "y": (X > 0.1) * 1.0}
    assert tapefit.fit(data, loss="logistic", intercept=False).converged


def test_shares_between_0_and_1_hold_the_coefficients() -> None:
    y = np.where(X > 0.1, 1.0, np.where(X < 0, 0.0, 0.5))
    assert tapefit.fit({"x": X, "z": Z, "y": y}, loss="logistic").converged


def test_what_the_message_advises_works() -> None:
    data = {"x": X, "z": Z, "y": (X > 0.1) * 1.0}
    assert tapefit.fit(data, loss="logistic", features=["z"]).converged
    ridge = tapefit.fit(data, loss="logistic", penalty="l2", alpha=0.01)
    assert ridge.converged
    assert ridge.params[1] > 1


OWN: dict[str, Callable[..., Any]] = {
    "logistic": lambda y, f: np.log1p(np.exp(f)) - y * f,
    "exponential": lambda y, f: np.exp((1 - 2 * y) * f),
    "poisson": lambda y, f: np.exp(f) - y * f,
}


@pytest.mark.parametrize("name", OWN)
def test_a_loss_of_the_users_separates_as_well(name: str) -> None:
    y = np.where(LEVEL == "c", 0.0, 1.0 + ROW % 3) if name == "poisson" else (X > 0.1) * 1.0
    where = "s[c]" if name == "poisson" else "x"
    with pytest.raises(DataError, match=f"no finite minimum, as column '{re.escape(where)}' separates the rows by y"):
        tapefit.fit({"x": X, "s": LEVEL, "y": y} if name == "poisson" else {"x": X, "z": Z, "y": y}, loss=OWN[name])


@pytest.mark.parametrize(
    "loss",
    [
        *OWN.values(),
        lambda y, f: np.log1p((y - f) ** 2),
        lambda y, f: 1 - np.exp(-((y - f) ** 2)),
        lambda y, f: (y - f) ** 4,
        lambda y, f: np.exp(y - f) - (y - f) - 1,
    ],
)
def test_losses_that_have_a_bottom_here_are_fitted(loss: Callable[..., Any]) -> None:
    for y in (MIXED, np.where(ROW == 3, 1 - MIXED, MIXED)):
        assert np.isfinite(tapefit.fit({"x": np.where(ROW == 3, 50.0, X), "z": Z, "y": y}, loss=loss).params).all()


@pytest.mark.parametrize("loss", [lambda y, f: (y - f) ** 4, lambda y, f: np.exp(y - f) - (y - f) - 1])
def test_a_perfect_fit_is_no_separation(loss: Callable[..., Any]) -> None:
    results = tapefit.fit({"x": X, "z": Z, "y": 1 + 2 * X - Z}, loss=loss)
    np.testing.assert_allclose(results.params, [1, 2, -1], atol=1e-3)
