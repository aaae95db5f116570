"""Dtypes and shapes speak as TensorFlow's do."""

import copy
import pickle

import numpy as np
import pytest

import tapefit as tf
from tapefit import types

ALL = [getattr(types, n) for n in types.__all__ if isinstance(getattr(types, n), types.DType)]


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_a_dtype_is_found_by_name_numpy_type_and_itself(dtype):
    assert tf.as_dtype(dtype.name) is tf.as_dtype(dtype) is tf.as_dtype(dtype.as_numpy_dtype) is dtype
    assert dtype == dtype.name
    assert dtype == dtype.as_numpy_dtype
    assert copy.deepcopy(dtype) is pickle.loads(pickle.dumps(dtype)) is dtype
    assert hash(dtype) == hash(dtype.base_dtype)
    assert repr(dtype) == f"tf.{dtype.name}"
    assert str(dtype) == f"<dtype: '{dtype.name}'>"


@pytest.mark.parametrize(("name", "dtype"), [("float", tf.float32), ("double", tf.float64), ("half", tf.float16)])
def test_other_names(name, dtype):
    assert tf.as_dtype(name) is dtype


def test_python_types_are_32_bits():
    assert (tf.as_dtype(float), tf.as_dtype(int)) == (tf.float32, tf.int32)


@pytest.mark.parametrize("bad", ["float99", 3, None, np.dtype("datetime64[s]"), object])
def test_an_unknown_dtype_lists_the_known(bad):
    if bad is object:
        assert tf.as_dtype(bad) is tf.string
        return
    with pytest.raises(TypeError, match="complex128, complex64, float16"):
        tf.as_dtype(bad)


def test_kinds_and_limits():
    assert (tf.float32.is_floating, tf.int8.is_integer, tf.bool.is_bool, tf.complex64.is_complex) == (True,) * 4
    assert (tf.int8.max, tf.int8.min, tf.float64.size) == (127, -128, 8)
    assert tf.float32.max == np.finfo(np.float32).max
    assert tf.float32 != tf.float64
    assert tf.float32 != "nonsense"


def test_a_shape_is_a_tuple_with_methods():
    s = tf.TensorShape([2, 3])
    assert (s.rank, s.ndims, s.dims, s.as_list(), s.num_elements()) == (2, 2, [2, 3], [2, 3], 6)
    assert s == (2, 3) == tuple(s)
    assert s[1:] == (3,)
    assert isinstance(s[1:] + [1], tf.TensorShape)
    assert (repr(s), str(s)) == ("TensorShape([2, 3])", "(2, 3)")
    assert s.is_fully_defined()
    assert s.is_compatible_with([None, 3])
    assert not s.is_compatible_with([2, 4])
    with pytest.raises(ValueError, match="incompatible"):
        s.assert_is_compatible_with([3])
    assert tf.TensorShape(4) == (4,)
