"""What TensorFlow keeps under `tf.experimental`: NumPy's functions of tensors."""

from tapefit.experimental import numpy

__all__ = ["numpy"]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
