"""SAMPLES: for every row of the table, where it is defined, on what shapes, and its special points."""

from __future__ import annotations

from tapefit.tape.testing._domains import (
    between,
    index,
    nonzero,
    positive,
    real,
    spaced,
    truth,
)
from tapefit.tape.testing._sample import (
    INF,
    REDUCED,
    TWO,
    Case,
    Samples,
    Special,
    elementwise,
    pairs,
    reduced_special,
    reduction,
)
from tapefit.tape.testing._samples_checks import CHECKS
from tapefit.tape.testing._samples_linalg import LINALG
from tapefit.tape.testing._samples_more import MORE
from tapefit.tape.testing._samples_random import RANDOM
from tapefit.tape.testing._samples_scatter import SCATTER
from tapefit.tape.testing._samples_special import SPECIAL
from tapefit.tape.testing._samples_stack import STACK

_ARITHMETIC = {
    "add": pairs(complex=True),
    "subtract": pairs(complex=True),
    "multiply": pairs(complex=True),
    "divide": pairs(
        y=nonzero,
        complex=True,
        special=(
            Special(args=(1.0, 0.0), gradients=(INF, -INF)),
            Special(args=(0.0, 2.0), gradients=(0.5, 0.0)),
        ),
    ),
    "ratio": pairs(y=nonzero, complex=True, special=(Special(args=(0.0, 2.0), gradients=(0.5, 0.0)),)),
    "product": pairs(complex=True, special=(Special(args=(0.0, 2.0), gradients=(2.0, 0.0)),)),
    "divide_no_nan": pairs(y=nonzero, complex=True, special=(Special(args=(1.0, 0.0), gradients=(0.0, 0.0)),)),
    "pow": pairs(
        x=positive,
        complex=True,
        special=(
            Special(args=(0.0, 0.0), gradients=(0.0, 0.0)),
            Special(args=(0.0, 1.0), gradients=(1.0, 0.0)),
            Special(args=(0.0, 2.0), gradients=(0.0, 0.0)),
            Special(args=(0.0, 0.5), gradients=(INF, 0.0)),
            Special(args=(-2.0, 2.0), gradients=(-4.0, 0.0)),
            Special(args=(-2.0, 0.0), gradients=(0.0, 0.0)),
            Special(args=(-2.0, -1.0), gradients=(-0.25, 0.0)),
        ),
    ),
    "maximum": pairs(spaced(), spaced(0.25), special=(Special(args=(1.0, 1.0), gradients=(1.0, 0.0)),)),
    "minimum": pairs(spaced(), spaced(0.25), special=(Special(args=(1.0, 1.0), gradients=(1.0, 0.0)),)),
    "squared_difference": pairs(complex=False, special=(Special(args=(1.0, 1.0), gradients=(0.0, 0.0)),)),
    "clip_by_value": Samples(
        domains=(spaced(), between(-1.05, -0.95), between(0.95, 1.05)),
        cases=(
            (((), (), ()), {}),
            (((5,), (), ()), {}),
            (((2, 4), (4,), (2, 1)), {}),
            (((0,), (), ()), {}),
        ),
        special=(
            Special(args=(1.0, 0.0, 1.0), gradients=(1.0, 0.0, 0.0)),
            Special(args=(0.0, 0.0, 1.0), gradients=(1.0, 0.0, 0.0)),
            Special(args=(2.0, 0.0, 1.0), gradients=(0.0, 0.0, 1.0)),
            Special(args=(-2.0, 0.0, 1.0), gradients=(0.0, 1.0, 0.0)),
        ),
        errors=((((1.0, 2.0, 3.0), (1.0, 2.0), 3.0), {}),),
    ),
    "floordiv": pairs(spaced(), between(0.9, 1.1)),
    "floormod": pairs(spaced(), between(0.99, 1.01)),
}

_ELEMENTWISE = {
    "abs": elementwise(nonzero, complex=True, special=(Special(args=(0.0,), gradients=(0.0,)),)),
    "conj": elementwise(complex=True),
    "cos": elementwise(complex=True),
    "exp": elementwise(complex=True, special=(Special(args=(-INF,), gradients=(0.0,)),)),
    "expm1": elementwise(complex=True),
    "identity": elementwise(complex=True),
    "log": elementwise(positive, complex=True, special=(Special(args=(0.0,), gradients=(INF,)),)),
    "log1p": elementwise(positive, complex=True, special=(Special(args=(-1.0,), gradients=(INF,)),)),
    "negative": elementwise(complex=True),
    "relu": elementwise(nonzero, special=(Special(args=(0.0,), gradients=(0.0,)),)),
    "sigmoid": elementwise(
        complex=True,
        special=(Special(args=(-800.0,), gradients=(0.0,)), Special(args=(800.0,), gradients=(0.0,))),
    ),
    "sign": elementwise(nonzero, special=(Special(args=(0.0,), gradients=(0.0,)),)),
    "sin": elementwise(complex=True),
    "softplus": elementwise(
        special=(Special(args=(100.0,), gradients=(1.0,)), Special(args=(-800.0,), gradients=(0.0,)))
    ),
    "sqrt": elementwise(positive, complex=True, special=(Special(args=(0.0,), gradients=(INF,)),)),
    "square": elementwise(complex=True),
    "stop_gradient": elementwise(),
    "tanh": elementwise(complex=True, special=(Special(args=(500.0,), gradients=(0.0,)),)),
    "cast": Samples(
        domains=(real,), cases=tuple((((s),), {"dtype": "float64"}) for s in ((), (3,), (0, 2))), complex=False
    ),
}

_NO_DERIVATIVE = {
    **dict.fromkeys(("ceil", "floor", "round", "is_nan", "is_inf", "is_finite"), elementwise(spaced())),
    **dict.fromkeys(
        ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"), pairs(spaced(), spaced(0.25))
    ),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor"), Samples(domains=(truth, truth), cases=TWO)),
    "logical_not": elementwise(truth),
    "reduce_any": Samples(domains=(truth,), cases=REDUCED),
    "reduce_all": Samples(domains=(truth,), cases=REDUCED),
    **dict.fromkeys(
        ("argmax", "argmin"),
        Samples(
            domains=(spaced(),),
            cases=tuple((((2, 3),), {"axis": axis, "dtype": "int64"}) for axis in (0, 1)),
            errors=((((1.0, 2.0),), {"axis": 3, "dtype": "int64"}),),
        ),
    ),
}

_REDUCTIONS = {
    "reduce_sum": reduction(complex=True),
    "reduce_mean": reduction(complex=True),
    "reduce_max": reduction(spaced(), special=(reduced_special((1.0, 1.0, 0.0), (0.5, 0.5, 0.0)),)),
    "reduce_min": reduction(spaced(), special=(reduced_special((1.0, 0.0, 0.0), (0.0, 0.5, 0.5)),)),
    "reduce_variance": reduction(special=(reduced_special((2.0, 2.0, 2.0), (0.0, 0.0, 0.0)),)),
    "reduce_std": Samples(
        domains=(spaced(),),
        # of a single element the deviation is 0, a kink
        cases=tuple(c for c in REDUCED if c[0][0] and c[1]["axis"] != () and 0 not in c[0][0]),
        special=(reduced_special((2.0, 2.0, 2.0), (0.0, 0.0, 0.0)),),
    ),
    "euclidean_norm": reduction(
        nonzero,
        complex=True,
        special=(reduced_special((0.0, 0.0), (0.0, 0.0)), reduced_special((3e300, 4e300), (0.6, 0.8))),
    ),
}

_ARRAYS = {
    "reshape": Samples(
        domains=(real,),
        cases=(
            (((),), {"shape": (1, 1)}),
            (((6,),), {"shape": (2, 3)}),
            (((2, 3),), {"shape": (6,)}),
            (((1,),), {"shape": ()}),
            (((0, 2),), {"shape": (2, 0)}),
        ),
        complex=True,
        errors=((((1.0, 2.0, 3.0),), {"shape": (2, 2)}),),
    ),
    "broadcast_to": Samples(
        domains=(real,),
        cases=(
            (((),), {"shape": (2, 2)}),
            (((),), {"shape": ()}),
            (((3,),), {"shape": (2, 3)}),
            (((2, 1),), {"shape": (2, 3)}),
            (((1, 2),), {"shape": (0, 2)}),
        ),
        complex=True,
        errors=((((1.0, 2.0, 3.0),), {"shape": (2, 2)}),),
    ),
    "transpose": Samples(
        domains=(real,),
        cases=(
            (((),), {"axes": ()}),
            (((2, 3),), {"axes": (1, 0)}),
            (((2, 1, 3),), {"axes": (2, 0, 1)}),
            (((0, 2),), {"axes": (1, 0)}),
        ),
        complex=True,
        errors=((((1.0, 2.0),), {"axes": (1, 0)}),),
    ),
    "matrix_transpose": Samples(domains=(real,), cases=((((2, 3),), {}), (((2, 1, 3),), {})), complex=True),
    "concat": Samples(
        domains=(real, real, real),
        cases=(
            (((2,), (3,), (1,)), {"axis": 0}),
            (((2, 1), (2, 3), (2, 0)), {"axis": 1}),
            (((1, 2), (2, 2), (1, 2)), {"axis": 0}),
        ),
        complex=True,
        errors=((((1.0, 2.0), ((1.0, 2.0),)), {"axis": 0}),),
    ),
    "getitem": Samples(
        domains=(real,),
        cases=(
            (((4,),), {"key": (1,)}),
            (((4,),), {"key": (slice(None, None, -2),)}),
            (((3, 4),), {"key": (slice(1, 3), -1)}),
            (((3, 4),), {"key": (Ellipsis, None, slice(0, 2))}),
            (((3, 4),), {"key": (slice(2, 2),)}),
        ),
        complex=True,
        errors=((((1.0, 2.0),), {"key": (5,)}),),
    ),
    "put": Samples(
        domains=(real,),
        cases=(
            (((),), {"key": (1,), "shape": (4,)}),
            (((2,),), {"key": (slice(1, 3), 0), "shape": (4, 2)}),
            (((2, 3),), {"key": (Ellipsis, slice(0, 3)), "shape": (2, 4)}),
        ),
        complex=True,
        errors=((((1.0, 2.0),), {"key": (slice(0, 1),), "shape": (4,)}),),
    ),
    "gather": Samples(
        domains=(real, index(3)),
        cases=(
            (((3,), (5,)), {"axis": 0}),
            (((3, 2), (2, 2)), {"axis": 0}),
            (((2, 3), (4,)), {"axis": 1}),
            (((2, 3), ()), {"axis": 1}),
            (((3, 2), (0,)), {"axis": 0}),
        ),
        complex=True,
        errors=((((1.0, 2.0), (7,)), {"axis": 0}),),
    ),
    "add_at": Samples(
        domains=(real, index(3)),
        cases=(
            (((5,), (5,)), {"axis": 0, "shape": (3,)}),
            (((2, 2, 2), (2, 2)), {"axis": 0, "shape": (3, 2)}),
            (((2, 4), (4,)), {"axis": 1, "shape": (2, 3)}),
        ),
        complex=True,
        errors=((((1.0, 2.0), (0, 9)), {"axis": 0, "shape": (3,)}),),
    ),
    "where": Samples(
        domains=(truth, real, real),
        cases=(
            (((), (), ()), {}),
            (((3,), (3,), ()), {}),
            (((2, 1), (3,), (2, 3)), {}),
            (((2,), (), ()), {}),
            (((0,), (1,), (0,)), {}),
        ),
        complex=True,
        errors=((((True, False), (1.0, 2.0, 3.0), 0.0), {}),),
    ),
}

_MATRICES = {
    "matmul": Samples(
        domains=(real, real),
        cases=(
            (((2, 3), (3, 2)), {}),
            (((1, 3), (3, 1)), {}),
            (((2, 2, 3), (3, 2)), {}),
            (((2, 3), (2, 3, 1)), {}),
            (((2, 1, 2, 2), (3, 2, 1)), {}),
            (((0, 2), (2, 3)), {}),
            (((2, 0), (0, 3)), {}),
        ),
        complex=True,
        whole=True,
        errors=(((((1.0, 2.0),), ((1.0, 2.0),)), {}),),
    ),
}

_ALONG: tuple[Case, ...] = ((((3,),), {"axis": -1}), (((2, 3),), {"axis": -1}), (((2, 3),), {"axis": -2}))
_SOFTMAX = {
    "softmax": Samples(
        domains=(real,),
        cases=_ALONG,
        special=(Special(args=((1000.0, 0.0),), gradients=((0.0, 0.0),), params={"axis": -1}),),
    ),
    "log_softmax": Samples(
        domains=(real,),
        cases=_ALONG,
        special=(Special(args=((1000.0, 0.0),), gradients=((-1.0, 1.0),), params={"axis": -1}),),
    ),
}

SAMPLES: dict[str, Samples] = {
    **_ARITHMETIC,
    **_ELEMENTWISE,
    **_NO_DERIVATIVE,
    **_REDUCTIONS,
    **_ARRAYS,
    **_MATRICES,
    **_SOFTMAX,
    **CHECKS,
    **STACK,
    **MORE,
    **SCATTER,
    **RANDOM,
    **LINALG,
    **SPECIAL,
}
