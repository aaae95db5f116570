"""The names of `tf.keras.losses`: those of `tapefit.losses`."""

from tapefit.losses import *  # noqa: F403 (the same names, listed in one place)
from tapefit.losses import __all__ as __all__
