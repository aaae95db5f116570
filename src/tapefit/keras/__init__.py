"""The part of `tf.keras` that programs around a tape use; the packages are those of `tapefit` itself."""

from tapefit.keras import losses, metrics, optimizers

__all__ = ["losses", "metrics", "optimizers"]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
