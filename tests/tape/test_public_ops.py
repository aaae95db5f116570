"""The public differentiable ops, called as users call them: each stands in the table of the conformance run."""

import pytest

import tapefit as tf
from tapefit.tape.testing import check_grads
from tapefit.testing.conformance import ROWS
from tapefit.testing.conformance._documented import DOCUMENTED

NAMES = {row.name.partition(" ")[0] for row in ROWS}


NO_DIFFERENCES = {
    "cast": "a cast to float32 and back has no differences to speak of; its row in the registry is checked",
    "random.stateless_gamma": "its gradient is that of a quantile, not of the rejection; its row is checked",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_gradients_agree_with_differences_to_second_order(row):
    if row.name in NO_DIFFERENCES:
        pytest.skip(NO_DIFFERENCES[row.name])
    check_grads(lambda *xs: row.call(tf, *xs), row.draw(0, "float64"), atol=1e-6)


@pytest.mark.parametrize("row", [r for r in ROWS if r.complex], ids=lambda row: row.name)
def test_complex_gradients_agree_with_differences(row):
    check_grads(lambda *xs: row.call(tf, *xs), row.draw(0, "complex128"), atol=1e-6)


def test_documented_differences_are_of_ops_in_the_table():
    assert {name for name, _ in DOCUMENTED} <= {row.name for row in ROWS}


# What has no derivative, or is tried elsewhere: in tests of random numbers, of control flow, of the tape itself.
NO_DERIVATIVE = {
    "argmax",
    "argmin",
    "argsort",
    "ceil",
    "floor",
    "round",
    "rint",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "is_finite",
    "is_inf",
    "is_nan",
    "reduce_all",
    "reduce_any",
    "count_nonzero",
    "zero_fraction",
    "bincount",
    "in_top_k",
    "confusion_matrix",
    "approximate_equal",
    "floordiv",
    "hamming_window",
    "hann_window",
    "matrix_rank",
    "one_hot",
    "zeros",
    "ones",
    "zeros_like",
    "ones_like",
    "eye",
    "range",
    "shape",
    "size",
    "rank",
    "is_tensor",
    "constant",
    "unique",
    "histogram_fixed_width",
    "sequence_mask",
    "searchsorted",
    "invert_permutation",
    "is_non_decreasing",
    "is_strictly_increasing",
    "stop_gradient",
    "print",
    "function",
}


@pytest.mark.parametrize("namespace", ["linalg", "math", "nn", "signal"])
def test_every_op_of_a_namespace_is_in_the_table(namespace):
    missing = []
    for name in getattr(tf, namespace).__all__:
        op = getattr(getattr(tf, namespace), name)
        same = [n for n in NAMES if n.rpartition(".")[2] == name]
        if callable(op) and name not in NO_DERIVATIVE and not same:
            missing.append(name)
    assert missing == []
