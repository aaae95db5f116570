"""Assertions that hold and that do not, and gradients beside differences."""

import numpy as np

X = [1.0, 2.0, 3.0]


def _of(check):
    return lambda tf: check(tf.debugging, tf.constant(X), tf)


PROGRAMS = {
    name: _of(check)
    for name, check in {
        "equal": lambda d, x, tf: d.assert_equal(x, x),
        "equal not": lambda d, x, tf: d.assert_equal(x, x + 1.0, message="hey"),
        "equal of two shapes": lambda d, x, tf: d.assert_equal(x, [1.0, 2.0]),
        "equal of two dtypes": lambda d, x, tf: d.assert_equal(x, tf.constant([1, 2, 3])),
        "none_equal": lambda d, x, tf: d.assert_none_equal(x, x + 1.0),
        "none_equal not": lambda d, x, tf: d.assert_none_equal(x, [0.0, 2.0, 0.0]),
        "less": lambda d, x, tf: d.assert_less(x, 4.0),
        "less not": lambda d, x, tf: d.assert_less(x, 3.0),
        "less of nothing": lambda d, x, tf: d.assert_less(x[:0], 1.0),
        "less_equal": lambda d, x, tf: d.assert_less_equal(x, 3.0),
        "less_equal not": lambda d, x, tf: d.assert_less_equal(x, 2.0),
        "greater": lambda d, x, tf: d.assert_greater(x, 0.0),
        "greater not": lambda d, x, tf: d.assert_greater(x, 1.0),
        "greater_equal": lambda d, x, tf: d.assert_greater_equal(x, 1.0),
        "greater_equal not": lambda d, x, tf: d.assert_greater_equal(x, 2.0),
        "near": lambda d, x, tf: d.assert_near(x, x + 1e-8),
        "near enough": lambda d, x, tf: d.assert_near(x, x + 0.1, rtol=0.1, atol=0.1),
        "near not": lambda d, x, tf: d.assert_near(x, x + 0.1),
        "near of whole numbers": lambda d, x, tf: d.assert_near(tf.constant(1), tf.constant(1)),
        "positive not": lambda d, x, tf: d.assert_positive([0.0, 1.0]),
        "negative not": lambda d, x, tf: d.assert_negative([0.0, 1.0]),
        "non_negative": lambda d, x, tf: d.assert_non_negative([0.0, 1.0]),
        "non_negative not": lambda d, x, tf: d.assert_non_negative([-1.0, 1.0]),
        "non_positive not": lambda d, x, tf: d.assert_non_positive([-1.0, 1.0]),
        "rank": lambda d, x, tf: d.assert_rank(x, 1),
        "rank not": lambda d, x, tf: d.assert_rank(x, 2),
        "rank_at_least not": lambda d, x, tf: d.assert_rank_at_least(x, 2),
        "rank_in": lambda d, x, tf: d.assert_rank_in(x, [1, 2]),
        "rank_in not": lambda d, x, tf: d.assert_rank_in(x, [0, 2]),
        "scalar not": lambda d, x, tf: d.assert_scalar(x),
        "type": lambda d, x, tf: d.assert_type(x, tf.float32),
        "type not": lambda d, x, tf: d.assert_type(x, tf.int32),
        "integer": lambda d, x, tf: d.assert_integer(tf.constant(1)),
        "integer not": lambda d, x, tf: d.assert_integer(x),
        "all_finite": lambda d, x, tf: d.assert_all_finite(x, "message"),
        "all_finite not": lambda d, x, tf: d.assert_all_finite([1.0, np.nan], "message"),
        "same_float_dtype": lambda d, x, tf: d.assert_same_float_dtype([x, x]).name,
        "same_float_dtype not": lambda d, x, tf: d.assert_same_float_dtype([x, tf.constant(1.0, tf.float64)]),
        "same_float_dtype of whole": lambda d, x, tf: d.assert_same_float_dtype([tf.constant(1)]),
        "same_float_dtype of nothing": lambda d, x, tf: d.assert_same_float_dtype().name,
        "shapes": lambda d, x, tf: d.assert_shapes([(x, ("N",)), (tf.zeros((3, 2)), ("N", 2))]),
        "shapes not": lambda d, x, tf: d.assert_shapes([(x, ("N",)), (tf.zeros((4, 2)), ("N", 2))]),
        "shapes of lengths not": lambda d, x, tf: d.assert_shapes([(x, (4,))]),
        "shapes of ranks not": lambda d, x, tf: d.assert_shapes([(x, ("N", "M"))]),
        "shapes from the back": lambda d, x, tf: d.assert_shapes([(tf.zeros((2, 3, 4)), (..., 4))]),
        "shapes from the middle": lambda d, x, tf: d.assert_shapes([(tf.zeros((2, 3, 4)), ("N", ...))]),
        "shapes of any length": lambda d, x, tf: d.assert_shapes([(x, (None,)), (tf.zeros((2, 3)), "NM")]),
        "shapes of a scalar": lambda d, x, tf: d.assert_shapes([(tf.constant(1.0), ())]),
        "Assert": lambda d, x, tf: d.Assert(tf.constant(True), [x]),
        "Assert not": lambda d, x, tf: d.Assert(tf.constant(False), [x, "text"], summarize=2),
        "Assert of a vector": lambda d, x, tf: d.Assert(x > 0, [x]),
        "proper_iterable": lambda d, x, tf: d.assert_proper_iterable([1]),
        "proper_iterable not": lambda d, x, tf: d.assert_proper_iterable(x),
        "numeric": lambda d, x, tf: [d.is_numeric_tensor(v) for v in (x, tf.constant("a"), 1.0)],
        "top level": lambda d, x, tf: [tf.assert_equal(x, x), tf.assert_less(x, 4.0), tf.assert_rank(x, 1)],
        "compute_gradient": lambda d, x, tf: tf.test.compute_gradient(lambda a, b: a * b, [x, tf.constant(2.0)]),
        "compute_gradient of doubles": lambda d, x, tf: tf.test.compute_gradient(
            lambda a: a * a, [np.array([[1.0, 2.0]])]
        ),
        "compute_gradient of no list": lambda d, x, tf: tf.test.compute_gradient(tf.square, x),
    }.items()
}
