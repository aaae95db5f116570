"""Variables: assignment inside and outside of a tape, and what they refuse (contract A7)."""

import copy
import pickle

import numpy as np
import pytest

import tapefit as tf


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1.0, "float32"),
        (1, "int32"),
        (2**40, "int64"),
        (1j, "complex128"),
        (True, "bool"),
        ("a", "string"),
        (np.ones(2), "float64"),
        (np.ones(2, np.float32), "float32"),
        ([1.0, 2.0], "float32"),
        ([1, 2.0], "float32"),
        (np.float64(2.0), "float64"),
        (lambda: 3.0, "float32"),
    ],
)
def test_the_dtype_is_the_values(value, dtype):
    assert tf.Variable(value).dtype == dtype


@pytest.mark.parametrize("dtype", ["float64", np.float64, tf.float64])
def test_a_dtype_can_be_asked_for(dtype):
    assert tf.Variable(1.0, dtype=dtype).dtype is tf.float64


def test_a_variable_needs_a_value():
    with pytest.raises(ValueError, match="initial_value"):
        tf.Variable()


@pytest.mark.parametrize(
    ("method", "operand", "expected"),
    [
        ("assign", [5.0, 6.0], [5.0, 6.0]),
        ("assign_add", [1.0, 1.0], [2.0, 3.0]),
        ("assign_sub", 1.0, [0.0, 1.0]),
        ("assign_add", np.ones(2), [2.0, 3.0]),
        ("assign", np.array([5.0, 6.0]), [5.0, 6.0]),
        ("assign", tf.constant([5.0, 6.0]), [5.0, 6.0]),
    ],
)
def test_assignments_keep_the_dtype_and_return_the_variable(method, operand, expected):
    v = tf.Variable([1.0, 2.0])
    assert getattr(v, method)(operand) is v
    assert (v.numpy().tolist(), v.dtype.name) == (expected, "float32")


@pytest.mark.parametrize(
    ("operand", "error", "words"),
    [
        ([1.0, 2.0, 3.0], ValueError, r"shape \(2,\).*\(3,\)"),
        (1.0, ValueError, "shape"),
        (None, ValueError, "None"),
        (tf.constant([1.0, 2.0], tf.float64), ValueError, "float64"),
    ],
)
def test_what_cannot_be_assigned(operand, error, words):
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(error, match=words):
        v.assign(operand)
    assert v.numpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("method", ["assign_add", "assign_sub"])
@pytest.mark.parametrize("operand", [[1.0, 2.0, 3.0], [[1.0, 2.0]], None])
def test_what_cannot_be_added(method, operand):
    with pytest.raises(ValueError):
        getattr(tf.Variable([1.0, 2.0]), method)(operand)


def test_the_value_recorded_is_the_value_then():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign(10.0)
    assert float(tape.gradient(y, x)) == 4.0


def test_reads_after_an_assignment_see_the_new_value():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        x.assign_add(1.0)
        y = y + x * x
    assert float(tape.gradient(y, x)) == 10.0


def test_an_assignment_cuts_the_path():
    x, w = tf.Variable(2.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        x.assign(w * 2.0)
        y = x * x
    dx, dw = tape.gradient(y, [x, w])
    assert (float(dx), dw) == (20.0, None)


@pytest.mark.parametrize("op", ["+=", "-=", "*=", "/="])
def test_operators_in_place_are_refused_with_the_method_to_use(op):
    scope = {"v": tf.Variable(1.0)}
    with pytest.raises(RuntimeError, match=r"Use `variable\.assign"):
        exec(f"v {op} 1.0", scope)


def test_items_are_not_assigned():
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match="item assignment"):
        v[0] = 3.0


def test_a_changed_array_does_not_change_the_variable():
    a = np.ones(3)
    v = tf.Variable(a)
    w = tf.Variable(np.zeros(3))
    w.assign(a)
    a[:] = 7.0
    assert v.numpy().tolist() == w.numpy().tolist() == [1.0] * 3
    v.numpy()[:] = 5.0
    assert v.numpy().tolist() == [1.0] * 3


def test_attributes_used_in_the_wild():
    v = tf.Variable([1.0, 2.0], name="w", trainable=False, constraint=abs)
    assert (v.name, v.trainable, v.constraint, v.ndim) == ("w:0", False, abs, 1)
    assert tuple(v.shape) == tuple(v.get_shape()) == (2,)
    assert v.device == "CPU:0"
    assert v.ref() == v.ref()
    assert v.ref().deref() is v
    assert tf.Variable(1.0).name == "Variable:0"


def test_a_variable_is_unhashable_and_compares_by_element():
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match="ref"):
        hash(v)
    assert (v == [1.0, 3.0]).numpy().tolist() == [True, False]
    assert (v == None) is False  # noqa: E711
    assert (v != None) is True  # noqa: E711


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_copies_are_variables_of_their_own(clone):
    v = tf.Variable([1.0, 2.0], name="w", trainable=False)
    w = clone(v)
    w.assign([5.0, 6.0])
    assert v.numpy().tolist() == [1.0, 2.0]
    assert (w.name, w.trainable, w.dtype) == ("w:0", False, tf.float32)
    assert w.ref() != v.ref()


def test_reprs():
    assert repr(tf.Variable([1.5, 2.0], name="w")) == (
        "<tf.Variable 'w:0' shape=(2,) dtype=float32, numpy=array([1.5, 2. ], dtype=float32)>"
    )
    assert repr(tf.Variable(3.0)) == "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=3.0>"


@pytest.mark.parametrize(
    ("use", "expected"),
    [(float, 2.5), (int, 2), (bool, True), (complex, 2.5 + 0j), (round, 2), (abs, 2.5), (lambda v: -v, -2.5)],
)
def test_a_variable_is_a_number_to_python(use, expected):
    assert use(tf.Variable(2.5)) == expected
