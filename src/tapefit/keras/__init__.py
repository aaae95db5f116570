"""The part of `tf.keras` that programs around a tape use; the packages are those of `tapefit` itself."""

from tapefit.keras import losses, metrics, optimizers

__all__ = ["losses", "metrics", "optimizers"]
