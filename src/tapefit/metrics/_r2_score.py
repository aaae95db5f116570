"""The coefficient of determination."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapefit.metrics._metric import Metric
from tapefit.tape import Tensor
from tapefit.tape.ops._losses import beside, of_one_rank

_SUMS = ("squared_sum", "sum", "residual", "count")


class R2Score(Metric):
    """The coefficient of determination of each output, 1 - residual sum of squares / total sum of squares, averaged.

    Parameters
    ----------
    class_aggregation
        ``"uniform_average"`` of the outputs' scores, ``"variance_weighted_average"``, or None for each.
    name, dtype
        As for `Metric`.
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if class_aggregation not in ("uniform_average", "variance_weighted_average", None):
            raise ValueError(
                f"class_aggregation must be 'uniform_average', 'variance_weighted_average' or None, got "
                f"{class_aggregation!r}."
            )
        self.class_aggregation = class_aggregation
        self._sums: list[Any] = []

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take rows in: both of shape (rows, outputs).

        Raises
        ------
        ValueError
            If one of them has not two axes.
        """
        true, predicted = (x._array.astype(self.dtype.numpy_dtype) for x in of_one_rank(*beside(y_true, y_pred)))
        if true.ndim != 2 or predicted.ndim != 2:
            raise ValueError(
                f"R2Score expects shape (rows, outputs), got {true.shape} and {predicted.shape}; reshape them."
            )
        if not self._sums:
            self._sums = [
                self.add_weight((true.shape[1],), name=n) for n in ("squared_sum", "sum", "residual", "count")
            ]
        w = np.ones((), true.dtype) if sample_weight is None else np.asarray(sample_weight, true.dtype)
        w = np.broadcast_to(w[:, None] if w.ndim == 1 else w, true.shape)
        for weight, values in zip(
            self._sums, (true * true, true, (true - predicted) ** 2, np.ones_like(true)), strict=True
        ):
            weight.assign_add(np.sum(values * w, axis=0))

    def result(self) -> Tensor:
        """The score so far."""
        squares, total, residual, count = (np.asarray(s._value._array) for s in self._sums)
        with np.errstate(all="ignore"):
            spread = squares - total * (total / count)
            scores = 1 - residual / spread
        scores = np.where(np.isinf(scores), np.zeros_like(scores), scores)
        if self.class_aggregation is None:
            return Tensor(scores)
        if self.class_aggregation == "uniform_average":
            return Tensor(np.mean(scores, dtype=scores.dtype))
        return Tensor(np.sum(spread * scores) / np.sum(spread))

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {**super().get_config(), "class_aggregation": self.class_aggregation}
