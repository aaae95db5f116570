"""The metrics by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.metrics import _accuracy as accuracies
from tapefit.metrics._metric import Mean, MeanMetricWrapper
from tapefit.tape import Tensor
from tapefit.tape.ops import _cross_entropy as entropies
from tapefit.tape.ops import _losses as losses
from tapefit.tape.ops._losses import beside, of_one_rank


def _mean_of(class_name: str, fn: Callable[..., Any], name: str, **defaults: Any) -> Any:
    """The class of the mean of a function; its settings follow name and dtype."""

    class Named(MeanMetricWrapper):
        def __init__(self, name: str | None = name, dtype: Any = None, *args: Any, **settings: Any) -> None:
            given = {**dict(zip(defaults, args, strict=False)), **settings}
            unknown = sorted(set(given) - set(defaults))
            if unknown or len(args) > len(defaults):
                raise TypeError(f"{class_name} takes name, dtype, {', '.join(defaults)}, got {unknown or args}.")
            super().__init__(fn, name, dtype, **{**defaults, **given})

    Named.__name__ = Named.__qualname__ = class_name
    Named.__module__ = __name__
    Named.__doc__ = f"""The mean over the rows of all batches of `{fn.__name__}`.

    {(fn.__doc__ or "").strip().partition(chr(10))[0]}

    Parameters
    ----------
    name, dtype
        As for `Metric`.
    settings
        {", ".join(defaults) or "None"}.
    """
    return Named


MeanSquaredError = _mean_of("MeanSquaredError", losses.mean_squared_error, "mean_squared_error")
MeanAbsoluteError = _mean_of("MeanAbsoluteError", losses.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = _mean_of(
    "MeanAbsolutePercentageError", losses.mean_absolute_percentage_error, "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _mean_of(
    "MeanSquaredLogarithmicError", losses.mean_squared_logarithmic_error, "mean_squared_logarithmic_error"
)
LogCoshError = _mean_of("LogCoshError", losses.log_cosh, "logcosh")
Poisson = _mean_of("Poisson", losses.poisson, "poisson")
KLDivergence = _mean_of("KLDivergence", losses.kl_divergence, "kl_divergence")
Hinge = _mean_of("Hinge", losses.hinge, "hinge")
SquaredHinge = _mean_of("SquaredHinge", losses.squared_hinge, "squared_hinge")
CategoricalHinge = _mean_of("CategoricalHinge", losses.categorical_hinge, "categorical_hinge")
Accuracy = _mean_of("Accuracy", accuracies.accuracy, "accuracy")
BinaryAccuracy = _mean_of("BinaryAccuracy", accuracies.binary_accuracy, "binary_accuracy", threshold=0.5)
CategoricalAccuracy = _mean_of("CategoricalAccuracy", accuracies.categorical_accuracy, "categorical_accuracy")
SparseCategoricalAccuracy = _mean_of(
    "SparseCategoricalAccuracy", accuracies.sparse_categorical_accuracy, "sparse_categorical_accuracy"
)
BinaryCrossentropy = _mean_of(
    "BinaryCrossentropy",
    entropies.binary_crossentropy,
    "binary_crossentropy",
    from_logits=False,
    label_smoothing=0,
)
CategoricalCrossentropy = _mean_of(
    "CategoricalCrossentropy",
    entropies.categorical_crossentropy,
    "categorical_crossentropy",
    from_logits=False,
    label_smoothing=0,
    axis=-1,
)
SparseCategoricalCrossentropy = _mean_of(
    "SparseCategoricalCrossentropy",
    entropies.sparse_categorical_crossentropy,
    "sparse_categorical_crossentropy",
    from_logits=False,
    axis=-1,
)


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """The cosine of the angle between the vectors along an axis."""
    return -losses.cosine_similarity(y_true, y_pred, axis)


CosineSimilarity = _mean_of("CosineSimilarity", _cosine, "cosine_similarity", axis=-1)


class RootMeanSquaredError(Mean):
    """The root of the mean of all squared errors.

    Parameters
    ----------
    name, dtype
        As for `Metric`.
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take rows in."""
        true, predicted = (x._array.astype(self.dtype.numpy_dtype) for x in of_one_rank(*beside(y_true, y_pred)))
        super().update_state(np.square(predicted - true), sample_weight)

    def result(self) -> Tensor:
        """The root so far."""
        return Tensor(np.sqrt(super().result()._array))
