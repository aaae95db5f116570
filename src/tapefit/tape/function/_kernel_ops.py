"""The steps that kernels know, and how each is written: one row an op.

Each step is rounded to its dtype just as the op's own function does it; only the elementary functions may differ in
the last place, and only sums in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tapefit.tape.function._kernel_math import function
from tapefit.tape.function._kernel_text import Operand, Text

# write(text, letter of the operands, *operands) gives the result
Write = Callable[..., Operand]


class Row(NamedTuple):
    """How a step is written.

    Attributes
    ----------
    write
        ``write(text, letter, *operands)``; a condition has no letter.
    takes
        "float" for floats; "truth" for truth values; "choice" for a truth value, then floats.
    cost
        In additions, roughly.
    truth
        Whether the result is a truth value.
    """

    write: Write
    takes: str = "float"
    cost: int = 1
    truth: bool = False


def _instruction(op: str) -> Write:
    return lambda t, c, x, y: t.binary(op, c, x, y)


def _comparison(how: str) -> Row:
    return Row(lambda t, c, x, y: t.compare(how, c, x, y), truth=True)


def _logic(op: str) -> Row:
    return Row(lambda t, c, x, y: t.both(op, x, y), "truth", truth=True)


def _intrinsic(name: str, cost: int = 1) -> Row:
    return Row(lambda t, c, x: t.call(name, c, x), cost=cost)


def _function(name: str, cost: int) -> Row:
    return Row(lambda t, c, x: function(t, name, c, x), cost=cost)


def _sign(t: Text, c: str, x: Operand) -> Operand:
    """1, -1, 0 or NaN."""
    zero = t.const(0.0, c)
    value = t.select(t.compare("olt", c, x, zero), c, t.const(-1.0, c), x)
    value = t.select(t.compare("oeq", c, x, zero), c, zero, value)
    return t.select(t.compare("ogt", c, x, zero), c, t.const(1.0, c), value)


def extreme(how: str) -> Write:
    """The larger ("ogt") or smaller ("olt") of two; NaN where one is NaN."""

    def write(t: Text, c: str, x: Operand, y: Operand) -> Operand:
        first = t.both("or", t.compare(how, c, x, y), t.compare("uno", c, x, x))
        return t.select(first, c, x, y)

    return write


def _clip(t: Text, c: str, x: Operand, low: Operand, high: Operand) -> Operand:
    return extreme("ole")(t, c, extreme("oge")(t, c, x, low), high)


def _zeros_kept(op: str) -> Write:
    """A product or ratio in which 0 stays 0, whatever it meets."""

    def write(t: Text, c: str, x: Operand, y: Operand) -> Operand:
        value = t.binary(op, c, x, y)
        undone = t.both("and", t.compare("uno", c, value, value), t.compare("oeq", c, x, t.const(0.0, c)))
        return t.select(undone, c, t.const(0.0, c), value)

    return write


def _divide_no_nan(t: Text, c: str, x: Operand, y: Operand) -> Operand:
    zero = t.const(0.0, c)
    return t.select(t.compare("oeq", c, y, zero), c, zero, t.binary("fdiv", c, x, y))


def _sigmoid(t: Text, c: str, x: Operand) -> Operand:
    one = t.const(1.0, c)
    grown = function(t, "exp", c, t.put(f"fneg {t.type(c)} {x}"))
    return t.binary("fdiv", c, one, t.binary("fadd", c, one, grown))


def _softplus(t: Text, c: str, x: Operand) -> Operand:
    """max(x, 0) + log(1 + exp(-|x|))."""
    zero = t.const(0.0, c)
    minus = t.put(f"fneg {t.type(c)} {t.call('fabs', c, x)}")
    rest = function(t, "log1p", c, function(t, "exp", c, minus))
    return t.binary("fadd", c, t.select(t.compare("olt", c, x, zero), c, zero, x), rest)


def _difference_squared(t: Text, c: str, x: Operand, y: Operand) -> Operand:
    e = t.binary("fsub", c, x, y)
    return t.binary("fmul", c, e, e)


def _infinite(how: str) -> Row:
    return Row(lambda t, c, x: t.compare(how, c, t.call("fabs", c, x), t.const(float("inf"), c)), truth=True)


def _select(t: Text, c: str, condition: Operand, x: Operand, y: Operand) -> Operand:
    return t.select(condition, c, x, y)


ROWS: dict[str, Row] = {
    "abs": _intrinsic("fabs"),
    "add": Row(_instruction("fadd")),
    "ceil": _intrinsic("ceil"),
    "clip_by_value": Row(_clip, cost=6),
    "divide": Row(_instruction("fdiv"), cost=5),
    "divide_no_nan": Row(_divide_no_nan, cost=6),
    "equal": _comparison("oeq"),
    "exp": _function("exp", 25),
    "expm1": _function("expm1", 25),
    "floor": _intrinsic("floor"),
    "greater": _comparison("ogt"),
    "greater_equal": _comparison("oge"),
    "is_finite": _infinite("olt"),
    "is_inf": _infinite("oeq"),
    "is_nan": Row(lambda t, c, x: t.compare("uno", c, x, x), truth=True),
    "less": _comparison("olt"),
    "less_equal": _comparison("ole"),
    "log": _function("log", 35),
    "log1p": _function("log1p", 40),
    "logical_and": _logic("and"),
    "logical_not": Row(lambda t, c, x: t.both("xor", x, t.all_lanes("true", "i1")), "truth", truth=True),
    "logical_or": _logic("or"),
    "logical_xor": _logic("xor"),
    "maximum": Row(extreme("oge"), cost=4),
    "minimum": Row(extreme("ole"), cost=4),
    "multiply": Row(_instruction("fmul")),
    "negative": Row(lambda t, c, x: t.put(f"fneg {t.type(c)} {x}")),
    "not_equal": _comparison("une"),
    "product": Row(_zeros_kept("fmul"), cost=4),
    "ratio": Row(_zeros_kept("fdiv"), cost=8),
    "relu": Row(lambda t, c, x: extreme("oge")(t, c, x, t.const(0.0, c)), cost=4),
    "round": _intrinsic("rint"),
    "sigmoid": Row(_sigmoid, cost=30),
    "sign": Row(_sign, cost=6),
    "softplus": Row(_softplus, cost=65),
    "sqrt": _intrinsic("sqrt", 8),
    "square": Row(lambda t, c, x: t.binary("fmul", c, x, x)),
    "squared_difference": Row(_difference_squared, cost=2),
    "subtract": Row(_instruction("fsub")),
    "tanh": _function("tanh", 35),
    "where": Row(_select, "choice"),
}

COPIES = ("identity", "stop_gradient", "conj", "reshape", "broadcast_to", "expand_dims", "squeeze")


def cast(t: Text, of: str, to: str, x: Operand) -> Operand:
    """A value in another dtype."""
    if of == to:
        return x
    if to == "?":
        return t.compare("une", of, x, t.const(0.0, of))
    op = {"?": "uitofp", "f": "fpext", "d": "fptrunc"}[of]
    return t.convert(op, x, t.type(of), t.type(to))


def whole_power(t: Text, c: str, x: Operand, exponent: float) -> Operand:
    """x to the power of 1, 2, 3, 4 or -1."""
    if exponent == -1:
        return t.binary("fdiv", c, t.const(1.0, c), x)
    if exponent == 1:
        return x
    square = t.binary("fmul", c, x, x)
    return square if exponent == 2 else t.binary("fmul", c, square, x if exponent == 3 else square)


POWERS: tuple[Any, ...] = (-1, 1, 2, 3, 4)


class Reduction(NamedTuple):
    """How the elements of a value become one.

    Attributes
    ----------
    join
        ``join(text, letter, x, y)``.
    start
        What it begins with.
    """

    join: Write
    start: float


REDUCTIONS: dict[str, Reduction] = {
    "reduce_max": Reduction(extreme("ogt"), float("-inf")),
    "reduce_mean": Reduction(_instruction("fadd"), 0.0),
    "reduce_min": Reduction(extreme("olt"), float("inf")),
    "reduce_sum": Reduction(_instruction("fadd"), 0.0),
}
