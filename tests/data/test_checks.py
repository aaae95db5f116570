"""Designs that cannot be fitted."""

import io

import numpy as np
import pytest

from tapefit.data import check_design, encode, learn_encoding, read


def check(data, **options):
    table = read(io.BytesIO(data)) if isinstance(data, bytes) else read(data)
    encoding = learn_encoding(table, "y", **options)
    block, _ = encode(table, encoding, missing="drop")
    check_design(block, encoding)


BAD = {
    "one row": (b"x,y\n1,2\n", {}, "1 row cannot determine 2 coefficients", "at least 2"),
    "one row, one coefficient": (b"x,y\n1,2\n", {"intercept": False}, "one row shows no spread", "at least 2"),
    "fewer rows than columns": (
        b"a,b,c,d,y\n1,2,3,4,5\n2,3,1,7,9\n5,1,2,2,8\n",
        {},
        "3 rows cannot determine 5 coefficients",
        "at least 5",
        "fewer features",
    ),
    "constant": (b"x,c,y\n1,3,1\n2,3,2\n4,3,9\n", {}, "'c' is constant (3 in every used row)", "intercept"),
    "constant far down": ({"x": range(300), "c": [0.5] * 300, "y": range(300)}, {}, "'c' is constant"),
    "zero without intercept": (b"x,c,y\n1,0,1\n2,0,2\n4,0,9\n", {"intercept": False}, "'c' is constant (0 in"),
    "constant text": (b"r,y\nnorth,1\nnorth,2\n", {"intercept": True}, "'r' is 'north' in every used row"),
    "constant once rows are dropped": (b"x,c,y\n1,3,1\n2,3,2\n4,9,\n5,3,1\n", {}, "'c' is constant"),
    "identical": (b"a,b,c,y\n1,2,1,1\n2,2.5,2,2\n4,1,4,9\n0,1,0,1\n", {}, "'a' and 'c' are identical", "leave one out"),
    "number identical to a level": (
        b"west,r,y\n0,east,1\n1,west,2\n1,west,3\n",
        {},
        "'west' and 'r[west]' are identical",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_designs_are_refused(name, refuses):
    data, options, *parts = BAD[name]
    refuses(lambda: check(data, **options), *parts)


def test_as_many_rows_as_coefficients_suffice():
    check(b"r,y\na,1\nb,2\nc,3\n")


def test_constant_column_is_fine_without_an_intercept():
    check(b"c,x,y\n1,1,2\n1,2,3\n1,3,5\n", intercept=False)


def test_columns_that_agree_in_most_rows_are_fine():
    x = np.arange(1000.0)
    other = x.copy()
    other[-1] = 0
    check({"x": x, "other": other, "y": x})


def test_identical_columns_are_found_among_a_thousand(refuses):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1100, 1000))
    X[:, 998] = X[:, 3]
    data = {f"c{j}": X[:, j] for j in range(1000)} | {"y": X[:, 0]}
    refuses(lambda: check(data), "'c3' and 'c998' are identical")
