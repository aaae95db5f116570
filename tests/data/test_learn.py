"""What cannot be learned from a table, and why."""

import io
import warnings

import numpy as np
import pytest

from tapefit.data import from_arrays, learn_encoding, read
from tapefit.errors import DataWarning, UsageError


def learn(data, target="y", **options):
    table = read(io.BytesIO(data)) if isinstance(data, bytes) else read(data)
    return learn_encoding(table, target, **options)


NUMBERS = b"".join(b"%d,%d\n" % (i, 2 * i) for i in range(97))
IDS = b"".join(b"k%d,%d\n" % (i, i) for i in range(60))

BAD = {
    "target missing": (b"x,price\n1,2\n", {"target": "prise"}, "target 'prise' is not in", "'x', 'price'", "'price'?"),
    "target of another case": (b"x,Y\n1,2\n", {}, "target 'y' is not in", "did you mean 'Y'?"),
    "target is text": (b"x,y\n1,a\n2,b\n", {}, "expected numbers", "target 'y'", "'a' on line 2 of the file"),
    "target has a text": (b"x,y\n1,1\n2,oops\n", {}, "target 'y'", "'oops' on line 3 of the file"),
    "target is dates": (b"x,y\n1,2020-01-01\n", {}, "target 'y'", "dates or times"),
    "feature missing": (b"area,y\n1,2\n", {"features": ["aera"]}, "'aera' is not in", "did you mean 'area'?"),
    "target alone": (b"y\n1\n2\n", {}, "beside the target 'y'"),
    "dates": (b"when,y\n2020-01-01,1\n", {}, "'when'", "dates or times", "leave it out"),
    "a text among numbers": (
        b"x,y\n" + NUMBERS + b"abc,1\n",
        {},
        "'x'",
        "97 numbers",
        "'abc' on line 99",
        "--features",
    ),
    "decimal commas": (b'x,y\n"1,5",1\n"2,5",2\n', {}, "'x'", "'1,5' on line 2", "without commas"),
    "thousands": (b'x,y\n"1,500",1\n"2,500.5",2\n', {}, "'x'", "'1,500' on line 2", "without commas"),
    "decimal commas between tabs": (b"x\ty\n1,5\t1\n2,5\t2\n", {}, "'x'", "'1,5' on line 2"),
    "identifiers": (b"id,y\n" + IDS, {}, "'id'", "60 different texts in 60 rows", "--features"),
    "two terms of one name": (b"r[b],r,y\n1,a,1\n2,b,2\n", {}, "2 are called 'r[b]'", "rename"),
    "column called intercept": (b"intercept,y\n1,1\n2,2\n", {}, "2 are called 'intercept'", "rename"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused(name, refuses):
    data, options, *parts = BAD[name]
    refuses(lambda: learn(data, **options), *parts)


MISUSED = {
    "feature twice": ({"features": ["x", "x"]}, "'x' is given 2 times"),
    "target as feature": ({"features": ["x", "y"]}, "'y' is the target"),
    "nothing to fit": ({"features": [], "intercept": False}, "a feature or an intercept"),
}


@pytest.mark.parametrize("name", MISUSED)
def test_misused_options_are_refused(name, refuses):
    options, *parts = MISUSED[name]
    refuses(lambda: learn(b"x,y\n1,2\n", **options), *parts, error=UsageError)


def test_column_called_intercept_is_fine_without_an_intercept():
    assert learn(b"intercept,y\n1,1\n2,2\n", intercept=False).term_names == ("intercept",)


def test_numbers_are_categories_if_declared():
    data = b"code,y\n" + NUMBERS + b"abc,1\n"
    table = read(io.BytesIO(data), categorical=["code"])
    assert len(learn_encoding(table, "y").features[0].levels) == 98


def test_texts_that_are_all_numbers_are_categories():
    assert learn({"zip": ["01", "02", "01"], "y": [1, 2, 3]}).term_names == ("intercept", "zip[02]")


def test_few_numbers_among_texts_are_categories():
    assert learn(b"r,y\na,1\nb,2\n7,3\n").features[0].levels == ("7", "a", "b")


def test_fifty_levels_are_no_identifiers():
    data = b"".join(b"k%d,%d\n" % (i, i) for i in range(50))
    assert len(learn(b"id,y\n" + data).features[0].levels) == 50


def test_bad_columns_may_stand_in_the_table_if_not_used():
    data = b"when,id,x,y\n2020-01-01,k,1,2\n2020-01-02,7,2,3\n2020-01-02,8,2,3\n2020-01-02,9,2,3\n"
    assert learn(data, features=["x"]).term_names == ("intercept", "x")


def test_rounded_integers_are_warned_of_if_used():
    table = read({"id": [2**53 + 1, 1], "x": [1, 2], "y": [1, 2]})
    with pytest.warns(DataWarning, match=r"'id' has whole numbers beyond 2\*\*53"):
        learn_encoding(table, "y")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learn_encoding(table, "y", features=["x"])


def test_names_with_line_ends_stay_on_one_line(refuses):
    refuses(lambda: learn({"a\nb": [np.datetime64("2020")], "y": [1]}), r"'a\nb'")


def test_long_texts_are_cut(refuses):
    table = from_arrays([1.0, 2.0], ["a" * 1000, "b"])
    refuses(lambda: learn_encoding(table, "y"), "a" * 37 + "...'")
