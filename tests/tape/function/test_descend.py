"""descend gives what the loop written out gives, in a kernel, by NumPy, or without the rows."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import InvalidArgumentError
from tapefit.tape.function._descend_quadratic import Quadratic, degree
from tapefit.tape.function._descend_rules import RULES
from tapefit.tape.function._function import Function

HAS_LLVM = True
try:
    import llvmlite  # noqa: F401
except ImportError:
    HAS_LLVM = False


@pytest.fixture(params=["numpy", pytest.param("kernel", marks=pytest.mark.skipif(not HAS_LLVM, reason="no llvmlite"))])
def engine(request, monkeypatch):
    if request.param == "numpy":
        monkeypatch.setenv("TAPEFIT_JIT", "0")
    return request.param


def line(n, dtype="float32", seed=0):
    """The document's data and loss; variables at 0."""
    rng = np.random.default_rng(seed)
    X = 2 * rng.random((n, 1))
    x, y = tf.constant(X, dtype), tf.constant(3 * X + 4 + 0.5 * rng.random((n, 1)), dtype)
    w0, w1 = tf.Variable(0.0, dtype=dtype), tf.Variable(0.0, dtype=dtype)
    return (lambda: tf.reduce_mean((w0 * x + w1 - y) ** 2)), [w0, w1]


def eager(loss, variables, steps, optimizer):
    """The loop written out; the losses after each step."""
    losses = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            value = loss()
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        losses.append(float(loss().numpy()))
    return losses


RATE = 2.0**-6  # the optimizers keep it in float32
OPTIMIZERS = {
    "adam": lambda: tf.optimizers.Adam(RATE),
    "momentum": lambda: tf.optimizers.SGD(RATE, momentum=0.9),
    "nesterov": lambda: tf.optimizers.SGD(RATE, momentum=0.9, nesterov=True),
    "rmsprop": lambda: tf.optimizers.RMSprop(RATE),
    "sgd": lambda: tf.optimizers.SGD(RATE),
}


def test_every_rule_has_an_optimizer_to_be_compared_with():
    assert sorted(OPTIMIZERS) == sorted(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_equals_the_optimizer_of_its_name(name, engine):
    loss, variables = line(100)
    expected = eager(loss, variables, 80, OPTIMIZERS[name]())
    values = [float(v.numpy()) for v in variables]
    loss, variables = line(100)
    descent = tf.descend(loss, variables, RATE, 80, log_every=1, optimizer=name)
    np.testing.assert_allclose(descent.curve[:, 1], expected, rtol=2e-4)
    np.testing.assert_allclose([float(v.numpy()) for v in variables], values, rtol=2e-4)
    assert descent.method == engine


# In float64, where the optimizers keep their numbers in float32, the formulas are written out:
# (gradient, state, number of the step) -> (change, state).
FORMULAS = {
    "adam": lambda g, s, t: _adam(g, s, t),
    "momentum": lambda g, s, t: (0.9 * s[0] - RATE * g, (0.9 * s[0] - RATE * g,)),
    "nesterov": lambda g, s, t: (0.9 * (0.9 * s[0] - RATE * g) - RATE * g, (0.9 * s[0] - RATE * g,)),
    "rmsprop": lambda g, s, t: (-RATE * g / np.sqrt(0.9 * s[0] + 0.1 * g * g + 1e-7), (0.9 * s[0] + 0.1 * g * g,)),
    "sgd": lambda g, s, t: (-RATE * g, s),
}


def _adam(g, s, t):
    m, v = 0.9 * s[0] + 0.1 * g, 0.999 * s[1] + 0.001 * g * g
    return -RATE * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7), (m, v)


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_in_float64_is_its_formula(name, engine):
    loss, variables = line(100, "float64")
    states = [(0.0, 0.0) for _ in variables]
    for t in range(1, 81):
        with tf.GradientTape() as tape:
            value = loss()
        for i, g in enumerate(tape.gradient(value, variables)):
            change, states[i] = FORMULAS[name](float(g.numpy()), states[i], t)
            variables[i].assign_add(change)
    values = [float(v.numpy()) for v in variables]
    loss, variables = line(100, "float64")
    descent = tf.descend(loss, variables, RATE, 80, log_every=7, optimizer=name)
    np.testing.assert_allclose([float(v.numpy()) for v in variables], values, rtol=1e-11)
    assert descent.method == engine


def test_the_documents_loop(engine):
    loss, (w0, w1) = line(100)
    lines = []
    for step in range(1001):
        with tf.GradientTape() as tape:
            value = loss()
        d0, d1 = tape.gradient(value, [w0, w1])
        w0.assign_sub(d0 * 0.02)
        w1.assign_sub(d1 * 0.02)
        if step % 100 == 0:
            lines.append((step, float(loss().numpy()), float(w0.numpy()), float(w1.numpy())))
    loss, variables = line(100)
    said = []
    descent = tf.descend(loss, variables, learning_rate=0.02, steps=1001, on_log=said.append)
    np.testing.assert_allclose(descent.curve, [row[:2] for row in lines], rtol=1e-5)
    assert said == list(descent.lines)
    assert [s.split(" - ")[0] for s in said] == [f"STEP: {k}" for k in range(0, 1001, 100)]
    assert said[-1].endswith(f"w0: {lines[-1][2]:.4f}, w1: {lines[-1][3]:.4f}")
    assert (descent.status, descent.steps, descent.method) == ("max_steps", 1001, engine)
    assert descent.message == "All 1001 steps are done."


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adam"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 2e-5), ("float64", 1e-12)])
def test_a_quadratic_loss_needs_no_rows(optimizer, dtype, tolerance, engine):
    loss, rows = line(20_000, dtype)
    tf.descend(loss, rows, steps=500, optimizer=optimizer, quadratic=False)
    loss, none = line(20_000, dtype)
    descent = tf.descend(loss, none, steps=500, optimizer=optimizer)
    assert descent.method == f"quadratic, {engine}"
    assert (
        descent.lines[0] == "The loss is quadratic in its 2 parameters: a step costs 2 x 2 products, whatever the rows."
    )
    for a, b in zip(rows, none, strict=True):
        assert float(a.numpy()) == pytest.approx(float(b.numpy()), rel=tolerance)


def test_a_quadratic_loss_of_vectors(engine):
    rng = np.random.default_rng(0)
    X, y = tf.constant(rng.standard_normal((3000, 12))), tf.constant(rng.standard_normal((3000, 1)))
    w, b = tf.Variable(np.zeros((12, 1))), tf.Variable(np.zeros(1))

    def loss():
        return tf.reduce_mean(tf.math.squared_difference(X @ w + b, y)) + 0.1 * tf.reduce_sum(w**2)

    descent = tf.descend(loss, [w, b], 0.1, 400)
    Z = np.hstack([X.numpy(), np.ones((3000, 1))])
    exact = np.linalg.solve(Z.T @ Z / 3000 + 0.1 * np.diag([1.0] * 12 + [0.0]), Z.T @ y.numpy() / 3000)
    np.testing.assert_allclose(np.vstack([w.numpy(), b.numpy()[:, None]]), exact, atol=1e-13)
    assert descent.method.startswith("quadratic, numpy")
    assert descent.status == "converged" or descent.steps == 400


def test_a_far_minimum_is_found_to_the_last_digits():
    """Where the first gradient is a million times the last, its rounding does not stay."""
    x = tf.constant(np.linspace(-1, 1, 20_000))
    y = x * 2.0 + 1e6
    w = [tf.Variable(0.0, dtype=tf.float64) for _ in range(2)]
    descent = tf.descend(lambda: tf.reduce_mean((w[0] * x + w[1] - y) ** 2), w, 0.5, 2000)
    assert descent.method.startswith("quadratic")
    assert abs(float(w[1].numpy()) - 1e6) < 1e-9
    assert abs(float(w[0].numpy()) - 2) < 1e-9


def test_variables_of_any_shape_in_one_kernel(engine):
    rng = np.random.default_rng(0)
    target = rng.standard_normal((5, 7))

    def run(steps, **options):
        w, c = tf.Variable(np.zeros((5, 7))), tf.Variable(np.zeros((1, 1)))
        loss = lambda: tf.reduce_mean(tf.nn.softplus(w * 2 - tf.constant(target))) + tf.reduce_sum((c - 2) ** 4)
        return tf.descend(loss, [w, c], RATE, steps, **options), w, c, loss

    for optimizer, tolerance in (("sgd", 1e-12), ("momentum", 2e-6)):  # the optimizer has 0.9 in float32
        descent, w, c, loss = run(61, optimizer=optimizer, log_every=30)
        assert descent.method == engine
        again = [tf.Variable(np.zeros((5, 7))), tf.Variable(np.zeros((1, 1)))]
        other = lambda v=again: (
            tf.reduce_mean(tf.nn.softplus(v[0] * 2 - tf.constant(target))) + tf.reduce_sum((v[1] - 2) ** 4)
        )
        eager(other, again, 61, tf.optimizers.SGD(RATE, momentum=0.9 if optimizer == "momentum" else 0.0))
        np.testing.assert_allclose(w.numpy(), again[0].numpy(), rtol=tolerance)
        np.testing.assert_allclose(c.numpy(), again[1].numpy(), rtol=tolerance)
        assert c.shape == (1, 1)
        assert float(loss().numpy()) == pytest.approx(descent.loss, rel=1e-14)


def test_a_step_that_no_kernel_can_do_alone(engine):
    rng = np.random.default_rng(0)
    X, y = tf.constant(rng.standard_normal((200, 3))), tf.constant((rng.random((200, 1)) < 0.5) * 1.0)
    w = tf.Variable(np.zeros((3, 1)))
    loss = lambda: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, X @ w))
    descent = tf.descend(loss, w, 0.5, 50)
    again = tf.Variable(np.zeros((3, 1)))
    eager(
        lambda: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, X @ again)),
        [again],
        50,
        tf.optimizers.SGD(0.5),
    )
    np.testing.assert_allclose(w.numpy(), again.numpy(), rtol=1e-9)
    assert descent.method == ("numpy" if engine == "numpy" else "numpy and kernels")


def test_an_optimizer_object_has_its_own_rate(engine):
    loss, variables = line(50)
    expected = eager(loss, variables, 20, tf.optimizers.Adagrad(0.5))
    loss, variables = line(50)
    descent = tf.descend(loss, variables, steps=20, log_every=1, optimizer=tf.optimizers.Adagrad(0.5))
    np.testing.assert_allclose(descent.curve[:, 1], expected, rtol=1e-5)


def test_divergence_is_a_status(engine):
    loss, variables = line(100)
    descent = tf.descend(loss, variables, learning_rate=5.0, steps=1000)
    assert descent.status == "diverged"
    assert descent.message == f"The loss is no longer finite at step {descent.steps - 1}; use a smaller learning rate."
    assert descent.steps < 1000


def test_it_ends_where_nothing_changes_any_more(engine):
    w = tf.Variable(0.0)
    descent = tf.descend(lambda: (w - 3.0) ** 2, w, 0.5, 10_000)
    assert (descent.status, descent.steps) == ("converged", 101)
    assert float(w.numpy()) == 3.0


def test_a_rule_with_a_state_may_move_again():
    """The rate of this schedule is 0 at first."""
    w = tf.Variable(0.0)
    rate = tf.optimizers.schedules.PiecewiseConstantDecay([50], [0.0, 0.5])
    descent = tf.descend(lambda: (w - 3.0) ** 2, w, steps=101, log_every=10, optimizer=tf.optimizers.SGD(rate))
    assert descent.status == "max_steps"
    assert float(w.numpy()) == 3.0


def test_the_callback_can_stop_it(engine):
    loss, variables = line(100)
    descent = tf.descend(loss, variables, on_log=lambda text: "STEP: 200 " in text)
    assert (descent.status, descent.steps, len(descent.lines)) == ("stopped", 201, 3)


@pytest.mark.parametrize(
    ("steps", "every", "logged"), [(1, 100, [0]), (5, 2, [0, 2, 4]), (6, 2, [0, 2, 4, 5]), (7, 0, [6])]
)
def test_which_steps_are_logged(steps, every, logged, engine):
    loss, variables = line(10)
    descent = tf.descend(loss, variables, steps=steps, log_every=every)
    assert descent.curve[:, 0].tolist() == logged
    assert descent.steps == steps


def test_random_losses_stay_random():
    tf.random.set_seed(1)
    w = tf.Variable(np.zeros(3))
    noise = lambda: tf.reduce_sum((w - tf.random.normal([3], dtype=tf.float64)) ** 2)
    descent = tf.descend(noise, w, 0.1, 50, log_every=1)
    assert len(set(descent.curve[:, 1].tolist())) == 50


def test_variables_that_the_loss_reads_and_nobody_moves():
    w, scale = tf.Variable(1.0), tf.Variable(2.0)
    tf.descend(lambda: (scale * w - 4.0) ** 2, w, 0.05, 300)
    assert float(w.numpy()) == pytest.approx(2.0)
    assert float(scale.numpy()) == 2.0
    scale.assign(4.0)
    tf.descend(lambda: (scale * w - 4.0) ** 2, w, 0.01, 300)
    assert float(w.numpy()) == pytest.approx(1.0)


def degree_of(loss, variables):
    return degree(Function(loss).get_concrete_function().recorded, variables)


def test_the_degree_is_shown_by_the_program():
    X = tf.constant(np.random.default_rng(0).standard_normal((10, 2)))
    w, b, fixed = tf.Variable(np.zeros((2, 1))), tf.Variable(0.0, dtype=tf.float64), tf.Variable(2.0, dtype=tf.float64)
    both = [w, b]
    table = {
        "constant": (lambda: tf.reduce_sum(tf.exp(X) * fixed), 0),
        "linear": (lambda: tf.reduce_sum(X @ w - b) / 3, 1),
        "squares": (lambda: tf.reduce_mean((X @ w + b - 1) ** 2), 2),
        "product": (lambda: tf.reduce_sum(w * b), 2),
        "masked": (lambda: tf.reduce_sum(tf.where(X > 0, X * b, -X) ** 2), 2),
        "other variable": (lambda: tf.exp(fixed) * tf.reduce_sum(w * w), 2),
        "stacked": (lambda: tf.reduce_sum(tf.concat([w, w * b], 0)), 2),
        "cubic": (lambda: tf.reduce_sum(w * w * b), 3),
        "exp": (lambda: tf.reduce_sum(tf.exp(X @ w)), None),
        "abs": (lambda: tf.reduce_sum(tf.abs(w)), None),
        "quotient": (lambda: tf.reduce_sum(1 / (b + 1)), None),
        "branch": (lambda: tf.reduce_sum(tf.where(w > 0, w, 2 * w)), None),
        "stopped": (lambda: tf.reduce_sum(tf.stop_gradient(w) * w), None),
        "norm": (lambda: tf.norm(w), None),
    }
    assert {name: degree_of(loss, both) for name, (loss, _) in table.items()} == {n: d for n, (_, d) in table.items()}


def test_second_derivatives_and_gradient_of_a_quadratic():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 3)).astype("f"), rng.standard_normal((50, 1)).astype("f")
    w, b = tf.Variable(rng.standard_normal((3, 1)).astype("f")), tf.Variable(0.5)
    loss = lambda: tf.reduce_sum((tf.constant(X) @ w + b - tf.constant(y)) ** 2)
    quadratic = Quadratic(Function(loss).get_concrete_function().recorded, [w, b])
    quadratic.move()
    Z = np.hstack([X, np.ones((50, 1))]).astype(float)
    t = np.append(w.numpy(), 0.5).astype(float)
    np.testing.assert_allclose(quadratic.H, 2 * Z.T @ Z, rtol=1e-14, atol=1e-13)
    np.testing.assert_allclose(quadratic.g, 2 * Z.T @ (Z @ t - y[:, 0].astype(float)), rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"learning_rate": 0.0}, "learning_rate expects a positive number, got 0.0."),
        ({"steps": 0}, "steps expects a whole number of at least 1, got 0."),
        ({"steps": 2.5}, "steps expects a whole number of at least 1, got 2.5."),
        ({"log_every": -1}, "log_every expects a whole number of at least 0, got -1."),
        ({"optimizer": "newton"}, "There is no optimizer 'newton'; use one of adam, momentum"),
        ({"optimizer": 3}, "optimizer expects one of adam, momentum, nesterov, rmsprop, sgd or an optimizer, got 3."),
        ({"variables": []}, "descend expects variables, got []"),
        ({"variables": [1.0]}, "descend expects variables, got [1.0]"),
        ({"loss": lambda: tf.ones(3)}, r"loss expects to return one float, got float32 of shape (3,)"),
        ({"loss": lambda: tf.constant(1)}, r"loss expects to return one float, got int32"),
    ],
)
def test_what_cannot_be_descended_is_said_in_a_sentence(change, sentence):
    loss, variables = line(5)
    with pytest.raises(InvalidArgumentError) as caught:
        tf.descend(**{"loss": loss, "variables": variables, **change})
    assert sentence in str(caught.value)


def test_a_variable_twice_and_a_loop_in_a_function_are_refused():
    loss, variables = line(5)
    with pytest.raises(InvalidArgumentError, match="each variable once"):
        tf.descend(loss, [*variables, variables[0]])
    with pytest.raises(InvalidArgumentError, match=r"outside of tf\.function"):
        tf.function(lambda: tf.descend(loss, variables))()


@pytest.mark.skipif(not HAS_LLVM, reason="no llvmlite")
def test_an_interrupt_leaves_the_variables_where_they_are(monkeypatch):
    from tapefit.tape.function._descend_run import KernelRun

    turn, turns = KernelRun._turn, []

    def interrupted(self, steps):
        if len(turns) == 2:
            raise KeyboardInterrupt
        turns.append(steps)
        turn(self, steps)

    monkeypatch.setattr(KernelRun, "_turn", interrupted)
    loss, variables = line(100)
    with pytest.raises(KeyboardInterrupt):
        tf.descend(loss, variables, steps=1000, log_every=0)
    monkeypatch.undo()
    again, others = line(100)
    tf.descend(again, others, steps=sum(turns))
    assert [v.numpy() for v in variables] == [v.numpy() for v in others]


def test_a_variable_without_a_gradient_is_named():
    loss, variables = line(5)
    with pytest.raises(InvalidArgumentError, match=r"does not depend on variables\[2\]"):
        tf.descend(loss, [*variables, tf.Variable(1.0)])
    assert float(variables[0].numpy()) == 0.0
