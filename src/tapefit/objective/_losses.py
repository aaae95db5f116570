"""The table of losses. A loss is a function of (y, y_hat) written with tape ops; nothing else about it is coded."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tapefit.errors import UsageError
from tapefit.tape import Tensor
from tapefit.tape.ops import _math as m

LossFunction = Callable[[Any, Any], Any]
Kind = Literal["squares", "pinball", "smooth", "corners"]
Form = Literal["rows", "mean", "sum"]


@dataclass(frozen=True)
class Loss:
    """A loss of observed and predicted values.

    Attributes
    ----------
    name
        What the summary calls it.
    fn
        ``fn(y, y_hat)``: one value a row, or their mean or sum.
    kind
        How it is minimised: "squares" by refined least squares, "pinball" as a linear programme, "smooth" by
        preconditioned descent, "corners" by the same on a smoothing path.
    form
        What `fn` returns: one value a row, or in all rows' mean or sum; None until `check_loss` has seen it.
    level
        For pinball losses: the quantile that is fitted.
    parameters
        The loss's own constants, kept in the model file.
    """

    name: str
    fn: LossFunction
    kind: Kind = "smooth"
    form: Form | None = None
    level: float = 0.5
    parameters: Mapping[str, float] = field(default_factory=dict)


def _mse(y: Tensor, y_hat: Tensor) -> Tensor:
    return m.square(y - y_hat)


def _mae(y: Tensor, y_hat: Tensor) -> Tensor:
    return m.abs(y - y_hat)


def _huber(delta: float) -> LossFunction:
    def huber(y: Tensor, y_hat: Tensor) -> Tensor:
        size = m.abs(y - y_hat)
        return m.where(size <= delta, 0.5 * m.square(y - y_hat), delta * (size - 0.5 * delta))

    return huber


LOSSES: dict[str, Callable[[float], Loss]] = {
    "huber": lambda delta: Loss(f"huber(delta={delta:g})", _huber(delta), form="rows", parameters={"delta": delta}),
    "mae": lambda _: Loss("mae", _mae, "pinball", "rows"),
    "mse": lambda _: Loss("mse", _mse, "squares", "rows"),
}


def find_loss(loss: str | LossFunction, *, delta: float = 1.0) -> Loss:
    """The row of a name, or a row for a function of (y, y_hat).

    Raises
    ------
    UsageError
        If the name is not in the table, `loss` cannot be called, or delta is not positive.
    """
    if isinstance(loss, str) and loss in LOSSES:
        if not (isinstance(delta, numbers.Real) and 0 < delta < float("inf")):
            raise UsageError(f"Expected a positive delta for the huber loss, got {delta!r}; pass one in units of y.")
        return LOSSES[loss](float(delta))
    if isinstance(loss, str) or not callable(loss):
        raise UsageError(
            f"Expected a loss of {', '.join(sorted(LOSSES))} or a function of (y, y_hat), got {loss!r}; "
            "pass one of them."
        )
    return Loss(getattr(loss, "__name__", type(loss).__name__), loss)
