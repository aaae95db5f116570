"""Sources that a tape only gathers from: their gradients stay slices, and no dense array of their size is made."""

from __future__ import annotations

from typing import Any

from tapefit.tape._backward import Record, sweep
from tapefit.tape._indexed_slices import IndexedSlices
from tapefit.tape._stack import stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import concat, conj, reshape, take

Gathers = dict[int, list[Record]]


def gathers_of(records: list[Record], sources: list[Any], targets: list[Any]) -> Gathers:
    """The gathers along the first axis from each source that nothing else reads, by the source's number.

    Parameters
    ----------
    records
        In order of execution.
    sources, targets
        What is asked for. A source that is a target too, or was computed, has a dense gradient.
    """
    gathers = [r for r in records if r[0] is take and not r[3]["axis"]]  # type: ignore[index]
    if not gathers:
        return {}
    wanted = {s._uid for s in sources} - {t._uid for t in targets}
    found: Gathers = {r[1][0]._uid: [] for r in gathers if r[1][0]._uid in wanted}
    for record in records:
        primitive, args, answer, params = record
        for y in (answer,) if type(answer) is Tensor else answer:
            found.pop(y._uid, None)
        for k, a in enumerate(args):
            if a._uid in found:
                if primitive is take and not k and params and not params["axis"]:
                    found[a._uid].append(record)
                else:
                    del found[a._uid]
    return found


def slices_of(gathers: list[Record], cotangents: dict[int, Any], source: Any) -> IndexedSlices | None:
    """The gradient of a source from the cotangents of what was gathered from it; None if there is none."""
    shape = tuple(int(d) for d in source.shape)
    values, indices = [], []
    for _, (_, places), answer, _ in gathers:
        g = cotangents.get(answer._uid)
        if g is not None:
            values.append(reshape(g, shape=(places._array.size, *shape[1:])))
            flat: Any = places if stack.tapes else places._array.copy()
            indices.append(reshape(flat, shape=(places._array.size,)))
    if not values:
        return None
    g = values[0] if len(values) == 1 else concat(*values, axis=0)
    if source.dtype.is_complex:
        g = conj(g)
    where = concat(*indices, axis=0) if len(indices) > 1 else indices[0]
    rows, places = (t if type(t) is Tensor else Tensor(t) for t in (g, where))
    return IndexedSlices(rows, places, shape)


def sweep_with_slices(
    records: list[Record], cotangents: dict[int, Any], live: set[int], sources: list[Any], targets: list[Any]
) -> list[Any]:
    """The sources' cotangents as `sweep` finds them, and slices for those that are only gathered from."""
    gathers = gathers_of(records, sources, targets)
    keep = {s._uid for s in sources} | {r[2]._uid for found in gathers.values() for r in found}
    sweep(records, cotangents, live - gathers.keys(), keep)
    return [slices_of(gathers[s._uid], cotangents, s) if s._uid in gathers else cotangents.get(s._uid) for s in sources]
