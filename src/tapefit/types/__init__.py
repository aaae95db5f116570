"""Dtypes and shapes, spoken as TensorFlow speaks them."""

from tapefit.types._dtypes import (
    DType,
    as_dtype,
    bool,
    complex64,
    complex128,
    dtype_of,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from tapefit.types._shape import TensorShape
from tapefit.types._spec import TensorSpec

__all__ = [
    "DType",
    "TensorShape",
    "TensorSpec",
    "as_dtype",
    "bool",
    "complex64",
    "complex128",
    "dtype_of",
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "string",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]
