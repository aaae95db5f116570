"""Elementary functions for kernels, from their series, on any number of lanes and without a branch.

All are computed in float64. For float32 the result is rounded once, so that its error is at most 0.51 units in the
last place; in float64 it is below 2 units for exp, log, log1p and expm1, and below 4 for tanh. NaN gives NaN, and so do
arguments outside of the domain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tapefit.tape.function._kernel_text import Operand, Text

_MAGIC = 1.5 * 2.0**52  # added to a small whole number, it leaves that number in the lowest bits
_MAGIC_BITS = 0x4338000000000000
_LN2_HIGH = float.fromhex("0x1.62e42fefa0000p-1")  # 37 bits: its products with exponents are exact
_LN2_LOW = float.fromhex("0x1.cf79abc9e3b3ap-40")
_HALF_ROOT_BITS = 0x3FE6A09E667F3BCD  # of sqrt(1/2)
_ONE_BITS = 0x3FF0000000000000
_EXP_TERMS = {"d": 13, "f": 8}  # |r| <= ln(2)/2: the next term is below 2**-57, and below 2**-32
_LOG_TERMS = {"d": 11, "f": 6}  # s**2 <= 0.0295: the same


def _polynomial(t: Text, x: Operand, coefficients: Sequence[float]) -> Operand:
    """sum of c_k x**k, by Horner's rule."""
    value = t.const(coefficients[-1], "d")
    for c in reversed(coefficients[:-1]):
        value = t.call("fmuladd", "d", value, x, t.const(c, "d"))
    return value


def _at_most(t: Text, x: Operand, high: float) -> Operand:
    """The smaller of `x` and a number; NaN stays."""
    return t.select(t.compare("ogt", "d", x, t.const(high, "d")), "d", t.const(high, "d"), x)


def _at_least(t: Text, x: Operand, low: float) -> Operand:
    return t.select(t.compare("olt", "d", x, t.const(low, "d")), "d", t.const(low, "d"), x)


def _bits(t: Text, x: Operand) -> Operand:
    return t.convert("bitcast", x, t.type("d"), t.wide("i64"))


def _float(t: Text, bits: Operand) -> Operand:
    return t.convert("bitcast", bits, t.wide("i64"), t.type("d"))


def _reduced(t: Text, x: Operand) -> tuple[Operand, Operand]:
    """Whole k and r with x = k ln 2 + r, |r| <= ln(2)/2; k is any number where x is NaN."""
    shifted = t.call("fmuladd", "d", x, t.const(1 / math.log(2), "d"), t.const(_MAGIC, "d"))
    k = t.binary("fsub", "d", shifted, t.const(_MAGIC, "d"))
    minus = t.put(f"fneg {t.type('d')} {k}")
    r = t.call("fmuladd", "d", minus, t.const(_LN2_HIGH, "d"), x)
    r = t.call("fmuladd", "d", minus, t.const(_LN2_LOW, "d"), r)
    return t.integer("sub", _bits(t, shifted), _MAGIC_BITS), r


def _power_of_two(t: Text, k: Operand) -> Operand:
    """2**k for a whole k between -1022 and 1023."""
    return _float(t, t.integer("shl", t.integer("add", k, 1023), 52))


def _exp(t: Text, x: Operand, out: str) -> Operand:
    """exp x = 2**k exp r; 2**k in two factors, so that no factor leaves the range before the result does."""
    x = _at_least(t, _at_most(t, x, 710.0), -746.0)
    k, r = _reduced(t, x)
    series = _polynomial(t, r, [1 / math.factorial(i) for i in range(_EXP_TERMS[out] + 1)])
    half = t.integer("sub", t.integer("lshr", t.integer("add", k, 4096), 1), 2048)
    value = t.binary("fmul", "d", series, _power_of_two(t, half))
    return t.binary("fmul", "d", value, _power_of_two(t, t.integer("sub", k, half)))


def _expm1(t: Text, x: Operand, out: str) -> Operand:
    """exp(x) - 1 = 2**k (exp(r) - 1) + (2**k - 1), all of it halved until the end."""
    x = _at_least(t, _at_most(t, x, 710.0), -60.0)
    k, r = _reduced(t, x)
    tail = _polynomial(t, r, [1 / math.factorial(i) for i in range(2, _EXP_TERMS[out] + 2)])
    series = t.call("fmuladd", "d", t.binary("fmul", "d", r, r), tail, r)
    half = _power_of_two(t, t.integer("sub", k, 1))
    rest = t.binary("fsub", "d", half, t.const(0.5, "d"))
    return t.binary("fmul", "d", t.call("fmuladd", "d", half, series, rest), t.const(2.0, "d"))


def _log_inside(t: Text, x: Operand, out: str) -> Operand:
    """log x of a positive finite x.

    x = 2**e (1 + f) with 1 + f between sqrt(1/2) and sqrt 2, and with s = f / (2 + f):
    log(1 + f) = f - (f**2/2 - s (f**2/2 + R)), where R = 2 s**2/3 + 2 s**4/5 + ...
    """
    small = t.compare("olt", "d", x, t.const(2.0**-1022, "d"))
    x = t.select(small, "d", t.binary("fmul", "d", x, t.const(2.0**54, "d")), x)
    lost = t.select(small, "d", t.const(54.0, "d"), t.const(0.0, "d"))
    above = t.integer("add", _bits(t, x), _ONE_BITS - _HALF_ROOT_BITS)
    e = t.integer("lshr", above, 52)  # with the bias 1023
    mantissa = t.integer("add", t.integer("and", above, (1 << 52) - 1), _HALF_ROOT_BITS)
    exponent = t.binary("fsub", "d", _float(t, t.integer("or", e, _MAGIC_BITS)), t.const(_MAGIC + 1023, "d"))
    exponent = t.binary("fsub", "d", exponent, lost)
    f = t.binary("fsub", "d", _float(t, mantissa), t.const(1.0, "d"))
    s = t.binary("fdiv", "d", f, t.binary("fadd", "d", f, t.const(2.0, "d")))
    z = t.binary("fmul", "d", s, s)
    R = t.binary("fmul", "d", z, _polynomial(t, z, [2 / (2 * i + 3) for i in range(_LOG_TERMS[out])]))
    square = t.binary("fmul", "d", t.binary("fmul", "d", f, f), t.const(0.5, "d"))
    inner = t.binary("fmul", "d", s, t.binary("fadd", "d", square, R))
    inner = t.call("fmuladd", "d", exponent, t.const(_LN2_LOW, "d"), inner)
    value = t.binary("fsub", "d", f, t.binary("fsub", "d", square, inner))
    return t.call("fmuladd", "d", exponent, t.const(_LN2_HIGH, "d"), value)


def _log_ends(t: Text, x: Operand, value: Operand) -> Operand:
    """The logarithm where x is not positive and finite: inf, -inf at 0, NaN below and for NaN."""
    value = t.select(t.compare("oeq", "d", x, t.const(math.inf, "d")), "d", x, value)
    value = t.select(t.compare("oeq", "d", x, t.const(0.0, "d")), "d", t.const(-math.inf, "d"), value)
    return t.select(t.compare("uge", "d", x, t.const(0.0, "d")), "d", _or_nan(t, x, value), t.const(math.nan, "d"))


def _or_nan(t: Text, x: Operand, value: Operand) -> Operand:
    return t.select(t.compare("uno", "d", x, x), "d", x, value)


def _log(t: Text, x: Operand, out: str) -> Operand:
    return _log_ends(t, x, _log_inside(t, x, out))


def _log1p(t: Text, x: Operand, out: str) -> Operand:
    """log(1 + x) = log u + c / u, where u is 1 + x rounded and c what was lost."""
    u = t.binary("fadd", "d", x, t.const(1.0, "d"))
    lost = t.binary("fsub", "d", x, t.binary("fsub", "d", u, t.const(1.0, "d")))
    value = t.binary("fadd", "d", _log_inside(t, u, out), t.binary("fdiv", "d", lost, u))
    return _log_ends(t, u, value)


def _tanh(t: Text, x: Operand, out: str) -> Operand:
    """tanh |x| = m / (m + 2) with m = expm1(2 |x|), and the sign of x."""
    size = _at_most(t, t.call("fabs", "d", x), 22.0)
    m = _expm1(t, t.binary("fadd", "d", size, size), "d")
    return t.call("copysign", "d", t.binary("fdiv", "d", m, t.binary("fadd", "d", m, t.const(2.0, "d"))), x)


_FUNCTIONS: dict[str, Callable[[Text, Operand, str], Operand]] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "tanh": _tanh,
}


def function(t: Text, name: str, letter: str, x: Operand) -> Operand:
    """A function of values of a dtype, rounded to that dtype."""
    fn = _FUNCTIONS[name]
    if letter == "d":
        return fn(t, x, "d")
    wide = t.convert("fpext", x, t.type("f"), t.type("d"))
    return t.convert("fptrunc", fn(t, wide, "f"), t.type("d"), t.type("f"))
