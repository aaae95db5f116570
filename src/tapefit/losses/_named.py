"""The losses by name, as objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.losses._loss import FunctionLoss, Loss
from tapefit.tape import Tensor
from tapefit.tape.ops import _cross_entropy as entropies
from tapefit.tape.ops import _losses as losses

_MEAN = "sum_over_batch_size"


def _plain(class_name: str, fn: Callable[..., Tensor], name: str) -> Any:
    """The class of a loss without settings."""

    class Named(FunctionLoss):
        def __init__(self, reduction: str | None = _MEAN, name: str | None = name, dtype: Any = None) -> None:
            super().__init__(fn, reduction, name, dtype)

    Named.__name__ = Named.__qualname__ = class_name
    Named.__doc__ = f"""The mean over the rows of `{fn.__name__}`.

    {fn.__doc__}

    Parameters
    ----------
    reduction, name, dtype
        As for `Loss`.
    """
    Named.__module__ = __name__
    return Named


MeanSquaredError = _plain("MeanSquaredError", losses.mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _plain("MeanAbsoluteError", losses.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _plain(
    "MeanAbsolutePercentageError", losses.mean_absolute_percentage_error, "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _plain(
    "MeanSquaredLogarithmicError", losses.mean_squared_logarithmic_error, "mean_squared_logarithmic_error"
)
LogCosh = _plain("LogCosh", losses.log_cosh, "log_cosh")
Poisson = _plain("Poisson", losses.poisson, "poisson")
KLDivergence = _plain("KLDivergence", losses.kl_divergence, "kl_divergence")
Hinge = _plain("Hinge", losses.hinge, "hinge")
SquaredHinge = _plain("SquaredHinge", losses.squared_hinge, "squared_hinge")
CategoricalHinge = _plain("CategoricalHinge", losses.categorical_hinge, "categorical_hinge")


class Huber(FunctionLoss):
    """Squares of small errors, absolute values of large ones: the mean over the rows of `huber`.

    Parameters
    ----------
    delta
        The error from which on the loss grows in a straight line.
    reduction, name, dtype
        As for `Loss`.

    Examples
    --------
    >>> import tapefit as tf
    >>> tf.losses.Huber(delta=1.0)([0.0, 0.0], [0.5, 3.0])
    <tf.Tensor: shape=(), dtype=float32, numpy=1.3125>
    """

    def __init__(
        self, delta: float = 1.0, reduction: str | None = _MEAN, name: str | None = "huber_loss", dtype: Any = None
    ) -> None:
        super().__init__(losses.huber, reduction, name, dtype, delta=delta)


class CosineSimilarity(FunctionLoss):
    """-cos of the angle between targets and predictions: the mean over the rows of `cosine_similarity`.

    Parameters
    ----------
    axis
        The axis of the vectors.
    reduction, name, dtype
        As for `Loss`.
    """

    def __init__(
        self, axis: int = -1, reduction: str | None = _MEAN, name: str | None = "cosine_similarity", dtype: Any = None
    ) -> None:
        super().__init__(losses.cosine_similarity, reduction, name, dtype, axis=axis)


class BinaryCrossentropy(FunctionLoss):
    """Cross entropy of two classes: the mean over the rows of `binary_crossentropy`.

    Parameters
    ----------
    from_logits, label_smoothing, axis
        As for `binary_crossentropy`.
    reduction, name, dtype
        As for `Loss`.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = _MEAN,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(entropies.binary_crossentropy, reduction, name, dtype, **settings)


class BinaryFocalCrossentropy(FunctionLoss):
    """Cross entropy that looks at the rows predicted badly: the mean over the rows of `binary_focal_crossentropy`.

    Parameters
    ----------
    apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis
        As for `binary_focal_crossentropy`.
    reduction, name, dtype
        As for `Loss`.
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = _MEAN,
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            entropies.binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(FunctionLoss):
    """Cross entropy of one-hot labels: the mean over the rows of `categorical_crossentropy`.

    Parameters
    ----------
    from_logits, label_smoothing, axis
        As for `categorical_crossentropy`.
    reduction, name, dtype
        As for `Loss`.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = _MEAN,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(entropies.categorical_crossentropy, reduction, name, dtype, **settings)


class SparseCategoricalCrossentropy(Loss):
    """Cross entropy of class numbers: the mean over the rows of `sparse_categorical_crossentropy`.

    Parameters
    ----------
    from_logits, ignore_class, axis
        As for `sparse_categorical_crossentropy`; a mean is one over the rows that are not ignored.
    reduction, name, dtype
        As for `Loss`.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = _MEAN,
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self._settings: dict[str, Any] = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """One value a row."""
        values = entropies.sparse_categorical_crossentropy(y_true, y_pred, **self._settings)
        ignored = self._settings["ignore_class"]
        if ignored is None or self.reduction in ("none", "sum"):
            return values
        counted = int(np.sum(y_true.numpy() != ignored))
        return values * (values._array.size / counted) if counted else values

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {**super().get_config(), **self._settings}
