"""The design matrix of an array of numbers is that array."""

from dataclasses import replace

import numpy as np
import pytest

from tapefit.data import Table, from_arrays, learn_encoding


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_numbers_is_not_copied(order):
    X = np.array(np.arange(12.0).reshape(4, 3), order=order)
    for array in (X, X[1:], X[:, 1:], X[::2] if order == "C" else X[:, ::2]):
        table = from_arrays(array, np.arange(len(array)))
        encoding = learn_encoding(table, "y")
        design, _ = encoding.design(table)
        assert np.array_equal(design, array)
        assert np.shares_memory(design, X)
        assert not design.flags.writeable


def test_columns_in_another_order_are_copied():
    X = np.arange(12.0).reshape(4, 3)
    table = from_arrays(X, np.arange(4.0))
    for names, places in ((["x3", "x1"], [2, 0]), (["x1", "x3"], [0, 2]), (["x1", "x2", "x1b"], [0, 1, 0])):
        columns = {**table.columns, "x1b": replace(table.columns["x1"], name="x1b")}
        wider = Table(columns, 4, "arrays")
        design, _ = learn_encoding(wider, "y", features=names).design(wider)
        assert np.array_equal(design, X[:, places])
        assert not np.shares_memory(design, X)
