"""Comparing tapefit with an installed TensorFlow, op by op: ``python -m tapefit.testing.conformance``."""

from tapefit.testing.conformance._row import Row
from tapefit.testing.conformance._table import ROWS

__all__ = ["ROWS", "Row"]
