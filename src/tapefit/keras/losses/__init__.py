"""The names of `tf.keras.losses`: those of `tapefit.losses`."""

from tapefit.losses import MAE, MSE, huber, log_cosh, mae, mean_absolute_error, mean_squared_error, mse

__all__ = ["MAE", "MSE", "huber", "log_cosh", "mae", "mean_absolute_error", "mean_squared_error", "mse"]
