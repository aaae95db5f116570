"""Compare tapefit with TensorFlow and print a table.

    python -m tapefit.testing.conformance [NAME ...]

Runs where both packages are installed; exits with 1 if a difference is not documented.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from typing import Any

from tapefit.testing.conformance._compare import LIMITS, difference, results
from tapefit.testing.conformance._documented import DOCUMENTED
from tapefit.testing.conformance._row import Row
from tapefit.testing.conformance._table import ROWS

SEEDS = (0, 1)


def _compared(ours: Any, theirs: Any, row: Row, dtype: str) -> dict[str, float | str]:
    """The largest difference of each result over the seeds, or what went wrong."""
    worst: dict[str, float | str] = {}
    for seed in SEEDS:
        try:
            wanted = results(theirs, row, dtype, seed)
        except Exception as error:
            return {"value": f"TensorFlow cannot: {str(error)[:60]}"}
        try:
            got = results(ours, row, dtype, seed)
        except Exception as error:
            return {"value": f"tapefit cannot: {type(error).__name__} {str(error)[:80]}"}
        for what, values in wanted.items():
            found = difference(got[what], values)
            before = worst.get(what, 0.0)
            worst[what] = max(found, before) if isinstance(before, float) else before
    return worst


def main(names: list[str]) -> int:
    """Print one line an op and dtype, and the count of differences that are not documented."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tapefit

    tensorflow = importlib.import_module("tensorflow")

    print(f"tapefit {tapefit.__version__} and TensorFlow {tensorflow.__version__}: largest relative differences")
    print(f"{'op':44s} {'dtype':10s} {'value':>9s} {'gradient':>9s} {'second':>9s} {'jvp':>9s}")
    undocumented = compared = 0
    for row in ROWS:
        if names and row.name not in names:
            continue
        for dtype in ("float64", "float32", *(["complex128"] if row.complex else [])):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                worst = _compared(tapefit, tensorflow, row, dtype)
            compared += 1
            first = worst["value"]
            if isinstance(first, str):
                bad = first.startswith("tapefit") and (row.name, "value") not in DOCUMENTED
                print(f"{row.name:44s} {dtype:10s} {first}{'   <-- not documented' if bad else ''}")
                undocumented += bad
                continue
            wrong = [w for w, d in worst.items() if isinstance(d, float) and d > LIMITS[dtype]]
            new = [w for w in wrong if (row.name, w) not in DOCUMENTED]
            undocumented += len(new)
            numbers = " ".join(f"{d:9.1e}" for d in worst.values() if isinstance(d, float))
            known = "; ".join(DOCUMENTED[(row.name, w)] for w in wrong if w not in new)
            print(f"{row.name:44s} {dtype:10s} {numbers}{'   <-- ' + ', '.join(new) if new else ''}{'   ' + known}")
    print(f"{compared} comparisons, {undocumented} undocumented differences")
    return int(undocumented > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
