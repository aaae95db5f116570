"""Arrow columns to ours, through DLPack.

``Array.to_numpy``, ``pa.array(ndarray)`` and even ``pa.scalar`` import pandas where it is installed, which
takes most of a second; nothing here calls them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit.data._exact import survives_float64
from tapefit.data._levels import categorical
from tapefit.data._table import Column, Numeric
from tapefit.data._unsupported import unsupported


def column_from_arrow(name: str, array: Any, *, declared: bool = False) -> Column:
    """Return the column of an Arrow array.

    Parameters
    ----------
    name : str
        The column's name.
    array : pyarrow.Array or pyarrow.ChunkedArray, n long
        Any type: numbers, decimals and booleans become `Numeric`; texts and dictionaries `Categorical`;
        the rest `Unsupported`.
    declared : bool
        Make it `Categorical` whatever its type, with the text of each value as the level.
    """
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _categorical(name, array, declared=True)
    if _is_text(kind) or (declared and not pa.types.is_nested(kind)):
        return _categorical(name, _encoded(array), declared=declared)
    if _is_number(kind):
        return _numeric(name, array)
    if pa.types.is_temporal(kind):
        return unsupported(name, "dates")
    return unsupported(name, "bytes" if pa.types.is_binary(kind) else "nested")


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    is_a = pa.types
    tests = (is_a.is_integer, is_a.is_floating, is_a.is_boolean, is_a.is_decimal, is_a.is_null)
    return any(test(kind) for test in tests)


def _numeric(name: str, array: Any) -> Numeric:
    import pyarrow as pa

    exact = True
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    elif pa.types.is_integer(array.type):
        exact = survives_float64(to_numpy(array, missing=0))
    return Numeric(name, to_numpy(array.cast(pa.float64(), safe=False), missing=np.nan), exact)


def _encoded(array: Any) -> Any:
    """Return the array as a dictionary; text views, which have no such kernel, as large strings first."""
    import pyarrow as pa

    return (array.cast(pa.large_string()) if pa.types.is_string_view(array.type) else array).dictionary_encode()


def _categorical(name: str, array: Any, *, declared: bool) -> Column:
    import pyarrow as pa

    codes = to_numpy(array.indices.cast(pa.int64()), missing=-1)
    return categorical(name, codes, array.dictionary.to_pylist(), declared=declared)


def to_numpy(array: Any, *, missing: float) -> NDArray[Any]:
    """Return a fixed-width Arrow array as NumPy, with ``missing`` for null; without nulls nothing is copied."""
    import pyarrow as pa

    # DLPack refuses a validity bitmap, so the values go without it and the bitmap goes as bytes.
    bare = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], offset=array.offset)
    values: NDArray[Any] = np.from_dlpack(bare)
    if array.null_count == 0:
        return values
    null = np.from_dlpack(array.is_null().cast(pa.uint8())).view(np.bool_)
    return np.where(null, np.asarray(missing, dtype=values.dtype), values)
