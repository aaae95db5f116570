"""check_numerics: the first op, forward or backward, whose result is not finite, with its inputs and line."""

import inspect

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError
from tapefit.tape._stack import stack


@pytest.fixture
def checking():
    tf.debugging.enable_check_numerics()
    yield
    tf.debugging.disable_check_numerics()


def here():
    return inspect.currentframe().f_back.f_lineno


def test_the_first_op_forward(checking):
    x = tf.constant([0.0, 1.0])
    with pytest.raises(InvalidArgumentError) as caught:
        tf.math.log(x) * 0.0
    first, *rest = str(caught.value).splitlines()
    line = caught.tb.tb_lineno
    assert first == (
        f'Detected Infinity or NaN in the output of log: 1 -inf among 2 elements, File "{__file__}", line {line}'
    )
    assert rest == ["    tf.math.log(x) * 0.0", "  input 0: float32[2] [0. 1.]"]


def test_the_first_op_backward_with_the_line_of_its_forward_step(checking):
    x = tf.Variable([0.0, 4.0])
    with tf.GradientTape() as tape:
        root, line = tf.sqrt(x), here()
        y = tf.reduce_sum(root * 3.0)
    with pytest.raises(InvalidArgumentError) as caught:
        tape.gradient(y, x)
    text = str(caught.value)
    assert "in the gradient of sqrt with respect to its argument 0: 1 inf among 2 elements" in text
    assert f'File "{__file__}", line {line}' in text
    assert "input 0: float32[2] [0. 4.]" in text
    assert "cotangent: float32[2] [3. 3.]" in text


def test_steps_inside_of_a_rule_may_be_infinite_where_they_are_masked(checking):
    x = tf.Variable([-1.0, 4.0])
    with tf.GradientTape() as tape:
        safe = tf.where(x > 0.0, x, 1.0)
        y = tf.reduce_sum(tf.where(x > 0.0, tf.sqrt(safe), 0.0) + safe**0.0)
    assert tape.gradient(y, x).numpy().tolist() == [0.0, 0.25]


def test_data_that_are_not_finite_are_named_where_they_are_first_used(checking):
    data = tf.constant([np.inf, 1.0])
    moved = tf.reshape(tf.concat([data, data], 0), [2, 2])[0]
    with pytest.raises(InvalidArgumentError, match=r"output of add(.|\n)*input 0: .*, not finite already"):
        moved + 1.0


@pytest.mark.parametrize(
    ("value", "kind"), [(np.nan, "NaN"), (np.inf, "-inf"), (-np.inf, "inf"), (complex(np.nan, 1.0), "NaN")]
)
def test_every_kind_is_counted(checking, value, kind):
    with pytest.raises(InvalidArgumentError, match=f"output of negative: 1 {kind} among 2"):
        -tf.constant(np.array([value, 1.0]))


def test_gradients_are_the_same_while_it_is_on(checking):
    x = tf.Variable([0.5, 1.5])

    def f():
        return tf.reduce_sum(tf.sin(x) * x / (x + 1.0))

    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = f()
        g = tape.gradient(y, x)
    second = outer.jacobian(g, x).numpy()
    tf.debugging.disable_check_numerics()
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = f()
        wanted = tape.gradient(y, x)
    np.testing.assert_array_equal(g.numpy(), wanted.numpy())
    np.testing.assert_array_equal(second, outer.jacobian(wanted, x).numpy())


def test_forward_mode_and_printing_go_on_while_it_is_on(checking):
    x = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(x, 1.0) as acc, tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_max(tf.stack([x, x * x]))
    assert float(acc.jvp(y)) == float(tape.gradient(y, x)) == 4.0
    assert "| 4" in str(tape)


def test_turning_it_on_twice_and_off_twice():
    tf.debugging.enable_check_numerics()
    tf.debugging.enable_check_numerics(stack_height_limit=5, path_length_limit=5)
    assert len(stack.tapes) == 1
    tf.debugging.disable_check_numerics()
    tf.debugging.disable_check_numerics()
    assert (stack.tapes, stack.check) == ([], None)
    assert tf.math.log(tf.constant(0.0)).numpy() == -np.inf


def test_a_tape_opened_before_is_checked_too():
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    tf.debugging.enable_check_numerics()
    try:
        with pytest.raises(InvalidArgumentError, match="gradient of sqrt"):
            tape.gradient(y, x)
    finally:
        tf.debugging.disable_check_numerics()


@pytest.mark.parametrize(
    ("values", "words"),
    [([np.inf, 1.0], "note : Tensor had Inf values"), ([np.nan, np.inf], "Inf and NaN"), ([np.nan, 0.0], "had NaN")],
)
def test_the_op_that_checks_one_tensor(values, words):
    with pytest.raises(InvalidArgumentError, match=words):
        tf.debugging.check_numerics(tf.constant(values), "note")


def test_the_op_checks_the_gradient_that_flows_back_through_it():
    x = tf.Variable([0.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.sqrt(tf.debugging.check_numerics(x, "note"))
    with pytest.raises(InvalidArgumentError, match=r"detected in gradient. note : Tensor had Inf"):
        tape.gradient(y, x)


def test_an_empty_segment_is_no_infinity(checking):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.math.unsorted_segment_max(x, [0, 0], 2)[0] + tf.math.segment_min(x, [0, 1])[1]
    assert tape.gradient(y, x).numpy().tolist() == [0.0, 2.0]
