"""The example data are what their README says."""

import runpy
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from tapefit.data import check_design, encode, learn_encoding, read

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_norris_has_the_values_that_scipy_bundles():
    pytest.importorskip("scipy")
    source = files("scipy.stats").joinpath("tests/data/nist_linregress/Norris.dat")
    if not source.is_file():
        pytest.skip("this SciPy comes without its tests")
    y, x = np.array([line.split() for line in source.read_text().splitlines()[60:96]], dtype=float).T
    table = read(EXAMPLES / "norris.csv")
    assert tuple(table.columns) == ("x", "y")
    assert np.array_equal(table.columns["x"].values, x)
    assert np.array_equal(table.columns["y"].values, y)


def test_norris_gives_the_certified_line():
    table = read(EXAMPLES / "norris.csv")
    block, rows = encode(table, learn_encoding(table, "y"))
    slope, intercept = np.polyfit(block.X[:, 0], block.y, 1)
    assert rows.used == 36
    # NIST StRD, Norris.dat: certified values.
    assert intercept == pytest.approx(-0.262323073774029, rel=1e-9)
    assert slope == pytest.approx(1.00211681802045, rel=1e-12)


def test_houses_can_be_fitted():
    table = read(EXAMPLES / "houses.csv")
    encoding = learn_encoding(table, "price")
    block, rows = encode(table, encoding)
    check_design(block, encoding)
    assert rows.used == 120
    assert encoding.term_names == ("intercept", "area", "age", "region[north]", "region[south]", "region[west]")


def test_houses_follow_the_formula_of_their_script():
    table = read(EXAMPLES / "houses.csv")
    block, _ = encode(table, learn_encoding(table, "price"))
    X = np.column_stack([np.ones(len(block.y)), block.X])
    coefficients, rss, *_ = np.linalg.lstsq(X, block.y)
    errors = np.sqrt(rss / (120 - 6) * np.diag(np.linalg.inv(X.T @ X)))
    assert np.all(np.abs(coefficients - [40, 1.8, -0.6, 12, -8, 25]) < 3 * errors)


def test_houses_script_writes_such_a_file(tmp_path):
    script = tmp_path / "make_houses.py"
    script.write_text((EXAMPLES / "make_houses.py").read_text())
    runpy.run_path(str(script), run_name="__main__")
    made, kept = read(tmp_path / "houses.csv"), read(EXAMPLES / "houses.csv")
    # Not the same bytes: NumPy may change what a seed draws.
    assert (tuple(made.columns), made.n) == (tuple(kept.columns), kept.n)
