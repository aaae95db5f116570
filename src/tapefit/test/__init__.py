"""Checks under the names of `tf.test`; `tapefit.testing` has stronger ones."""

from tapefit.test._compute_gradient import compute_gradient

__all__ = ["compute_gradient"]


def __getattr__(name: str) -> object:
    from tapefit._absent import absent

    raise absent(__name__, name)
