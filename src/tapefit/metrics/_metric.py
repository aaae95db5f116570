"""Metric: a number about targets and predictions that adds up over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapefit.tape import Tensor, Variable
from tapefit.tape._whole import as_effect
from tapefit.tape.ops._losses import beside, of_one_rank
from tapefit.types import DType, as_dtype, float32

_INITIAL = {"zeros": np.zeros, "ones": np.ones}


class Metric:
    """What metrics share; give your own an ``update_state`` that changes weights and a ``result`` that reads them.

    Parameters
    ----------
    dtype
        Of the weights and the result; float32 by default.
    name
        What `get_config` calls it.

    Examples
    --------
    >>> import tapefit as tf
    >>> class Largest(tf.metrics.Metric):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.top = self.add_weight(name="top", initializer="zeros")
    ...     def update_state(self, values):
    ...         self.top.assign(tf.maximum(self.top, tf.reduce_max(values)))
    ...     def result(self):
    ...         return self.top.value()
    >>> largest = Largest()
    >>> largest.update_state(tf.constant([1.0, 5.0]))
    >>> largest(tf.constant([2.0, 3.0]))
    <tf.Tensor: shape=(), dtype=float32, numpy=5.0>
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or type(self).__name__.lower()
        self._dtype = float32 if dtype is None else as_dtype(dtype)
        self._weights: list[Variable] = []

    @property
    def dtype(self) -> DType:
        """Of the weights and the result."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The weights."""
        return list(self._weights)

    def add_weight(
        self, shape: Any = (), initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a variable that `update_state` changes and `reset_state` sets to zeros.

        Parameters
        ----------
        shape, dtype, name
            Of the variable; the dtype is that of the metric by default.
        initializer
            ``"zeros"``, ``"ones"``, or a function from shape and dtype to the value.
        """
        if isinstance(shape, str):  # the order of older versions: name first
            shape, name = (), shape
        dims, to = tuple(shape), self._dtype if dtype is None else as_dtype(dtype)
        if not callable(initializer) and initializer not in _INITIAL:
            raise ValueError(f"There is no initializer {initializer!r}; use 'zeros', 'ones' or a function.")
        value = initializer(dims, to) if callable(initializer) else _INITIAL[initializer](dims, to.numpy_dtype)
        weight = Variable(value, trainable=False, dtype=to, name=name)
        self._weights.append(weight)
        return weight

    add_variable = add_weight

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Under tf.function, what a metric does to its weights is done anew in each call."""
        super().__init_subclass__(**kwargs)
        for name in ("update_state", "result", "reset_state"):
            if name in cls.__dict__:
                setattr(cls, name, as_effect(cls.__dict__[name]))

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch in."""
        raise NotImplementedError(f"{type(self).__name__} is a metric; give it an update_state.")

    def result(self) -> Any:
        """The number over all batches so far."""
        raise NotImplementedError(f"{type(self).__name__} is a metric; give it a result().")

    @as_effect
    def reset_state(self) -> None:
        """Forget all batches."""
        for weight in self._weights:
            weight.assign(np.zeros(weight.shape, weight.dtype.numpy_dtype))

    def reset_states(self) -> None:
        """`reset_state`; its older name."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch in, and give the number over all batches so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {"name": self.name, "dtype": self._dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """A metric from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class _Total(Metric):
    """A metric that keeps the sum of values, and of their weights."""

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_weight(name="total")

    def _rows(self, values: Any, sample_weight: Any, reduce: Callable[..., Any]) -> tuple[Any, Any]:
        """One weighted value a row, and the weights; other axes reduced by sum or mean."""
        row, w = _array(values).astype(self._dtype.numpy_dtype), None
        if sample_weight is not None:
            row, w = (x._array for x in of_one_rank(Tensor(row), beside(sample_weight, Tensor(row))[0]))
            if row.ndim > w.ndim:
                row = reduce(row, axis=tuple(range(w.ndim, row.ndim)))
            w = np.broadcast_to(w, row.shape)
            row = row * w
            w = reduce(w, axis=tuple(range(1, w.ndim))) if w.ndim > 1 else w
        return (reduce(row, axis=tuple(range(1, row.ndim))) if row.ndim > 1 else row), w


class Sum(_Total):
    """The weighted sum of values.

    Parameters
    ----------
    name, dtype
        As for `Metric`.
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values in, each times its weight."""
        self.total.assign_add(np.sum(self._rows(values, sample_weight, np.sum)[0]))

    def result(self) -> Tensor:
        """The sum so far."""
        return self.total.value()


class Mean(_Total):
    """The weighted mean of values; 0 before the first.

    Parameters
    ----------
    name, dtype
        As for `Metric`.

    Examples
    --------
    >>> import tapefit as tf
    >>> mean = tf.metrics.Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean(8.0)
    <tf.Tensor: shape=(), dtype=float32, numpy=4.0>
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.count = self.add_weight(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take values in, each with its weight."""
        rows, weights = self._rows(values, sample_weight, np.mean)
        self.total.assign_add(np.sum(rows))
        self.count.assign_add(float(np.sum(weights)) if weights is not None else float(len(rows) if rows.ndim else 1))

    def result(self) -> Tensor:
        """The mean so far."""
        total, count = _array(self.total), _array(self.count)
        return Tensor(total / count if count else np.zeros_like(total))


class MeanMetricWrapper(Mean):
    """The mean over the rows of a function of targets and predictions.

    Parameters
    ----------
    fn
        ``fn(y_true, y_pred, **settings)`` gives one value a row.
    name, dtype
        As for `Metric`.
    settings
        Keyword arguments of `fn`.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **settings: Any) -> None:
        super().__init__(name or fn.__name__, dtype)
        self._fn, self._settings = fn, settings

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take rows in.

        Parameters
        ----------
        y_true, y_pred
            Targets and predictions.
        sample_weight
            A weight a row.
        """
        super().update_state(self._fn(_cut(y_true), _cut(y_pred), **self._settings), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {**super().get_config(), **self._settings}


def _array(x: Any) -> Any:
    """The bare array of a tensor or variable, or of anything else that becomes an array."""
    return np.asarray(x._value._array if isinstance(x, Variable) else x._array if isinstance(x, Tensor) else x)


def _cut(x: Any) -> Any:
    """The same values, which no tape follows: a metric is looked at, not differentiated."""
    return Tensor(_array(x)) if isinstance(x, (Tensor, Variable)) else x
