"""What TensorFlow has and tapefit has not says so and what to use; what nobody has is simply not there."""

import copy
import pickle
import traceback

import numpy as np
import pytest

import tapefit as tf


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: tf.bfloat16, r"tf\.bfloat16 is not part of tapefit: .* tf\.float16"),
        (lambda: tf.gradients, "tape.gradient"),
        (lambda: tf.hessians, r"tf\.hessian"),
        (lambda: tf.config.set_visible_devices, "CPU"),
        (lambda: tf.RaggedTensor, r"tf\.sequence_mask"),
        (lambda: tf.train.Checkpoint, "savez"),
        (lambda: tf.nn.conv2d, "TensorFlow itself"),
        (lambda: tf.nn.max_pool2d, "TensorFlow itself"),
        (lambda: tf.random.poisson, "categorical"),
        (lambda: tf.linalg.LinearOperatorDiag, r"tf\.linalg"),
        (lambda: tf.signal.mdct, "stft"),
        (lambda: tf.math.sobol_sample, "Sobol"),
        (lambda: tf.data.TFRecordDataset, "from_tensor_slices"),
        (lambda: tf.metrics.AUC, "scikit-learn"),
        (lambda: tf.losses.Dice, "y_true"),
        (lambda: tf.keras.Sequential, r"tf\.Module"),
        (lambda: tf.keras.optimizers.Lamb, "Adam"),
        (lambda: tf.sparse.softmax, "to_dense"),
        (lambda: tf.experimental.dlpack, "numpy"),
        (lambda: tf.experimental.numpy.random, r"tf\.random"),
        (lambda: tf.debugging.disable_traceback_filtering, "CPU"),
        (lambda: tf.test.TestCase, "pytest"),
    ],
)
def test_what_is_not_there_says_what_to_use(use, words):
    with pytest.raises(AttributeError, match=f"is not part of tapefit: .*|{words}") as caught:
        use()
    assert "is not part of tapefit: " in str(caught.value)
    caught.match(words)
    assert str(caught.value).endswith(".")


def test_python_adds_no_guess_of_its_own():
    with pytest.raises(AttributeError) as caught:
        tf.bfloat16
    assert traceback.format_exception(caught.value)[-1] == f"AttributeError: {caught.value}\n"


def test_what_nobody_has_is_not_there():
    for package in (tf, tf.math, tf.nn, tf.linalg, tf.random):
        with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
            package.nonsense
        assert not hasattr(package, "_repr_html_")
        assert not hasattr(package, "__wrapped__")


def test_numpys_functions_of_variables_are_followed_and_pickle_and_copy_as_ever():
    n = tf.experimental.numpy
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = n.sum(n.multiply(n.exp(v), n.array([1, 2])))
    np.testing.assert_allclose(tape.gradient(y, v).numpy(), np.exp([1.0, 2.0]) * [1, 2], rtol=1e-6)
    assert y.dtype == tf.float64
    assert n.ndarray is tf.Tensor
    assert [name for name in n.__all__ if not hasattr(n, name)] == []
    assert copy.deepcopy(n.ones(2)).numpy().tolist() == pickle.loads(pickle.dumps(n.ones(2))).numpy().tolist()


def test_numpys_function_without_an_op_is_refused_on_a_tape_and_computed_off_it():
    v = tf.Variable([1.0, 2.0], dtype=tf.float64)
    assert tf.experimental.numpy.vander(v).numpy().tolist() == np.vander([1.0, 2.0]).tolist()
    with tf.GradientTape(), pytest.raises(TypeError, match=r"np\.vander has no tape op"):
        tf.experimental.numpy.vander(v)


def test_there_is_one_device():
    assert tf.config.list_physical_devices("GPU") == []
    assert [d.device_type for d in tf.config.list_physical_devices()] == ["CPU"]
