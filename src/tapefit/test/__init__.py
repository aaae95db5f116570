"""Checks under the names of `tf.test`; `tapefit.testing` has stronger ones."""

from tapefit.test._compute_gradient import compute_gradient

__all__ = ["compute_gradient"]
