"""Metrics beyond what is recorded from TensorFlow (tests/recorded): laws, tapes, old names, words of refusal."""

import numpy as np
import pytest

import tapefit as tf

NAMES = sorted(
    n for n in tf.metrics.__all__ if n[0].isupper() and n[1].islower() and n not in ("Metric", "MeanMetricWrapper")
)
ONE = {"Mean", "Sum"}
rng = np.random.default_rng(0)
TRUE = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 8)]
SHARES = rng.dirichlet(np.ones(3), 8).astype(np.float32)


def batch(name, rows):
    if name in ONE:
        return (SHARES[rows],)
    return (np.argmax(TRUE[rows], -1) if name.startswith("Sparse") else TRUE[rows]), SHARES[rows]


@pytest.mark.parametrize("name", NAMES)
def test_batches_add_up_to_the_whole(name):
    whole, parts = getattr(tf.metrics, name)(), getattr(tf.metrics, name)()
    whole.update_state(*batch(name, slice(0, 8)))
    for rows in (slice(0, 3), slice(3, 4), slice(4, 8)):
        parts.update_state(*batch(name, rows))
    np.testing.assert_allclose(parts.result().numpy(), whole.result().numpy(), rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_of_2_is_a_row_twice(name):
    weighted, repeated = getattr(tf.metrics, name)(), getattr(tf.metrics, name)()
    weighted.update_state(*batch(name, slice(0, 3)), sample_weight=[1.0, 2.0, 1.0])
    repeated.update_state(*batch(name, [0, 1, 1, 2]))
    np.testing.assert_allclose(weighted.result().numpy(), repeated.result().numpy(), rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_reset_forgets(name):
    metric, fresh = getattr(tf.metrics, name)(), getattr(tf.metrics, name)()
    metric.update_state(*batch(name, slice(0, 3)))
    metric.reset_states()
    for m in (metric, fresh):
        m.update_state(*batch(name, slice(3, 8)))
    assert metric.result().numpy() == fresh.result().numpy()


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_is_made_again_from_its_configuration(name):
    cls = getattr(tf.keras.metrics, name)
    metric = cls(name="mine")
    again = cls.from_config(metric.get_config())
    assert (again.name, again.get_config()) == ("mine", metric.get_config())
    assert repr(metric) == f"<{name} name=mine>"
    assert (cls.__doc__ or "").strip()


def test_a_metric_keeps_no_record_on_a_tape():
    w, mean = tf.Variable(2.0), tf.metrics.MeanSquaredError()
    with tf.GradientTape() as tape:
        y = w * [1.0, 2.0]
        before = len(tape._records)
        mean.update_state([1.0, 1.0], y)
        assert len(tape._records) == before
    assert tape.watched_variables() == (w,)


def test_a_mean_of_nothing_is_0():
    assert tf.metrics.Mean().result().numpy() == 0.0


def test_weights_of_ones_own():
    metric = tf.metrics.Metric()
    assert metric.add_weight("old_order").name == "old_order:0"
    assert metric.add_weight((2,), "ones").numpy().tolist() == [1.0, 1.0]
    assert metric.add_variable((2,), lambda shape, dtype: np.full(shape, 3.0)).numpy().tolist() == [3.0, 3.0]
    with pytest.raises(ValueError, match="'zeros', 'ones'"):
        metric.add_weight((), "glorot")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: tf.metrics.Metric().update_state(1.0), "give it an update_state"),
        (lambda: tf.metrics.Metric().result(), "give it a result"),
        (lambda: tf.metrics.BinaryAccuracy(treshold=0.3), "treshold"),
        (lambda: tf.metrics.R2Score()([1.0], [1.0]), "outputs"),
    ],
)
def test_a_refusal_says_what_to_do(call, match):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=match):
        call()
