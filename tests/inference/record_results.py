"""Print the reference numbers of `test_results.py`, from statsmodels.

python tests/inference/record_results.py > tests/inference/reference/results.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import statsmodels
import statsmodels.api as sm

sys.path.insert(0, str(Path(__file__).parent))
from results_cases import CASES, NEW, QUANTILES, WEIGHT, X, Y


def plain(value: object) -> object:
    return np.asarray(value).tolist()


def linear(cov_type: str, intercept: bool, weighted: bool) -> dict[str, object]:
    design, new = (sm.add_constant(v, has_constant="add") if intercept else v for v in (X, NEW))
    weight = WEIGHT if weighted else np.ones(len(Y))
    # statsmodels looks for an implied constant; ours is given or not
    model = sm.WLS(Y, design, weights=weight, hasconst=intercept)
    r = model.fit(cov_type=cov_type, use_t=True)
    frame = r.get_prediction(new).summary_frame(alpha=0.1)
    names = (
        "params",
        "bse",
        "tvalues",
        "pvalues",
        "rsquared",
        "rsquared_adj",
        "fvalue",
        "f_pvalue",
        "llf",
        "aic",
        "bic",
    )
    return {
        **{name: plain(getattr(r, name)) for name in (*names, "scale", "df_resid", "df_model", "nobs")},
        "conf_int": plain(r.conf_int(0.1)),
        "cov_params": plain(r.cov_params()),
        "prediction": {name: plain(frame[name]) for name in frame.columns},
    }


def quantile(q: float, vcov: str) -> dict[str, object]:
    r = sm.QuantReg(Y, sm.add_constant(X)).fit(q=q, vcov=vcov, p_tol=1e-12, max_iter=100_000)
    return {"params": plain(r.params), "bse": plain(r.bse)}


def main() -> None:
    out = {
        "program": f"statsmodels {statsmodels.__version__}, NumPy {np.__version__}",
        "command": "python tests/inference/record_results.py",
        "linear": {name: linear(*case) for name, case in CASES.items()},
        "quantile": {name: quantile(q, vcov) for name, (q, vcov, _) in QUANTILES.items()},
    }
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
