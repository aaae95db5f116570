"""Checks for your own functions: are their gradients right?"""

from tapefit.tape.testing._check_grads import check_grads
from tapefit.tape.testing._laws import check_dtype, check_recorded, check_rows

__all__ = ["check_dtype", "check_grads", "check_recorded", "check_rows"]
