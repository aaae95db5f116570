"""Checks of gradients, and the samples that every row of the table is checked on."""

from tapefit.tape.testing._check_grads import check_grads
from tapefit.tape.testing._laws import check_dtype, check_recorded, check_rows
from tapefit.tape.testing._sample import Samples
from tapefit.tape.testing._samples import SAMPLES

__all__ = ["SAMPLES", "Samples", "check_dtype", "check_grads", "check_recorded", "check_rows"]
