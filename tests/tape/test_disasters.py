"""Wrong answers that other tools shipped, by number, and the tests that would have caught each of them.

The numbers are those of a list of nineteen reports about tapes, kept by the project: 1 a typo kept a test from
running; 2 products with a zero; 3 NaN from the branch not taken; 4 norms at 0; 5 ties; 6 powers; 7 sums of
exponentials; 8 duplicate indices; 9 broadcasting; 10 equal eigenvalues; 11 mutation after recording; 12 shared
buffers; 13 recursion in place of an order; 14 confused perturbations; 15 custom gradients; 16 silent None; 17 leaks;
18 threads; 19 depth.
"""

import copy
import functools
import gc
import importlib.util
import threading
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import REGISTRY
from tapefit.tape.testing import SAMPLES, check_grads

TESTS = {
    1: [
        "test_registry::test_every_row_has_samples_and_every_sample_a_row",
        "test_registry::test_the_number_of_rows_does_not_shrink",
        "test_registry::test_a_rule_that_is_off_by_a_thousandth_is_found",
        "test_public_ops::test_every_op_of_a_namespace_is_in_the_table",
        "test_disasters::test_every_report_has_tests_and_all_of_them_are_there",
    ],
    2: ["test_disasters::test_a_product_with_zeros_anywhere", "test_registry::test_gradients_at_special_points"],
    3: [
        "test_disasters::test_no_op_poisons_the_branch_that_is_taken",
        "test_special_points::test_a_branch_that_is_not_taken_poisons_nothing",
    ],
    4: ["test_special_points::test_the_gradient_at_a_special_point"],
    5: [
        "test_special_points::test_a_gradient_at_a_tie_sums_to_what_came_in",
        "test_disasters::test_a_tie_shares_what_came_in_and_makes_nothing",
    ],
    6: ["test_special_points::test_derivatives_of_whole_powers_at_any_base"],
    7: ["test_disasters::test_sums_of_exponentials_of_infinities"],
    8: [
        "test_gradient::test_duplicate_indices_add_up",
        "test_disasters::test_an_element_taken_many_times_collects_every_part",
        "test_disasters::test_nothing_taken_gives_zeros",
    ],
    9: [
        "test_registry::test_gradients_on_drawn_broadcasting_shapes",
        "test_registry::test_reductions_on_drawn_shapes_and_axes",
        "test_disasters::test_a_reduction_over_negative_axes",
        "test_disasters::test_a_gradient_has_the_shape_of_what_was_broadcast",
    ],
    10: [
        "test_disasters::test_equal_eigenvalues_and_singular_values",
    ],
    11: [
        "test_disasters::test_a_changed_array_changes_no_gradient",
        "test_disasters::test_an_assigned_variable_changes_no_gradient",
        "test_disasters::test_a_result_that_is_changed_changes_no_gradient",
        "test_variable::test_the_value_recorded_is_the_value_then",
    ],
    12: [
        "test_gradient::test_a_tensor_used_many_times_collects_every_part",
        "test_gradient::test_gradients_share_no_memory",
        "test_disasters::test_a_node_used_up_to_64_times",
        "test_disasters::test_gradients_share_memory_with_nothing",
    ],
    13: [
        "test_gradient::test_a_diamond_is_walked_once",
        "test_disasters::test_doubling_forty_times",
        "test_forward::test_drawn_graphs_have_the_same_derivative_forward_and_backward",
    ],
    14: [
        "test_jacobian::test_perturbations_are_not_confused",
        "test_forward::test_perturbations_are_not_confused",
        "test_jacobian::test_tapes_opened_in_a_loop_inside_a_tape",
        "test_disasters::test_a_derivative_within_a_function_that_is_differentiated",
    ],
    15: [
        "test_custom_gradient::test_the_number_of_gradients_must_fit",
        "test_custom_gradient::test_a_gradient_of_another_shape_is_an_error",
        "test_disasters::test_a_custom_gradient_of_another_dtype",
    ],
    16: [
        "test_explain::test_each_cause_is_found_with_its_line",
        "test_disasters::test_what_was_silently_none_elsewhere",
    ],
    17: [
        "test_memory::test_nothing_is_left_for_the_collector",
        "test_memory::test_tape_and_tensors_die_with_their_last_name",
        "test_disasters::test_memory_is_flat_over_many_steps",
        "test_disasters::test_every_row_lets_go_of_its_arguments",
    ],
    18: [
        "test_memory::test_threads_do_not_hear_each_other",
        "test_memory::test_ops_of_another_thread_are_not_recorded",
        "test_disasters::test_one_tape_asked_by_eight_threads",
    ],
    19: [
        "test_memory::test_fifty_thousand_ops_in_a_chain",
        "test_disasters::test_a_hundred_thousand_ops_deep",
    ],
}


@pytest.mark.parametrize("number", range(1, 20))
def test_every_report_has_tests_and_all_of_them_are_there(number):
    assert TESTS[number]
    for name in TESTS[number]:
        file, _, test = name.partition("::")
        text = (Path(__file__).parent / f"{file}.py").read_text(encoding="utf-8")
        assert f"\ndef {test}(" in text, name


def gradient(f, *arrays):
    xs = [tf.constant(a) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    got = [g if g is None else tf.convert_to_tensor(g).numpy() for g in tape.gradient(y, xs)]
    return got[0] if len(got) == 1 else got


# -- 2: a product with a zero ------------------------------------------------------------------

PRODUCTS = {
    "reduce_prod": tf.reduce_prod,
    "cumprod": tf.math.cumprod,
    "cumprod backwards": lambda x: tf.math.cumprod(x, reverse=True, exclusive=True),
    "np.prod": np.prod,
    "segment_prod": lambda x: tf.math.segment_prod(x, [0, 0, 0, 1, 1]),
    "unsorted_segment_prod": lambda x: tf.math.unsorted_segment_prod(x, [1, 0, 1, 1, -1], 3),
    "multiply": lambda x: x[0] * x[1] * x[2] * x[3] * x[4],
    "scan": lambda x: tf.scan(lambda a, b: a * b, x),
    "einsum": lambda x: tf.einsum("i,i,i->", x, x, x),
}
ZEROS = [(), *((i,) for i in range(5)), *((i, j) for i in range(5) for j in range(i)), (0, 1, 2, 3, 4)]


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_with_zeros_anywhere(name):
    for zeros in ZEROS:
        x = np.array([1.5, -0.5, 2.0, 0.75, -1.25])
        x[list(zeros)] = 0.0
        check_grads(PRODUCTS[name], [x])


# -- 3: NaN from the branch that is not taken --------------------------------------------------

ONE_ARGUMENT = sorted(
    n
    for n, row in REGISTRY.items()
    if len(row.rules) == 1
    and row.rules[0]
    and not SAMPLES[n].within
    and any(c == (((),), {}) for c in SAMPLES[n].cases)
)
OUTSIDE = np.array([-50.0, -5.0, -1.0, 0.0, 1.0, 5.0, 50.0])


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_no_op_poisons_the_branch_that_is_taken(name):
    if name in ("real", "imag", "angle"):
        pytest.skip("defined everywhere, for complex numbers")
    g = gradient(lambda x: tf.where(x > 1e9, REGISTRY[name](x), tf.zeros_like(x)), OUTSIDE)
    assert np.array_equal(g, np.zeros_like(OUTSIDE)), g


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x / y,
        tf.pow,
        tf.math.xlogy,
        tf.atan2,
        tf.math.xdivy,
        tf.math.floormod,
        tf.math.igamma,
        tf.math.zeta,
    ],
)
def test_no_op_of_two_arguments_poisons_the_branch_that_is_taken(f):
    x, y = (v.ravel() for v in np.meshgrid(OUTSIDE[1:-1], OUTSIDE[1:-1]))
    for g in gradient(lambda x, y: tf.where(x > 1e9, f(x, y), tf.zeros_like(x)), x, y):
        assert g is None or np.array_equal(g, np.zeros_like(g))


# -- 5: ties -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        tf.reduce_max,
        tf.reduce_min,
        lambda x: tf.maximum(x[0], x[1]) + tf.minimum(x[2], x[3]),
        lambda x: tf.math.segment_max(x, [0, 0, 0, 0]),
        lambda x: tf.math.unsorted_segment_min(x, [0, 0, 0, 0], 1),
        lambda x: tf.math.top_k(x, 1)[0],
        lambda x: tf.sort(x)[1],
        lambda x: tf.clip_by_value(x, 2.0, 3.0),
        lambda x: tf.nn.relu(x - 2.0),
        lambda x: tf.abs(x - 2.0),
        lambda x: tf.tensor_scatter_nd_max(x, [[0], [0]], tf.stack([x[1], x[2]])),
        lambda x: np.max(x),
    ],
)
def test_a_tie_shares_what_came_in_and_makes_nothing(f):
    g = gradient(lambda x: tf.reduce_sum(f(x)), np.full(4, 2.0))
    outputs = int(np.size(f(tf.constant(np.full(4, 2.0))).numpy()))
    assert np.all(g >= 0)
    assert 0 <= g.sum() <= max(outputs, 2)


# -- 7: sums of exponentials -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "wanted"),
    [
        ([-np.inf, -np.inf], [0.5, 0.5]),
        ([-np.inf, 0.0], [0.0, 1.0]),
        ([np.inf, 0.0], [1.0, 0.0]),
        ([1e300, -1e300], [1.0, 0.0]),
        ([-1e300, -1e300], [0.5, 0.5]),
    ],
)
def test_sums_of_exponentials_of_infinities(x, wanted):
    assert gradient(tf.reduce_logsumexp, np.array(x)).tolist() == wanted
    if np.all(np.isfinite(x)):
        assert gradient(lambda t: -tf.nn.log_softmax(t)[0], np.array(x)).tolist() == [wanted[0] - 1, wanted[1]]


def test_a_masked_sum_of_exponentials():
    x, mask = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [False, False]])
    g = gradient(lambda t: tf.reduce_logsumexp(tf.where(mask, t, -np.inf), axis=1)[0], x)
    assert g.tolist() == [[1.0, 0.0], [0.0, 0.0]]


# -- 8: duplicate indices ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "take",
    [
        lambda x: tf.gather(x, [0, 0, 2, 0]),
        lambda x: tf.gather_nd(x, [[0], [0], [2], [0]]),
        lambda x: tf.nn.embedding_lookup(x, [0, 0, 2, 0]),
        lambda x: tf.stack([x[0], x[-3], x[-1], x[0]]),
        lambda x: tf.concat([x[:1], x[:1], x[2:], x[0:1]], 0),
        lambda x: tf.repeat(x, [3, 0, 1]),
        lambda x: tf.gather(x[None], [[0, 0, 2, 0]], batch_dims=1),
        lambda x: np.take(x, [0, 0, 2, 0]),
        lambda x: tf.gather(x, np.array([0, 0, 2, 0], np.int8)),
        lambda x: tf.boolean_mask(tf.tile(x, [3]), [True, False, False, True, False, True, True, False, False]),
    ],
)
def test_an_element_taken_many_times_collects_every_part(take):
    assert gradient(take, np.array([5.0, 6.0, 7.0])).tolist() == [3.0, 0.0, 1.0]


@pytest.mark.parametrize(
    "take",
    [
        lambda x: tf.gather(x, np.zeros(0, int)),
        lambda x: tf.gather_nd(x, np.zeros((0, 1), int)),
        lambda x: x[3:],
        lambda x: tf.boolean_mask(x, [False] * 3),
        lambda x: tf.math.unsorted_segment_max(x, [-1, -1, -1], 2),
        lambda x: tf.math.unsorted_segment_prod(x, [-1, -1, -1], 2),
        lambda x: tf.repeat(x, 0),
        lambda x: tf.math.segment_prod(x[:0], []),
        lambda x: tf.math.unsorted_segment_sum(x[:0], [], 2),
    ],
)
def test_nothing_taken_gives_zeros(take):
    assert gradient(take, np.array([5.0, 6.0, 7.0])).tolist() == [0.0, 0.0, 0.0]


def test_numbers_of_segments_are_whole():
    with pytest.raises(TypeError, match="whole numbers"):
        tf.math.segment_max([1.0, 2.0], [0.0, 1.0])


# -- 9: broadcasting ---------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [-1, -3, (-1, 0), (0, -2), [2, -3], (-1, -2, -3), ()])
@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "prod", "logsumexp"])
def test_a_reduction_over_negative_axes(reduce, axis):
    x = np.random.default_rng(0).permutation(24).reshape(2, 3, 4) * 0.1 + 0.5
    check_grads(lambda t: getattr(tf, f"reduce_{reduce}")(t, axis=axis), [x], order=1)


@pytest.mark.parametrize(
    "shapes", [((3, 1), (1, 4)), ((1,), (2, 3)), ((), (2, 1)), ((2, 1, 3), (4, 1)), ((0, 1), (3,))]
)
def test_a_gradient_has_the_shape_of_what_was_broadcast(shapes):
    arrays = [np.random.default_rng(1).uniform(0.5, 1.5, s) for s in shapes]
    for f in (tf.add, tf.subtract, tf.multiply, tf.divide, tf.pow, tf.maximum, tf.atan2, tf.where):
        op = (lambda x, y: tf.where(x > 1.0, x, y)) if f is tf.where else f
        assert [g.shape for g in gradient(op, *arrays)] == list(shapes)


# -- 10: equal eigenvalues ---------------------------------------------------------------------


@pytest.mark.parametrize("a", [np.eye(3), np.diag([2.0, 2.0, 5.0]), np.zeros((2, 2)), -np.eye(2)])
def test_equal_eigenvalues_and_singular_values(a):
    symmetric = lambda x: 0.5 * (x + tf.transpose(x))
    for f in (
        lambda x: tf.linalg.eigvalsh(symmetric(x)),
        lambda x: tf.linalg.eigh(symmetric(x))[1],
        lambda x: tf.linalg.svd(x, compute_uv=False),
        lambda x: list(tf.linalg.svd(x)),
    ):
        assert np.all(np.isfinite(gradient(f, a)))
    check_grads(lambda x: tf.reduce_sum(tf.linalg.eigvalsh(symmetric(x)) ** 2), [a], order=1)


# -- 11: mutation after recording --------------------------------------------------------------


@pytest.mark.parametrize("use", [lambda x, a: x * a, lambda x, a: a * x, lambda x, a: tf.multiply(x, tf.constant(a))])
@pytest.mark.parametrize("view", [lambda a: a, lambda a: a[::2], lambda a: a.reshape(2, -1)[0], lambda a: a[None]])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_changed_array_changes_no_gradient(use, view, dtype):
    a = np.arange(1.0, 9.0).astype(dtype)
    part = view(a)
    wanted = part.copy()
    x = tf.Variable(np.ones(part.shape, dtype))
    with tf.GradientTape() as tape:
        y = use(x, part)
    a *= 100.0
    assert np.array_equal(tape.gradient(y, x).numpy(), wanted)


def test_an_array_that_became_a_tensor_or_a_variable_may_change():
    a = np.array([1.0, 2.0, 3.0])
    t, v, kept = tf.constant(a), tf.Variable(a), tf.convert_to_tensor(a)
    a[:] = -1.0
    assert t.numpy().tolist() == v.numpy().tolist() == kept.numpy().tolist() == [1.0, 2.0, 3.0]


def test_indices_and_masks_that_are_changed_change_no_gradient():
    places, mask, weights = np.array([0, 2]), np.array([True, False, True]), np.array([1.0, 0.0, 1.0])
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(x, places)) + tf.reduce_sum(tf.boolean_mask(x, mask))
        y = y + tf.reduce_sum(tf.where(mask, x, 0.0)) + tf.reduce_sum(x[tf.constant(mask)])
        y = y + tf.reduce_sum(tf.math.unsorted_segment_sum(x, places[[0, 0, 1]], 3)[:1])
        y = y + tf.reduce_sum(x * weights)
    places[:], mask[:], weights[:] = 1, False, 50.0
    assert tf.convert_to_tensor(tape.gradient(y, x)).numpy().tolist() == [6.0, 1.0, 5.0]


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.assign([9.0, 9.0]),
        lambda v: v.assign_add([9.0, 9.0]),
        lambda v: v.assign_sub([9.0, 9.0]),
        lambda v: v[0].assign(9.0),
        lambda v: tf.optimizers.SGD(0.1).apply_gradients([(tf.ones(2), v)]),
    ],
)
def test_an_assigned_variable_changes_no_gradient(change):
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = v * v
    change(v)
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 4.0]


def test_a_result_that_is_changed_changes_no_gradient():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.exp(x)
        z = y * y
    for array in (y.numpy(), np.asarray(y), x.numpy(), np.array(x), tape.gradient(z, y).numpy()):
        array[:] = -7.0
    g = tape.gradient(z, x).numpy()
    g[:] = 3.0
    np.testing.assert_allclose(tape.gradient(z, x).numpy(), 2 * np.exp([2.0, 4.0]), rtol=1e-6)


def test_an_array_to_write_into_is_refused():
    x, out = tf.Variable([1.0, 2.0]), np.zeros(2)
    with tf.GradientTape(), pytest.raises(TypeError, match="out"):
        np.multiply(x, 2.0, out=out)
    assert out.tolist() == [0.0, 0.0]


# -- 12: shared buffers ------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(1, 65))
def test_a_node_used_up_to_64_times(n):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * 3.0
        total = y
        for k in range(1, n):
            total = total + (y if k % 3 == 0 else y * float(k) if k % 3 == 1 else tf.identity(y))
    wanted = 1 + sum(1.0 if k % 3 != 1 else float(k) for k in range(1, n))
    for _ in range(2):
        assert tape.gradient(total, y).numpy().tolist() == [wanted] * 2
        assert tape.gradient(total, x).numpy().tolist() == [3 * wanted] * 2


def test_gradients_share_memory_with_nothing():
    x, w, b = (tf.Variable(np.ones(5000) * k) for k in (1.0, 2.0, 3.0))
    with tf.GradientTape(persistent=True) as tape:
        y = x + w + tf.identity(b) + tf.reshape(x, [50, 100])[:, :1][0]
        z = tf.concat([y, w], 0)
    weights = tf.constant(np.ones(10000))
    found = tape.gradient(z, [x, w, b, y, z, x], output_gradients=weights)
    found += tape.gradient(y, [x, w, b, y])
    arrays = [g._array for g in found]
    held = [v._value._array for v in (x, w, b)] + [y._array, z._array, weights._array]
    for copied in (g.numpy() for g in found):
        assert not any(np.shares_memory(copied, other) for other in held + arrays)
    before = [a.copy() for a in arrays]
    found[0].numpy()[:] = 77.0
    assert all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True))


# -- 13, 14: order and confusion ---------------------------------------------------------------


def test_doubling_forty_times():
    x = tf.Variable(1.0, dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(40):
            y = y + y
    assert float(tape.gradient(y, x)) == 2.0**40  # a walk along every path would never end


def test_a_derivative_within_a_function_that_is_differentiated():
    def derivative(f):
        def g(x):
            with tf.GradientTape() as tape:
                own = tf.identity(x)  # a tensor is known by what it is, not by its value
                tape.watch(own)
                y = f(own)
            return tape.gradient(y, own, unconnected_gradients="zero")

        return g

    one = tf.constant(1.0)
    assert float(derivative(lambda x: x * derivative(lambda y: x + y)(x))(one)) == 1.0
    assert float(derivative(lambda x: x * derivative(lambda y: x * y * y)(tf.constant(3.0)))(one)) == 12.0
    assert float(derivative(lambda x: derivative(lambda y: derivative(lambda z: x * y * z)(y))(x))(one)) == 1.0


# -- 15, 16: custom gradients, silent None -----------------------------------------------------


def test_a_custom_gradient_of_another_dtype():
    @tf.custom_gradient
    def f(x):
        return x * x, lambda g: np.float64(3.0) * np.ones(2) * g.numpy()

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = f(x)
    g = tape.gradient(y, x)
    assert (g.dtype, g.numpy().tolist()) == (tf.float32, [3.0, 3.0])


def test_what_was_silently_none_elsewhere():
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = np.sin(v) * np.exp(v)
    np.testing.assert_allclose(
        tape.gradient(y, v).numpy(), np.exp([1.0, 2.0]) * (np.sin([1.0, 2.0]) + np.cos([1.0, 2.0])), rtol=1e-6
    )
    with tf.GradientTape() as tape, pytest.raises(TypeError, match=r"np\.frexp has no tape op"):
        np.frexp(v)
    whole = tf.Variable([1, 2])
    with tf.GradientTape() as tape:
        y = tf.cast(whole, tf.float32) ** 2
    with pytest.raises(ValueError, match="int32"):
        tape.gradient(y, whole, on_none="explain")


# -- 17: leaks ---------------------------------------------------------------------------------


def bytes_of_arrays():
    snapshot = tracemalloc.take_snapshot()
    arrays = snapshot.filter_traces([tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)])
    return sum(trace.size for trace in arrays.traces)


def test_memory_is_flat_over_many_steps():
    x, w = tf.Variable(np.ones((50, 20))), tf.Variable(np.zeros((20, 1)))

    def step():
        with tf.GradientTape() as outer:
            with tf.GradientTape(persistent=True) as tape:
                loss = tf.reduce_mean(tf.square(x @ w - 1.0)) + tf.reduce_sum(tf.gather(w, [0, 0]))
            g = tape.gradient(loss, w)
        outer.gradient(tf.convert_to_tensor(g), w)
        tape.jacobian(loss, w)
        w.assign_sub(0.01 * g)
        w[0].assign([0.5])

    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        for k in range(300):
            step()
            if k == 10:
                before = bytes_of_arrays()
        assert bytes_of_arrays() - before < w.numpy().nbytes
    finally:
        tracemalloc.stop()
        gc.enable()


@functools.cache
def registry_tests():
    spec = importlib.util.spec_from_file_location("registry_tests", Path(__file__).parent / "test_registry.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(n for n, row in REGISTRY.items() if row.variadic or any(row.rules)))
def test_every_row_lets_go_of_its_arguments(name):
    registry = registry_tests()
    shapes, params = SAMPLES[name].cases[0]
    xs = [tf.constant(a) for a in registry.drawn(name, shapes)]
    gc.disable()
    try:
        with tf.GradientTape() as tape:
            tape.watch(registry.smooth(xs))
            ys = [y for y in tf.nest.flatten(registry.op_of(name, params)(*xs)) if y.dtype.is_floating]
        tape.gradient(ys, registry.smooth(xs)) if ys else None
        refs = [weakref.ref(t) for t in [*xs, *ys, tape]]
        xs = ys = tape = None
        assert [r() for r in refs] == [None] * len(refs)
    finally:
        gc.enable()


# -- 18, 19: threads, depth --------------------------------------------------------------------


def test_one_tape_asked_by_eight_threads():
    x = tf.Variable(np.linspace(0.1, 1.0, 50))
    with tf.GradientTape(persistent=True) as tape:
        y = x
        for _ in range(30):
            y = tf.sin(y) + x
    wanted, wrong = tape.gradient(y, x).numpy(), []

    def ask():
        for _ in range(25):
            wrong.extend(np.flatnonzero(tape.gradient(y, x).numpy() != wanted))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_a_hundred_thousand_ops_deep():
    x = tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x
        for _ in range(100_000):
            y = y + x
    assert float(tape.gradient(y, x)) == 100_001.0
    assert float(tape.jacobian(y, x)) == 100_001.0
    assert float(copy.deepcopy(y)) == 100_001.0
    ref = weakref.ref(tape)
    del tape, y
    assert ref() is None
