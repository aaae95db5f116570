"""Arrays and mappings of arrays."""

import datetime
from decimal import Decimal

import numpy as np
import pytest

from tapefit.data import Categorical, Numeric, Unsupported, from_arrays, read


@pytest.mark.parametrize(
    ("X", "names"),
    [
        (np.ones(3), ("x",)),
        (np.ones((3, 1)), ("x",)),
        (np.ones((3, 2)), ("x1", "x2")),
        ([[1, 2], [3, 4], [5, 6]], ("x1", "x2")),
    ],
)
@pytest.mark.parametrize("y", [[1, 2, 3], np.array([[1.0], [2.0], [3.0]]), (True, 2, 3)])
def test_shapes_and_names(X, names, y):
    table = from_arrays(X, y)
    assert tuple(table.columns) == (*names, "y")
    assert table.columns["y"].values.tolist() == [1, 2, 3]
    assert all(column.values.shape == (3,) for column in table.columns.values())
    assert table.row_label(2) == "row 2 of arrays"


def test_names_can_be_given():
    table = from_arrays(np.ones((2, 2)), [1, 2], feature_names=["a", "b"], target="price")
    assert tuple(table.columns) == ("a", "b", "price")
    assert [column.name for column in table.columns.values()] == ["a", "b", "price"]


def test_target_may_be_absent():
    assert tuple(from_arrays(np.ones(2)).columns) == ("x",)


def test_frame_keeps_its_names():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2], "r": ["u", "v"]})
    table = from_arrays(frame, pd.Series([3, 4], index=[7, 8]))
    assert tuple(table.columns) == ("a", "r", "y")
    assert table.columns["r"].levels == ("u", "v")


def test_float64_is_not_copied():
    X = np.ones((4, 2))
    assert np.shares_memory(from_arrays(X).columns["x2"].values, X)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8, np.uint64, np.bool_, np.longdouble, ">f8"])
def test_numbers_become_float64(dtype):
    values = from_arrays(np.array([0, 1], dtype=dtype)).columns["x"].values
    assert values.dtype == np.float64
    assert values.tolist() == [0.0, 1.0]


def test_masked_entries_are_missing():
    numbers = np.ma.masked_array([1, 2], mask=[False, True])
    texts = np.ma.masked_array(["a", "b"], mask=[True, False])
    table = read({"x": numbers, "r": texts})
    assert np.array_equal(table.columns["x"].values, [1, np.nan], equal_nan=True)
    assert table.columns["r"].codes.tolist() == [-1, 0]
    X = np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]])
    assert np.isnan(from_arrays(X).columns["x2"].values[0])


BAD = {
    "y shorter": (lambda: from_arrays(np.ones(100), np.ones(99)), "y has 99 rows but X has 100", "equal first dim"),
    "y longer": (lambda: from_arrays(np.ones((1, 2)), np.ones(2)), "y has 2 rows but X has 1"),
    "y wide": (lambda: from_arrays(np.ones(2), np.ones((2, 2))), "'y'", "(2, 2)"),
    "X deep": (lambda: from_arrays(np.ones((2, 2, 2))), "X must have shape (n, p)", "(2, 2, 2)"),
    "X scalar": (lambda: from_arrays(3.0), "X must have shape (n, p)", "()"),
    "X ragged": (lambda: from_arrays([[1, 2], [3]]), "X must be rectangular"),
    "no rows": (lambda: from_arrays(np.ones((0, 2)), np.ones(0)), "arrays has none"),
    "no rows, one dimension": (lambda: from_arrays([], []), "arrays has none"),
    "names too few": (lambda: from_arrays(np.ones((2, 2)), feature_names=["a"]), "1 name", "2 columns"),
    "names twice": (lambda: from_arrays(np.ones((2, 2)), feature_names=["a", "a"]), "'a' 2 times"),
    "target named as a feature": (lambda: from_arrays(np.ones(2), np.ones(2), target="x"), "'x' 2 times"),
    "mapping of unequal lengths": (lambda: read({"a": [1, 2], "b": [1]}), "'b' has 1 row but 'a' has 2"),
    "mapping to scalar": (lambda: read({"a": 3}), "'a'", "()"),
    "mapping to matrix": (lambda: read({"a": np.eye(2)}), "'a'", "(2, 2)"),
    "mapping that is empty": (lambda: read({}), "has none"),
    "mapping without rows": (lambda: read({"a": []}), "has none"),
    "mapping with one name twice": (lambda: read({1: [1], "1": [1]}), "'1' 2 times"),
    "mapping without a wanted column": (lambda: read({"a": [1]}, columns=["b"]), "'b' is not in the mapping", "'a'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arrays_are_refused(name, refuses):
    action, *parts = BAD[name]
    refuses(action, *parts)


def test_sparse_is_refused(refuses):
    sparse = pytest.importorskip("scipy.sparse")
    refuses(lambda: from_arrays(sparse.eye_array(3)), "X must be dense", "toarray()")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, 2.5], [1, None, 2.5]),
        ([True, None], [1, None]),
        ([Decimal("1.5"), 2], [1.5, 2]),
        ([None, None], [None, None]),
        (["b", None, "a", float("nan")], ["b", None, "a", None]),
        (["b", "a"], ["b", "a"]),
        (np.array(["b", "a"]), ["b", "a"]),
        (["01", "1"], ["01", "1"]),
        ([10**400, 1], [np.inf, 1]),
        (range(2), [0, 1]),
    ],
)
def test_lists(values, expected):
    column = read({"c": values}).columns["c"]
    if isinstance(column, Categorical):
        assert [None if code < 0 else column.levels[code] for code in column.codes] == expected
    else:
        assert isinstance(column, Numeric)
        assert [None if np.isnan(value) else value for value in column.values.tolist()] == expected


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, "a"], "values of mixed types"),
        (np.array([1 + 2j]), "complex numbers"),
        ([1 + 2j, None], "complex numbers"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "dates or times"),
        (np.array([1], dtype="m8[D]"), "dates or times"),
        ([np.timedelta64(1, "D"), None], "dates or times"),
        ([datetime.date(2020, 1, 1)], "dates or times"),
        (np.array([b"a"]), "bytes"),
        ([{}], "nested values"),
        (np.array([(1, 2)], dtype="i4,i4"), "nested values"),
    ],
)
def test_values_of_no_use_are_unsupported(values, kind):
    column = read({"c": values}).columns["c"]
    assert isinstance(column, Unsupported)
    assert column.kind == kind


@pytest.mark.parametrize("values", [[1, 2, 1], [1.0, 2.0, 1.0], np.array([1, 2, 1]), [1, "2", 1]])
def test_declared_values_become_levels(values):
    column = read({"c": values}, categorical="c").columns["c"]
    assert column.levels == ("1", "2")
    assert column.codes.tolist() == [0, 1, 0]


def test_mixed_list_of_lists_keeps_numbers_numeric():
    table = from_arrays([[1, "a"], [2, "b"]])
    assert table.columns["x1"].values.tolist() == [1, 2]
    assert table.columns["x2"].levels == ("a", "b")


@pytest.mark.parametrize("wrap", [list, np.array, lambda values: np.array(values, dtype=object)])
def test_exact_tells_whether_integers_survive(wrap):
    assert read({"c": wrap([2**53, 2**60])}).columns["c"].exact
    assert not read({"c": wrap([1, 2**53 + 1])}).columns["c"].exact


def test_columns_of_a_table_cannot_be_replaced():
    with pytest.raises(TypeError):
        read({"x": [1.0]}).columns["x"] = None
