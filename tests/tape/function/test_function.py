"""tf.function: what is repeated, what happens once, and what is refused."""

import gc
import threading
import weakref

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import OperatorNotAllowedInGraphError


def regression(decorate, rows=50):
    rng = np.random.default_rng(3)
    x = tf.constant(rng.normal(size=(rows, 1)).astype(np.float32))
    y = tf.constant((3 * x.numpy() + 4).astype(np.float32))
    w0, w1 = tf.Variable(0.0, name="w0"), tf.Variable(0.0, name="w1")

    def step(rate):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w0 * x + w1 - y) ** 2)
        d0, d1 = tape.gradient(loss, [w0, w1])
        w0.assign_sub(rate * d0)
        w1.assign_sub(rate * d1)
        return loss

    return decorate(step), w0, w1


def test_a_training_loop_gives_the_eager_loops_numbers():
    eager, a0, a1 = regression(lambda f: f)
    step, b0, b1 = regression(tf.function)
    rate = tf.constant(0.02)
    for _ in range(30):
        assert eager(rate).numpy() == step(rate).numpy()
    assert (a0.numpy(), a1.numpy()) == (b0.numpy(), b1.numpy())


def test_python_side_effects_happen_once_a_signature():
    seen = []

    @tf.function
    def f(x):
        seen.append(tuple(x.shape))
        return x + 1.0

    for shape in [(2,), (2,), (3,), (2,)]:
        assert f(tf.zeros(shape)).numpy().tolist() == [1.0] * shape[0]
    assert seen == [(2,), (3,)]
    assert f.experimental_get_tracing_count() == 2


def test_arrays_come_in_as_tensors_and_are_not_kept():
    f = tf.function(lambda x: tf.identity(x))
    array = np.ones(3, np.float32)
    f(array)
    got = f(array)
    array[:] = 7
    assert got.numpy().tolist() == [1, 1, 1]


def test_python_values_are_part_of_the_signature():
    f = tf.function(lambda x, k: x * k)
    assert [float(f(tf.constant(3.0), k)) for k in (2.0, 5.0, 2.0)] == [6.0, 15.0, 6.0]
    assert f.experimental_get_tracing_count() == 2


def test_a_retrace_says_why():
    said = []
    f = tf.function(lambda x: x * 2.0, on_trace=said.append)
    f(tf.zeros(2))
    f(tf.zeros(3))
    assert said == [
        "<lambda> is traced for float32[2].",
        "<lambda> is traced anew for float32[3]; the last trace was for float32[2].",
    ]


def test_structures_go_in_and_come_out():
    @tf.function
    def f(batch, *, scale):
        return {"sum": batch["x"] + batch["y"], "all": [batch["x"] * scale, None, "text"]}

    batch = {"x": tf.constant([1.0]), "y": tf.constant([2.0])}
    f(batch, scale=tf.constant(1.0))
    got = f({"x": tf.constant([10.0]), "y": tf.constant([5.0])}, scale=tf.constant(3.0))
    assert got["sum"].numpy().tolist() == [15.0]
    assert got["all"][0].numpy().tolist() == [30.0]
    assert got["all"][1:] == [None, "text"]


def test_a_value_read_before_an_assignment_stays_what_it_was():
    v = tf.Variable(1.0)

    @tf.function
    def f():
        before = v.read_value()
        v.assign_add(1.0)
        middle = v * 10.0
        v.assign(v * v)
        return before, middle, v.read_value()

    f()
    assert [float(t) for t in f()] == [4.0, 50.0, 25.0]
    assert float(v) == 25.0


def test_a_persistent_tape_asked_after_an_assignment_differentiates_at_the_old_value():
    v = tf.Variable(3.0)

    @tf.function
    def f():
        with tf.GradientTape(persistent=True) as tape:
            y = v * v
        v.assign(100.0)
        return tape.gradient(y, v)

    assert float(f()) == 6.0
    v.assign(5.0)
    assert float(f()) == 10.0


def test_outer_tapes_see_through_a_replay():
    v, calls = tf.Variable(2.0), []

    @tf.function
    def f(x):
        calls.append(1)
        return tf.stop_gradient(x) * x * v

    x = tf.constant(3.0)
    f(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert [float(g) for g in tape.gradient(y, [x, v])] == [6.0, 9.0]
    assert len(calls) == 1


def test_a_gradient_of_ones_own_holds_under_outer_tapes():
    @tf.custom_gradient
    def twice(x):
        return x * 1.0, lambda g: 2.0 * g

    f = tf.function(lambda x: twice(x))
    x = tf.constant(3.0)
    f(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    assert float(y) == 3.0
    assert float(tape.gradient(y, x)) == 2.0


def test_a_gradient_of_ones_own_holds_inside():
    @tf.custom_gradient
    def clipped(x):
        return x * x, lambda g: tf.clip_by_value(g * 2.0 * x, -1.0, 1.0)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = clipped(x)
        return y, tape.gradient(y, x)

    f(tf.constant(0.1))
    y, g = f(tf.constant(4.0))
    assert (float(y), float(g)) == (16.0, 1.0)


def test_functions_that_are_computed_again_and_passed_by_replay():
    @tf.function
    def f(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            a = tf.recompute_grad(lambda t: t * t * t)(x)
            b = tf.grad_pass_through(tf.round)(x)
        return a, b, tape.gradient(a, x), tape.gradient(b, x)

    f(tf.constant(1.2))
    assert [round(float(t), 4) for t in f(tf.constant(2.6))] == [17.576, 3.0, 20.28, 1.0]


def test_control_flow_on_values_is_refused_with_its_line():
    @tf.function
    def f(x):
        if tf.reduce_sum(x) > 0:
            return x
        return -x

    with pytest.raises(OperatorNotAllowedInGraphError, match=r"test_function\.py:\d+: `if tf\.reduce_sum\(x\) > 0:`"):
        f(tf.constant([1.0]))


@pytest.mark.parametrize(
    "leak",
    [
        lambda x: float(x),
        lambda x: int(x),
        lambda x: x.numpy(),
        lambda x: np.asarray(x),
        lambda x: range(5)[tf.cast(x, "int32")],
        lambda x: tf.cond(x > 0, lambda: x, lambda: -x),
        lambda x: tf.while_loop(lambda t: t < 10, lambda t: (t + 1,), (x,)),
        lambda x: tf.range(x),
        lambda x: tf.where(x > 0),
        lambda x: tf.zeros([5])[tf.cast(x, "int32")],
        lambda x: list(tf.data.Dataset.from_tensor_slices([1.0, 2.0])),
    ],
)
def test_what_needs_a_value_is_refused(leak):
    with pytest.raises(OperatorNotAllowedInGraphError):
        tf.function(leak)(tf.constant(2.0))


def test_values_that_never_change_may_be_read():
    scale = tf.constant(2.0)
    f = tf.function(lambda x: x * float(scale) if scale > 0 else x)
    f(tf.constant(1.0))
    assert float(f(tf.constant(3.0))) == 6.0


def test_random_numbers_are_drawn_anew_and_as_the_eager_loop_draws_them():
    def draw():
        return tf.random.normal((3,)) + tf.random.uniform((3,))

    f = tf.function(draw)
    tf.random.set_seed(5)
    wanted = [draw().numpy() for _ in range(3)]
    tf.random.set_seed(5)
    got = [f().numpy() for _ in range(3)]
    np.testing.assert_array_equal(got, wanted)


def test_prints_and_assertions_are_repeated(capsys):
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        tf.print("x is", x)
        return x

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    assert capsys.readouterr().err == "x is 1.0\nx is 2.0\n"
    with pytest.raises(tf.errors.InvalidArgumentError):
        f(tf.constant(-1.0))


def test_indices_are_checked_in_each_call():
    f = tf.function(lambda i: tf.gather([10.0, 20.0], i))
    assert float(f(tf.constant(0))) == 10.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="-1 is not in"):
        f(tf.constant(-1))


@pytest.mark.parametrize("make", [tf.optimizers.SGD, tf.optimizers.Adam, lambda: tf.optimizers.SGD(0.1, momentum=0.9)])
def test_optimizers_step_as_in_the_eager_loop(make):
    def loop(decorate):
        w, optimizer = tf.Variable([1.0, -2.0]), make()

        def step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((w * x - 1.0) ** 2)
            optimizer.apply_gradients([(tape.gradient(loss, w), w)])
            return loss

        run = decorate(step)
        losses = [float(run(tf.constant([1.0, k]))) for k in (1.0, 2.0, 3.0, 4.0)]
        return losses, w.numpy().tolist(), int(optimizer.iterations)

    assert loop(tf.function) == loop(lambda f: f)


def test_a_schedule_goes_on_inside_of_a_program():
    w = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(tf.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
    step = tf.function(lambda: optimizer.apply_gradients([(tf.constant(-1.0), w)]))
    for _ in range(4):
        step()
    assert float(w) == 1.875


def test_metrics_go_on_inside_of_a_program():
    mean = tf.metrics.Mean()

    @tf.function
    def f(x):
        mean.update_state(x)
        return mean.result()

    assert [float(f(tf.constant(v))) for v in (1.0, 3.0, 8.0)] == [1.0, 2.0, 4.0]


def test_variables_are_made_in_the_first_call_alone():
    class Lazy:
        v = None

        @tf.function
        def f(self, x):
            if self.v is None:
                self.v = tf.Variable(10.0)
            return self.v.assign_add(x).read_value()

    lazy = Lazy()
    assert [float(lazy.f(tf.constant(1.0))) for _ in range(3)] == [11.0, 12.0, 13.0]
    always = tf.function(lambda: tf.Variable(1.0) * 1.0)
    always()
    with pytest.raises(ValueError, match="created on the first call"):
        always()


def test_methods_have_programs_of_their_own_for_each_object():
    class Scale:
        def __init__(self, by):
            self.by = tf.Variable(by)

        @tf.function
        def __call__(self, x):
            return self.by * x

    a, b = Scale(2.0), Scale(5.0)
    for _ in range(2):
        assert float(a(tf.constant(1.0))) == 2.0
        assert float(b(tf.constant(1.0))) == 5.0
    gone = weakref.ref(a)
    del a
    gc.collect()
    assert gone() is None


def test_an_input_signature_converts_and_refuses():
    f = tf.function(lambda x: x * 2.0, input_signature=[tf.TensorSpec([None], tf.float32)])
    assert f([1, 2]).numpy().tolist() == [2.0, 4.0]
    with pytest.raises(TypeError, match="float64"):
        f(tf.constant([1.0], tf.float64))
    with pytest.raises(TypeError, match="input signature of 1 arguments"):
        f([1.0], [2.0])


def test_a_concrete_function_leaves_variables_alone_and_prints_as_a_program():
    step, w0, _ = regression(tf.function)
    program = step.get_concrete_function(tf.TensorSpec([], tf.float32))
    assert float(w0) == 0.0
    text = str(program)
    assert text.startswith("program step(input0: float32[])\n")
    assert "reduce_mean" in text
    assert "w0 <- " in text


def test_a_loss_that_nobody_reads_is_not_computed():
    step, *_ = regression(lambda f: tf.function(lambda rate: f(rate) and None))
    with pytest.raises(OperatorNotAllowedInGraphError):
        step(tf.constant(0.1))
    eager, *_ = regression(lambda f: f)

    @tf.function
    def quiet(rate):
        eager(rate)

    quiet(tf.constant(0.1))
    names = [s.primitive.name for s in quiet.programs[0].steps]
    assert "reduce_mean" not in names
    assert "square" not in names


def test_functions_run_eagerly_on_request():
    seen = []
    f = tf.function(lambda x: seen.append(1) or x)
    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1.0))
        f(tf.constant(1.0))
        assert tf.config.functions_run_eagerly()
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(seen) == 2


def test_one_program_runs_in_several_threads_at_once():
    f = tf.function(lambda x: tf.reduce_sum(tf.exp(x * 2.0 - 1.0) + x))
    f(tf.zeros(20_000))
    wrong = []

    def work(k):
        x = tf.constant(np.full(20_000, k / 10, np.float32))
        wanted = float(tf.reduce_sum(tf.exp(x * 2.0 - 1.0) + x))
        wrong.extend(k for _ in range(50) if float(f(x)) != wanted)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_what_may_hide_tensors_is_not_returned():
    with pytest.raises(TypeError, match="returns a set"):
        tf.function(lambda x: {1, 2})(tf.constant(1.0))


def test_gradients_of_gathers_come_out_as_slices():
    table = tf.Variable([[1.0], [2.0], [3.0]])

    @tf.function
    def f(places):
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(table, places) ** 2)
        return tape.gradient(y, table)

    f(tf.constant([0, 1]))
    got = f(tf.constant([2, 2]))
    assert got.indices.numpy().tolist() == [2, 2]
    assert got.values.numpy().tolist() == [[6.0], [6.0]]


def test_a_function_in_a_function_is_part_of_its_program():
    inner = tf.function(lambda x: x * x)
    outer = tf.function(lambda x: inner(x) + 1.0)
    outer(tf.constant(1.0))
    assert float(outer(tf.constant(3.0))) == 10.0


def test_an_error_while_tracing_leaves_nothing_behind():
    @tf.function
    def f(x):
        return tf.reshape(x, [3, 3])

    for _ in range(2):
        with pytest.raises(tf.errors.InvalidArgumentError):
            f(tf.zeros(4))
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(2.0))
        y = x * x
    assert float(tape.gradient(y, x)) == 4.0
