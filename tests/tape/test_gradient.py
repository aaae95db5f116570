"""Targets, sources, weights and what comes back (contract A3)."""

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import tapefit as tf

Pair = namedtuple("Pair", "first second")


@pytest.fixture
def x():
    return tf.Variable([1.0, 2.0])


def gradient(f, *variables, **options):
    with tf.GradientTape() as tape:
        y = f(*variables)
    return tape.gradient(y, variables[0] if len(variables) == 1 else list(variables), **options)


def listed(g):
    return None if g is None else g.numpy().tolist()


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: x * x, [2.0, 4.0]),
        (lambda x: [x * x, x * 3.0], [5.0, 7.0]),
        (lambda x: {"a": x * x, "b": [(x,)]}, [3.0, 5.0]),
        (lambda x: [y := x * x, y], [4.0, 8.0]),
        (lambda x: x, [1.0, 1.0]),
        (lambda x: [x, x * x], [3.0, 5.0]),
        (lambda x: tf.reduce_sum(x) * x, [6.0, 6.0]),
        (lambda x: tf.constant(1.0), None),
    ],
)
def test_targets_of_any_shape_and_structure_are_summed(f, expected, x):
    assert listed(gradient(f, x)) == expected


def test_a_target_that_is_a_variable_has_ones_even_if_it_was_never_read(x):
    with tf.GradientTape() as tape:
        pass
    assert listed(tape.gradient(x, x)) == [1.0, 1.0]


def test_a_target_variable_does_not_depend_on_another(x):
    w = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        w * x
    assert tape.gradient(w, x) is None


def test_swapped_arguments_give_none(x):
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(x, y) is None


@pytest.mark.parametrize(
    "structure",
    [
        lambda a, b: [a, b],
        lambda a, b: (a, b),
        lambda a, b: {"z": a, "a": b},
        lambda a, b: OrderedDict(z=a, a=b),
        lambda a, b: Pair(a, b),
        lambda a, b: [a, {"k": (b,)}],
        lambda a, b: [a, a],
        lambda a, b: [],
    ],
)
def test_the_result_has_the_structure_of_the_sources(structure):
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = a * b
    sources = structure(a, b)
    result = tape.gradient(y, sources)
    assert type(result) is type(sources)
    tf.nest.assert_same_structure(result, sources)
    wanted = {id(a): 3.0, id(b): 2.0}
    for g, s in zip(tf.nest.flatten(result), tf.nest.flatten(sources), strict=True):
        assert float(g) == wanted[id(s)]
    if isinstance(sources, dict):
        assert list(result) == list(sources)


def test_no_target_gives_none(x):
    with tf.GradientTape() as tape:
        x * x
    assert tape.gradient([], x) is None


@pytest.mark.parametrize("bad", [None, 5.0, np.ones(2), "s", {1.0}, iter([1]), object()])
@pytest.mark.parametrize("where", ["target", "source"])
def test_what_a_tape_cannot_follow_is_a_type_error_that_says_what_to_do(bad, where, x):
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(TypeError, match=r"got .*[a-z]\.$"):
        tape.gradient(*((bad, x) if where == "target" else (y, bad)))


@pytest.mark.parametrize("bad", [[None], [1.0]])
def test_a_bad_leaf_is_found(bad, x):
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    with pytest.raises(TypeError, match="as target"):
        tape.gradient([y, *bad], x)
    with pytest.raises(TypeError, match="as source"):
        tape.gradient(y, [x, *bad])


@pytest.mark.parametrize("zero", ["zero", tf.UnconnectedGradients.ZERO])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "complex64"])
def test_unconnected_zero_has_the_shape_and_dtype_of_the_source(zero, dtype, x):
    other = tf.Variable(np.ones((2, 3)), dtype=dtype)
    g = gradient(lambda x, other: x * x, x, other, unconnected_gradients=zero)[1]
    assert (tuple(g.shape), g.dtype.name, float(np.sum(g.numpy().real))) == ((2, 3), dtype, 0.0)


@pytest.mark.parametrize("none", ["none", tf.UnconnectedGradients.NONE])
def test_unconnected_none(none, x):
    assert gradient(lambda x, y: x * x, x, tf.Variable(1.0), unconnected_gradients=none)[1] is None


def test_another_word_for_unconnected_is_an_error(x):
    with pytest.raises(ValueError, match="'foo'"):
        gradient(lambda x: x, x, unconnected_gradients="foo")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (tf.constant([1.0, 10.0]), [2.0, 40.0]),
        (np.array([1.0, 10.0], np.float32), [2.0, 40.0]),
        ([1.0, 10.0], None),
        ([[1.0, 10.0]], None),
        ([tf.constant([1.0, 10.0])], [2.0, 40.0]),
        (None, [2.0, 4.0]),
    ],
)
def test_output_gradients_weigh_the_target(weights, expected, x):
    if expected is None:
        with pytest.raises(ValueError, match="2 entries but there are 1 targets"):
            gradient(lambda x: x * x, x, output_gradients=weights)
    else:
        assert listed(gradient(lambda x: x * x, x, output_gradients=weights)) == expected


def test_missing_or_none_output_gradients_are_ones(x):
    assert listed(gradient(lambda x: [x * x, x * 3.0], x, output_gradients=[tf.constant([2.0, 2.0])])) == [7.0, 11.0]
    twice = tf.constant([2.0, 2.0])
    assert listed(gradient(lambda x: [x * x, x * 3.0], x, output_gradients=[None, twice])) == [8.0, 10.0]


@pytest.mark.parametrize(
    "bad", [tf.constant(1.0), tf.constant([1.0, 2.0, 3.0]), tf.ones((2, 2)), tf.constant([1.0, 2.0], tf.float64)]
)
def test_an_output_gradient_of_another_shape_or_dtype_is_an_error(bad, x):
    with pytest.raises(ValueError, match="shape and dtype of its target"):
        gradient(lambda x: tf.exp(x), x, output_gradients=bad)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
def test_a_gradient_is_a_tensor_of_its_sources_dtype(dtype):
    x = tf.Variable(2, dtype=dtype)
    g = gradient(lambda x: x * x, x)
    assert type(g) is tf.Tensor
    assert g.dtype == dtype


def test_gradients_share_no_memory():
    a, b = tf.Variable(np.ones(4)), tf.Variable(np.ones(4))
    seed = np.ones(4)
    with tf.GradientTape(persistent=True) as tape:
        y = a + b
    ga, gb = tape.gradient(y, [a, b], output_gradients=seed)
    for g in (ga, gb):
        array = g.numpy()
        array[:] = 7.0
        assert not np.shares_memory(array, g.numpy())
        assert not np.shares_memory(seed, g._array)
    seed[:] = 9.0
    assert listed(ga) == listed(gb) == listed(tape.gradient(y, a)) == [1.0] * 4


# -- the ways to a gradient of None, none of which is an error -------------------------------------


def _constant(tape):
    x = tf.constant(2.0)
    return x * x, x


def _not_trainable(tape):
    x = tf.Variable(2.0, trainable=False)
    return x * x, x


def _whole_source(tape):
    x = tf.Variable(2)
    return tf.cast(x, tf.float32) * 2.0, x


def _cast(tape):
    x = tf.Variable(2.0)
    return tf.cast(tf.cast(x, tf.int32), tf.float32), x


def _rounded(tape):
    x = tf.Variable(2.4)
    return tf.floor(x) + tf.round(x) + tf.math.ceil(x) + x // 1.0, x


def _argmax(tape):
    x = tf.Variable([2.0, 1.0])
    return tf.cast(tf.argmax(x), tf.float32), x


def _compared(tape):
    x = tf.Variable(2.0)
    return tf.cast(x > 1.0, tf.float32), x


def _numpy_round_trip(tape):
    x = tf.Variable(2.0)
    return tf.constant(x.numpy()) * 2.0, x


def _stopped(tape):
    x = tf.Variable(2.0)
    return tf.stop_gradient(x * x) * 3.0, x


def _overwritten(tape):
    x = tf.Variable(2.0)
    y = x * x
    x = tf.Variable(2.0) + 1.0
    return y, x


def _copied(tape):
    x = tf.Variable(2.0)
    return tf.Variable(x * x) * 2.0, x


def _assigned(tape):
    x, w = tf.Variable(2.0), tf.Variable(5.0)
    x.assign(w * 2.0)
    return x * x, w


def _sliced_anew(tape):
    x = tf.Variable([2.0, 3.0])
    return x[0] * 2.0, x[0]


def _one_hot(tape):
    x = tf.Variable(2.0)
    return tf.one_hot([0, 1], 2, on_value=x), x


@pytest.mark.parametrize(
    "make",
    [
        _constant, _not_trainable, _whole_source, _cast, _rounded, _argmax, _compared, _numpy_round_trip, _stopped,
        _overwritten, _copied, _assigned, _sliced_anew, _one_hot,
    ],
)  # fmt: skip
def test_a_path_that_is_cut_gives_none(make):
    with tf.GradientTape() as tape:
        y, x = make(tape)
    assert tape.gradient(y, x) is None


def test_an_op_after_the_block_gives_none(x):
    with tf.GradientTape() as tape:
        pass
    assert tape.gradient(x * x, x) is None


def test_the_sign_has_the_gradient_zero_and_not_none():
    assert float(gradient(tf.sign, tf.Variable(2.0))) == 0.0


def test_the_remainder_is_differentiable():
    assert [float(g) for g in gradient(lambda a, b: a % b, tf.Variable(7.0), tf.Variable(2.0))] == [1.0, -3.0]


@pytest.mark.parametrize("n", [*range(1, 65)])
def test_a_tensor_used_many_times_collects_every_part(n):
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = tf.add_n([y * float(k) for k in range(1, n + 1)])
    assert float(tape.gradient(z, x)) == 4.0 * n * (n + 1) / 2


def test_a_diamond_is_walked_once():
    a = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        b = a + a
        c = b + b
        d = c * b
    assert float(tape.gradient(d, a)) == 16.0


def test_duplicate_indices_add_up():
    x = tf.Variable([1.0, 2.0, 3.0])
    assert listed(gradient(lambda x: tf.gather(x, [0, 0, 2]), x)) == [2.0, 0.0, 1.0]
    assert listed(gradient(lambda x: tf.gather(x, np.zeros(0, np.int32)), x)) == [0.0, 0.0, 0.0]
