"""One-dimensional NumPy arrays to columns."""

from __future__ import annotations

import datetime
import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data._exact import LARGEST_EXACT, survives_float64
from tapefit.data._levels import categorical
from tapefit.data._table import Categorical, Column, Numeric
from tapefit.data._unsupported import unsupported

_UNSUPPORTED = {"c": "complex", "M": "dates", "m": "dates", "S": "bytes"}

# The first that fits: NumPy counts timedelta64 among the integers, and a complex is a Number too.
_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "dates": (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64),
    "complex": (complex, np.complexfloating),
    "number": (numbers.Number, np.bool_),
    "bytes": (bytes, bytearray),
    "nested": (list, tuple, dict, set, np.ndarray),
}


def column_from_array(name: str, values: NDArray[Any], *, declared: bool = False) -> Column:
    """Return the column of a 1-D array.

    Parameters
    ----------
    name : str
        The column's name.
    values : (n,) array
        Numbers and booleans become `Numeric`, without a copy where they are float64; texts become
        `Categorical`; the rest `Unsupported`. Missing is what is masked, NaN or None.
    declared : bool
        Make it `Categorical` whatever it holds, with the text of each value as the level.
    """
    if type(values) is np.ndarray and values.dtype == np.float64 and not declared:
        return Numeric(name, values)
    masked = np.ma.getmaskarray(values)
    values = np.ma.getdata(values)
    kind = values.dtype.kind
    if kind == "O":
        return _from_objects(name, values, masked, declared=declared)
    if kind in "UT" or (declared and kind in "biuf"):
        return _categorical(name, values, masked, declared=declared)
    if kind in "biuf":
        return _numeric(name, values, masked)
    return unsupported(name, _UNSUPPORTED.get(kind, "nested"))


def _numeric(name: str, values: NDArray[Any], masked: NDArray[np.bool_]) -> Numeric:
    floats = np.asarray(values, dtype=np.float64)
    exact = values.dtype.kind not in "iu" or survives_float64(values)
    return Numeric(name, np.where(masked, np.nan, floats) if masked.any() else floats, exact)


def _categorical(name: str, values: NDArray[Any], masked: NDArray[np.bool_], *, declared: bool) -> Categorical:
    there = ~masked & ~np.isnan(values) if values.dtype.kind == "f" else ~masked
    present, positions = np.unique(values[there], return_inverse=True)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[there] = positions
    return categorical(name, codes, present.tolist(), declared=declared)


def _from_objects(name: str, values: NDArray[Any], masked: NDArray[np.bool_], *, declared: bool) -> Column:
    """Return the column of Python objects, by the one kind that they all are."""
    there = ~masked & np.fromiter((not _is_missing(value) for value in values), np.bool_, len(values))
    kinds = {_kind(value) for value in values[there]}
    if kinds == {"text"} or (declared and kinds <= {"text", "number"}):
        return _categorical_from_objects(name, values, there, declared=declared)
    if kinds <= {"number"}:
        return _numeric_from_objects(name, values, there)
    return unsupported(name, kinds.pop() if len(kinds) == 1 else "mixed")


def _categorical_from_objects(
    name: str, values: NDArray[Any], there: NDArray[np.bool_], *, declared: bool
) -> Categorical:
    position: dict[object, int] = {}
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[there] = [position.setdefault(value, len(position)) for value in values[there]]
    return categorical(name, codes, tuple(position), declared=declared)


def _numeric_from_objects(name: str, values: NDArray[Any], there: NDArray[np.bool_]) -> Numeric:
    floats = np.full(len(values), np.nan)
    floats[there] = [_float(value) for value in values[there]]
    whole = [int(value) for value in values[there] if isinstance(value, (int, np.integer))]
    return Numeric(name, floats, all(abs(value) <= LARGEST_EXACT or _float(value) == value for value in whole))


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a Python integer beyond the range of float64
        return np.inf if value > 0 else -np.inf


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, (float, np.floating)) and bool(np.isnan(value)))


def _kind(value: object) -> str:
    return next((kind for kind, classes in _KINDS.items() if isinstance(value, classes)), "mixed")
