"""The derivatives that people ask for most, in one call each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapefit import nest
from tapefit.tape._convert import convert, like, tensor_of
from tapefit.tape._gradient_tape import GradientTape
from tapefit.tape._tensor import Tensor
from tapefit.tape._variable import Variable


def value_and_gradient(f: Callable[..., Any], *, argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Make of a function one that returns its value and its gradient.

    Parameters
    ----------
    f
        A function of tensors that returns a tensor, or a structure whose elements are summed.
    argnums
        The places of the arguments to differentiate. Each may be a nested structure of tensors, variables, numbers
        and arrays; the others are passed as they are.

    Returns
    -------
    callable
        Takes the arguments of `f` and returns ``(value, gradient)``; the gradient has the structure of the argument,
        a tuple of them if `argnums` is one. Called without positional arguments, the gradient is a tuple, one for each
        trainable variable that `f` reads, in the order in which they were made.

    Raises
    ------
    IndexError
        When called, if an argument named in `argnums` does not come.

    Examples
    --------
    >>> import tapefit as tf
    >>> value, gradient = tf.value_and_gradient(lambda w, x: tf.reduce_sum(w * x))(3.0, [1.0, 2.0])
    >>> float(value), float(gradient)
    (9.0, 3.0)
    """

    @functools.wraps(f)
    def both(*args: Any, **options: Any) -> tuple[Any, Any]:
        chosen = (argnums,) if isinstance(argnums, int) else argnums
        args = _with_sources(args, chosen)
        with GradientTape() as tape:
            sources = tuple(args[i] for i in chosen) if args else None
            _watch(tape, sources)
            value = f(*args, **options)
        if sources is None:
            return value, tape.gradient(value, tape.watched_variables())
        gradients = tape.gradient(value, sources)
        return value, gradients[0] if isinstance(argnums, int) else gradients

    return both


def hessian(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a function with one number as result the function that gives its second derivatives.

    Parameters
    ----------
    f
        A function of a tensor, and of what else it is called with, that returns a tensor of shape ().

    Returns
    -------
    callable
        Takes the arguments of `f`; returns a tensor of shape ``x.shape + x.shape``, with x the first of them.

    Raises
    ------
    ValueError
        When called, if the value of `f` is not of shape ().
    TypeError
        When called, if the first argument is a structure.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.hessian(lambda x: x[0] ** 2 * x[1])(tf.constant([3.0, 5.0])).numpy().tolist()
    [[10.0, 6.0], [6.0, 0.0]]
    """

    @functools.wraps(f)
    def second(x: Any, *args: Any, **options: Any) -> Tensor:
        (x,) = _with_sources((x,), (0,))
        if nest.is_nested(x):
            raise TypeError("hessian expects one tensor as first argument, got a structure; join its parts first.")
        with GradientTape() as outer:
            outer.watch(x)
            g = _gradient(f, x, args, options, scalar=True)
        return outer.jacobian(g, x, unconnected_gradients="zero")  # type: ignore[no-any-return]

    return second


def hvp(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make of a function the one that gives its Hessian times a vector, without the Hessian.

    Parameters
    ----------
    f
        A function of a tensor or a nested structure, and of what else it is called with, that returns a tensor.

    Returns
    -------
    callable
        Takes x, a vector of the structure and shapes of x, and the further arguments of `f`; returns the product, in
        the same structure. The cost is that of a few gradients, whatever the size.

    Raises
    ------
    ValueError
        When called, if the vector has another structure, shape or dtype than x.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.hvp(lambda x: tf.reduce_sum(x**3))(tf.constant([1.0, 2.0]), [1.0, 10.0]).numpy().tolist()
    [6.0, 120.0]
    """

    @functools.wraps(f)
    def product(x: Any, v: Any, *args: Any, **options: Any) -> Any:
        (x,) = _with_sources((x,), (0,))
        leaves = nest.flatten(x)
        if nest.is_nested(x):
            nest.assert_same_structure(x, v)
        along = [
            like(t, tensor_of(s)) for s, t in zip(leaves, nest.flatten(v) if nest.is_nested(x) else [v], strict=True)
        ]
        with GradientTape() as outer:
            _watch(outer, x)
            g = _gradient(f, x, args, options)
        return outer.gradient(g, x, output_gradients=along, unconnected_gradients="zero")

    return product


def _gradient(f: Callable[..., Any], x: Any, args: Any, options: dict[str, Any], scalar: bool = False) -> Any:
    with GradientTape() as tape:
        _watch(tape, x)
        y = f(x, *args, **options)
    if scalar and tuple(y.shape):
        raise ValueError(f"hessian expects a function with a value of shape (), got {tuple(y.shape)}; sum or index it.")
    return tape.gradient(y, x, unconnected_gradients="zero")


def _with_sources(args: tuple[Any, ...], chosen: tuple[int, ...]) -> tuple[Any, ...]:
    """The arguments, those chosen as tensors and variables."""
    if args and max(chosen) >= len(args):
        raise IndexError(f"argnums names argument {max(chosen)}, but {len(args)} came; argnums counts from 0.")
    return tuple(_as_source(a) if i in chosen else a for i, a in enumerate(args))


def _as_source(value: Any) -> Any:
    """A list of numbers is a vector; a structure that holds tensors or arrays stays one."""
    leaves = nest.flatten(value)
    if isinstance(value, (list, tuple)) and leaves and all(isinstance(leaf, (int, float, complex)) for leaf in leaves):
        return convert(value)
    return nest.map_structure(lambda leaf: leaf if isinstance(leaf, (Tensor, Variable)) else convert(leaf), value)


def _watch(tape: GradientTape, sources: Any) -> None:
    """Watch the floating leaves."""
    tape.watch([x for x in nest.flatten(sources) if x is not None and x.dtype.numpy_dtype.kind in "fc"])
