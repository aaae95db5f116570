"""The larger or the smaller of an element and of those that are put where it stands."""

from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive
from tapefit.tape.primitives._compare import equal
from tapefit.tape.primitives._elementwise import cast
from tapefit.tape.primitives._indices import gather_nd, scatter_nd
from tapefit.tape.primitives._select import array_in


def _scattered(ufunc: np.ufunc) -> Any:
    """``x`` with the elements `y` met at their coordinates, one after the other."""

    def fn(x: Any, y: Any, indices: Any) -> Any:
        out = np.array(x)
        ufunc.at(out, tuple(np.moveaxis(indices, -1, 0)), y)
        return out

    return fn


def _holders(ans: Any, x: Any, y: Any, indices: Any) -> tuple[Any, Any, Any]:
    """Where x holds the answer, where y does, and how many hold each element of the answer."""
    dtype = array_in(x).dtype
    own = cast(equal(x, ans), dtype=dtype)
    put = cast(equal(y, gather_nd(ans, indices, lead=0)), dtype=dtype)
    return own, put, own + scatter_nd(put, indices, shape=tuple(x.shape), lead=0)


def _kept_rule(g: Any, ans: Any, x: Any, y: Any, indices: Any) -> Any:
    own, _, holders = _holders(ans, x, y, indices)
    return g * (own / holders)


def _put_rule(g: Any, ans: Any, x: Any, y: Any, indices: Any) -> Any:
    _, put, holders = _holders(ans, x, y, indices)
    return gather_nd(g / holders, indices, lead=len(g.shape) - len(ans.shape)) * put


# Those that hold the answer share its gradient equally, as at any tie of a reduction.
scatter_max: Primitive = primitive("scatter_max", _scattered(np.maximum), _kept_rule, _put_rule, None, quiet=True)
scatter_min: Primitive = primitive("scatter_min", _scattered(np.minimum), _kept_rule, _put_rule, None, quiet=True)
