"""Optimizers: minimize, old spellings, settings, and what they refuse. Their numbers are in tests/recorded."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.errors import GradientWarning

NAMES = ["SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam", "RMSprop"]


@pytest.fixture
def w():
    return tf.Variable([1.0, -2.0], name="w")


def test_minimize_takes_a_function(w):
    optimizer = tf.optimizers.SGD(0.25)
    assert optimizer.minimize(lambda: tf.reduce_sum(w * w), [w]) is optimizer.iterations
    assert w.numpy().tolist() == [0.5, -1.0]


def test_minimize_finds_the_variables_that_the_loss_reads(w):
    tf.optimizers.SGD(0.25).minimize(lambda: tf.reduce_sum(w * w))
    assert w.numpy().tolist() == [0.5, -1.0]


def test_minimize_takes_variables_that_the_loss_makes():
    made = []

    def loss():
        if not made:
            made.append(tf.Variable(1.0))
        return made[0] ** 2

    tf.optimizers.SGD(0.25).minimize(loss, lambda: made)
    assert made[0].numpy() == 0.5


def test_minimize_takes_a_loss_and_its_tape(w):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w * w)
    tf.optimizers.SGD(0.25).minimize(loss, [w], tape=tape)
    assert w.numpy().tolist() == [0.5, -1.0]


def test_minimize_weighs_the_elements_of_a_loss(w):
    tf.optimizers.SGD(0.25).minimize(lambda: w * w, [w], grad_loss=tf.constant([1.0, 0.0]))
    assert w.numpy().tolist() == [0.5, -2.0]


def test_minimize_of_a_tensor_needs_the_tape(w):
    with pytest.raises(ValueError, match="`tape` is required"):
        tf.optimizers.SGD(0.25).minimize(tf.reduce_sum(w * w), [w])


def test_compute_gradients_gives_pairs(w):
    ((g, variable),) = tf.optimizers.SGD(0.25).compute_gradients(lambda: tf.reduce_sum(w * w), [w])
    assert variable is w
    assert g.numpy().tolist() == [2.0, -4.0]


def test_apply_takes_gradients_and_variables_apart(w):
    optimizer = tf.optimizers.SGD(1.0)
    optimizer.build([w])
    optimizer.apply([tf.constant([1.0, 1.0])])
    optimizer.apply([tf.constant([1.0, 1.0])], [w])
    assert w.numpy().tolist() == [-1.0, -4.0]
    with pytest.raises(ValueError, match="one gradient a variable"):
        optimizer.apply([])


@pytest.mark.parametrize("name", NAMES)
def test_the_old_spellings_run(name, w):
    optimizer = getattr(tf.keras.optimizers, name)(lr=0.5)
    optimizer.apply_gradients([(tf.constant([1.0, 1.0]), w)], experimental_aggregate_gradients=True)
    assert optimizer.lr.numpy() == 0.5
    optimizer.lr = 0.25
    assert optimizer.learning_rate.numpy() == 0.25


def test_decay_is_a_schedule(w):
    optimizer = tf.keras.optimizers.SGD(learning_rate=1.0, decay=1.0)
    rates = []
    for _ in range(3):
        rates.append(optimizer.learning_rate.numpy())
        optimizer.apply_gradients([(tf.zeros(2), w)])
    assert rates == pytest.approx([1, 1 / 2, 1 / 3])


@pytest.mark.parametrize("rate", [1, np.float64(1.0), tf.constant(1.0), tf.Variable(1.0)])
def test_a_rate_may_be_any_number(rate, w):
    tf.optimizers.SGD(rate).apply_gradients([(tf.constant([1.0, 1.0]), w)])
    assert w.numpy().tolist() == [0.0, -3.0]


def test_a_rate_must_be_a_number(w):
    with pytest.raises(ValueError, match="learning_rate must be a number"):
        tf.optimizers.SGD("fast")


def test_a_schedule_of_ones_own(w):
    class Halving(tf.keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5 ** tf.cast(step, tf.float32)

    optimizer = tf.keras.optimizers.SGD(Halving())
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant([1.0, 0.0]), w)])
    assert w.numpy().tolist() == [-0.5, -2.0]


def test_a_schedule_is_not_replaced_by_a_number():
    optimizer = tf.optimizers.SGD(tf.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
    with pytest.raises(TypeError, match="schedule"):
        optimizer.learning_rate = 0.1


def test_a_missing_gradient_is_a_warning_that_names_the_variable(w):
    b = tf.Variable(1.0, name="b")
    with pytest.warns(GradientWarning, match="'b:0'"):
        tf.optimizers.SGD(1.0).apply_gradients([(tf.constant([1.0, 1.0]), w), (None, b)])
    assert (w.numpy().tolist(), b.numpy()) == ([0.0, -3.0], 1.0)


def test_no_gradient_at_all_is_an_error_that_names_the_variables(w):
    with pytest.raises(ValueError, match=r"No gradients provided for any variable: \['w:0'\]"):
        tf.optimizers.SGD(1.0).apply_gradients([(None, w)])


def test_a_pair_the_wrong_way_round_is_an_error(w):
    with pytest.raises(TypeError, match="zip"):
        tf.optimizers.SGD(1.0).apply_gradients([(w, tf.constant([1.0, 1.0]))])


def test_a_gradient_of_another_shape_is_an_error_that_names_the_variable(w):
    with pytest.raises(ValueError, match=r"'w:0' has shape \(3,\)"):
        tf.optimizers.SGD(1.0).apply_gradients([(tf.zeros(3), w)])
    assert w.numpy().tolist() == [1.0, -2.0]


def test_an_optimizer_takes_new_variables_later(w):
    optimizer = tf.optimizers.Adam(0.1)
    optimizer.apply_gradients([(tf.constant([1.0, 1.0]), w)])
    optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0))])
    assert len(optimizer.variables) == 6


def test_weight_decay_passes_by_excluded_variables(w):
    b = tf.Variable(1.0, name="bias")
    optimizer = tf.optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply_gradients([(tf.zeros(2), w), (tf.constant(0.0), b)])
    assert (w.numpy().tolist(), b.numpy()) == ([0.5, -1.0], 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_read_only_attributes_and_make_the_same_optimizer_again(name, w):
    optimizer = getattr(tf.optimizers, name)(0.25)
    config = optimizer.get_config()
    again = tf.optimizers.deserialize(tf.optimizers.serialize(optimizer))
    assert type(again) is type(optimizer)
    assert again.get_config() == config
    assert type(optimizer).from_config(config).get_config() == config
    for setting, value in optimizer._settings.items():
        assert getattr(optimizer, setting) == value
        with pytest.raises(AttributeError, match=setting):
            setattr(optimizer, setting, value)


def test_a_schedule_is_serialized_with_its_optimizer():
    optimizer = tf.optimizers.Adam(tf.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))
    again = tf.optimizers.deserialize(tf.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()


@pytest.mark.parametrize("name", NAMES)
def test_an_optimizer_goes_on_from_its_weights(name):
    def run(optimizer, variable, steps):
        for _ in range(steps):
            optimizer.minimize(lambda: tf.reduce_sum(variable**2), [variable])
        return variable.numpy()

    whole = run(tf.optimizers.get(name.lower()), tf.Variable([1.0, 2.0]), 5)
    first, variable = tf.optimizers.get(name.lower()), tf.Variable([1.0, 2.0])
    run(first, variable, 2)
    second = tf.optimizers.get(name.lower())
    second.build([variable])
    second.set_weights(first.get_weights())
    np.testing.assert_array_equal(run(second, variable, 3), whole)


def test_weights_of_another_number_are_an_error(w):
    with pytest.raises(ValueError, match="build"):
        tf.optimizers.Adam().set_weights([1, 2, 3])


def test_get_takes_names_optimizers_and_configurations():
    adam = tf.optimizers.get("Adam")
    assert tf.optimizers.get(adam) is adam
    assert type(tf.optimizers.get({"class_name": "SGD", "config": {"learning_rate": 0.5}})) is tf.optimizers.SGD
    with pytest.raises(ValueError, match="adadelta, adagrad, adam"):
        tf.optimizers.get("nonsense")
    with pytest.raises(ValueError, match="adadelta, adagrad, adam"):
        tf.optimizers.deserialize({"class_name": "Nonsense", "config": {}})


def test_an_unknown_argument_is_an_error_that_lists_the_known():
    with pytest.raises(ValueError, match=r"momentun.*clipnorm.*momentum"):
        tf.optimizers.SGD(0.1, momentun=0.9)


def test_slot_variables_are_live_and_are_not_followed(w):
    optimizer = tf.optimizers.SGD(1.0, momentum=0.5)
    optimizer.apply_gradients([(tf.constant([1.0, 1.0]), w)])
    iteration, rate, momentum = optimizer.variables
    assert (iteration.numpy(), rate.numpy(), momentum.name) == (1, 1.0, "w_0_momentum:0")
    assert not any(v.trainable for v in optimizer.variables)
    momentum.assign([0.0, 0.0])
    optimizer.apply_gradients([(tf.zeros(2), w)])
    assert w.numpy().tolist() == [0.0, -3.0]


def test_a_step_leaves_no_record_on_a_tape(w):
    optimizer = tf.optimizers.SGD(1.0)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(w * w)
        optimizer.apply_gradients([(tf.constant([1.0, 1.0]), w)])
    assert tape.gradient(loss, w).numpy().tolist() == [2.0, -4.0]


def test_a_global_norm_that_is_not_finite_does_not_hide(w):
    b = tf.Variable(1.0)
    tf.optimizers.SGD(1.0, global_clipnorm=1.0).apply_gradients(
        [(tf.constant([np.inf, 1.0]), w), (tf.constant(1.0), b)]
    )
    assert np.isnan(w.numpy()).all()
    assert np.isnan(b.numpy())


def test_a_gradient_of_zeros_passes_the_limits(w):
    for limit in ("clipnorm", "clipvalue", "global_clipnorm"):
        tf.optimizers.SGD(1.0, **{limit: 1.0}).apply_gradients([(tf.zeros(2), w)])
    assert w.numpy().tolist() == [1.0, -2.0]


def test_legacy_names_are_the_same_classes():
    assert tf.keras.optimizers.legacy.Adam is tf.optimizers.Adam
    assert tf.keras.optimizers.schedules.ExponentialDecay is tf.optimizers.schedules.ExponentialDecay


def test_a_schedule_without_a_call_is_an_error():
    with pytest.raises(NotImplementedError, match="__call__"):
        tf.optimizers.schedules.LearningRateSchedule()(0)
