"""check_grads: gradients from the tape against differences of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapefit import nest
from tapefit.errors import GradientCheckError
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable

_STEP = 1e-3  # with fourth-order differences: truncation and rounding both near 1e-12

Arrays = list[NDArray[Any]]


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    *,
    order: int = 2,
    rtol: float = 1e-6,
    atol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Compare the tape's gradients of a function with central differences, to second order.

    With random weights v, the scalar ``s(x) = Re(sum(conj(v) * f(x)))`` has the gradient
    ``ds/d(Re x) + i ds/d(Im x)``, which is also TensorFlow's convention for complex x. The next order applies
    the same check to the gradient as a function, computed under a nested tape. All arguments are first
    moved at once, in one random direction and to half of the tolerance; only where that disagrees is each element
    moved by itself, which then decides and names the place.

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors.
    args
        Its arguments: numbers or arrays. Floating ones are widened to float64 (complex128) and differentiated,
        the others are passed as they are.
    order
        How many times to differentiate, 1 or more.
    rtol, atol
        The difference allowed: ``atol + rtol * max(1, largest gradient)``.
    seed
        Of the random weights.

    Raises
    ------
    GradientCheckError
        At the first gradient that differs; the message names argument, place, order and both values.

    Examples
    --------
    >>> import tapefit as tf
    >>> from tapefit.testing import check_grads
    >>> check_grads(lambda x, y: tf.sin(x) * y, [[0.5, 1.0], 2.0])
    """
    values = [widened(a) for a in args]
    rng = np.random.default_rng(seed)
    for n in range(1, order + 1):
        weights = _weights(rng, outputs_of(f, values))
        _compare(f, values, weights, n, rtol, atol)
        f = _gradient_function(f, weights, [v.dtype.kind in "fc" for v in values])


def widened(value: Any) -> NDArray[Any]:
    """`value` as an array, floating and complex numbers in double precision."""
    array = np.array(value)
    return array.astype({"f": np.float64, "c": np.complex128}.get(array.dtype.kind, array.dtype))


def outputs_of(f: Callable[..., Any], values: Sequence[Any]) -> list[Tensor]:
    """The floating outputs of `f`, flat."""
    leaves = nest.flatten(f(*map(Tensor, values)))
    return [t for t in leaves if isinstance(t, (Tensor, Variable)) and t.dtype.numpy_dtype.kind in "fc"]  # type: ignore[misc]


def _weights(rng: np.random.Generator, outputs: list[Tensor]) -> Arrays:
    """One random weight an output element, away from zero."""
    return [random_weight(rng, tuple(t.shape), t.dtype.numpy_dtype) for t in outputs]


def random_weight(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Numbers between 0.5 and 1.5 in absolute value, of random sign or direction."""
    size = rng.uniform(0.5, 1.5, shape)
    if dtype.kind == "c":
        return np.asarray(size * np.exp(2j * np.pi * rng.uniform(size=shape)), dtype)
    return np.asarray(size * rng.choice([-1.0, 1.0], shape), dtype)


def _gradient_function(f: Callable[..., Any], weights: Arrays, floating: list[bool]) -> Callable[..., Any]:
    """The gradient of the weighted outputs, as a function of the same arguments."""

    def gradient(*xs: Tensor) -> Any:
        sources = [x for x, yes in zip(xs, floating, strict=True) if yes]
        with GradientTape() as tape:
            tape.watch(sources)
            ys = nest.flatten(f(*xs))
        ys = [y for y in ys if y.dtype.numpy_dtype.kind in "fc"]
        return tape.gradient(ys, sources, output_gradients=weights, unconnected_gradients="zero")

    return gradient


def _compare(f: Callable[..., Any], values: Arrays, weights: Arrays, order: int, rtol: float, atol: float) -> None:
    chosen = [i for i, v in enumerate(values) if v.dtype.kind in "fc"]
    xs = [Tensor(v) for v in values]
    with GradientTape() as tape:
        tape.watch([xs[i] for i in chosen])
        ys = [y for y in nest.flatten(f(*xs)) if y.dtype.numpy_dtype.kind in "fc"]
    found = tape.gradient(ys, [xs[i] for i in chosen], output_gradients=weights) if ys else [None] * len(chosen)
    gradients = {i: _gradient_at(values, i, g, order) for i, g in zip(chosen, found or [], strict=True)}

    def s(vs: Arrays) -> float:
        return _weighted(f, vs, weights)

    if _agrees_along_a_direction(s, values, gradients, rtol, atol):
        return
    for (i, got), g in zip(gradients.items(), found or [], strict=True):
        _must_agree(got, _differences(s, values, i), i, order, rtol, atol, g is None)


def _gradient_at(values: Arrays, i: int, g: Any, order: int) -> NDArray[Any]:
    """A gradient as an array, zeros for None; it has the shape and dtype of its argument."""
    got = np.zeros_like(values[i]) if g is None else np.asarray(g.numpy())
    if got.shape != values[i].shape or got.dtype != values[i].dtype:
        raise GradientCheckError(
            f"the gradient of argument {i} (order {order}) has shape {got.shape} and dtype {got.dtype}; expected "
            f"those of the argument, {values[i].shape} and {values[i].dtype}."
        )
    return got


def _agrees_along_a_direction(
    s: Callable[[Arrays], float], values: Arrays, gradients: dict[int, NDArray[Any]], rtol: float, atol: float
) -> bool:
    """Whether the slope of s in a random direction is the one that the gradients foretell."""
    smallest = min((float(np.max(np.abs(g), initial=0.0)) for g in gradients.values()), default=0.0)
    allowed = (atol + rtol * max(1.0, smallest)) / 2  # no component of the direction is below a half
    rng = np.random.default_rng(0)
    along = {i: random_weight(rng, g.shape, g.dtype) * np.maximum(1.0, np.abs(values[i])) for i, g in gradients.items()}
    foretold = sum(float(np.sum(np.real(np.conj(g) * along[i]))) for i, g in gradients.items())
    return abs(_slope(s, values, along, _STEP) - foretold) <= allowed


def _must_agree(
    got: NDArray[Any], wanted: NDArray[Any], i: int, order: int, rtol: float, atol: float, missing: bool
) -> None:
    allowed = atol + rtol * max(1.0, float(np.max(np.abs(wanted), initial=0.0)))
    wrong = np.argwhere(~(np.abs(got - wanted) <= allowed))
    if len(wrong):
        place = tuple(int(k) for k in wrong[0])
        came = "None" if missing else f"{got[place]!s}"
        raise GradientCheckError(
            f"the gradient of argument {i} (order {order}) at {list(place)} is {came}, but differences of the values "
            f"give {wanted[place]!s}; check the rule of the op, or move the sample away from a kink."
        )


def _weighted(f: Callable[..., Any], values: Arrays, weights: Arrays) -> float:
    ys = outputs_of(f, values)
    return float(sum(np.sum(np.real(np.conj(w) * y._array)) for w, y in zip(weights, ys, strict=True)))


def _differences(s: Callable[[Arrays], float], values: Arrays, i: int) -> NDArray[Any]:
    """ds/d(Re x) + i ds/d(Im x) of argument `i`, element by element, by fourth-order central differences."""
    out = np.zeros_like(values[i])
    for place in np.ndindex(values[i].shape):
        for unit in (1.0, 1j) if values[i].dtype.kind == "c" else (1.0,):
            along = np.zeros_like(values[i])
            along[place] = unit
            out[place] += unit * _slope(s, values, {i: along}, _STEP * max(1.0, float(np.abs(values[i][place]))))
    return out


def _slope(s: Callable[[Arrays], float], values: Arrays, along: dict[int, NDArray[Any]], h: float) -> float:
    """ds/dt of ``s(values + t * along)`` at t = 0, by fourth-order central differences of step `h`."""

    def at(steps: float) -> float:
        return s([v + steps * h * along[i] if i in along else v for i, v in enumerate(values)])

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
