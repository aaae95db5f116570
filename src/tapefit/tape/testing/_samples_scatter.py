"""Samples of the rows that compare what meets at a place, and of those that read bits."""

from __future__ import annotations

import tapefit.tape.primitives._bits
import tapefit.tape.primitives._scatter  # noqa: F401 - the rows enter the table when imported
from tapefit.tape.testing._domains import index, spaced
from tapefit.tape.testing._sample import Case, Samples, Special

_CASES: tuple[Case, ...] = (
    (((3,), (5,), (5, 1)), {}),
    (((3, 2), (4, 2), (4, 1)), {}),
    (((3, 2), (2, 3), (2, 3, 2)), {}),
    (((3,), (0,), (0, 1)), {}),
)


def _scattered(sign: float) -> Samples:
    """An array, elements put into it, their coordinates; `sign` is 1 for the larger, -1 for the smaller."""
    ties = Special(
        args=((4.0 * sign, 2.0 * sign), (2.0 * sign, 2.0 * sign, 3.0 * sign), ((1,), (1,), (0,))),
        gradients=((1.0, 1 / 3), (1 / 3, 1 / 3, 0.0), None),
    )
    return Samples(
        domains=(spaced(), spaced(0.25), index(2)),
        cases=_CASES,
        special=(ties,),
        errors=((((1.0, 2.0), (1.0,), ((7,),)), {}),),
    )


SCATTER: dict[str, Samples] = {
    "scatter_max": _scattered(1.0),
    "scatter_min": _scattered(-1.0),
    "bitcast": Samples(
        domains=(spaced(),),
        cases=((((3,),), {"dtype": "int64"}), (((2, 3),), {"dtype": "int32"}), (((),), {"dtype": "uint8"})),
    ),
}
