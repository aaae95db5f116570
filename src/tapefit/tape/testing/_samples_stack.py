"""Samples of the rows that take tensors apart and put them together."""

from __future__ import annotations

from tapefit.tape.testing._domains import real
from tapefit.tape.testing._sample import Samples

STACK: dict[str, Samples] = {
    "stack": Samples(
        domains=(real, real, real),
        cases=(
            (((), (), ()), {"axis": 0}),
            (((2,), (2,), (2,)), {"axis": 0}),
            (((2,), (2,), (2,)), {"axis": 1}),
            (((2, 3), (2, 3), (2, 3)), {"axis": 1}),
            (((0, 2), (0, 2), (0, 2)), {"axis": 1}),
        ),
        complex=True,
        errors=((((1.0, 2.0), (1.0,)), {"axis": 0}),),
    ),
    "unstack": Samples(
        domains=(real,),
        cases=(
            (((3,),), {"axis": 0}),
            (((2, 3),), {"axis": 0}),
            (((2, 3),), {"axis": 1}),
            (((2, 1, 3),), {"axis": 1}),
            (((2, 0),), {"axis": 0}),
        ),
        complex=True,
    ),
}
