"""Losses of predictions, under the names of `tf.losses`, the old and the new."""

from tapefit.tape.ops._losses import huber, log_cosh, mean_absolute_error, mean_squared_error

MAE = mae = mean_absolute_error
MSE = mse = mean_squared_error

__all__ = [
    "MAE",
    "MSE",
    "huber",
    "log_cosh",
    "mae",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
]
