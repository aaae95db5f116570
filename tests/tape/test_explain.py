"""explain: each of the seventeen causes of None, with the line where the path was cut and what to write instead."""

import inspect
import linecache
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import NoGradientError
from tapefit.tape._causes import CAUSES


def unwatched_constant():
    x = tf.constant(3.0)  # here
    with tf.GradientTape() as tape:
        y = x * x
    return "constant", tape.gradient(y, x), tape.explain(y, x)


def unwatched_constant_beside_a_variable():
    x, w = tf.constant(3.0), tf.Variable(1.0)  # here
    with tf.GradientTape() as tape:
        y = x * w
    return "constant", tape.gradient(y, x), tape.explain(y, x)


def not_trainable():
    x = tf.Variable(3.0, trainable=False)  # here
    with tf.GradientTape() as tape:
        y = x * x
    return "not trainable", tape.gradient(y, x), tape.explain(y, x)


def watching_is_off():
    x = tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x
    return "watching is off", tape.gradient(y, x), tape.explain(y, x)


def watched_too_late():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        tape.watch(x)  # here
    return "watched too late", tape.gradient(y, x), tape.explain(y, x)


def watched_too_late_in_a_trace():
    x = tf.constant(3.0)
    with tf.GradientTape(trace=True) as tape:
        y = x * x  # here
        tape.watch(x)
    return "watched too late", tape.gradient(y, x), tape.explain(y, x)


def watched_while_not_recording():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            tape.watch(x)  # here
        y = x * x
    return "watched outside", tape.gradient(y, x), tape.explain(y, x)


def computed_after_the_block():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    z = y * 2.0  # here
    return "not recorded", tape.gradient(z, x), tape.explain(z, x)


def computed_from_what_was_computed_after_the_block():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    z = y * 2.0  # here
    total = z + 1.0
    return "not recorded", tape.gradient(total, x), tape.explain(total, x)


def computed_while_recording_was_stopped():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            z = y * 2.0  # here
    return "not recorded", tape.gradient(z, x), tape.explain(z, x)


def doubled(y):
    return y * 2.0


def computed_after_the_block_in_a_trace():
    x = tf.Variable(3.0)
    with tf.GradientTape(trace=True) as tape:
        y = x * x
    z = doubled(doubled(y))
    return "not recorded", tape.gradient(z, x), tape.explain(z, x)


def whole_numbers():
    x = tf.Variable(3)  # here
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32) * 2.0
    return "no floating dtype", tape.gradient(y, x), tape.explain(y, x)


def cast_to_whole_numbers():
    x = tf.Variable([1.2, 3.4])
    with tf.GradientTape() as tape:
        k = tf.cast(x, tf.int32)  # here
        y = tf.cast(k, tf.float32) * 2.0
    return "no derivative", tape.gradient(y, x), tape.explain(y, x)


def rounded():
    x = tf.Variable([1.2, 3.4])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.round(x * 2.0))  # here
    return "no derivative", tape.gradient(y, x), tape.explain(y, x)


def compared():
    x = tf.Variable([1.2, 3.4])
    with tf.GradientTape() as tape:
        y = tf.where(x > 2.0, 1.0, 0.0)  # here
    return "no derivative", tape.gradient(y, x), tape.explain(y, x)


def argmax():
    x = tf.Variable([1.2, 3.4])
    with tf.GradientTape() as tape:
        y = tf.argmax(x)  # here
    return "no derivative", tape.gradient(y, x), tape.explain(y, x)


def left_as_an_array():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = tf.constant(y.numpy() * 2.0)  # here
    return "numpy", tape.gradient(z, x), tape.explain(z, x)


def through_numpy(y):
    return tf.constant(np.asarray(y)) * 2.0


def left_as_an_array_in_a_function():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = through_numpy(y)
    return "numpy", tape.gradient(z, x), tape.explain(z, x)


def left_as_a_float():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = tf.constant(float(y))  # here
    return "numpy", tape.gradient(z, x), tape.explain(z, x)


def stopped():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x) * 2.0  # here
    return "stop_gradient", tape.gradient(y, x), tape.explain(y, x)


def overwritten():
    x = tf.Variable(3.0)
    x = x - 0.1  # here
    with tf.GradientTape() as tape:
        y = x * x
    return "overwritten", tape.gradient(y, x), tape.explain(y, x)


def copied_into_a_variable():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        v = tf.Variable(x * x)  # here
        y = v * 2.0
    return "copied variable", tape.gradient(y, x), tape.explain(y, x)


def assigned():
    x, v = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape() as tape:
        v.assign(x * x)  # here
        y = v * 2.0
    return "assigned", tape.gradient(y, x), tape.explain(y, x)


def sliced_again():
    x = tf.Variable([3.0, 4.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * x)
    first = x[0]  # here
    return "another tensor", tape.gradient(y, first), tape.explain(y, first)


def a_view_of_what_was_watched():
    x = tf.constant([[3.0, 4.0], [1.0, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    return "another tensor", tape.gradient(y, x[0]), tape.explain(y, x[0])


def swapped():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return "swapped", tape.gradient(x, y), tape.explain(x, y)


def computed_in_another_thread():
    x, made = tf.Variable(3.0), []
    with tf.GradientTape() as tape:
        thread = threading.Thread(target=lambda: made.append(x * x))  # here
        thread.start()
        thread.join()
    return "another thread", tape.gradient(made[0], x), tape.explain(made[0], x)


def computed_in_a_pool():
    x = tf.Variable(3.0)
    with ThreadPoolExecutor() as pool, tf.GradientTape() as tape:
        y = pool.submit(lambda: x * x).result()  # here
    return "another thread", tape.gradient(y, x), tape.explain(y, x)


def derivative_outside_of_the_outer_tape():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape, tf.GradientTape() as inner:
        y = x**3
    g = inner.gradient(y, x)  # here
    return "outer tape", tape.gradient(g, x), tape.explain(g, x)


def outer_tape_does_not_watch():
    x = tf.constant(3.0)  # here
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        g = inner.gradient(y, x)
    return "constant", tape.gradient(g, x), tape.explain(g, x)


def not_used():
    x, w = tf.Variable(3.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y, _ = x * x, w * w
    return "independent", tape.gradient(y, w), tape.explain(y, w)


PROGRAMS = [
    *(unwatched_constant, unwatched_constant_beside_a_variable, not_trainable, watching_is_off),
    *(watched_too_late, watched_too_late_in_a_trace, watched_while_not_recording),
    *(computed_after_the_block, computed_from_what_was_computed_after_the_block),
    *(computed_while_recording_was_stopped, computed_after_the_block_in_a_trace),
    *(whole_numbers, cast_to_whole_numbers, rounded, compared, argmax),
    *(left_as_an_array, left_as_an_array_in_a_function, left_as_a_float, stopped, overwritten),
    *(copied_into_a_variable, assigned, sliced_again, a_view_of_what_was_watched, swapped),
    *(computed_in_another_thread, computed_in_a_pool, derivative_outside_of_the_outer_tape),
    *(outer_tape_does_not_watch, not_used),
]
ELSEWHERE = {"computed_after_the_block_in_a_trace": doubled, "left_as_an_array_in_a_function": through_numpy}


def marked_line(program):
    """The line of a program that bears the mark, or the only line of the function that it calls."""
    if program.__name__ in ELSEWHERE:
        return ELSEWHERE[program.__name__].__code__.co_firstlineno + 1
    lines, first = inspect.getsourcelines(program)
    return next((first + i for i, line in enumerate(lines) if line.rstrip().endswith("# here")), None)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_cause_is_found_with_its_line(program):
    cause, gradient, why = program()
    assert gradient is None
    assert why.cause == cause
    assert why.number == CAUSES[cause].number
    wanted = marked_line(program)
    if wanted is not None:
        assert (why.file, why.line) == (__file__, wanted)
        assert why.code == linecache.getline(__file__, wanted).strip()


def test_every_one_of_the_seventeen_causes_has_a_program():
    assert sorted({c.number for c in CAUSES.values()}) == list(range(18))
    assert {program()[0] for program in PROGRAMS} == set(CAUSES) - {"connected"}


def test_an_explanation_reads_well():
    x = tf.Variable([1.2, 3.4])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.round(x))
    why = tape.explain(loss, x)
    assert str(why).splitlines() == [
        "The gradient of loss with respect to x is None: round has no derivative, and every path from x to loss goes "
        "through it.",
        f'  File "{__file__}", line {why.line}',
        "    loss = tf.reduce_sum(tf.round(x))",
        "  Write instead: x + tf.stop_gradient(tf.round(x) - x)  # rounds, with the gradient of x",
    ]


def test_a_notebook_shows_it_escaped():
    weights = [tf.Variable(1.0, name="<script>")]  # no name of the program's refers to it
    with tf.GradientTape() as tape:
        y = tf.floor(weights[0])
    shown = tape.explain(y, weights[0])._repr_html_()
    assert "<pre>" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_a_gradient_may_be_refused_with_the_explanation():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x) * 2.0
    with pytest.raises(NoGradientError, match=r"of y with respect to x is None: tf.stop_gradient") as caught:
        tape.gradient(y, [x], on_none="explain")
    assert isinstance(caught.value, ValueError)


def test_a_gradient_that_is_there_is_returned():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert float(tape.gradient(y, x, on_none="explain")) == 6.0


def test_zeros_that_were_asked_for_are_no_error():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.floor(x)
    assert float(tape.gradient(y, x, unconnected_gradients="zero", on_none="explain")) == 0.0


def test_another_value_of_on_none_is_an_error():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(ValueError, match="'raise'"):
        tape.gradient(y, x, on_none="raise")


def test_a_gradient_that_exists_is_said_to_exist():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    tape.gradient(y, x)
    assert tape.explain(y, x).cause == "connected"
    assert "there is one" in str(tape.explain(y, x))


def test_a_tape_that_has_let_go_says_so():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.explain(y, x)
    with pytest.raises(RuntimeError, match="records"):
        tf.GradientTape().explain(y, x)


def test_without_source_text_there_is_still_a_cause():
    scope = {"tf": tf}
    exec("x = tf.Variable(3.0)\nwith tf.GradientTape() as tape:\n    y = x * x\nz = y * 2.0", scope)
    exec("why = tape.explain(z, x)", scope)
    assert (scope["why"].cause, scope["why"].file) == ("not recorded", None)


@pytest.mark.parametrize("cell", ["<ipython-input-{}-abc>", "/tmp/ipykernel_12/{}.py"])
def test_a_notebook_shows_lines_of_earlier_cells(cell, monkeypatch):
    cells = [
        "x = tf.Variable(3.0)\nwith tf.GradientTape() as tape:\n    y = x * x\n",
        "def unrelated():\n    z = 1\n",
        "a = 1\nz = y * 2.0\n",
        "why = tape.explain(z, x)\n",
    ]
    scope = {"tf": tf}
    for i, source in enumerate(cells):
        name = cell.format(i)
        monkeypatch.setitem(linecache.cache, name, (len(source), None, source.splitlines(True), name))
        exec(compile(source, name, "exec"), scope)
    why = scope["why"]
    assert (why.cause, why.file, why.line, why.code) == ("not recorded", cell.format(2), 2, "z = y * 2.0")


def test_a_trace_stops_listening_when_its_tape_is_gone():
    from tapefit.tape._stack import stack

    with tf.GradientTape(trace=True) as tape:
        pass
    assert len(stack.tapes) == 1
    del tape
    assert stack.tapes == []


def test_a_traced_tape_gives_the_same_gradients():
    x = tf.Variable(3.0)
    with tf.GradientTape(trace=True, persistent=True) as tape:
        y = tf.sin(x * x)
    with tf.GradientTape() as plain:
        z = tf.sin(x * x)
    assert float(tape.gradient(y, x)) == float(plain.gradient(z, x))
