"""Records what statsmodels' GLM.fit_constrained gives: python tests/regression/record_constrained.py

Writes constrained_statsmodels.json beside this file.
"""

import json
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm

FAMILIES = {"poisson": sm.families.Poisson(), "logistic": sm.families.Binomial(), "mse": sm.families.Gaussian()}


def main() -> None:
    """Fit each family under two equations."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    eta = 0.3 + X @ [0.5, -0.4, 0.2, 0.1]
    y = {
        "poisson": rng.poisson(np.exp(eta)).astype(float),
        "logistic": (rng.uniform(size=300) < 1 / (1 + np.exp(-eta))).astype(float),
        "mse": eta + rng.normal(size=300),
    }
    found = {}
    for loss, family in FAMILIES.items():
        r = sm.GLM(y[loss], sm.add_constant(X), family).fit_constrained("x1 + x2 = 0.2, x3 = x4", tol=1e-14)
        found[loss] = {"y": y[loss].tolist(), "params": r.params.tolist(), "bse": r.bse.tolist(), "llf": float(r.llf)}
    report = {"made_by": f"statsmodels {statsmodels.__version__}", "X": X.tolist(), "fits": found}
    Path(__file__).with_name("constrained_statsmodels.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main()
