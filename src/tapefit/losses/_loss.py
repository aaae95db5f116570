"""Loss: a function of targets and predictions, reduced to one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapefit.tape import Tensor
from tapefit.tape.ops._losses import beside, of_one_rank
from tapefit.tape.ops._math import cast
from tapefit.tape.ops._reduce import reduce_mean, reduce_sum

REDUCTIONS = ("auto", "mean", "mean_with_sample_weight", "none", "sum", "sum_over_batch_size")


class Reduction:
    """How the losses of the rows become one number."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All of them."""
        return REDUCTIONS


class Loss:
    """What loss objects share; give your own a ``call(y_true, y_pred)`` with one value a row.

    Parameters
    ----------
    name
        What `get_config` calls it.
    reduction
        ``"sum_over_batch_size"`` (or ``"auto"``, ``"mean"``) for the mean over all rows, ``"sum"``, or ``"none"`` for
        one value a row; ``"mean_with_sample_weight"`` divides by the sum of the weights.
    dtype
        The dtype to compute in; by default that of the predictions.

    Raises
    ------
    ValueError
        If there is no such reduction.

    Examples
    --------
    >>> import tapefit as tf
    >>> class Quartic(tf.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return (y_true - y_pred) ** 4
    >>> Quartic()(tf.constant([1.0, 2.0]), tf.constant([2.0, 4.0]))
    <tf.Tensor: shape=(), dtype=float32, numpy=8.5>
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        chosen = "none" if reduction is None else reduction
        if chosen not in REDUCTIONS:
            raise ValueError(f"There is no reduction {reduction!r}; use one of {', '.join(REDUCTIONS)}.")
        self.name = name or type(self).__name__.lower()
        self.reduction = chosen
        self.dtype = dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss.

        Parameters
        ----------
        y_true, y_pred
            Targets and predictions.
        sample_weight
            A weight a row, or one that broadcasts against the rows' losses.
        """
        true, predicted = beside(y_true, y_pred)
        if self.dtype is not None:
            true, predicted = (cast(x, self.dtype) for x in (true, predicted))
        return reduced(self.call(true, predicted), sample_weight, self.reduction)

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """One value a row."""
        raise NotImplementedError(f"{type(self).__name__} is a loss; give it a call(self, y_true, y_pred).")

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """A loss from what `get_config` returned."""
        return cls(**config)


class FunctionLoss(Loss):
    """The loss of a function of targets and predictions.

    Parameters
    ----------
    fn
        ``fn(y_true, y_pred, **settings)`` gives one value a row.
    reduction, name, dtype
        As for `Loss`.
    settings
        Keyword arguments of `fn`.
    """

    def __init__(
        self,
        fn: Callable[..., Tensor],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **settings: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self._fn, self._settings = fn, settings

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """One value a row."""
        return self._fn(y_true, y_pred, **self._settings)

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {**super().get_config(), **self._settings}


def reduced(values: Tensor, sample_weight: Any, reduction: str) -> Tensor:
    """The losses of rows, weighted, and made one number unless `reduction` is ``"none"``."""
    weights = None
    if sample_weight is not None:
        values, weights = of_one_rank(values, beside(sample_weight, values)[0])
        values = values * weights
    if reduction == "none" or not values.ndim or values.shape == (0,):
        return values
    if reduction == "sum":
        return reduce_sum(values)
    if reduction == "mean_with_sample_weight" and weights is not None:
        return reduce_sum(values) / reduce_sum(weights)
    return reduce_mean(values)
