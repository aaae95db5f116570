"""What assertions say where they do not hold; which hold is in tests/recorded."""

import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError

X = tf.constant([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (
            lambda d: d.assert_less([[1.0, 5.0], [6.0, 2.0]], 3.0, message="rate"),
            r"^rate: the condition x < y does not hold for 2 of 4 elements, first at \[0, 1\], \[1, 0\], "
            r"where x = 5.0, 6.0; y = 3.0, 3.0\.$",
        ),
        (
            lambda d: d.assert_positive(X - 1.0),
            r"^The condition x > 0 does not hold for 1 of 3 .* \[0\], where x = 0.0",
        ),
        (lambda d: d.assert_equal(X, 0.0, summarize=1), r"first at \[0\], where x = 1.0; y = 0.0"),
        (lambda d: d.assert_near(X, X + 1.0), r"abs\(x - y\) <= 1.19e-06"),
        (lambda d: d.assert_equal(X, [1.0, 2.0]), r"shapes \(3,\) and \(2,\)"),
        (lambda d: d.assert_all_finite([float("nan"), float("inf")], "loss"), "loss: Tensor had NaN and Inf values"),
        (lambda d: d.Assert(False, [X, "a text"], summarize=2), r"1\.0, 2\.0, \.\.\.; a text"),
    ],
)
def test_values(call, match):
    with pytest.raises(InvalidArgumentError, match=match):
        call(tf.debugging)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda d: d.assert_rank(X, 2, message="X"), r"X: Tensor must have rank 2\. Received rank 1, shape \(3,\)"),
        (lambda d: d.assert_rank(X, -1), "0 or more"),
        (lambda d: d.assert_scalar(X), "saw shape"),
        (lambda d: d.assert_shapes([(X, ("N",)), (X[:2], ("N",))]), "must be 3, as N was before. Received size 2"),
        (lambda d: d.assert_shapes([(X, (4,))]), "must be 4, as specified"),
        (lambda d: d.assert_shapes([(X, (..., 1, 3))]), "rank at least 2"),
        (lambda d: d.assert_shapes([(X, 3)]), "write it as a tuple"),
        (lambda d: d.assert_same_float_dtype([X], "float64"), "float64, got one of tf.float32"),
    ],
)
def test_forms(call, match):
    with pytest.raises(ValueError, match=match):
        call(tf.debugging)


@pytest.mark.parametrize("values", [X, "text", 3])
def test_what_is_no_list(values):
    with pytest.raises(TypeError, match="iterable"):
        tf.debugging.assert_proper_iterable(values)


def test_assertions_keep_no_record_on_a_tape():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        tf.debugging.assert_positive(w)
        tf.debugging.assert_near(w, w)
        tf.debugging.assert_shapes([(w, ("N",))])
        assert tape._records == []
        y = tf.reduce_sum(w * w)
    assert tape.gradient(y, w).numpy().tolist() == [2.0, 4.0]


def test_a_dict_of_shapes_and_open_ends():
    tf.debugging.assert_shapes([(tf.zeros((5, 3, 2)), ("*", "N", 2)), (X, ["N"]), (X, "."), (X, "3")])
