"""The rows that the reference numbers of `reference/results.json` belong to, without random numbers."""

from __future__ import annotations

import numpy as np

I = np.arange(1.0, 41.0)
X = np.column_stack([I / 7, np.sin(I), 10 * np.cos(2 * I)])
Y = 3 + X @ [2.0, -1.0, 0.1] + (1 + I / 20) * np.sin(5 * I**2)
WEIGHT = 1 + I % 5
NEW = np.array([[0.0, 0.0, 0.0], [3.0, -1.0, 12.5], [100.0, 0.5, -5.0]])

# name: (cov_type, with an intercept, weighted)
CASES: dict[str, tuple[str, bool, bool]] = {
    f"{cov_type}{'' if intercept else ', no intercept'}{', weights' if weighted else ''}": (
        cov_type,
        intercept,
        weighted,
    )
    for cov_type in ("nonrobust", "HC0", "HC1", "HC2", "HC3")
    for intercept in (True, False)
    for weighted in (False, True)
}

# name: (quantile, statsmodels' vcov, our cov_type)
QUANTILES: dict[str, tuple[float, str, str]] = {
    "0.5 robust": (0.5, "robust", "HC0"),
    "0.5 iid": (0.5, "iid", "nonrobust"),
    "0.25 iid": (0.25, "iid", "nonrobust"),
    "0.7 iid": (0.7, "iid", "nonrobust"),
}
