"""Circular and hyperbolic functions and their inverses."""

from tapefit.tape._operators import binary
from tapefit.tape.ops._math import _binary, _unary
from tapefit.tape.primitives import _trigonometry as p

tan = _unary(p.tan, "The tangent of x in radians.")
asin = _unary(p.asin, "The angle in radians whose sine is x, from -pi/2 to pi/2.")
acos = _unary(p.acos, "The angle in radians whose cosine is x, from 0 to pi.")
atan = _unary(p.atan, "The angle in radians whose tangent is x, from -pi/2 to pi/2.")
sinh = _unary(p.sinh, "The hyperbolic sine.")
cosh = _unary(p.cosh, "The hyperbolic cosine.")
asinh = _unary(p.asinh, "The inverse of the hyperbolic sine.")
acosh = _unary(p.acosh, "The inverse of the hyperbolic cosine, for x >= 1.")
atanh = _unary(p.atanh, "The inverse of the hyperbolic tangent, for -1 < x < 1.")
atan2 = _binary(
    binary(p.atan2),
    "atan2",
    "The angle in radians of the point (y, x), called as atan2(y, x); its gradient at the origin is 0.",
    "Of the broadcast shape.",
)
