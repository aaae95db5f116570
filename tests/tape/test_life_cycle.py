"""When a tape records, when it may be asked, and what it says when it may not (contract A1)."""

import logging

import pytest

import tapefit as tf


def test_arguments_are_accepted_by_position():
    x = tf.Variable(3.0)
    with tf.GradientTape(True, False) as tape:
        y = x * x
    assert tape.gradient(y, x) is None
    assert tape.gradient(y, x) is None


def test_an_unknown_argument_is_a_type_error():
    with pytest.raises(TypeError, match="foo"):
        tf.GradientTape(foo=1)


@pytest.mark.parametrize("first", ["gradient", "jacobian", "batch_jacobian"])
@pytest.mark.parametrize("second", ["gradient", "jacobian", "batch_jacobian"])
def test_a_tape_that_is_not_persistent_answers_once(first, second):
    x = tf.Variable([[3.0]])
    with tf.GradientTape() as tape:
        y = x * x
    getattr(tape, first)(y, x)
    with pytest.raises(RuntimeError, match="can only be used to compute one set of gradients"):
        getattr(tape, second)(y, x)


def test_a_persistent_tape_answers_again_and_again():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    assert [float(tape.gradient(v, x)) for v in (y, z, y)] == [6.0, 108.0, 6.0]


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda t: t.gradient(tf.constant(1.0), tf.constant(1.0)), RuntimeError, "recorded nothing"),
        (lambda t: t.watch(tf.constant(1.0)), RuntimeError, "with tf.GradientTape"),
        (lambda t: t.stop_recording().__enter__(), RuntimeError, "not recording"),
        (lambda t: t.reset(), ValueError, "not recording"),
    ],
)
def test_a_tape_that_was_never_entered_says_so(use, error, words):
    with pytest.raises(error, match=words):
        use(tf.GradientTape())


def test_a_tape_that_was_never_entered_watches_nothing():
    assert tf.GradientTape().watched_variables() == ()


@pytest.mark.parametrize("use", [lambda t: t.reset(), lambda t: t.stop_recording().__enter__()])
def test_reset_and_stop_recording_need_the_open_block(use):
    with tf.GradientTape() as tape:
        pass
    with pytest.raises(ValueError, match="not recording"):
        use(tape)


def test_stop_recording_does_not_nest():
    with tf.GradientTape() as tape, tape.stop_recording(), pytest.raises(ValueError, match="not recording"):
        tape.stop_recording().__enter__()


def test_an_open_tape_is_not_entered_again():
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="still recording"):
        tape.__enter__()


def test_a_tape_entered_again_goes_on_where_it_stopped():
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    with tape:
        z = y * x
    assert float(tape.gradient(z, x)) == 27.0


def test_a_tape_entered_again_after_its_gradient_is_a_new_one():
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0
    with tape:
        y = x * x * x
    assert float(tape.gradient(y, x)) == 27.0


def test_gradient_inside_the_block_ends_the_recording():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        assert float(tape.gradient(y, x)) == 6.0
        with pytest.raises(RuntimeError, match="one set of gradients"):
            tape.gradient(y, x)


def test_gradient_inside_a_persistent_block_is_recorded_and_warns_once(caplog, monkeypatch):
    monkeypatch.setattr("tapefit.tape._log._told", set())
    x = tf.Variable(2.0)
    with caplog.at_level(logging.WARNING, "tapefit"), tf.GradientTape(persistent=True) as tape:
        y = x**4
        first = tape.gradient(y, x)
        tape.gradient(y, x)
        with tf.GradientTape(persistent=True) as another:  # as in the next step of a loop
            another.gradient(x * x, x)
    assert float(tape.gradient(first, x)) == 48.0
    assert [r.message.startswith("Calling GradientTape.gradient on a persistent tape") for r in caplog.records] == [
        True
    ]


@pytest.mark.parametrize("persistent", [False, True])
def test_gradient_inside_stop_recording(persistent):
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=persistent) as tape:
        y = x * x
        with tape.stop_recording():
            assert float(tape.gradient(y, x)) == 6.0


def test_what_happens_in_stop_recording_is_not_recorded():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            hidden = y * x
        z = y * 2.0
    assert tape.gradient(hidden, x) is None
    assert float(tape.gradient(z, x)) == 12.0


def test_an_exception_inside_the_block_passes_and_leaves_the_tape_usable():
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    kept = []

    def block():
        with tape:
            kept.append(x * x)
            raise KeyError("outside")

    with pytest.raises(KeyError):
        block()
    (y,) = kept
    assert float(tape.gradient(y, x)) == 6.0
    assert (x * x)._uid == 0  # nothing listens any more


def test_two_tapes_at_once_are_independent():
    x = tf.Variable(3.0)
    with tf.GradientTape() as a, tf.GradientTape() as b:
        y = x * x
    assert float(a.gradient(y, x)) == float(b.gradient(y, x)) == 6.0


def test_tapes_may_be_left_in_any_order():
    x = tf.Variable(3.0)
    a, b = tf.GradientTape(), tf.GradientTape()
    a.__enter__()
    b.__enter__()
    y = x * x
    a.__exit__(None, None, None)
    z = y * x
    b.__exit__(None, None, None)
    assert float(a.gradient(y, x)) == 6.0
    assert float(b.gradient(z, x)) == 27.0


def test_reset_forgets_records_and_watches():
    c, v = tf.constant(2.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(c)
        before = c * v
        tape.reset()
        after = c * v
    assert tape.gradient(before, v) is None
    assert tape.gradient(after, c) is None
    assert float(tape.gradient(after, v)) == 2.0
