"""TensorSpec: shapes with open dimensions."""

import pytest

import tapefit as tf


def test_a_known_shape_is_a_tensor_shape():
    spec = tf.TensorSpec([2, 3], "float64", name="x")
    assert isinstance(spec.shape, tf.TensorShape)
    assert (spec.shape, spec.dtype, spec.name) == ((2, 3), tf.float64, "x")
    assert repr(spec) == "TensorSpec(shape=(2, 3), dtype=tf.float64, name='x')"


@pytest.mark.parametrize(
    ("shape", "dtype", "fits"),
    [
        ([2, 3], tf.float32, True),
        ([None, 3], tf.float32, True),
        (None, tf.float32, True),
        ([2, 4], tf.float32, False),
        ([2], tf.float32, False),
        ([2, 3], tf.float64, False),
    ],
)
def test_what_a_spec_fits(shape, dtype, fits):
    assert tf.TensorSpec(shape, dtype).is_compatible_with(tf.zeros((2, 3))) is fits


def test_equal_specs_are_one_key():
    one, other = tf.TensorSpec([None, 1]), tf.TensorSpec([None, 1])
    assert one == other
    assert len({one, other, tf.TensorSpec([2, 1])}) == 2
    assert one != "TensorSpec"


def test_the_spec_of_a_tensor():
    assert tf.TensorSpec.from_tensor(tf.zeros((2, 1))) == tf.TensorSpec((2, 1), tf.float32)
