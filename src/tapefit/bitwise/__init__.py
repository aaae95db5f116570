"""Ops on the bits of whole numbers, under TensorFlow's names in `tf.bitwise`."""

from tapefit.tape.ops._bits import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]
