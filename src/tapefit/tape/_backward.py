"""The backward sweep: one loop over the records, newest first."""

from __future__ import annotations

from sys import getrefcount
from typing import Any

import numpy as np

from tapefit.tape._primitive import MANY, Primitive, through
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import reduce_sum, reshape

_add_up: Any = np.add.reduce
Record = tuple[Primitive, tuple[Tensor, ...], Any, dict[str, Any] | None]


def sweep(
    records: list[Record],
    cotangents: dict[int, Any],
    live: set[int],
    keep: set[int],
    lead: int = 0,
) -> dict[int, Any]:
    """Carry cotangents from targets back to sources.

    1. Take the newest record whose output has a cotangent, and remove that cotangent (unless it is kept).
    2. For each argument that the tape follows, call its rule.
    3. Sum the result back to the argument's shape and add it to the argument's cotangent.

    Rules run on bare arrays, or on tensors while some tape listens, so that they are recorded in turn. A large
    cotangent to which nothing but the sweep refers may become a product or a sum in place: fresh memory would cost
    more than the arithmetic.

    Parameters
    ----------
    records
        In order of execution.
    cotangents
        By uid; changed in place. Each has `lead` leading axes and then the shape of its tensor.
    live
        The uids that the tape follows.
    keep
        The uids whose cotangents are asked for.
    lead
        0 for a gradient, 1 for a jacobian whose rows are carried together.
    """
    check = stack.check
    if check is not None:
        with check:
            _run(check.watched(records), cotangents, live, keep, lead, bool(stack.tapes))
        return cotangents
    quiet = False
    for record in records:
        if record[0].quiet:
            quiet = True
            break
    if quiet and not stack.tapes:
        with np.errstate(all="ignore"):
            _run(records, cotangents, live, keep, lead, False)
    else:
        _run(records, cotangents, live, keep, lead, bool(stack.tapes))
    return cotangents


def _run(
    records: list[Record],
    cotangents: dict[int, Any],
    live: set[int],
    keep: set[int],
    lead: int,
    on_tensors: bool,
) -> None:
    for primitive, args, ans, params in reversed(records):
        if type(ans) is Tensor:  # step 1
            uid = ans._uid
            g = cotangents.pop(uid, None)
            if g is None:
                continue
            if uid in keep:
                cotangents[uid] = g
        else:
            g = _collect(cotangents, ans, keep)
            if g is None:
                continue
        values: Any = args if on_tensors else None
        i = -1
        for rule in primitive.rules or primitive.repeated(len(args)):
            i += 1
            uid = args[i]._uid
            if rule is None or uid not in live:
                continue
            if rule is through:  # step 2
                part = g
            else:
                if values is None:
                    values = [a._array for a in args]
                    ans = ans._array if type(ans) is Tensor else tuple([t._array for t in ans])
                large = primitive.scales and not on_tensors and g.size > MANY
                if large and i == _last(args, live) and getrefcount(g) == _ALONE:
                    part = _over(np.multiply, g, values[primitive.scales[i]])
                else:
                    part = rule(g, ans, *values, **params) if params else rule(g, ans, *values)
                if part is None:
                    continue
            if primitive.broadcasts:  # step 3
                shape = args[i]._array.shape
                if part.shape != shape:
                    part = unbroadcast(part, shape, lead)
            if uid in cotangents:
                if i + 1 == len(args):
                    g = None  # let go before the sum is made: one large array less at the same time
                total = cotangents.pop(uid)
                if not on_tensors and part.size > MANY and getrefcount(total) == _ALONE:
                    total = _over(np.add, total, part)
                else:
                    total = total + part
                cotangents[uid] = total
                total = None
            else:
                cotangents[uid] = part
            part = None


# How often an array is referred to that one local variable holds and nothing else.
def _references() -> int:
    g = np.empty(0)
    return getrefcount(g)


_ALONE = _references()


def _last(args: tuple[Tensor, ...], live: set[int]) -> int:
    """The place of the last argument that the tape follows."""
    return max(i for i, a in enumerate(args) if a._uid in live)


def _over(ufunc: np.ufunc, g: Any, other: Any) -> Any:
    """``ufunc(g, other)``, written over `g`, which the caller alone holds, where it has the result's form."""
    if type(g) is np.ndarray and type(other) is np.ndarray and g.base is None and g.dtype is other.dtype:
        lacking = g.ndim - other.ndim  # axes
        if (
            g.flags.writeable
            and lacking >= 0
            and all(b in (1, a) for a, b in zip(g.shape[lacking:], other.shape, strict=True))
        ):
            return ufunc(g, other, out=g)
    return ufunc(g, other)


def _collect(cotangents: dict[int, Any], ans: tuple[Tensor, ...], keep: set[int]) -> Any:
    """The cotangents of a record with several outputs, or None if there is none at all."""
    parts = tuple(cotangents.get(t._uid) if t._uid in keep else cotangents.pop(t._uid, None) for t in ans)
    return None if all(p is None for p in parts) else parts


def unbroadcast(g: Any, shape: tuple[int, ...], lead: int = 0) -> Any:
    """Sum `g` over the axes along which an argument of this shape was repeated."""
    if not shape and not lead:
        return reduce_sum(g, axis=None, keepdims=False) if type(g) is Tensor else _add_up(g, None)
    extra = len(g.shape) - lead - len(shape)
    repeated = (lead + extra + i for i, d in enumerate(shape) if d == 1 and g.shape[lead + extra + i] != 1)
    axes = (*range(lead, lead + extra), *repeated)
    summed = reduce_sum(g, axis=axes, keepdims=False) if axes else g
    wanted = (*g.shape[:lead], *shape)
    return summed if tuple(summed.shape) == wanted else reshape(summed, shape=wanted)
