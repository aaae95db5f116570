"""Transform: what an optimizer makes of a gradient, as a pure (init, update) pair.

A transform knows no variables and changes nothing: ``update(g, state, step)`` returns what became of the
gradient and the next state. A chain of transforms is a transform. Source of the idea: optax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from numpy.typing import NDArray

Array = NDArray[Any]
Update = Callable[[Array, Any, "Step"], tuple[Array, Any]]


class Step(NamedTuple):
    """Where an optimizer stands when it updates one parameter.

    Attributes
    ----------
    number
        1 for the first step.
    rate
        The learning rate, a scalar of the parameter's dtype.
    params
        The parameter's value before the step.
    """

    number: int
    rate: Any
    params: Array


class Transform(NamedTuple):
    """A gradient transform.

    Attributes
    ----------
    init
        ``init(params)`` gives the first state: a named tuple of arrays, whose field names are the names of the
        optimizer's slot variables; or a tuple of such states; or ().
    update
        ``update(g, state, step)`` gives the transformed gradient and the next state. It keeps the dtype of `g`.
    """

    init: Callable[[Array], Any]
    update: Update


def stateless(fn: Callable[[Array, Step], Array]) -> Transform:
    """The transform of a function of gradient and step."""
    return Transform(lambda params: (), lambda g, state, step: (fn(g, step), ()))


def chain(*transforms: Transform) -> Transform:
    """One transform after the other.

    Examples
    --------
    >>> import numpy as np
    >>> from tapefit.optimizers import Step, chain, negate, scale_by_rate
    >>> descent = chain(scale_by_rate(), negate())
    >>> w = np.array([1.0, 2.0])
    >>> change, state = descent.update(np.array([10.0, 0.0]), descent.init(w), Step(1, 0.1, w))
    >>> w + change
    array([0., 2.])
    """

    def init(params: Array) -> tuple[Any, ...]:
        return tuple(t.init(params) for t in transforms)

    def update(g: Array, states: tuple[Any, ...], step: Step) -> tuple[Array, tuple[Any, ...]]:
        after = []
        for transform, state in zip(transforms, states, strict=True):
            g, state = transform.update(g, state, step)
            after.append(state)
        return g, tuple(after)

    return Transform(init, update)
