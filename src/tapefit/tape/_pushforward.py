"""The tangent of a step's answer, found from the step's own rules by transposing them.

A rule is linear in its cotangent: ``rule(g) = J^T g``. Run on a tensor ``g`` under a recorder and swept back with
the tangent ``t`` as cotangent, it gives ``J t``; so forward mode needs no second table of derivatives. Where J is
diagonal it is its own transpose, and the rule applied to the tangent is the answer at once.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from tapefit.tape._backward import Record, sweep, unbroadcast
from tapefit.tape._primitive import Primitive, Rule
from tapefit.tape._stack import next_uid, stack
from tapefit.tape._tensor import Tensor
from tapefit.tape.primitives import broadcast_to

Part = tuple[Rule, Tensor, Tensor]  # a rule, its argument, and the argument's tangent

# Rows whose rules multiply element by element. Leaving one out costs time only; a test compares both ways.
# fmt: off
DIAGONAL = frozenset({
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "bessel_i", "bessel_ie", "bessel_j",
    "bessel_k", "bessel_ke", "bessel_y", "betainc", "broadcast_to", "check_numerics", "clip_by_value", "conj",
    "cos", "cosh", "dawsn", "digamma", "divide", "divide_no_nan", "erf", "erfc", "erfcinv", "erfinv", "exp",
    "expint", "expm1", "floormod", "fresnel_cos", "fresnel_sin", "identity", "igamma", "igammac", "lgamma", "log",
    "log1p", "maximum", "minimum", "multiply", "multiply_no_nan", "ndtri", "negative", "polygamma", "pow",
    "product", "ratio", "reciprocal", "relu", "rsqrt", "sigmoid", "sign", "sin", "sinh", "softplus", "spence",
    "sqrt", "square", "squared_difference", "subtract", "tan", "tanh", "where", "xdivy", "xlog1py", "xlogy", "zeta",
})
# fmt: on


class Recorder:
    """The least that listens: what is followed, and the records."""

    __slots__ = ("_gathers", "_live", "_records")
    _watch_accessed = False

    def __init__(self) -> None:
        self._live: set[int] = set()
        self._records: list[Record] = []
        self._gathers = False


def pushforward(
    primitive: Primitive,
    args: tuple[Tensor, ...],
    answer: Any,
    params: dict[str, Any] | None,
    tangents: list[Tensor | None],
) -> list[Tensor | None]:
    """The tangents of a step's outputs.

    Parameters
    ----------
    primitive, args, answer, params
        The step, as tapes record it.
    tangents
        One an argument, of its shape and dtype; None where there is none.

    Returns
    -------
    list
        One an output, of its shape and dtype; None where no tangent reaches it.
    """
    outputs = [answer] if type(answer) is Tensor else list(answer)
    rules = primitive.rules or primitive.repeated(len(args))
    parts = [(r, a, t) for r, a, t in zip(rules, args, tangents, strict=True) if r is not None and t is not None]
    if not parts or not any(y._array.dtype.kind in "fc" for y in outputs):
        return [None] * len(outputs)
    if primitive.name in DIAGONAL and all(t._array.dtype == answer._array.dtype for _, _, t in parts):
        return [_diagonal(primitive, parts, args, answer, params or {})]
    return _transposed(primitive, parts, args, outputs, params or {})


def _diagonal(
    primitive: Primitive, parts: list[Part], args: tuple[Tensor, ...], answer: Tensor, params: dict[str, Any]
) -> Tensor:
    """The sum over the arguments of rule(t): on tensors while somebody listens, else on bare arrays."""
    listening = bool(stack.tapes)
    values: Any = args if listening else [a._array for a in args]
    ans: Any = answer if listening else answer._array
    shape = answer._array.shape
    total: Any = None
    with np.errstate(all="ignore") if primitive.quiet and not listening else nullcontext():
        for rule, _, tangent in parts:
            t: Any = tangent if listening else tangent._array
            if t.shape != shape:
                t = broadcast_to(t, shape=shape)
            part = rule(t, ans, *values, **params)
            total = part if total is None else total + part
    return total if type(total) is Tensor else Tensor(total)


def _transposed(
    primitive: Primitive, parts: list[Part], args: tuple[Tensor, ...], outputs: list[Tensor], params: dict[str, Any]
) -> list[Tensor | None]:
    """Record the rules as functions of the cotangent, and sweep the tangents back through them."""
    gs = [_zeros(y) if y._array.dtype.kind in "fc" else None for y in outputs]
    recorder, others = Recorder(), stack.tapes
    recorder._live.update(g._uid for g in gs if g is not None)
    keep = set(recorder._live)
    stack.tapes = [*others, recorder]  # type: ignore[list-item]
    try:
        seeds = _run_rules(primitive, parts, args, outputs, gs, params, recorder._live)
    finally:
        stack.tapes = others
    found = sweep(recorder._records, seeds, recorder._live, keep)
    tangents = [None if g is None else found.get(g._uid) for g in gs]
    return [t if t is None or type(t) is Tensor else Tensor(t) for t in tangents]


def _run_rules(
    primitive: Primitive,
    parts: list[Part],
    args: tuple[Tensor, ...],
    outputs: list[Tensor],
    gs: list[Tensor | None],
    params: dict[str, Any],
    live: set[int],
) -> dict[int, Any]:
    """The arguments' tangents, by the number of what their rules gave for the cotangents `gs`."""
    seeds: dict[int, Any] = {}
    listening = len(stack.tapes) > 1
    g, ans = (tuple(gs), tuple(outputs)) if primitive.outputs else (gs[0], outputs[0])
    for rule, a, tangent in parts:
        part = rule(g, ans, *args, **params)
        if part is None:
            continue
        if primitive.broadcasts and part.shape != a.shape:
            part = unbroadcast(part, a._array.shape)
        if type(part) is not Tensor or part._uid not in live:
            raise LookupError(
                f"The gradient of {primitive.name} does not reach its cotangent by ops that tapes record, so it has no "
                "forward mode; write its gradient function with tf ops instead of NumPy arrays."
            )
        t = tangent if listening else tangent._array
        seeds[part._uid] = seeds[part._uid] + t if part._uid in seeds else t
    return seeds


def _zeros(y: Tensor) -> Tensor:
    """A cotangent for `y`: rules are linear in it, so that its value does not matter and takes no memory."""
    array = y._array
    return Tensor(np.broadcast_to(np.zeros((), array.dtype), array.shape), next_uid())
