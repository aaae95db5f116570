"""The backward sweep: one loop over the records, newest first."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, through
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

    Rules run on bare arrays, or on tensors while some tape listens, so that they are recorded in turn.

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
                cotangents[uid] = cotangents[uid] + part
            else:
                cotangents[uid] = part


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
