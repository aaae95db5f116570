"""The names of `tf.keras.metrics`: those of `tapefit.metrics`."""

from tapefit.metrics import *  # noqa: F403 (the same names, listed in one place)
from tapefit.metrics import __all__ as __all__
