"""Digits of least squares: NIST's certified values, and exact invariance.

Reference: NIST Statistical Reference Datasets, linear regression, https://www.itl.nist.gov/div898/strd/. Norris is
`examples/norris.csv`. Wampler 1 to 5 and NoInt 1 and 2 are given by formula there; the data of the others are not
part of this repository and are read from a file beside it where that exists.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tapefit import fit
from tapefit.objective import Problem, find_loss
from tapefit.optim import solve_squares

ROOT = Path(__file__).parents[2]
STRD = ROOT.parent / "shared" / "reference" / "nist_strd.json"

# Correct digits that the coefficients must have: what float64 columns allow. Standard errors: 13, Filip's 7.5.
DIGITS = {
    "Norris": 14.0,
    "Pontius": 13.4,
    "NoInt1": 14.6,
    "NoInt2": 15.0,
    "Filip": 7.5,
    "Longley": 14.5,
    "Wampler1": 14.9,
    "Wampler2": 13.1,
    "Wampler3": 14.9,
    "Wampler4": 14.9,
    "Wampler5": 14.9,
}

# Wampler's errors at x = 0, ..., 20; data 3, 4 and 5 are data 1 with 1, 100 and 10,000 times these.
WAMPLER_E = np.array(
    [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048]
    + [-2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759]
)
WAMPLER_SD = [
    2152.32624678170,
    2363.55173469681,
    779.343524331583,
    101.475507550350,
    5.64566512170752,
    0.112324854679312,
]


def wampler(times: int | None) -> tuple[np.ndarray, np.ndarray, list[float], list[float]]:
    x = np.arange(21.0)
    X = np.column_stack([x**k for k in range(1, 6)])
    if times is None:
        coefficients = [10.0**-k for k in range(6)]
        digits = [100000 + sum(int(v) ** k * 10 ** (5 - k) for k in range(1, 6)) for v in x]
        return X, np.array([v / 100000 for v in digits]), coefficients, [0.0] * 6
    y = 1 + X.sum(axis=1) + times * WAMPLER_E
    return X, y, [1.0] * 6, [times * s for s in WAMPLER_SD]


def no_intercept(x: list[float], y: list[float], b: float, se: float) -> tuple:
    return np.array(x)[:, None], np.array(y), [b], [se]


def norris() -> tuple:
    x, y = np.loadtxt(ROOT / "examples" / "norris.csv", delimiter=",", skiprows=1).T
    return x[:, None], y, [-0.262323073774029, 1.00211681802045], [0.232818234301152, 0.429796848199937e-03]


FORMULAS = {
    "Norris": norris,
    "NoInt1": lambda: no_intercept(list(range(60, 71)), list(range(130, 141)), 2.07438016528926, 0.165289256198347e-01),
    "NoInt2": lambda: no_intercept([4, 5, 6], [3, 4, 4], 0.727272727272727, 0.420827318078432e-01),
    "Wampler1": lambda: wampler(0),
    "Wampler2": lambda: wampler(None),
    "Wampler3": lambda: wampler(1),
    "Wampler4": lambda: wampler(100),
    "Wampler5": lambda: wampler(10000),
}


def digits(got: np.ndarray, certified: list[float]) -> float:
    """The least number of correct digits, at most 15; of a certified 0, digits of the size."""
    with np.errstate(divide="ignore"):
        true = np.array(certified)
        error = np.abs(got - true) / np.where(true == 0, 1.0, np.abs(true))
        return float(np.minimum(15.0, -np.log10(error)).min())


def check(name: str, X: np.ndarray, y: np.ndarray, estimates: list[float], deviations: list[float]) -> None:
    results = fit(X, y, intercept=len(estimates) > X.shape[1])
    assert digits(results.params, estimates) >= DIGITS[name]
    if any(deviations):
        assert digits(results.bse, deviations) >= (7.5 if name == "Filip" else 13.0)


@pytest.mark.parametrize("name", FORMULAS)
def test_certified_digits_of_sets_given_by_formula(name: str) -> None:
    check(name, *FORMULAS[name]())


@pytest.mark.skipif(not STRD.exists(), reason="the NIST data files are not there")
@pytest.mark.parametrize("name", DIGITS)
def test_certified_digits_of_all_eleven_sets(name: str) -> None:
    strd = json.loads(STRD.read_text())[name]
    columns = [np.array(v) for v in strd["x"].values()]
    if strd["degree"]:
        columns = [columns[0] ** k for k in range(1, strd["degree"] + 1)]
    check(name, np.column_stack(columns), np.array(strd["y"]), strd["estimates"], strd["std_devs"])


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("order", ["shuffled", "weighted", "scaled"])
def test_digits_survive_order_weights_and_units(name: str, order: str) -> None:
    X, y, estimates, deviations = FORMULAS[name]()
    rows, units, weight = np.arange(len(y)), np.ones(X.shape[1]), None
    if order == "shuffled":
        rows = np.random.default_rng(0).permutation(len(y))
    if order == "weighted":
        weight = np.full(len(y), 0.37)
    if order == "scaled":
        units = 2.0 ** np.random.default_rng(0).integers(-900, 900, X.shape[1])
    n = len(estimates) - X.shape[1]
    results = fit(X[rows] * units, y[rows], intercept=bool(n), sample_weight=weight)
    back = np.concatenate([np.ones(n), units])
    assert digits(results.params * back, estimates) >= DIGITS[name]
    if any(deviations):
        assert digits(results.bse * back, deviations) >= 13.0


def test_powers_of_two_change_no_bit() -> None:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((60, 4)) + 2
    y = X @ [1, 2, 3, 4] + rng.standard_normal(60)
    units = 2.0 ** np.array([-1000, 900, 0, 3])
    a, b = fit(X, y), fit(X * units, y)
    assert np.array_equal(a.params[1:], b.params[1:] * units)
    assert a.params[0] == b.params[0]
    assert np.array_equal(a.bse[1:], b.bse[1:] * units)
    assert a.scale == b.scale


@pytest.mark.parametrize("shift", [1e4, 1e8, -1e8, 1e12])
def test_a_shifted_column_moves_the_intercept_alone(shift: float) -> None:
    rng = np.random.default_rng(3)
    X = np.round(rng.standard_normal((60, 2)) * 1024) / 1024  # sums with the shift are exact
    y = X @ [1.0, -2.0] + rng.standard_normal(60)
    a, b = fit(X, y), fit(X + [shift, 0.0], y)
    assert b.params[1:] == pytest.approx(a.params[1:], rel=1e-13)
    assert b.bse[1:] == pytest.approx(a.bse[1:], rel=1e-13)
    assert b.predict(X + [shift, 0.0]) == pytest.approx(a.predict(X), rel=1e-13)
    assert b.get_prediction(X + [shift, 0.0]).se_mean == pytest.approx(a.get_prediction(X).se_mean, rel=1e-11)
    assert b.params[0] == pytest.approx(a.params[0] - shift * a.params[1], rel=1e-13)


def test_large_and_small_problems_go_two_ways_to_the_same_numbers() -> None:
    rng = np.random.default_rng(4)
    X = rng.standard_normal((210_000, 10)) * 10.0 ** rng.integers(-2, 3, 10) + 3
    y = X @ (10.0 ** rng.integers(-3, 3, 10)) + rng.standard_normal(210_000)
    large = Problem.of(X, y, find_loss("mse"), intercept=True)
    cheap = large.factor()
    assert cheap.method == "cholesky"
    exact = fit(X[:200_000], y[:200_000])  # few enough elements for QR and double-double
    part = Problem.of(X[:200_000], y[:200_000], find_loss("mse"), intercept=True)
    beta = solve_squares(part, part.factor()).beta
    assert exact.params == pytest.approx(beta, rel=1e-13)
    whole = fit(X, y)
    reference = np.linalg.lstsq(np.column_stack([np.ones(len(y)), X]), y, rcond=None)[0]
    assert whole.params == pytest.approx(reference, rel=1e-9)
    assert large.basis.predict(X, whole.theta) == pytest.approx(whole.predict(X), rel=1e-12)


def test_a_large_problem_keeps_its_digits() -> None:
    rng = np.random.default_rng(5)
    X = rng.integers(-8, 8, (250_000, 9)).astype(float)
    beta = np.array([3.0, -1.0, 2.0, 0.5, -0.25, 8.0, 1.0, -7.0, 4.0])
    results = fit(X, 5 + X @ beta)
    assert results.params == pytest.approx(np.concatenate([[5.0], beta]), rel=1e-14)


def test_a_large_ill_conditioned_problem_is_solved_by_qr_and_double_double() -> None:
    rng = np.random.default_rng(6)
    X = np.round(rng.standard_normal((250_000, 9)) * 1024)
    X[:, 8] = X[:, 7] * 1e6 + X[:, 8]
    results = fit(X, X.sum(axis=1))
    assert results.params[1:] == pytest.approx(np.ones(9), rel=1e-12)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int32])
def test_layout_and_kind_of_the_numbers_do_not_matter(order: str, kind: type) -> None:
    rng = np.random.default_rng(7)
    X = rng.integers(-50, 50, (40, 3))
    y = X @ [1, 2, 3] + rng.integers(-5, 5, 40)
    expected = fit(X.astype(float), y.astype(float))
    got = fit(np.array(X, dtype=kind, order=order), y.astype(kind))
    assert np.array_equal(got.params, expected.params)
    assert np.array_equal(got.bse, expected.bse)
