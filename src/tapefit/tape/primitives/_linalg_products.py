"""Products by labels of axes, and the cross product."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from tapefit.tape._primitive import Primitive, primitive

_SMALL = 4096  # elements, below which planning a contraction costs more than it saves


def _einsum(*operands: Any, equation: str) -> Any:
    plan = len(operands) > 2 or max(x.size for x in operands) > _SMALL
    return np.asarray(np.einsum(equation, *operands, optimize=plan))


def _einsum_rule(g: Any, ans: Any, *operands: Any, equation: str, place: int) -> Any:
    """The cotangent stands where the operand stood: the same labels, contracted to those of the operand."""
    inputs, out = equation.split("->")
    labels = inputs.split(",")
    free = (c for c in string.ascii_letters if c not in equation)
    lead = "".join(next(free) for _ in range(len(g.shape) - len(ans.shape)))
    others = [i for i in range(len(operands)) if i != place]
    left = ",".join([lead + out, *(labels[i] for i in others)])
    return einsum(g, *(operands[i] for i in others), equation=f"{left}->{lead}{labels[place]}")


# Every operand names each of its axes once, and each of its labels stands in another operand or in the output.
einsum: Primitive = primitive("einsum", _einsum, variadic=_einsum_rule, reads="args")
cross: Primitive = primitive(
    "cross",
    np.cross,
    lambda g, ans, a, b: cross(b, g),
    lambda g, ans, a, b: cross(g, a),
    broadcasts=True,
    reads="args",
)
