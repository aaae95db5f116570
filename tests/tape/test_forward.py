"""ForwardAccumulator: jvps by contract (A5), and the law that forward and reverse mode are transposes of each other."""

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tapefit as tf
from tapefit import nest
from tapefit.tape import REGISTRY, _pushforward
from tapefit.tape.testing import SAMPLES
from tapefit.tape.testing._domains import plane

ForwardAccumulator = tf.autodiff.ForwardAccumulator
DIFFERENTIABLE = sorted(n for n, row in REGISTRY.items() if n in SAMPLES and (row.variadic or any(row.rules)))


def jvp(f, primal, tangent, **options):
    with ForwardAccumulator(primal, tangent) as acc:
        y = f()
    return acc.jvp(y, **options)


def cases(names, complex_only=False):
    for name in names:
        for k, (shapes, params) in enumerate(SAMPLES[name].cases):
            if SAMPLES[name].complex or not complex_only:
                yield pytest.param(name, shapes, params, id=f"{name}-{k}")


def drawn(name, shapes, complex_plane):
    rng = np.random.default_rng(0)
    arrays = [domain(rng, shape) for domain, shape in zip(SAMPLES[name].domains, shapes, strict=True)]
    return [plane(rng, a.shape) if complex_plane and a.dtype.kind == "f" else a for a in arrays]


def random_like(rng, t):
    dtype = t.dtype.numpy_dtype
    values = rng.normal(size=t.shape) + (1j * rng.normal(size=t.shape) if dtype.kind == "c" else 0)
    return np.asarray(values, dtype)


def check_transposes(name, arrays, params):
    """Re <g, J t> from forward mode equals Re <J* g, t> from reverse mode, for drawn g and t."""
    params = {k: np.dtype(v) if k == "dtype" else v for k, v in params.items()}
    rng = np.random.default_rng(1)
    xs = [tf.constant(a) for a in arrays]
    sources = [x for x in xs if x.dtype.numpy_dtype.kind in "fc"]
    tangents = [random_like(rng, x) for x in sources]
    with ForwardAccumulator(sources, tangents) as acc, tf.GradientTape() as tape:
        tape.watch(sources)
        ys = [y for y in nest.flatten(REGISTRY[name](*xs, **params)) if y.dtype.numpy_dtype.kind in "fc"]
    cotangents = [random_like(rng, y) for y in ys]
    pushed = acc.jvp(ys, unconnected_gradients="zero")
    pulled = tape.gradient(ys, sources, output_gradients=cotangents, unconnected_gradients="zero")
    for y, t in zip(ys, pushed, strict=True):
        assert (t.shape, t.dtype) == (y.shape, y.dtype)
    forward = sum(np.sum(np.real(np.conj(g) * t.numpy())) for g, t in zip(cotangents, pushed, strict=True))
    reverse = sum(np.sum(np.real(np.conj(g.numpy()) * t)) for g, t in zip(pulled or [], tangents, strict=True))
    np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("name", "shapes", "params"), list(cases(DIFFERENTIABLE)))
def test_forward_mode_is_the_transpose_of_reverse_mode(name, shapes, params):
    check_transposes(name, drawn(name, shapes, False), params)


@pytest.mark.parametrize(("name", "shapes", "params"), list(cases(DIFFERENTIABLE, complex_only=True)))
def test_complex_forward_mode_is_the_transpose_of_reverse_mode(name, shapes, params):
    check_transposes(name, drawn(name, shapes, True), params)


@pytest.mark.parametrize(("name", "shapes", "params"), list(cases(sorted(_pushforward.DIAGONAL & set(DIFFERENTIABLE)))))
def test_the_short_cut_of_diagonal_rows_changes_nothing(name, shapes, params, monkeypatch):
    arrays = drawn(name, shapes, False)
    xs = [tf.constant(a) for a in arrays]
    sources = [x for x in xs if x.dtype.numpy_dtype.kind in "fc"]
    tangents = [random_like(np.random.default_rng(1), x) for x in sources]
    short = jvp(lambda: REGISTRY[name](*xs, **params), sources, tangents)
    monkeypatch.setattr(_pushforward, "DIAGONAL", frozenset())
    long = jvp(lambda: REGISTRY[name](*xs, **params), sources, tangents)
    np.testing.assert_allclose(short.numpy(), long.numpy(), rtol=1e-12, atol=1e-15)


def test_every_short_cut_is_that_of_a_row():
    assert _pushforward.DIAGONAL.issubset(REGISTRY)


def test_the_primal_has_its_tangent_and_may_be_asked_again():
    x = tf.constant([1.0, 2.0])
    acc = ForwardAccumulator(x, tf.constant([3.0, 4.0]))
    assert acc.jvp(x).numpy().tolist() == [3.0, 4.0]
    with acc:
        y = x * x
        inside = acc.jvp(y)
    assert inside.numpy().tolist() == acc.jvp(y).numpy().tolist() == [6.0, 16.0]


@pytest.mark.parametrize(("how", "wanted"), [("none", None), ("zero", [0.0, 0.0])])
@pytest.mark.parametrize("f", [tf.stop_gradient, tf.floor, lambda x: tf.constant([1.0, 2.0])])
def test_what_does_not_depend_on_the_primal(f, how, wanted):
    x = tf.constant([1.5, 2.5])
    got = jvp(lambda: f(x), x, tf.ones(2), unconnected_gradients=how)
    assert (got if got is None else got.numpy().tolist()) == wanted


def test_an_accumulator_that_was_never_entered_knows_only_its_primals():
    x = tf.constant([1.0, 2.0])
    assert ForwardAccumulator(x, tf.ones(2)).jvp(x * 2.0) is None


def test_structures_of_primals_and_targets():
    a, b = tf.Variable(2.0), tf.constant([1.0, 3.0])
    got = jvp(lambda: {"s": [a * b], "t": a * a}, {"a": a, "b": [b]}, {"a": 1.0, "b": [np.array([0.0, 1.0])]})
    assert got["s"][0].numpy().tolist() == [1.0, 5.0]
    assert float(got["t"]) == 4.0


def test_a_variable_keeps_its_tangent_when_it_is_assigned():
    v = tf.Variable(3.0)
    with ForwardAccumulator(v, 1.0) as acc:
        before = v * v
        v.assign(10.0)
        after = v * v
    assert [float(acc.jvp(t)) for t in (before, after, v)] == [6.0, 20.0, 1.0]


def test_entering_again_goes_on():
    x = tf.constant(2.0)
    acc = ForwardAccumulator(x, 1.0)
    with acc:
        y = x * x
    with acc:
        z = y * x
    assert float(acc.jvp(z)) == 12.0


@pytest.mark.parametrize(
    ("primals", "tangents", "error", "words"),
    [
        (lambda x: [x, x], lambda x: [x, x], ValueError, "multiple times"),
        (lambda x: [x], lambda x: x, ValueError, "same nested structure"),
        (lambda x: x, lambda x: tf.ones(2, tf.float64), ValueError, "requested dtype float32"),
        (lambda x: x, lambda x: tf.ones(3), ValueError, r"\(2,\), got \(3,\)"),
        (lambda x: x, lambda x: None, ValueError, "None"),
        (lambda x: 1.0, lambda x: 1.0, TypeError, "as primal, got 1.0"),
    ],
)
def test_what_an_accumulator_refuses(primals, tangents, error, words):
    x = tf.constant([1.0, 2.0])
    with pytest.raises(error, match=words):
        ForwardAccumulator(primals(x), tangents(x))


def test_an_accumulator_is_not_entered_twice():
    acc = ForwardAccumulator(tf.constant(1.0), 1.0)
    with pytest.raises(ValueError, match="already recording"), acc, acc:
        pass
    with tf.GradientTape():
        pass


@pytest.mark.parametrize("target", [None, 1.0, np.ones(2)])
def test_a_target_that_is_no_tensor_is_an_error(target):
    with pytest.raises(TypeError, match="as target"):
        ForwardAccumulator(tf.constant(1.0), 1.0).jvp(target)


def test_a_whole_number_primal_is_warned_of(caplog):
    x = tf.constant([1, 2])
    assert jvp(lambda: x * 2, x, tf.constant([1, 1])) is None
    assert "must be floating" in caplog.text


def test_over_a_tape_it_gives_hessian_vector_products():
    x = tf.Variable([1.0, 2.0])
    with ForwardAccumulator(x, tf.constant([1.0, 10.0])) as acc:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x**3) + x[0] * x[1]
        g = tape.gradient(y, x)
    assert acc.jvp(g).numpy().tolist() == [16.0, 121.0]


@pytest.mark.parametrize("order", ["tape outside", "tape inside"])
@pytest.mark.parametrize(("f", "second"), [(tf.exp, np.exp), (lambda x: tf.sin(x * x) / x, None), (tf.square, None)])
def test_a_tape_differentiates_jvps_whichever_was_opened_first(f, second, order):
    x = tf.Variable(np.array(0.7))
    acc, tape = ForwardAccumulator(x, 1.0), tf.GradientTape()
    first, then = (tape, acc) if order == "tape outside" else (acc, tape)
    with first, then:
        y = f(x)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            z = f(x)
        g = inner.gradient(z, x)
    assert float(tape.gradient(acc.jvp(y), x)) == pytest.approx(float(outer.gradient(g, x)), rel=1e-12)


def test_nested_accumulators_give_higher_derivatives():
    x = tf.constant(2.0)
    with ForwardAccumulator(x, 1.0) as a, ForwardAccumulator(x, 1.0) as b, ForwardAccumulator(x, 1.0) as c:
        y = x**5
    assert float(c.jvp(y)) == 80.0
    assert float(b.jvp(c.jvp(y))) == 160.0
    assert float(a.jvp(b.jvp(c.jvp(y)))) == 240.0


def test_perturbations_are_not_confused():
    x = tf.constant(1.0)
    with ForwardAccumulator(x, 1.0) as outer:
        y = tf.constant(1.0)
        with ForwardAccumulator(y, 1.0) as inner:
            s = x + y
        z = x * inner.jvp(s)
    assert float(outer.jvp(z)) == 1.0


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_forward_agrees_with_reverse_when_a_value_is_used_often(n):
    x = tf.constant(0.5)
    with ForwardAccumulator(x, 1.0) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x)
        z = tf.add_n([y * float(k) for k in range(n)]) * y
    assert float(acc.jvp(z)) == pytest.approx(float(tape.gradient(z, x)), rel=1e-6)


def test_other_accumulators_and_tapes_outside_of_the_block_hear_nothing():
    x = tf.constant(2.0)
    tape = tf.GradientTape(persistent=True)
    with tape, ForwardAccumulator(x, 1.0) as acc:
        y = x * x
    assert tape.gradient(y, x) is None
    assert float(acc.jvp(y)) == 4.0


def test_tangents_die_with_their_tensors_and_nothing_is_left_for_the_collector():
    gc.collect()
    gc.disable()
    try:
        x = tf.constant(np.ones(100))
        with ForwardAccumulator(x, tf.constant(np.ones(100))) as acc:
            y = x
            for _ in range(50):
                y = tf.sin(y)
        assert len(acc._live) == len(acc._refs) + 1 == 2
        refs = [weakref.ref(acc), weakref.ref(acc.jvp(y))]
        del acc, y
        assert [r() for r in refs] == [None, None]
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_large_arrays_of_which_a_tape_keeps_only_outlines():
    x = tf.constant(np.linspace(0.0, 1.0, 100_000))
    with ForwardAccumulator(x, tf.ones(100_000, tf.float64)) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_mean(tf.exp(x + 1.0) * x)
    wanted = float(tf.reduce_sum(tape.gradient(y, x)))
    assert float(acc.jvp(y)) == pytest.approx(wanted, rel=1e-12)


def test_a_gradient_function_that_leaves_the_tape_says_so():
    from tapefit.tape._primitive import Primitive

    numpy_rule = Primitive("mine", lambda x: x, (lambda g, ans, x: tf.constant(np.asarray(g) * 2.0),))
    x = tf.constant(1.0)
    with pytest.raises(LookupError, match="mine"):
        jvp(lambda: numpy_rule(x), x, 1.0)


def test_a_custom_gradient_holds_in_forward_mode_too():
    @tf.custom_gradient
    def f(x):
        return x * x, lambda g: g * 5.0 * x

    x = tf.constant([1.0, 2.0])
    assert jvp(lambda: f(x), x, tf.constant([1.0, 2.0])).numpy().tolist() == [5.0, 20.0]


def test_a_custom_gradient_in_numpy_has_no_forward_mode_and_says_so():
    @tf.custom_gradient
    def f(x):
        return x * x, lambda g: tf.constant(g.numpy() * 5.0)

    x = tf.constant(1.0)
    with pytest.raises(LookupError, match="tf ops instead of NumPy"):
        jvp(lambda: f(x), x, 1.0)


def test_loops_and_recomputed_functions_have_tangents():
    x = tf.constant(2.0)
    loop = jvp(lambda: tf.while_loop(lambda i, z: i < 3, lambda i, z: (i + 1, z * x), [0, x])[1], x, 1.0)
    assert float(loop) == 32.0
    again = tf.recompute_grad(lambda v: tf.sin(v) * v)
    assert float(jvp(lambda: again(x), x, 1.0)) == pytest.approx(np.sin(2.0) + 2.0 * np.cos(2.0), rel=1e-6)
    assert float(jvp(lambda: tf.foldl(lambda a, b: a * b, tf.stack([x, x, x])), x, 1.0)) == 12.0


STEPS = {
    "sin": tf.sin,
    "square": tf.square,
    "twice": lambda x: x * 2.0,
    "add": lambda x, y: x + y,
    "multiply": lambda x, y: x * y,
    "subtract": lambda x, y: x - y,
    "maximum": tf.maximum,
    "sum": lambda x: tf.reduce_sum(x, keepdims=True) * 0.5,
    "softmax": tf.nn.softmax,
    "gather": lambda x: tf.gather(x, [2, 0, 0]),
    "stack": lambda x, y: tf.reduce_mean(tf.stack([x, y, x]), 0),
    "stop": lambda x: tf.stop_gradient(x) + x,
}
UNARY = sorted(n for n, f in STEPS.items() if n not in ("add", "multiply", "subtract", "maximum", "stack"))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_drawn_graphs_have_the_same_derivative_forward_and_backward(data):
    x = tf.constant(np.array([0.3, -0.7, 1.1]))
    direction = np.array([1.0, -2.0, 0.5])
    with ForwardAccumulator(x, direction) as acc, tf.GradientTape() as tape:
        tape.watch(x)
        values = [x]
        for _ in range(data.draw(st.integers(1, 12))):
            name = data.draw(st.sampled_from(sorted(STEPS)))
            chosen = [values[data.draw(st.integers(0, len(values) - 1))] for _ in range(1 if name in UNARY else 2)]
            values.append(tf.tanh(STEPS[name](*chosen) + tf.zeros(3, tf.float64)))
        y = tf.reduce_sum(tf.add_n([values[data.draw(st.integers(0, len(values) - 1))] for _ in range(3)]))
    backward = float(np.sum(tape.gradient(y, x).numpy() * direction))
    assert float(acc.jvp(y)) == pytest.approx(backward, rel=1e-10, abs=1e-12)


def test_threads_do_not_hear_each_other():
    x, wrong = tf.constant(3.0), []

    def work(k):
        for _ in range(50):
            with ForwardAccumulator(x, float(k)) as acc:
                y = x * x
            if float(acc.jvp(y)) != 6.0 * k:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []
