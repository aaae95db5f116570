"""Samples of the rows beyond the everyday ones: trigonometry, complex parts, running and indexed ops."""

from __future__ import annotations

import tapefit.tape.primitives._complex
import tapefit.tape.primitives._cumulative
import tapefit.tape.primitives._indices
import tapefit.tape.primitives._no_nan
import tapefit.tape.primitives._reciprocal
import tapefit.tape.primitives._trigonometry  # noqa: F401 - the rows enter the table when imported
from tapefit.tape.testing._domains import between, index, nonzero, plane, positive, real
from tapefit.tape.testing._sample import Case, Samples, Special, elementwise, pairs, reduced_special, reduction

_INF = float("inf")
_inside = between(-0.8, 0.8)
_RUNNING = (
    (((4,),), {"axis": -1}),
    (((2, 3),), {"axis": -1}),
    (((2, 3),), {"axis": -2}),
    (((2, 3, 2),), {"axis": -2}),
    (((0, 2),), {"axis": -1}),
)

TRIGONOMETRY = {
    "tan": elementwise(_inside, complex=True),
    "asin": elementwise(_inside, special=(Special(args=(1.0,), gradients=(_INF,)),)),
    "acos": elementwise(_inside, special=(Special(args=(1.0,), gradients=(-_INF,)),)),
    "atan": elementwise(complex=True, special=(Special(args=(_INF,), gradients=(0.0,)),)),
    "sinh": elementwise(complex=True),
    "cosh": elementwise(complex=True),
    "asinh": elementwise(complex=True),
    "acosh": elementwise(between(1.3, 3.0), special=(Special(args=(1.0,), gradients=(_INF,)),)),
    "atanh": elementwise(_inside, special=(Special(args=(1.0,), gradients=(_INF,)),)),
    "atan2": pairs(nonzero, nonzero, special=(Special(args=(0.0, 0.0), gradients=(0.0, 0.0)),)),
    "reciprocal": elementwise(nonzero, complex=True, special=(Special(args=(0.0,), gradients=(-_INF,)),)),
    "rsqrt": elementwise(positive, complex=True, special=(Special(args=(0.0,), gradients=(-_INF,)),)),
}
NO_NAN = {
    "multiply_no_nan": pairs(real, nonzero, complex=True, special=(Special(args=(2.0, 0.0), gradients=(0.0, 2.0)),)),
    "xlogy": pairs(
        nonzero,
        positive,
        special=(
            Special(args=(0.0, 0.0), gradients=(0.0, 0.0)),
            Special(args=(0.0, 1.0), gradients=(0.0, 0.0)),
            Special(args=(1.0, 0.0), gradients=(-_INF, _INF)),
        ),
    ),
    "xlog1py": pairs(nonzero, positive, special=(Special(args=(0.0, -1.0), gradients=(0.0, 0.0)),)),
    "xdivy": pairs(nonzero, nonzero, special=(Special(args=(0.0, 0.0), gradients=(0.0, 0.0)),)),
}
_PARTS: tuple[Case, ...] = ((((),), {}), (((3,),), {}))
COMPLEX = {
    "complex": pairs(dtypes=("float32",)),
    "real": Samples(domains=(plane,), cases=_PARTS, dtypes=("complex64",)),
    "imag": Samples(domains=(plane,), cases=_PARTS, dtypes=("complex64",)),
    "angle": Samples(domains=(plane,), cases=_PARTS, dtypes=("complex64",)),
}
CUMULATIVE = {
    "cumsum": Samples(
        domains=(real,),
        cases=tuple((s, {**p, "reverse": r}) for s, p in _RUNNING for r in (False, True)),
        complex=True,
    ),
    "cumprod": Samples(
        domains=(nonzero,),
        cases=_RUNNING,
        complex=True,
        special=(
            Special(args=((2.0, 0.0, 3.0, 4.0),), gradients=((1.0, 32.0, 0.0, 0.0),), params={"axis": -1}),
            Special(args=((1.0, 0.0, 3.0),), gradients=((1.0, 4.0, 0.0),), params={"axis": -1}),
            Special(args=((0.0, 2.0, 0.0),), gradients=((3.0, 0.0, 0.0),), params={"axis": -1}),
        ),
    ),
    "cumulative_logsumexp": Samples(
        domains=(real,),
        cases=_RUNNING[:4],
        special=(Special(args=((-_INF, -_INF),), gradients=((0.0, 0.0),), params={"axis": -1}),),
    ),
    "reduce_prod": reduction(
        nonzero,
        complex=True,
        special=(
            reduced_special((0.0, 2.0, 3.0), (6.0, 0.0, 0.0)),
            reduced_special((0.0, 2.0, 0.0), (0.0, 0.0, 0.0)),
        ),
    ),
    "reduce_logsumexp": reduction(
        special=(
            reduced_special((-_INF, -_INF), (0.5, 0.5)),
            reduced_special((-_INF, 0.0), (0.0, 1.0)),
            reduced_special((_INF, 0.0), (1.0, 0.0)),
            reduced_special((1000.0, 1000.0), (0.5, 0.5)),
        )
    ),
}
INDICES = {
    "take_along": Samples(
        domains=(real, index(3)),
        cases=((((3,), (5,)), {"axis": -1}), (((2, 3), (2, 2)), {"axis": -1}), (((3, 2), (4, 2)), {"axis": -2})),
        complex=True,
        errors=((((1.0, 2.0), (7,)), {"axis": -1}),),
    ),
    "add_along": Samples(
        domains=(real, index(3)),
        cases=(
            (((5,), (5,)), {"axis": -1, "length": 3}),
            (((2, 2), (2, 2)), {"axis": -1, "length": 3}),
            (((4, 2), (4, 2)), {"axis": -2, "length": 3}),
        ),
        complex=True,
        errors=((((1.0, 2.0), (0, 9)), {"axis": -1, "length": 3}),),
    ),
    "gather_nd": Samples(
        domains=(real, index(2)),
        cases=((((3, 2), (4, 2)), {"lead": 0}), (((3, 2), (4, 1)), {"lead": 0}), (((2, 3, 2), (3, 2, 2)), {"lead": 1})),
        complex=True,
        errors=((((1.0, 2.0), ((7,),)), {"lead": 0}),),
    ),
    "scatter_nd": Samples(
        domains=(real, index(2)),
        cases=(
            (((4,), (4, 2)), {"shape": (3, 2), "lead": 0}),
            (((4, 2), (4, 1)), {"shape": (3, 2), "lead": 0}),
            (((2, 4), (4, 2)), {"shape": (3, 2), "lead": 1}),
        ),
        complex=True,
        errors=((((1.0, 2.0), ((0,), (9,))), {"shape": (3,), "lead": 0}),),
    ),
}
MORE: dict[str, Samples] = {**TRIGONOMETRY, **NO_NAN, **COMPLEX, **CUMULATIVE, **INDICES}
