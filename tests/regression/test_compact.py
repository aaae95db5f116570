"""Categories of many rows stay codes, and the fit is that of their indicators."""

import tracemalloc

import numpy as np
import pytest

import tapefit
from tapefit.data import encode, learn_encoding, read
from tapefit.errors import DataError
from tapefit.numerics import Design

N, LEVELS = 60_000, 14


@pytest.fixture(scope="module")
def columns():
    rng = np.random.default_rng(0)
    a, b, c = (rng.integers(0, LEVELS, N) for _ in range(3))
    x, z = rng.normal(size=N) + 50.0, rng.normal(size=N)
    eta = 0.02 * x - 0.3 * z + 0.1 * a - 0.05 * b + 0.02 * (c == 3) - 1.5
    names = np.array([f"k{j:02d}" for j in range(LEVELS)])
    return {
        "x": x,
        "a": names[a],
        "b": names[b],
        "z": z,
        "c": names[c],
        "y": eta + rng.standard_t(4, N),
        "n": rng.poisson(np.exp(eta)).astype(float),
        "s": (rng.random(N) < 1 / (1 + np.exp(-eta))).astype(float),
    }


FEATURES = ["x", "a", "b", "z", "c"]


def dense(columns, *, first=False):
    """The same columns with an indicator for each level but the first (of the first category, that too)."""
    out = {}
    for name in FEATURES:
        if name in "xz":
            out[name] = columns[name]
            continue
        levels = np.unique(columns[name])
        for level in levels[not (first and name == "a") :]:
            out[f"{name}[{level}]"] = (columns[name] == level).astype(float)
    return out


def test_large_tables_with_categories_are_compact_and_small_ones_are_not(columns):
    table = read(columns)
    encoding = learn_encoding(table, "y", features=FEATURES)
    block, _ = encode(table, encoding, compact=True)
    assert isinstance(block.X, Design)
    assert np.array_equal(block.X[:], encode(table, encoding)[0].X)
    few = read({name: values[:1000] for name, values in columns.items()})
    assert isinstance(encode(few, learn_encoding(few, "y", features=FEATURES), compact=True)[0].X, np.ndarray)


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("y", {}),
        ("y", {"intercept": False}),
        ("y", {"cov_type": "HC3"}),
        ("y", {"sample_weight": np.linspace(0.5, 2.0, N)}),
        ("n", {"loss": "poisson"}),
        ("n", {"loss": "poisson", "offset": np.linspace(0.0, 0.3, N)}),
        ("s", {"loss": "logistic"}),
        ("y", {"loss": "huber"}),
        ("y", {"loss": "quantile", "quantile": 0.3}),
    ],
)
def test_fits_are_those_of_the_indicators(columns, target, options):
    compact = tapefit.fit(columns, target=target, features=FEATURES, **options)
    whole = dense(columns, first=not options.get("intercept", True))
    indicated = tapefit.fit({**whole, target: columns[target]}, target=target, **options)
    assert compact.names == indicated.names
    np.testing.assert_allclose(compact.params, indicated.params, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(compact.bse, indicated.bse, rtol=1e-8)
    np.testing.assert_allclose(compact.condition_number, indicated.condition_number, rtol=1e-9)


def test_clusters_are_those_of_the_indicators(columns):
    groups = np.arange(N) % 50
    compact = tapefit.fit(columns, target="y", features=FEATURES, groups=groups)
    indicated = tapefit.fit({**dense(columns), "y": columns["y"]}, target="y", groups=groups)
    np.testing.assert_allclose(compact.bse, indicated.bse, rtol=1e-9)


def test_rows_that_lack_a_value_are_left_out(columns):
    x = columns["x"].copy()
    x[::7] = np.nan
    results = tapefit.fit({**columns, "x": x}, target="y", features=FEATURES, missing="drop")
    kept = {name: values[~np.isnan(x)] for name, values in columns.items()}
    np.testing.assert_allclose(results.params, tapefit.fit(kept, target="y", features=FEATURES).params, rtol=1e-10)


def test_a_category_twice_is_told_and_can_be_dropped(columns):
    twice = {**columns, "d": columns["a"]}
    features = [*FEATURES, "d"]
    with pytest.raises(DataError, match=r"column 'd\[k01\]' is a combination of 'a\[k01\]'"):
        tapefit.fit(twice, target="y", features=features)
    results = tapefit.fit(twice, target="y", features=features, on_collinear="drop")
    plain = tapefit.fit(columns, target="y", features=FEATURES)
    np.testing.assert_allclose(results.params[: len(plain.params)], plain.params, rtol=1e-9, atol=1e-10)
    assert len(results.dropped) == LEVELS - 1


def test_numbers_twice_are_told(columns):
    with pytest.raises(DataError, match="'x' and 'w' are identical"):
        tapefit.fit({**columns, "w": columns["x"]}, target="y", features=[*FEATURES, "w"])


@pytest.mark.parametrize(("target", "loss"), [("y", "mse"), ("n", "poisson")])
def test_indicators_are_never_made_dense(columns, target, loss):
    table = read(columns)
    tapefit.fit(table, target=target, loss=loss, features=FEATURES)
    size = 8 * N * (3 * (LEVELS - 1) + 2)
    tracemalloc.start()
    tapefit.fit(table, target=target, loss=loss, features=FEATURES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.75 * size
