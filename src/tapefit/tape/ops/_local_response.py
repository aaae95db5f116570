"""Local response normalization."""

from __future__ import annotations

from typing import Any

from tapefit.tape._convert import like, tensor_of
from tapefit.tape._tensor import Tensor
from tapefit.tape.ops._arrange import pad
from tapefit.tape.ops._math import add, add_n, divide, multiply, pow, square


def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: Any = 1, alpha: Any = 1, beta: Any = 0.5, name: str | None = None
) -> Tensor:
    """Each element over a power of the squares around it in the last axis.

    ``input / (bias + alpha * sum of input**2 from depth - depth_radius to depth + depth_radius) ** beta``

    Parameters
    ----------
    input
        Of four dimensions, the depth last.
    depth_radius
        How far the sum reaches to either side.
    bias, alpha, beta
        Numbers.

    Raises
    ------
    ValueError
        If the tensor has not four dimensions.
    """
    x = tensor_of(input)
    if x.ndim != 4:
        raise ValueError(f"local_response_normalization expects 4 dimensions, got {x.ndim}; add axes of length 1.")
    depth = x._array.shape[-1]
    reach = min(int(depth_radius), max(depth - 1, 0))
    wide = pad(square(x), [(0, 0)] * 3 + [(reach, reach)])
    around = add_n([wide[..., k : k + depth] for k in range(2 * reach + 1)])
    scale = add(multiply(around, like(float(alpha), x)), like(float(bias), x))
    return divide(x, pow(scale, like(float(beta), x)))
