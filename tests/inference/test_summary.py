"""The summary as it is printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tapefit import fit

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 2))
Y = X @ [1.0, -2.0] + RNG.standard_normal(30)

NORRIS = """\
                            Linear regression of y
==============================================================================
Rows: 36 read, 36 used, 0 dropped
------------------------------------------------------------------------------
Loss:                             mse    Residual std. error:         0.884796
Mean loss:                   0.739372    R-squared:                   0.999994
Solver:                          auto    Adj. R-squared:              0.999994
Steps:                              2    F-statistic:              5.43639e+06
Converged:                        yes    Prob (F-statistic):            <0.001
Covariance:                 nonrobust    Log-likelihood:              -45.6466
Condition number:                   1    AIC / BIC:          95.2932 / 98.4603
Df residuals:                      34
==============================================================================
                  coef       std err          t    P>|t|      [0.025    0.975]
------------------------------------------------------------------------------
intercept    -0.262323      0.232818     -1.127    0.268   -0.735467  0.210821
x              1.00212   0.000429797   2331.606   <0.001     1.00124   1.00299
==============================================================================
Least squares, solved by 2 preconditioned steps.
"""


def norris() -> str:
    return str(fit(ROOT / "examples" / "norris.csv", target="y"))


def test_the_layout_is_kept() -> None:
    assert norris() == NORRIS.rstrip("\n")


def test_every_line_is_as_wide_as_the_rule() -> None:
    lines = norris().splitlines()
    width = max(map(len, lines))
    assert {len(line) for line in lines if set(line) in ({"="}, {"-"})} == {width}
    assert not any(line != line.rstrip() for line in lines)


@pytest.mark.parametrize(
    "name",
    ["a" * 300, "two\nlines", "tab\there", "\x1b[31mred", "naïve ünïcode", "価格" * 30, "", " "],
)
def test_a_name_of_any_kind_takes_one_short_line(name: str) -> None:
    text = str(fit({name: X[:, 0], "other": X[:, 1], "y": Y}))
    table = [line for line in text.splitlines() if "other" in line or "intercept" in line]
    assert len(table) == 2
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 140


def test_undefined_cells_say_so() -> None:
    text = str(fit(X[:3], Y[:3]))
    rows = [line for line in text.splitlines() if line.startswith(("x1", "x2", "intercept"))]
    assert all(line.count("nan") == 5 for line in rows)
    assert "R-squared" in text
    assert "F-statistic" not in text


def test_dropped_terms_stand_in_the_table_without_numbers() -> None:
    text = str(fit({"a": X[:, 0], "b": X[:, 1], "c": X[:, 0] - X[:, 1], "y": Y}, on_collinear="drop"))
    (row,) = [line for line in text.splitlines() if line.startswith("c ")]
    assert row.split() == ["c", "dropped"]
    assert "column 'c' is a combination of 'a' and 'b'" in " ".join(text.split())


@pytest.mark.parametrize("size", [1e-140, 1e-5, 1e5, 1e140])
def test_numbers_of_any_size_keep_their_columns_apart(size: float) -> None:
    text = str(fit(X * [1, 1e-8], Y * size))
    rows = [line for line in text.splitlines() if line.startswith(("x1", "x2", "intercept"))]
    assert all(len(line.split()) == 7 for line in rows)


def test_other_levels_and_the_normal_distribution_are_named() -> None:
    text = str(fit(X, Y, loss="mae", confidence_level=0.9))
    assert "P>|z|" in text
    assert "[0.05" in text
    assert "0.95]" in text
    assert "R-squared" not in text


def test_uncentred_r_squared_is_called_so() -> None:
    assert "R-squared (uncentred)" in str(fit(X, Y, intercept=False))


def test_a_fit_that_did_not_converge_says_so_on_top() -> None:
    results = replace(fit(X, Y), status="max_iter", message="Stopped.", warnings=("not converged, so ...",))
    lines = str(results).splitlines()
    assert any("not converged" in line for line in lines[:6])
    assert "Stopped." in lines[-1]
