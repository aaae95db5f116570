"""What a program is made for: a call that may do something else never finds another call's program."""

import collections
import copy
import math
import pickle
import types

import numpy as np
import pytest

import tapefit as tf


def test_zero_and_minus_zero_are_two_arguments():
    f = tf.function(lambda x, k: x / (x * k))
    x = tf.constant(1.0)
    assert [float(f(x, k)) for k in (0.0, -0.0)] == [math.inf, -math.inf]


def test_nan_is_one_argument():
    f = tf.function(lambda x, k: x * k)
    for _ in range(3):
        f(tf.constant(1.0), float("nan"))
    assert f.experimental_get_tracing_count() == 1


def test_numbers_are_named_as_they_are_written():
    said = []
    f = tf.function(lambda x, k: x * k, on_trace=said.append)
    f(tf.constant(1.0), 2.5)
    assert said == ["<lambda> is traced for float32[], 2.5."]


def test_mappings_with_other_keys_or_another_order_are_other_arguments():
    one, two = tf.constant(1.0), tf.constant(2.0)
    choose = tf.function(lambda d: d["a"] if "a" in d else d["b"] * 10.0)
    choose(types.MappingProxyType({"a": one}))
    assert float(choose(types.MappingProxyType({"b": one}))) == 10.0
    values = tf.function(lambda d: list(d.values()))
    values({"a": one, "b": two})
    assert [float(v) for v in values({"b": two, "a": one})] == [2.0, 1.0]


def test_named_tuples_of_one_name_are_told_apart():
    f = tf.function(lambda p: p.x)
    one, two = tf.constant(1.0), tf.constant(2.0)
    f(collections.namedtuple("P", "x y")(one, two))
    assert float(f(collections.namedtuple("P", "y x")(one, two))) == 2.0


def test_equal_objects_have_programs_of_their_own():
    class Scale:
        def __init__(self, by):
            self.by = by

        def __eq__(self, other):
            return True

        __hash__ = None

        @tf.function
        def __call__(self, x):
            return x * self.by

    a, b = Scale(2.0), Scale(5.0)
    assert [float(m(tf.constant(1.0))) for m in (a, b, a)] == [2.0, 5.0, 2.0]


def test_an_input_signature_holds_in_a_function_and_op_by_op():
    half = tf.function(lambda x: x / 2, input_signature=[tf.TensorSpec([], tf.float32)])
    outer = tf.function(lambda y: half(3) + y)
    assert float(outer(tf.constant(0.0))) == 1.5
    tf.config.run_functions_eagerly(True)
    try:
        assert half(3).dtype is tf.float32
    finally:
        tf.config.run_functions_eagerly(False)


def test_a_function_made_of_a_function_keeps_its_own_signature():
    f = tf.function(tf.function(lambda x: x * 2), input_signature=[tf.TensorSpec([], tf.float32)])
    assert f(3).dtype is tf.float32


def test_a_callable_objects_attributes_are_not_the_functions():
    class Model:
        def __init__(self):
            self.name, self._known, self.w = None, None, tf.Variable(2.0)

        def __call__(self, x):
            return self.w * x

    f = tf.function(Model())
    assert [float(f(tf.constant(3.0))) for _ in range(2)] == [6.0, 6.0]


def test_a_concrete_function_takes_what_it_was_made_for_and_nothing_else():
    f = tf.function(lambda x, k=1.0: x * k)
    concrete = f.get_concrete_function(tf.TensorSpec([1, 2], tf.float32), 3.0)
    assert concrete(tf.constant([[1.0, 2.0]]), 3.0).numpy().tolist() == [[3.0, 6.0]]
    with pytest.raises(TypeError, match=r"is for float32\[1, 2\], 3\.0, got float32\[2\], 3\.0"):
        concrete(tf.constant([1.0, 2.0]), 3.0)


def test_a_concrete_function_is_followed_by_tapes_and_by_functions():
    v = tf.Variable(2.0)
    concrete = tf.function(lambda x: x * v).get_concrete_function(tf.TensorSpec([], tf.float32))
    with tf.GradientTape() as tape:
        y = concrete(tf.constant(3.0))
    assert float(tape.gradient(y, v)) == 3.0
    outer = tf.function(lambda x: concrete(x) + 1.0)
    assert [float(outer(tf.constant(x))) for x in (1.0, 2.0)] == [3.0, 5.0]


@pytest.mark.parametrize("calls", [0, 1])
def test_a_result_shares_no_memory_with_an_argument(calls):
    f = tf.function(lambda x: tf.reshape(x, [3, 1]))
    array = np.ones(3, np.float32)
    for _ in range(calls):
        f(array)
    got = f(array)
    array[:] = 7.0
    assert got.numpy().ravel().tolist() == [1.0, 1.0, 1.0]


def test_arrays_that_come_out_can_be_changed():
    kept = np.ones(2)
    f = tf.function(lambda: kept)
    f()
    f()[:] = 7.0
    assert f().tolist() == [1.0, 1.0]


def test_a_copy_of_a_tensor_is_the_tensor():
    f = tf.function(lambda x: copy.deepcopy([x, copy.copy(x)]))
    f(tf.constant(1.0))
    assert [float(t) for t in f(tf.constant(2.0))] == [2.0, 2.0]


def test_a_pickle_needs_a_value():
    f = tf.function(lambda x: pickle.loads(pickle.dumps(x)))
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match="a pickle"):
        f(tf.constant(1.0))


def test_an_iterator_is_not_read_inside():
    batches = iter(tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0]))
    for read in (lambda: next(batches), lambda: batches.get_next()):
        with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match="pass each batch"):
            tf.function(read)()
    assert float(next(batches)) == 1.0


@pytest.mark.parametrize(("c", "d", "x"), [(3e38, 4.0, 1e-30), (1e-38, 2.0**-20, 1e30), (2e38, 0.5, 1.0)])
def test_factors_are_drawn_together_only_where_their_product_is_a_number_of_full_precision(c, d, x):
    for body in (lambda x: c * (d * x), lambda x: c * (x + x)):
        f, small = tf.function(body), tf.constant([x * 1e-3])
        f(small)
        assert float(f(small)[0]) == float(body(small)[0])


def test_a_concrete_function_is_checked_for_nan():
    concrete = tf.function(tf.math.log).get_concrete_function(tf.TensorSpec([], tf.float32))
    tf.debugging.enable_check_numerics()
    try:
        with pytest.raises(tf.errors.InvalidArgumentError, match="output of log"):
            concrete(tf.constant(-1.0))
    finally:
        tf.debugging.disable_check_numerics()
