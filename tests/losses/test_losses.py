"""Losses beyond what is recorded from TensorFlow (tests/recorded): derivatives, dtypes, lookups, words of refusal."""

import numpy as np
import pytest

import tapefit as tf
from tapefit.testing import check_grads, check_rows

TRUE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
SHARES = np.array([[0.7, 0.2, 0.1], [0.3, 0.45, 0.25]])
FUNCTIONS = sorted(n for n in tf.losses.__all__ if n.islower() and n not in ("get", "serialize", "deserialize"))
CLASSES = sorted(
    n for n in tf.losses.__all__ if n[0].isupper() and n[1].islower() and n not in ("Loss", "FunctionLoss", "Reduction")
)
KINKED = {"hinge", "squared_hinge", "categorical_hinge"}


def targets(name):
    return np.argmax(TRUE, -1) if name.lower().startswith("sparse") else TRUE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_agree_with_differences_to_second_order(name):
    check_grads(lambda p: getattr(tf.losses, name)(targets(name), p), [SHARES], order=1 if name in KINKED else 2)
    check_rows(lambda p: getattr(tf.losses, name)(targets(name), p), [SHARES])


@pytest.mark.parametrize("name", CLASSES)
def test_an_object_reduces_its_function_to_the_mean(name):
    cls = getattr(tf.losses, name)
    each = cls(reduction="none")(targets(name), SHARES).numpy()
    assert cls()(targets(name), SHARES).numpy() == pytest.approx(each.mean())
    assert cls(reduction="sum")(targets(name), SHARES).numpy() == pytest.approx(each.sum())
    assert cls(reduction=tf.keras.losses.Reduction.AUTO)(targets(name), SHARES).numpy() == pytest.approx(each.mean())


@pytest.mark.parametrize("name", CLASSES)
def test_an_object_is_made_again_from_its_configuration(name):
    loss = getattr(tf.losses, name)()
    again = tf.losses.deserialize(tf.losses.serialize(loss))
    assert (type(again), again.get_config()) == (type(loss), loss.get_config())
    assert again(targets(name), SHARES).numpy() == loss(targets(name), SHARES).numpy()
    assert (getattr(tf.losses, name).__doc__ or "").strip()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_loss_has_the_dtype_of_the_predictions(dtype):
    assert tf.losses.MeanSquaredError()(TRUE, SHARES.astype(dtype)).dtype == dtype
    assert tf.losses.MeanSquaredError(dtype="float32")(TRUE, SHARES.astype(dtype)).dtype == tf.float32


def test_no_loss_is_infinite_where_a_probability_is_0_or_1():
    sure = tf.Variable([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        losses = [
            tf.losses.binary_crossentropy(TRUE, sure),
            tf.losses.categorical_crossentropy(TRUE, sure),
            tf.losses.sparse_categorical_crossentropy([0, 2], sure),
            tf.losses.kl_divergence(TRUE, sure),
        ]
    assert all(np.isfinite(loss.numpy()).all() for loss in losses)
    assert np.isfinite(tape.gradient(losses, sure).numpy()).all()


def test_the_angle_of_a_vector_of_zeros():
    x = tf.Variable([[0.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = tf.losses.cosine_similarity([[1.0, 0.0]], x)
    assert loss.numpy().tolist() == [0.0]
    assert np.isfinite(tape.gradient(loss, x).numpy()).all()


def test_get_takes_names_configurations_and_functions():
    assert tf.losses.get("mse") is tf.losses.MSE is tf.keras.losses.mean_squared_error
    assert type(tf.losses.get("Huber")) is tf.losses.Huber
    assert tf.losses.get({"class_name": "Huber", "config": {"delta": 2.0}}).get_config()["delta"] == 2.0
    assert tf.losses.get(None) is None
    assert tf.losses.get(abs) is abs
    assert tf.losses.deserialize(tf.losses.serialize(tf.losses.huber)) is tf.losses.huber
    with pytest.raises(ValueError, match="mean_squared_error"):
        tf.losses.get("nonsense")
    with pytest.raises(ValueError, match="MeanSquaredError"):
        tf.losses.deserialize({"class_name": "Nonsense", "config": {}})


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: tf.losses.Loss()(TRUE, SHARES), "give it a call"),
        (lambda: tf.losses.Huber(reduction="product"), "sum_over_batch_size"),
        (lambda: tf.losses.binary_crossentropy(TRUE, SHARES[:1]), "same shape"),
        (lambda: tf.losses.sparse_categorical_crossentropy([0, 1, 2], SHARES), r"\(2,\), got \(3,\)"),
        (lambda: tf.losses.sparse_categorical_crossentropy([0, 7], SHARES), "outside the valid range"),
    ],
)
def test_a_refusal_says_what_to_do(call, match):
    with pytest.raises((ValueError, NotImplementedError), match=match):
        call()


def test_a_mean_over_no_counted_row_is_0():
    assert tf.losses.SparseCategoricalCrossentropy(ignore_class=0)([0, 0], SHARES).numpy() == 0.0
