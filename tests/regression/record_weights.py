"""Record what statsmodels' GLM says of frequencies and precisions: python tests/regression/record_weights.py.

The rows are those of glm_cases.py. The numbers go to weights_statsmodels.json, with the versions that made them.
"""

import json
import runpy
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm

HERE = Path(__file__).parent
rows = runpy.run_path(str(HERE / "glm_cases.py"))["rows"]
FAMILIES = {
    "mse": (sm.families.Gaussian(), "size"),
    "poisson": (sm.families.Poisson(), "count"),
    "gamma": (sm.families.Gamma(sm.families.links.Log()), "size"),
    "logistic": (sm.families.Binomial(), "yes"),
}
NUMBERS = ("llf", "deviance", "pearson_chi2", "scale", "df_resid", "aic")


def record(loss, both):
    """The numbers of one model with frequencies 1 to 4, and precisions if both."""
    data = rows()
    family, y = FAMILIES[loss]
    freq = 1.0 + np.arange(60) % 4
    more = {"var_weights": data["time"]} if both else {}
    X = sm.add_constant(np.column_stack([data["x"], data["z"]]))
    fit = sm.GLM(data[y], X, family=family, freq_weights=freq, **more).fit(
        tol=2e-16, maxiter=2000, tol_criterion="params"
    )
    numbers = {name: float(getattr(fit, name)) for name in NUMBERS}
    return {"params": fit.params.tolist(), "bse": fit.bse.tolist(), **numbers}


if __name__ == "__main__":
    out = {
        "made by": "python tests/regression/record_weights.py",
        "statsmodels": statsmodels.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "cases": {
            f"{loss}, {'both' if both else 'frequencies'}": record(loss, both)
            for loss in FAMILIES
            for both in (False, True)
        },
    }
    (HERE / "weights_statsmodels.json").write_text(json.dumps(out, indent=1) + "\n")
