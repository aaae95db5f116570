"""A slice of a variable can be assigned to; the variable changes, and tapes see an assignment."""

import gc
import weakref

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import _variable_slice


def test_assign_to_a_slice_changes_the_variable_and_returns_it():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    assert v[0].assign([7.0, 8.0]) is v
    assert v[:, 1].assign_add([1.0, 2.0]) is v
    assert v[1, 0].assign_sub(0.5) is v
    assert v.numpy().tolist() == [[7.0, 9.0], [2.5, 6.0]]


def test_what_was_read_before_an_assignment_stays():
    v = tf.Variable([1.0, 2.0])
    before, slice_before, array = v.value(), v[:], v.numpy()
    v[0].assign(5.0)
    assert before.numpy().tolist() == slice_before.numpy().tolist() == array.tolist() == [1.0, 2.0]


def test_a_mask_names_elements_too():
    v = tf.Variable([1.0, 5.0, 2.0, 6.0])
    v[v > 3.0].assign(0.0)
    assert v.numpy().tolist() == [1.0, 0.0, 2.0, 0.0]


def test_a_single_element_read_from_a_slice_is_no_slice_of_the_variable():
    v = tf.Variable(np.zeros((2, 2)))
    with pytest.raises(AttributeError, match=r"use a tf\.Variable"):
        v[0][0].assign(1.0)
    with pytest.raises(AttributeError, match="no attribute 'assign_mul'"):
        v[0].assign_mul(1.0)


def test_a_value_of_another_shape_is_refused_and_changes_nothing():
    v = tf.Variable(np.zeros((2, 3)))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"input shape \[2\] into final shape \[3\]"):
        v[0].assign([1.0, 2.0])
    with tf.GradientTape(), pytest.raises(tf.errors.InvalidArgumentError, match="final shape"):
        v[0].assign([[1.0, 2.0, 3.0]])
    assert not v.numpy().any()


@pytest.mark.parametrize("key", [0, slice(1, None), (slice(None), 1), (Ellipsis, slice(None, None, -1)), None])
def test_on_a_tape_it_assigns_what_it_assigns_off_it(key):
    plain, heard = (tf.Variable(np.arange(6.0).reshape(2, 3)) for _ in range(2))
    plain[key].assign(9.5)
    with tf.GradientTape():
        heard[key].assign(9.5)
    assert plain.numpy().tolist() == heard.numpy().tolist()


def test_gradients_flow_to_the_values_before_and_after():
    v, w = tf.Variable([1.0, 2.0]), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(v * v)
        v[0].assign(w)
        y = y + tf.reduce_sum(v * v * v)
    dv, dw = tape.gradient(y, [v, w])
    assert dv.numpy().tolist() == [2.0 + 27.0, 4.0 + 12.0]
    assert dw is None


def test_a_slice_keeps_nothing_alive_and_is_forgotten():
    gc.collect()
    gc.disable()
    try:
        v = tf.Variable(np.zeros(4))
        known = len(_variable_slice._sources)
        part = v[1:]
        ref, of_variable = weakref.ref(part), weakref.ref(v)
        assert len(_variable_slice._sources) == known + 1
        del part
        assert (ref(), len(_variable_slice._sources)) == (None, known)
        del v
        assert of_variable() is None
    finally:
        gc.enable()
