"""A tensor taken apart along an axis, and put together again: each is the other's transpose."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._arrays import broadcast_to, getitem
from tapefit.tape.primitives._select import zeros_for


def _unstack(x: Any, *, axis: int) -> tuple[Any, ...]:
    return tuple(np.moveaxis(x, axis, 0))


def _unstack_rule(gs: tuple[Any, ...], ans: tuple[Any, ...], x: Any, *, axis: int) -> Any:
    known = next(g for g in gs if g is not None)
    zero = broadcast_to(zeros_for(known), shape=tuple(known.shape)) if any(g is None for g in gs) else None
    lead = len(known.shape) - len(ans[0].shape)
    return stack(*(zero if g is None else g for g in gs), axis=axis + lead)


def _stack_rule(g: Any, ans: Any, *parts: Any, axis: int, place: int) -> Any:
    lead = len(g.shape) - len(ans.shape)
    return getitem(g, key=(*[slice(None)] * (lead + axis), place))


unstack = primitive("unstack", _unstack, _unstack_rule, outputs=True, reads="shapes")
stack: Primitive = primitive("stack", lambda *parts, axis: np.stack(parts, axis), variadic=_stack_rule, reads="shapes")
