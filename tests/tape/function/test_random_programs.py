"""Programs drawn at random: ops, views, assignments and tapes on a few variables; the replay equals the eager loop."""

import functools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tapefit as tf

SHAPES = [(), (1,), (3,), (2, 3), (3, 1), (1, 1), (0,)]
DTYPES = ["float32", "float64", "float16"]
SPECIAL = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.0]


def axes(f):
    """The function, where there is an axis; else the value itself."""
    return lambda a: f(a) if a.ndim else a


def truth(t, like):
    return tf.cast(t, like.dtype)


ALONE = [
    tf.exp,
    tf.sin,
    tf.negative,
    tf.square,
    tf.abs,
    tf.nn.relu,
    tf.identity,
    tf.stop_gradient,
    tf.sigmoid,
    tf.sign,
    lambda a: tf.sqrt(tf.abs(a)),
    lambda a: a * 2.0,
    lambda a: 0.5 * a,
    lambda a: 1.0 * a,
    lambda a: a + a,
    lambda a: -a,
    lambda a: 3.0 * a,
    lambda a: a / 0.3,
    lambda a: a**2,
    lambda a: 1.0 / a,
    lambda a: truth(a > 0, a),
    lambda a: truth(tf.math.is_finite(a), a),
]
TOGETHER = [
    tf.add,
    tf.subtract,
    tf.multiply,
    tf.divide,
    tf.maximum,
    tf.minimum,
    tf.math.squared_difference,
    tf.math.divide_no_nan,
    lambda a, b: tf.where(a > b, a, b),
    lambda a, b: truth(a == b, a),
]
VIEWS = [
    lambda a: tf.reshape(a, [-1]),
    tf.transpose,
    tf.squeeze,
    tf.math.real,
    lambda a: a[..., None],
    axes(lambda a: a[..., :1]),
    axes(lambda a: tf.reverse(a, [0])),
    axes(lambda a: tf.concat([a], 0)),
    axes(lambda a: a[-1] if a.shape[0] else a),
    lambda a: tf.broadcast_to(a, [2, *a.shape]),
]
SUMS = [
    tf.reduce_sum,
    tf.reduce_mean,
    tf.reduce_max,
    axes(lambda a: tf.reduce_sum(a, axis=0)),
    axes(lambda a: tf.reduce_mean(a, axis=-1, keepdims=True)),
    axes(tf.cumsum),
]
CHANGES = ["assign", "assign_add", "assign_sub"]
KINDS = [
    "alone",
    "alone",
    "together",
    "together",
    "view",
    "view",
    "sum",
    "change",
    "change",
    "item",
    "read",
    "read",
    "copy",
]
NUMBER = st.integers(0, 10_000)
STEP = st.tuples(st.sampled_from(KINDS), NUMBER, NUMBER, NUMBER)
PROGRAM = st.lists(st.tuples(st.sampled_from(["plain", "tape", "persistent"]), st.lists(STEP, max_size=5)), max_size=5)


class Machine:
    """Runs a drawn program on tensors and variables; all that it makes can be taken by later steps."""

    def __init__(self, inputs, variables):
        self.inputs, self.variables, self.pool = list(inputs), variables, list(inputs)

    def run(self, program):
        for kind, steps in program:
            if kind == "plain":
                self.do(steps)
                continue
            with tf.GradientTape(persistent=kind == "persistent") as tape:
                tape.watch(self.inputs)
                before = len(self.pool)
                self.do(steps)
                targets = self.pool[before:]
            self.differentiate(tape, targets[-1:])
            if kind == "persistent":  # asked again after an assignment: at the values of old
                self.variables[0].assign_sub(0.1 * self.variables[0])
                self.differentiate(tape, targets)
        return self.pool[-12:]

    def differentiate(self, tape, targets):
        gradients = tape.gradient(targets, [*self.inputs, *self.variables]) if targets else []
        self.pool += [tf.convert_to_tensor(g) for g in gradients if g is not None]

    def do(self, steps):
        for kind, *numbers in steps:
            getattr(self, kind)(*numbers)

    def pick(self, k):
        return self.pool[-1 - k % len(self.pool)]

    def alone(self, op, k, _):
        self.pool.append(ALONE[op % len(ALONE)](self.pick(k)))

    def together(self, op, k, m):
        a = self.pick(k)
        fitting = [b for b in self.pool if b.ndim <= 3 and fits(a, b)] or [a]
        self.pool.append(TOGETHER[op % len(TOGETHER)](a, fitting[m % len(fitting)]))

    def view(self, op, k, _):
        a = self.pick(k)
        self.pool.append(VIEWS[op % len(VIEWS)](a) if a.ndim < 3 else tf.reduce_sum(a, axis=1))

    def sum(self, op, k, _):
        self.pool.append(SUMS[op % len(SUMS)](self.pick(k)))

    def change(self, how, k, m):
        v = self.variables[k % 2]
        fitting = [a for a in self.pool if a.shape == v.shape] or [v * 0.5]
        getattr(v, CHANGES[how % 3])(fitting[m % len(fitting)])

    def item(self, how, k, m):
        v = self.variables[k % 2]
        if v.ndim and v.shape[0]:
            getattr(v[m % v.shape[0]], CHANGES[how % 3])(v[0] if k % 3 else 0.25)

    def read(self, how, k, _):
        v = self.variables[k % 2]
        near = self.pick(k // 2)
        self.pool.append(v.read_value() if how % 2 else v * v * near if fits(v, near) else v * v)

    def copy(self, how, k, _):
        v, w = self.variables[k % 2], self.variables[1 - k % 2]
        if v.shape == w.shape:
            v.assign(w)
            w.assign_add(v)


def fits(a, b):
    pairs = zip(tuple(a.shape)[::-1], tuple(b.shape)[::-1], strict=False)
    return all(m == n or 1 in (m, n) for m, n in pairs)


def loop(decorate, program, starts, calls):
    """What each call returns, and the variables after it."""
    variables = [tf.Variable(a) for a in starts]
    run = decorate(lambda *inputs: Machine(inputs, variables).run(program))
    return [[t.numpy() for t in (*run(*map(tf.constant, call)), *variables)] for call in calls]


def numbers(seed, shapes, dtype):
    """Starts of two variables, and the inputs of three calls; one element of the last is special."""
    rng = np.random.default_rng(seed)
    starts = [rng.normal(size=shapes[1]).astype(dtype) for _ in "vw"]
    calls = [[np.asarray(rng.normal(size=s)).astype(dtype) for s in shapes] for _ in range(3)]
    for array in calls[-1]:
        array.reshape(-1)[:1] = SPECIAL[rng.integers(len(SPECIAL))]
    return starts, calls


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::tapefit.errors.ShapeWarning")
@given(
    program=PROGRAM,
    seed=st.integers(0, 2**32),
    shapes=st.tuples(*[st.sampled_from(SHAPES)] * 2),
    dtype=st.sampled_from(DTYPES),
)
@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_a_replay_equals_the_eager_loop(program, seed, shapes, dtype):
    starts, calls = numbers(seed, shapes, dtype)
    traces = []
    wanted = loop(lambda f: f, program, starts, calls)
    got = loop(functools.partial(tf.function, on_trace=traces.append), program, starts, calls)
    assert len(traces) == 1
    for expected, found in zip(wanted, got, strict=True):
        for a, b in zip(expected, found, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
