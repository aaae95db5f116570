"""Kernels do what the steps do: every op of the table, every size, special numbers, several loops."""

import threading

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import primitives as p
from tapefit.tape._primitive import REGISTRY
from tapefit.tape.function import Program, Step, Value
from tapefit.tape.function import _kernel_build as build
from tapefit.tape.function._groups import Group
from tapefit.tape.function._kernel import Kernel
from tapefit.tape.function._kernel_ops import REDUCTIONS, ROWS

pytest.importorskip("llvmlite")

# Within these units in the last place of what NumPy gives, which is itself rounded; all others are equal bit for bit.
ULPS = {"exp": 3, "expm1": 3, "log": 3, "log1p": 3, "tanh": 6, "sigmoid": 4, "softplus": 6}
SIZES = (1, 2, 7, 16, 100, 1023, 1024, 1025, 70_001)
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 1e30, -1e30, 88.8, -104.0, 1e-42)


def kernel_of(primitive, arrays, **params):
    """A kernel of one step."""
    with np.errstate(all="ignore"):
        answer = np.asarray(primitive.fn(*arrays, **params))
    values = (*(Value.like(a) for a in arrays), Value.like(answer))
    n = len(arrays)
    step = Step(primitive, tuple(range(n)), (n,), params, None)
    program = Program("one", values, tuple(range(n)), (), {}, (step,), (), (n,))
    return Kernel(program, Group((step,), tuple(range(n)), (n,))), answer


def numbers(name, dtype, n, rng):
    """Arguments of an op, with special numbers among them."""
    arrays = []
    for place in range(ROWS[name].write.__code__.co_argcount - 2):
        x = (rng.standard_normal(n) * 10 ** rng.uniform(-3, 3, n)).astype(dtype)
        special = np.array(SPECIAL, np.float64).astype(dtype)
        if n > 2 * len(SPECIAL):
            at = rng.permutation(n)[: len(SPECIAL)]
            x[at] = special
        arrays.append(rng.random(n) < 0.5 if _is_truth(name, place) else x)
    return arrays


def _is_truth(name, place):
    return ROWS[name].takes == "truth" or (ROWS[name].takes == "choice" and place == 0)


def units_apart(a, b):
    """The largest distance in units in the last place; nan and inf must be where they are."""
    np.testing.assert_array_equal(np.isnan(a), np.isnan(b))
    same = (a == b) | np.isnan(a)
    a, b = a[~same].astype(np.longdouble), b[~same]
    return 0.0 if not len(b) else float(np.max(np.abs(a - b) / np.spacing(np.abs(b))))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_each_op_equals_its_primitive(name, dtype):
    rng = np.random.default_rng(1)
    for n in (100, 1025):
        arrays = numbers(name, dtype, n, rng)
        kernel, expected = kernel_of(REGISTRY[name], arrays)
        (found,) = kernel(*arrays)
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape
        if found.dtype == bool:
            np.testing.assert_array_equal(found, expected)
        else:
            assert units_apart(found, expected) <= ULPS.get(name, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("name", "low", "high", "bound"),
    [
        ("exp", -745, 709.7, 2),
        ("expm1", -40, 709.7, 2),
        ("log", 1e-320, 1e308, 2),
        ("log", 0.5, 2, 2),
        ("log1p", -0.999999, 1, 2),
        ("log1p", 1, 1e300, 2),
        ("tanh", -25, 25, 4),
    ],
)
def test_functions_are_within_their_bound_of_the_exact_value(name, low, high, bound, dtype):
    if np.finfo(np.longdouble).nmant < 60:
        pytest.skip("needs a longer dtype than float64")
    rng = np.random.default_rng(2)
    x = rng.uniform(low, high, 40_000)
    if low > 0 and high > 1e10:
        x = np.exp(rng.uniform(np.log(low), np.log(high), 40_000))
    x = np.concatenate([x, rng.standard_normal(2000) * 10.0 ** rng.uniform(-12, -1, 2000) if low < 0 else x[:10]])
    limit = {"exp": (-103, 88), "expm1": (-40, 88)}.get(name, (-1e38, 1e38)) if dtype == np.float32 else (low, high)
    x = x[(x > limit[0]) & (x < limit[1])].astype(dtype)
    x = x[np.isfinite(x) & ((x > 0) | (low < 0))]
    kernel, _ = kernel_of(REGISTRY[name], [x])
    (found,) = kernel(x)
    exact = getattr(np, name)(x.astype(np.longdouble))
    unit = np.spacing(np.abs(exact).astype(dtype)).astype(np.longdouble)
    error = np.max(np.abs(found - exact) / unit)
    assert error <= (0.51 if dtype == np.float32 else bound)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(REDUCTIONS))
@pytest.mark.parametrize("n", SIZES)
def test_reductions_equal_the_primitive_within_the_bound(name, n, dtype):
    rng = np.random.default_rng(n)
    x = rng.standard_normal(n).astype(dtype)
    kernel, expected = kernel_of(REGISTRY[name], [x], axis=None, keepdims=False)
    (found,) = kernel(x)
    assert type(found) is dtype
    if name in ("reduce_max", "reduce_min"):
        assert found == expected
        return
    exact = np.sum(x.astype(np.longdouble)) / (n if name == "reduce_mean" else 1)
    scale = float(np.sum(np.abs(x.astype(np.longdouble)))) / (n if name == "reduce_mean" else 1)
    steps = 70 if dtype == np.float32 else 133
    assert abs(found - exact) <= steps * np.finfo(dtype).eps / 2 * scale


def test_a_long_sum_of_float32_is_exact_to_its_last_place():
    x = np.full(10_000_001, 0.1, np.float32)
    kernel, _ = kernel_of(p.reduce_sum, [x], axis=None, keepdims=False)
    exact = float(np.float32(0.1)) * len(x)
    assert abs(float(kernel(x)[0]) - exact) <= 4e-6 * exact


@pytest.mark.parametrize("name", ["reduce_max", "reduce_min", "reduce_sum", "reduce_mean"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 20, 1024, 2999])
def test_nan_and_inf_come_through_reductions(name, bad, place):
    for dtype in (np.float32, np.float64):
        x = np.linspace(-1, 1, 3000).astype(dtype)
        x[place] = bad
        kernel, expected = kernel_of(REGISTRY[name], [x], axis=None, keepdims=False)
        found = kernel(x)[0]
        if np.isfinite(expected):
            assert found == expected
        else:
            np.testing.assert_equal(float(found), float(expected))


def test_inf_and_minus_inf_add_up_to_nan():
    for dtype in (np.float32, np.float64):
        x = np.ones(5000, dtype)
        x[3], x[4000] = np.inf, -np.inf
        kernel, _ = kernel_of(p.reduce_sum, [x], axis=None, keepdims=False)
        assert np.isnan(kernel(x)[0])


@pytest.mark.parametrize("exponent", [-1, 1, 2, 3, 4])
def test_whole_powers(exponent):
    for dtype in (np.float32, np.float64):
        x = np.array([*SPECIAL, 1.7, -2.3, 3e5], dtype)

        f = tf.function(lambda t, e=exponent: tf.pow(t + 0, tf.constant(e, t.dtype)) + 1)
        first = f(tf.constant(x)).numpy()
        np.testing.assert_allclose(f(tf.constant(x)).numpy(), first, rtol=3 * np.finfo(dtype).eps)
        assert f.get_concrete_function(tf.constant(x)).kernels


def losses():
    """Losses of a line w0 x + w1 on y, of every shape that kernels meet."""
    return {
        "squares": lambda e: tf.reduce_mean(e**2),
        "huber": lambda e: tf.reduce_mean(tf.where(tf.abs(e) < 1.0, 0.5 * e**2, tf.abs(e) - 0.5)),
        "softplus": lambda e: tf.reduce_sum(tf.nn.softplus(e) - e * 0.5),
        "pinball": lambda e: tf.reduce_mean(tf.maximum(0.9 * e, -0.1 * e)),
        "largest": lambda e: tf.reduce_max(tf.abs(e)),
        "smallest of squares": lambda e: tf.reduce_min(e**2) + tf.reduce_sum(tf.tanh(e)),
        "root": lambda e: tf.sqrt(tf.reduce_sum(e**2)),
        "norm": lambda e: tf.norm(e),
        "standardised": lambda e: tf.reduce_sum(tf.abs((e - tf.reduce_mean(e)) / tf.sqrt(tf.reduce_mean(e**2)))),
        "log of sum of exp": lambda e: tf.math.log(tf.reduce_sum(tf.exp(e - tf.reduce_max(e)))),
        "cosh": lambda e: tf.reduce_mean(tf.math.log(tf.cosh(e))),
        "fractions": lambda e: tf.reduce_mean(e / (1 + tf.abs(e)) + tf.math.log1p(e**2) * tf.sigmoid(e)),
        "long way": lambda e: tf.reduce_sum(tf.exp(-(e**2)) * tf.reduce_mean(tf.exp(-(e**2)))),
    }


def step_of(loss, n, dtype, decorate):
    rng = np.random.default_rng(5)
    x, w0, w1 = tf.constant(rng.random((n, 1)), dtype), tf.Variable(0.3, dtype=dtype), tf.Variable(-0.2, dtype=dtype)
    y = tf.constant(0.5 * rng.standard_normal((n, 1)), dtype)

    def step():
        with tf.GradientTape() as tape:
            value = loss(w0 * x + w1 - y)
        g0, g1 = tape.gradient(value, [w0, w1])
        w0.assign_sub(g0 * 0.01)
        w1.assign_sub(g1 * 0.01)
        return value, g0, g1

    return decorate(step), (w0, w1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 3, 100, 2000])
@pytest.mark.parametrize("name", sorted(losses()))
def test_steps_of_descent_equal_the_eager_tape(name, n, dtype):
    eager, a = step_of(losses()[name], n, dtype, lambda f: f)
    function, b = step_of(losses()[name], n, dtype, tf.function)
    for _ in range(3):
        expected, found = eager(), function()
        for u, v in zip((*expected, *a), (*found, *b), strict=True):
            size = 1 + abs(float(u.numpy()))
            assert abs(float(u.numpy()) - float(v.numpy())) <= (2e-5 if dtype == "float32" else 1e-13) * size
    if n > 1:
        assert function.get_concrete_function().kernels


def test_what_no_kernel_knows_is_run_by_the_plan_between_kernels():
    rng = np.random.default_rng(0)
    X, y, w = tf.constant(rng.random((500, 3))), tf.constant(rng.random((500, 1))), tf.Variable(np.zeros((3, 1)))

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(X @ w) - y * (X @ w)) + 0.1 * tf.reduce_sum(w**2)
        w.assign_sub(tape.gradient(loss, w) * 0.5)
        return loss

    function = tf.function(step)
    expected = [(float(step().numpy()), w.numpy()) for _ in range(4)]
    w.assign(np.zeros((3, 1)))
    for value, weights in expected:
        np.testing.assert_allclose(float(function().numpy()), value, rtol=1e-13)
        np.testing.assert_allclose(w.numpy(), weights, rtol=1e-12)
    assert len(function.get_concrete_function().kernels) >= 1


def test_what_would_take_long_to_build_is_left_to_the_plan():
    @tf.function
    def f(x):
        y = x
        for _ in range(300):
            y = y * 1.0001 + x
        return tf.reduce_sum(y)

    x = tf.constant(np.linspace(0, 1, 50))
    assert float(f(x).numpy()) == float(f(x).numpy())
    assert f.get_concrete_function(x).kernels == []


def test_a_value_that_doubles_itself_often_is_costed_once():
    @tf.function
    def f(x):
        y = x
        for _ in range(60):
            y = y + tf.exp(-y)
        return tf.reduce_sum(y / tf.reduce_sum(y * y))

    x = tf.constant(np.linspace(0, 1, 50))
    first = float(f(x).numpy())
    assert float(f(x).numpy()) == pytest.approx(first, rel=1e-14)
    assert f.get_concrete_function(x).kernels


def test_conditions_of_one_number_and_truth_values_as_results():
    @tf.function
    def f(x, c):
        chosen = tf.where(c, x, tf.constant(2.0, x.dtype))
        both = tf.logical_and(x > 0, tf.logical_not(tf.equal(chosen, 2.0)))
        return chosen, both, tf.cast(both, tf.float32), tf.logical_or(c, tf.reduce_max(x) > 3)

    x = tf.constant(np.linspace(-2, 2, 77))
    for c in (True, False, True):
        for a, b in zip(f(x, tf.constant(c)), f.python_function(x, tf.constant(c)), strict=True):
            assert a.dtype is b.dtype
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert f.get_concrete_function(x, tf.constant(True)).kernels


def test_arrays_of_several_sizes_in_one_kernel():
    @tf.function
    def f(x, y):
        a, b = tf.reduce_sum(tf.square(x)), tf.reduce_mean(tf.exp(y))
        return a * b, x * b, y - a

    rng = np.random.default_rng(0)
    x, y = tf.constant(rng.random(33)), tf.constant(rng.random((4, 50)))
    f(x, y)
    for a, b in zip(f(x, y), f.python_function(x, y), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-14)
    assert len(f.get_concrete_function(x, y).kernels) == 1


def test_arguments_and_results_are_arrays():
    @tf.function
    def f(x, y):
        z = tf.exp(x) + y
        return z / tf.reduce_sum(z), z > 1, tf.reshape(z, [-1])

    rng = np.random.default_rng(0)
    for n in (5, 5, 5, 40):
        x, y = tf.constant(rng.random((n, 4)).astype("f")), tf.constant(rng.random((n, 4)).astype("f"))
        found, expected = f(x, y), f.python_function(x, y)
        for a, b in zip(found, expected, strict=True):
            assert a.shape == b.shape
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)
    first = f(x, y)[0].numpy().copy()
    kept = f(x, y)[0]
    f(y, x)
    np.testing.assert_array_equal(kept.numpy(), first)  # no result lies in memory that is used again


def test_arguments_that_do_not_lie_in_a_row():
    @tf.function
    def f(x):
        return tf.reduce_sum(tf.square(x) + 1.0)

    base = np.arange(60, dtype=np.float64).reshape(6, 10)
    for x in (base[:, ::2], base.T[:5].T, base[:, :5].copy()):
        for _ in range(3):
            assert float(f(tf.constant(x[:, :5])).numpy()) == float(np.sum(x[:, :5] ** 2 + 1))


def test_several_threads_call_at_once():
    x = tf.constant(np.linspace(0, 1, 20_000))

    @tf.function
    def f(a):
        return tf.reduce_sum(tf.exp(a * x)), a * x

    expected = {a: float(np.sum(np.exp(a * x.numpy()))) for a in range(8)}
    f(tf.constant(0.0, tf.float64))
    wrong = []

    def work(a):
        for _ in range(50):
            total, scaled = f(tf.constant(float(a), tf.float64))
            if abs(float(total.numpy()) / expected[a] - 1) > 1e-12 or scaled.numpy()[-1] != a:
                wrong.append(a)

    threads = [threading.Thread(target=work, args=(a,)) for a in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_the_environment_turns_kernels_off(monkeypatch):
    monkeypatch.setenv("TAPEFIT_JIT", "0")
    function, _ = step_of(losses()["squares"], 10, "float32", tf.function)
    function()
    function()
    assert not build.available()
    assert function.get_concrete_function().kernels == []


def test_a_kernel_says_what_building_it_took():
    function, _ = step_of(losses()["squares"], 10, "float32", tf.function)
    function()
    function()
    (kernel,) = function.get_concrete_function().kernels
    assert kernel.seconds > 0
    assert "13 steps in 1 loop" in str(kernel)
    assert str(kernel).endswith("ms")
