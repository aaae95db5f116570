"""Tensors: how they are made, shown, converted, indexed, copied; that they never change (contracts A6, A7)."""

import copy
import math
import pickle

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError, ShapeWarning


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1.5, "float32", ()),
        (7, "int32", ()),
        (2**31, "int64", ()),
        (1j, "complex128", ()),
        (True, "bool", ()),
        ("text", "string", ()),
        ([], "float32", (0,)),
        ([[1, 2], [3, 4]], "int32", (2, 2)),
        ([1, 2.5], "float32", (2,)),
        (np.arange(3), "int64", (3,)),
        (np.float64(1.0), "float64", ()),
        ([np.float64(1.0), 2.0], "float64", (2,)),
        (range(3), "int32", (3,)),
    ],
)
def test_constants_have_tensorflows_dtypes(value, dtype, shape):
    t = tf.constant(value)
    assert (t.dtype.name, tuple(t.shape)) == (dtype, shape)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: tf.constant(None), ValueError, "None"),
        (lambda: tf.constant([1.0, None]), ValueError, "None"),
        (lambda: tf.constant([[1.0], [1.0, 2.0]]), ValueError, "non-rectangular"),
        (lambda: tf.constant(2.5, tf.int32), TypeError, "2.5"),
        (lambda: tf.constant("a", tf.float32), TypeError, "'a'"),
        (lambda: tf.constant(1j, tf.float32), TypeError, "1j"),
        (lambda: tf.zeros([3.0, 1.0]), TypeError, "whole numbers"),
        (lambda: tf.constant(1.0, "float99"), TypeError, "float99"),
        (lambda: tf.convert_to_tensor(tf.constant(1.0), tf.float64), ValueError, "tf.cast"),
    ],
)
def test_what_is_no_tensor(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_a_changed_array_does_not_change_the_tensor():
    a = np.ones(3)
    t = tf.constant(a)
    a[:] = 7.0
    assert t.numpy().tolist() == [1.0] * 3
    for array in (t.numpy(), np.asarray(t), np.array(t)):
        array[:] = 5.0
    assert t.numpy().tolist() == [1.0] * 3


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_array_changed_after_recording_changes_no_gradient(dtype):
    a = np.full(3, 2.0, dtype)
    v = tf.Variable(np.ones(3, np.float32))
    with tf.GradientTape() as tape:
        y = v * a
    a[:] = 100.0
    assert tape.gradient(y, v).numpy().tolist() == [2.0] * 3


def test_a_view_changed_after_recording_changes_no_gradient():
    a = np.full((2, 3), 2.0)
    v = tf.Variable(np.ones(3))
    with tf.GradientTape() as tape:
        y = a[0] * v + tf.constant(a[1]) * v
    a[:] = 100.0
    assert tape.gradient(y, v).numpy().tolist() == [4.0] * 3


def test_items_are_not_assigned():
    with pytest.raises(TypeError, match="item assignment"):
        tf.constant([1.0])[0] = 2.0


def test_memory_is_not_shared():
    with pytest.raises(ValueError, match="copy"):
        np.asarray(tf.constant([1.0]), copy=False)


@pytest.mark.parametrize("name", ["T", "mean", "reshape", "assign_sub", "backward", "item", "nonsense"])
def test_a_missing_attribute_names_the_op_to_use(name):
    with pytest.raises(AttributeError, match=f"attribute '{name}'"):
        getattr(tf.constant(1.0), name)


def test_shown_as_tensorflow_shows_them():
    assert repr(tf.constant([1.5, 2.0])) == (
        "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1.5, 2. ], dtype=float32)>"
    )
    assert repr(tf.constant(6.0)) == "<tf.Tensor: shape=(), dtype=float32, numpy=6.0>"
    assert str(tf.constant([1.5, 2.0])) == "tf.Tensor([1.5 2. ], shape=(2,), dtype=float32)"
    assert f"{tf.constant(45.64582824707031)}" == "45.64582824707031"
    assert f"{tf.constant(1.23456):.3f}" == "1.235"


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_copies_are_equal(clone):
    t = tf.constant([[1.0, 2.0]], tf.float64)
    u = clone(t)
    assert type(u) is tf.Tensor
    assert (u.numpy().tolist(), u.dtype, tuple(u.shape)) == ([[1.0, 2.0]], tf.float64, (1, 2))


def test_a_tensor_is_a_number_to_python():
    t = tf.constant(2.5)
    assert (float(t), int(t), bool(t), complex(t), math.sin(t), round(t)) == (2.5, 2, True, 2.5, math.sin(2.5), 2)
    assert [10, 20, 30][tf.constant(1)] == 20
    assert list(range(tf.constant(3))) == [0, 1, 2]


def test_a_vector_has_no_truth_value():
    with pytest.raises(ValueError, match="ambiguous"):
        bool(tf.constant([1.0, 2.0]))


def test_length_and_iteration():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    assert len(t) == 2
    assert [row.numpy().tolist() for row in t] == [[1.0, 2.0], [3.0, 4.0]]
    for use in (len, iter):
        with pytest.raises(TypeError, match=r"[Ss]calar"):
            use(tf.constant(1.0))


def test_a_tensor_is_unhashable_and_compares_by_element():
    t = tf.constant([1.0, 2.0])
    with pytest.raises(TypeError, match="ref"):
        hash(t)
    assert (t == t).numpy().tolist() == [True, True]
    assert (t == [1.0, 3.0]).numpy().tolist() == [True, False]
    assert (t == None) is False  # noqa: E711
    assert (t == "text") is False
    assert {t.ref(): 1}[t.ref()] == 1


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        slice(1, None),
        slice(None, None, -1),
        (slice(None), 1),
        (Ellipsis, 0),
        (None, 1),
        np.int64(1),
        (1, 2),
    ],
)
def test_items_are_numpys(key):
    a = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(tf.constant(a)[key].numpy(), a[key])
    x = tf.Variable(a)
    with tf.GradientTape() as tape:
        y = x[key]
    wanted = np.zeros_like(a)
    wanted[key] = 1.0
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), wanted)


def test_items_by_a_tensor_of_truth_or_number():
    t = tf.constant([1.0, 2.0, 3.0])
    assert t[t > 1.5].numpy().tolist() == [2.0, 3.0]
    assert float(t[tf.constant(1)]) == 2.0


@pytest.mark.parametrize("key", [[0, 1], 1.5, "a", True, np.array([0, 1])])
def test_keys_that_are_refused(key):
    with pytest.raises(TypeError, match="valid indices"):
        tf.constant([1.0, 2.0, 3.0])[key]


@pytest.mark.parametrize("key", [3, -4, (0, 0)])
def test_keys_out_of_range(key):
    with pytest.raises(InvalidArgumentError, match="out of"):
        tf.constant([1.0, 2.0, 3.0])[key]


# -- operators: which dtype, and what is refused -----------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("other", [2, 2.0, np.float64(2.0), np.full(3, 2.0), np.full(3, 2), [2.0, 2.0, 2.0], True])
@pytest.mark.parametrize("op", ["__add__", "__radd__", "__mul__", "__rsub__", "__truediv__", "__pow__"])
def test_the_other_operand_takes_the_tensors_dtype(dtype, other, op):
    if other is True:
        pytest.skip("a Boolean is no number to TensorFlow either")
    t = tf.constant([1.0, 2.0, 3.0], dtype)
    got = getattr(t, op)(other)
    assert got.dtype == dtype
    np.testing.assert_allclose(got.numpy(), getattr(t.numpy(), op)(np.full(3, 2.0, dtype)), rtol=1e-3)


def test_numpy_on_the_left_keeps_the_tensors_dtype():
    t = tf.constant([1.0, 2.0])
    for got in (np.ones(2) * t, np.float64(2.0) * t, np.ones(2) - t, np.ones((2, 2)) @ tf.reshape(t, (2, 1))):
        assert type(got) is tf.Tensor
        assert got.dtype is tf.float32


@pytest.mark.parametrize(
    ("use", "error"),
    [
        (lambda: tf.constant(1.0) * tf.constant(1.0, tf.float64), InvalidArgumentError),
        (lambda: tf.constant(1) * tf.constant(1.0), InvalidArgumentError),
        (lambda: tf.constant(1) * 2.5, TypeError),
        (lambda: tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0]), InvalidArgumentError),
        (lambda: tf.constant([1.0]) @ tf.constant([1.0]), InvalidArgumentError),
        (lambda: tf.constant([[1.0, 2.0]]) @ tf.constant([[1.0, 2.0]]), InvalidArgumentError),
        (lambda: tf.matmul(np.ones((2, 2)), tf.constant([[1.0], [1.0]], tf.float16)[0:1]), InvalidArgumentError),
        (lambda: tf.constant(1) // 0, InvalidArgumentError),
        (lambda: tf.constant([1, 2]) % tf.constant([1, 0]), InvalidArgumentError),
        (lambda: tf.constant(1.0) + None, ValueError),
        (lambda: tf.constant(1.0) + "a", TypeError),
    ],
)
def test_what_operators_refuse(use, error):
    with pytest.raises(error):
        use()


@pytest.mark.parametrize(("dtype", "wanted"), [("int32", "float64"), ("int64", "float64"), ("int8", "float32")])
def test_whole_numbers_divide_to_floats(dtype, wanted):
    t = tf.constant(1, dtype) / tf.constant(2, dtype)
    assert (float(t), t.dtype.name) == (0.5, wanted)


def test_whole_number_means_are_truncated():
    assert int(tf.reduce_mean(tf.constant([1, 2, 2]))) == 1


def test_rows_that_meet_columns_are_warned_of():
    with pytest.warns(ShapeWarning, match=r"\(3, 3\)"):
        tf.ones((3, 1)) - tf.ones(3)
    assert (tf.ones((1, 1)) - tf.ones(1)).shape == (1, 1)
    assert (tf.ones((3, 1)) - tf.ones(2)).shape == (3, 2)


def test_empty_reductions():
    empty = tf.constant([])
    assert float(tf.reduce_sum(empty)) == 0.0
    assert math.isnan(float(tf.reduce_mean(empty)))
    assert float(tf.reduce_max(empty)) == -math.inf
    assert float(tf.reduce_min(empty)) == math.inf
