"""Samples of the rows that check and change nothing."""

import tapefit.tape.primitives._checks  # noqa: F401 - the row enters the table when imported
from tapefit.tape.testing._domains import real
from tapefit.tape.testing._sample import INF, Samples, Special

CHECKS: dict[str, Samples] = {
    "check_numerics": Samples(
        domains=(real,),
        cases=tuple(((shape,), {"message": "here"}) for shape in ((), (3,), (2, 0))),
        complex=True,
        special=(Special(args=((0.0, -1e30),), gradients=((1.0, 1.0),), params={"message": "here"}),),
        errors=(
            (((1.0, INF),), {"message": "here"}),
            (((1.0, float("nan")),), {"message": "here"}),
            (((1, 2),), {"message": "here"}),
        ),
    ),
}
