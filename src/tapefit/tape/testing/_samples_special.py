"""Samples of special functions, and of Fourier and cosine transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import tapefit.tape.primitives._floating
import tapefit.tape.primitives._incomplete
import tapefit.tape.primitives._signal
import tapefit.tape.primitives._special  # noqa: F401 - the rows enter the table when imported
from tapefit.tape import primitives as p
from tapefit.tape.testing._domains import Domain, between, nonzero, plane, positive, real
from tapefit.tape.testing._sample import INF, ONE, TWO, Case, Samples, Special, elementwise, pairs

Op = Callable[..., Any]
_PI = float(np.pi)


def whole_numbers(low: int, high: int) -> Domain:
    """Floating whole numbers from `low` to `high`."""
    return lambda rng, shape: np.asarray(rng.integers(low, high + 1, shape), np.float64)


def _first_rounded(row: Op) -> Op:
    """The function of the second argument alone: in the first one there is no derivative, or none that is known."""
    return lambda n, x: row(p.round_half_even(n), x)


def _of_order(domain: Domain, **more: Any) -> Samples:
    """Of one argument, for several whole orders."""
    cases = (*((shapes, {"order": 0}) for shapes, _ in ONE), *((((3,),), {"order": n}) for n in (1, 2, -1)))
    return Samples(domains=(domain,), cases=cases, **more)


def _with_params(cases: tuple[Case, ...], *params: dict[str, Any]) -> tuple[Case, ...]:
    return tuple((shapes, chosen) for chosen in params for shapes, _ in cases)


_GAMMA_AND_ERROR = {
    "lgamma": elementwise(nonzero, special=(Special(args=(1.0,), gradients=(-0.57721566490153287,)),)),
    "digamma": elementwise(positive, special=(Special(args=(1.0,), gradients=(_PI**2 / 6,)),)),
    "polygamma": pairs(whole_numbers(0, 3), positive, within=_first_rounded, dtypes=("float32",)),
    "zeta": pairs(whole_numbers(2, 4), positive, within=_first_rounded, dtypes=("float32",)),
    "erf": elementwise(special=(Special(args=(INF,), gradients=(0.0,)),)),
    "erfc": elementwise(special=(Special(args=(-INF,), gradients=(0.0,)),)),
    "erfinv": elementwise(between(-0.9, 0.9), special=(Special(args=(1.0,), gradients=(INF,)),)),
    "erfcinv": elementwise(between(0.1, 1.9), special=(Special(args=(0.0,), gradients=(-INF,)),)),
    "ndtri": elementwise(between(0.1, 0.9), special=(Special(args=(0.0,), gradients=(INF,)),)),
}

_INCOMPLETE = {
    "igamma": Samples(
        domains=(positive, positive),
        cases=(
            *_with_params(TWO, {"order": 0}),
            *_with_params(TWO[:2], {"order": 1}),
            *_with_params(TWO[:1], {"order": 2}),
        ),
        special=(Special(args=(1.0, 0.0), gradients=(0.0, 1.0), params={"order": 0}),),
        errors=((((1.0, 2.0, 3.0), (1.0, 2.0)), {"order": 0}),),
    ),
    "igammac": pairs(positive, positive, special=(Special(args=(1.0, 0.0), gradients=(0.0, -1.0)),)),
    "betainc": Samples(
        domains=(positive, positive, between(0.1, 0.9)),
        cases=(
            *((shapes, {"order": (0, 0)}) for shapes in (((), (), ()), ((2,), (2,), (2,)), ((2, 1), (2,), ()))),
            *((((), (), ()), {"order": order}) for order in ((1, 0), (0, 1), (1, 1))),
        ),
        special=(Special(args=(1.0, 1.0, 0.0), gradients=(0.0, 0.0, 1.0), params={"order": (0, 0)}),),
        errors=((((1.0, 2.0, 3.0), (1.0, 2.0), 0.5), {"order": (0, 0)}),),
        dtypes=("float32",),
    ),
}

_BESSEL = {
    "bessel_j": _of_order(real),
    "bessel_y": _of_order(positive, dtypes=("float32",)),
    "bessel_i": _of_order(real, special=(Special(args=(0.0,), gradients=(0.5,), params={"order": 1}),)),
    "bessel_k": _of_order(positive, dtypes=("float32",)),
    "bessel_ie": _of_order(nonzero, special=(Special(args=(0.0,), gradients=(0.5,), params={"order": 1}),)),
    "bessel_ke": _of_order(positive, dtypes=("float32",)),
}

_INTEGRALS = {
    "dawsn": elementwise(),
    "expint": elementwise(nonzero),
    "fresnel_sin": elementwise(),
    "fresnel_cos": elementwise(),
    "spence": elementwise(positive, special=(Special(args=(1.0,), gradients=(-1.0,)),)),
}

_FLOATING = {"nextafter": pairs()}

_LINES: tuple[Case, ...] = ((((4,),), {}), (((2, 3),), {}), (((1,),), {}))


def _along(*axes: int) -> tuple[Case, ...]:
    return ((((2, 3, 2),), {"axes": axes}), (((3, 2),), {"axes": axes}))


_SIGNAL = {
    "fft": Samples(domains=(plane,), cases=(*_along(-1), *_along(-2, -1)), complex=True, dtypes=()),
    "ifft": Samples(domains=(plane,), cases=(*_along(-1), *_along(-2, -1)), complex=True, dtypes=()),
    "rfft": Samples(domains=(real,), cases=_LINES, dtypes=("float32",)),
    "irfft": Samples(
        domains=(plane,),
        cases=((((3,),), {"n": 4}), (((2, 3),), {"n": 5}), (((1,),), {"n": 1})),
        complex=True,
        dtypes=(),
    ),
    "dct": Samples(
        domains=(real,),
        cases=tuple(
            (shapes, {"kind": kind, "norm": norm})
            for shapes in (((4,),), ((2, 3),))
            for kind in (1, 2, 3, 4)
            for norm in (None, "ortho")
            if kind > 1 or norm is None
        ),
    ),
}

SPECIAL: dict[str, Samples] = {**_GAMMA_AND_ERROR, **_INCOMPLETE, **_BESSEL, **_INTEGRALS, **_FLOATING, **_SIGNAL}
