"""``v[key].assign(x)``: a slice of a variable remembers where it came from, for as long as it lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tapefit.errors import InvalidArgumentError
from tapefit.tape import primitives as p
from tapefit.tape._slicing import item, key_part
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

# By id, which the reference guards: an entry goes when its slice does, before the id can be used again.
_sources: dict[int, tuple[weakref.ref[Tensor], Variable, Any]] = {}

_CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "assign": lambda old, x: x,
    "assign_add": lambda old, x: old + x,
    "assign_sub": lambda old, x: old - x,
}


def item_of_variable(v: Variable, key: Any) -> Tensor:
    """``v[key]``, a tensor that has `assign`, `assign_add` and `assign_sub`, too."""
    found = item(v, key)
    place = id(found)
    _sources[place] = (weakref.ref(found, lambda _: _sources.pop(place, None)), v, key)
    return found


def assignment(tensor: Tensor, name: str) -> Callable[..., Variable] | None:
    """The method of that name, if the tensor is a slice of a variable and has one."""
    source = _sources.get(id(tensor)) if name in _CHANGES else None
    if source is None or source[0]() is not tensor:
        return None
    return partial(_assign_slice, source[1], source[2], _CHANGES[name])


def _assign_slice(v: Variable, key: Any, change: Callable[[Any, Any], Any], value: Any, **options: Any) -> Variable:
    """Set the elements of `v` at `key`; others stay as they are. To tapes it is an assignment of the whole."""
    places = tuple(key_part(k) for k in (key if isinstance(key, tuple) else (key,)))
    x = change(item(v, key), v._operand(value))
    shape, wanted = tuple(x.shape), v._value._array[places].shape
    if not _fits(shape, wanted):
        raise InvalidArgumentError(
            f"Cannot broadcast input shape {list(shape)} into final shape {list(wanted)}, that of the variable's "
            "slice; reshape the value."
        )
    if not stack.tapes:
        new = np.array(v._value._array)
        new[places] = x._array
        return v._set(new)
    mask = np.zeros(tuple(v.shape), bool)
    mask[places] = True
    spread = p.put.record((p.broadcast_to.record((x,), {"shape": wanted}),), {"key": places, "shape": mask.shape})
    return v.assign(p.where.record((Tensor(mask), spread, v._value_for_op()), {}))


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array of one shape can be repeated to fill the other."""
    return len(shape) <= len(wanted) and all(a in (1, b) for a, b in zip(shape[::-1], wanted[::-1], strict=False))
