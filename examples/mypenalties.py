"""Penalties to be named on the command line, as in ``--penalty examples/mypenalties.py:level_differences``."""

import numpy as np


def level_differences(slopes):
    """The squared differences of neighbouring slopes."""
    return np.sum((slopes[1:] - slopes[:-1]) ** 2)
