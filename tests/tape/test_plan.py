"""A sweep that repeats is written out as a plan; what it gives is what the loop over the records gives."""

import contextlib
import functools

import numpy as np
import pytest

import tapefit as tf
from tapefit.tape import REGISTRY, _gradient_tape, _plan
from tapefit.tape.testing import SAMPLES

OFTEN = _plan._REPEATS + 2
DIFFERENTIABLE = sorted(n for n, row in REGISTRY.items() if row.variadic or any(row.rules))


@pytest.fixture(autouse=True)
def no_plans():
    _plan._plans.clear()
    _plan._met.clear()


@pytest.fixture
def no_sweep(monkeypatch):
    """What forbids the loop over the records from here on."""

    def refuse(*_):
        raise AssertionError("the records were swept")

    return lambda: monkeypatch.setattr(_gradient_tape, "sweep", refuse)


def gradients(f, sources, **options):
    with tf.GradientTape(**options) as tape:
        tape.watch(sources)
        y = f(*sources)
    return tape.gradient(y, sources)


def same(found, expected):
    for g, e in zip(found, expected, strict=True):
        assert (g is None) == (e is None)
        if g is not None:
            assert g.dtype is e.dtype
            assert g.shape == e.shape
            assert g.numpy().tobytes() == e.numpy().tobytes()


def planned(f, make, n=OFTEN):
    """Gradients of `f` at n draws, the last by a plan if there is one; each beside those of a persistent tape."""
    for k in range(n):
        sources = make(k)
        same(gradients(f, sources), gradients(f, sources, persistent=True))


def count():
    return sum(map(len, _plan._plans.values()))


def drawn(name, shapes, k):
    rng = np.random.default_rng(k)
    return [domain(rng, shape) for domain, shape in zip(SAMPLES[name].domains, shapes, strict=True)]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_every_row_by_a_plan_equals_the_sweep_bit_for_bit(name):
    sample = SAMPLES[name]
    for shapes, given in sample.cases[:4]:
        params = {k: np.dtype(v) if k == "dtype" else v for k, v in given.items()}
        row = functools.partial(REGISTRY[name], **params)
        op = sample.within(row) if sample.within else row
        values = drawn(name, shapes, 0)
        floats = [i for i, v in enumerate(values) if v.dtype.kind == "f"]

        def total(*sources, op=op, values=values, floats=floats):
            args = [tf.constant(v) for v in values]
            for i, s in zip(floats, sources, strict=True):
                args[i] = s
            outputs = tf.nest.flatten(op(*args))
            return tf.add_n([tf.reduce_sum(y * 1.5) for y in outputs if y.dtype.is_floating] or [tf.constant(0.0)])

        planned(total, lambda k, values=values, floats=floats: [tf.constant(values[i]) for i in floats])


def test_most_rows_have_plans():
    without = []
    for name in DIFFERENTIABLE:
        before = count()
        test_every_row_by_a_plan_equals_the_sweep_bit_for_bit(name)
        if count() == before:
            without.append(name)
    assert len(without) <= 23, without


def test_the_documents_step_is_planned(no_sweep):
    x, y = tf.constant([[1.0], [2.0], [3.0]]), tf.constant([[2.0], [3.0], [5.0]])
    w0, w1 = tf.Variable(0.5), tf.Variable(0.25)
    expected = gradients(lambda w0, w1: tf.reduce_mean((w0 * x + w1 - y) ** 2), [w0, w1])
    for k in range(2 * OFTEN):
        if k == OFTEN:
            no_sweep()
        same(gradients(lambda w0, w1: tf.reduce_mean((w0 * x + w1 - y) ** 2), [w0, w1]), expected)


def test_one_plan_serves_all_shapes_and_dtypes():
    def f(a, b):
        return tf.reduce_sum(a * b + b)

    shapes = [((), ()), ((3,), ()), ((), (3,)), ((2, 3), (3,)), ((3, 1), (1, 4)), ((0, 2), (2,)), ((2, 2), (2, 2))]
    for dtype in ("float32", "float64", "float16", "complex64"):
        for one, two in shapes * 3:
            rng = np.random.default_rng(0)
            sources = [tf.Variable(rng.random(s).astype(dtype)) for s in (one, two)]
            same(gradients(f, sources), gradients(f, sources, persistent=True))
    assert count() == 1


FORMS = [
    lambda a, b: (a * b) * a + b,
    lambda a, b: (a * b) * b + a,
    lambda a, b: (b * a) * (b * b) + a,
    lambda a, b: (a * 2.0) * b + a,
    lambda a, b: (a * 2.0) * b + 3.0,
    lambda a, b: (3.0 * b) * (a * b) + b,
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 3, 1, 0, 2, 4]])
def test_a_plan_knows_where_the_arguments_come_from(order):
    a, b = tf.Variable(1.5), tf.Variable(-0.75)
    for _ in range(OFTEN * _plan._FORMS):
        for i in order:
            f = FORMS[i]
            for sources in ([a, b], [b, a]):
                with tf.GradientTape() as tape:
                    y = f(a, b)
                with tf.GradientTape(persistent=True) as kept:
                    z = f(a, b)
                same(tape.gradient(y, sources), kept.gradient(z, sources))
    assert count()


def repeated(make, n=2 * OFTEN):
    """The answers of ``make(k)`` with tapes that may be planned, and with persistent ones, that are not."""
    for k in range(n):
        found, expected = make(k, persistent=False), make(k, persistent=True)
        same(found, expected)
    return found


def test_a_source_named_twice_gets_its_gradient_twice():
    a, b = tf.Variable(2.0), tf.Variable(3.0)

    def make(k, persistent):
        with tf.GradientTape(persistent=persistent) as tape:
            y = a * a * b
        return tape.gradient(y, [a, b] if k < OFTEN else [a, a])

    assert [float(g) for g in repeated(make)] == [12.0, 12.0]


def test_a_source_that_was_computed_is_no_leaf():
    a = tf.Variable(2.0)

    def make(k, persistent):
        b = tf.Variable(3.0)
        with tf.GradientTape(persistent=persistent) as tape:
            c = a * a
            y = (c if k >= OFTEN else b) * a
        return tape.gradient(y, [c if k >= OFTEN else b, a])

    assert [float(g) for g in repeated(make)] == [2.0, 12.0]


def test_a_source_that_is_not_watched_has_no_gradient():
    a, b = tf.Variable(2.0), tf.Variable(3.0)

    def make(k, persistent):
        with tf.GradientTape(persistent=persistent, watch_accessed_variables=False) as tape:
            tape.watch([a, b] if k < OFTEN else [b])
            y = (a * b) * b
        return tape.gradient(y, [a, b])

    assert repeated(make)[0] is None


def test_another_target_has_another_gradient():
    a = tf.Variable(2.0)

    def make(k, persistent):
        with tf.GradientTape(persistent=persistent) as tape:
            y = a * a
            z = y * a
        return tape.gradient(z if k < OFTEN else y, [a])

    assert float(repeated(make)[0]) == 4.0


def test_a_tensor_watched_later_is_a_source_too():
    a, c = tf.Variable(2.0), tf.constant(3.0)

    def make(k, persistent):
        x = c + 0.0
        with tf.GradientTape(persistent=persistent) as tape:
            y = a * x
            if k >= OFTEN:
                tape.watch(x)
            z = y * x
        return tape.gradient(z, [a, x] if k >= OFTEN else [a])

    assert [float(g) for g in repeated(make)] == [9.0, 12.0]


def test_the_tape_is_used_after_a_plan():
    a = tf.Variable(2.0)
    for _ in range(OFTEN):
        with tf.GradientTape() as tape:
            y = a * a
        tape.gradient(y, [a])
    with pytest.raises(RuntimeError, match="can only be used to compute one set"):
        tape.gradient(y, [a])


def test_a_wrong_source_is_named_also_where_there_is_a_plan():
    a = tf.Variable(2.0)
    for _ in range(OFTEN):
        with tf.GradientTape() as tape:
            y = a * a
        tape.gradient(y, [a])
    with tf.GradientTape() as tape:
        y = a * a
    with pytest.raises(TypeError, match=r"Expected a tensor or variable as source, got 2\.0"):
        tape.gradient(y, [2.0])
    assert float(tape.gradient(y, [a])[0]) == 4.0


def test_an_outer_tape_hears_a_gradient_that_was_planned_before():
    a = tf.Variable(2.0)

    def make(k, persistent):
        with contextlib.ExitStack() as within:
            outer = within.enter_context(tf.GradientTape()) if k >= OFTEN else None
            with tf.GradientTape(persistent=persistent) as tape:
                y = a * a * a
            g = tape.gradient(y, [a])
        return g if outer is None else [outer.gradient(g[0], a)]

    assert float(repeated(make)[0]) == 12.0


def test_rows_made_for_one_call_are_not_remembered():
    @tf.custom_gradient
    def square(x):
        return x * x, lambda g: g * 2.0 * x

    a = tf.Variable(2.0)
    for _ in range(OFTEN):
        gradients(lambda a: square(a) * 1.0, [a])
    assert not _plan._met
    assert not _plan._plans


def test_what_is_remembered_is_bounded():
    a = tf.Variable(2.0)
    ops = [tf.sin, tf.cos, tf.tanh]
    for k in range(3 * _plan._KEPT):
        gradients(lambda a, k=k: functools.reduce(lambda y, i: ops[k // 3**i % 3](y), range(7), a) * 1.0, [a])
    assert len(_plan._met) <= _plan._KEPT + 1


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_by_a_plan_equal_the_sweep(seed):
    rng = np.random.default_rng(seed)
    steps = rng.integers(0, 1 << 30, (int(rng.integers(2, 20)), 3))
    ops = [tf.add, tf.subtract, tf.multiply, tf.maximum, lambda x, _: tf.sin(x), lambda x, _: tf.square(x) * 0.25]

    def f(*sources):
        values = [*sources, tf.constant([0.5, -1.5], "float64")]
        for op, i, j in steps:
            values.append(ops[op % len(ops)](values[i % len(values)], values[j % len(values)]))
        return tf.reduce_mean(functools.reduce(tf.add, values))

    planned(f, lambda k: [tf.Variable(v) for v in np.random.default_rng([seed, k]).random((3, 2))])
    assert count() == 1
