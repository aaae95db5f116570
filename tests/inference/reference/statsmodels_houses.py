"""Prints what statsmodels finds about the houses, as JSON.

python tests/inference/reference/statsmodels_houses.py > tests/inference/reference/statsmodels_houses.json
"""

import json
import pathlib
import platform

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

HOUSES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "houses.csv"
HYPOTHESES = "area = 2, C(region)[T.north] + C(region)[T.south] = age"
ORDER = ["Intercept", "area", "age", "C(region)[T.north]", "C(region)[T.south]", "C(region)[T.west]"]


def inference(r):
    wald = r.wald_test(HYPOTHESES, use_f=True, scalar=True)
    chi2 = r.wald_test(HYPOTHESES, use_f=False, scalar=True)
    t = r.t_test(HYPOTHESES)
    return {
        "params": r.params[ORDER].tolist(),
        "bse": r.bse[ORDER].tolist(),
        "pvalues": r.pvalues[ORDER].tolist(),
        "conf_int": r.conf_int().loc[ORDER].to_numpy().tolist(),
        "fvalue": float(np.squeeze(r.fvalue)),
        "wald": [float(wald.statistic), float(wald.pvalue)],
        "chi2": [float(chi2.statistic), float(chi2.pvalue)],
        "t_effect": np.ravel(t.effect).tolist(),
        "t_sd": np.ravel(t.sd).tolist(),
        "t_value": np.ravel(t.tvalue).tolist(),
        "t_pvalue": np.ravel(t.pvalue).tolist(),
        "t_conf_int": np.asarray(t.conf_int()).tolist(),
    }


def influence(r):
    i = OLSInfluence(r)
    return {
        "hat_matrix_diag": i.hat_matrix_diag.tolist(),
        "resid_studentized_internal": i.resid_studentized_internal.tolist(),
        "resid_studentized_external": i.resid_studentized_external.tolist(),
        "resid_press": i.resid_press.tolist(),
        "cooks_distance": i.cooks_distance[0].tolist(),
        "dffits": i.dffits[0].tolist(),
        "dffits_internal": i.dffits_internal[0].tolist(),
        "dfbeta": i.dfbeta.tolist(),
        "dfbetas": i.dfbetas.tolist(),
    }


def main():
    d = pd.read_csv(HOUSES)
    i = np.arange(len(d))
    d["block"], d["year"] = i % 9, i // 11
    both = d[["block", "year"]].to_numpy()
    model = smf.ols("price ~ area + age + C(region)", d)
    weighted = smf.wls("price ~ area + age + C(region)", d, weights=1 + i % 3)
    poisson = smf.glm("price ~ area + age", d, family=sm.families.Poisson())
    one = {"cov_type": "cluster", "cov_kwds": {"groups": d.block}}
    two = {"cov_type": "cluster", "cov_kwds": {"groups": both}}
    fitted = poisson.fit(tol=1e-15, **one)
    out = {
        "provenance": {
            "command": "python tests/inference/reference/statsmodels_houses.py",
            "python": platform.python_version(),
            "statsmodels": statsmodels.__version__,
            "numpy": np.__version__,
        },
        "nonrobust": inference(model.fit()),
        **{kind: inference(model.fit(cov_type=kind, use_t=True)) for kind in ("HC0", "HC1", "HC2", "HC3")},
        "cluster": inference(model.fit(use_t=True, **one)),
        "two-way cluster": inference(model.fit(use_t=True, **two)),
        "weighted cluster": inference(weighted.fit(use_t=True, **one)),
        "poisson cluster": {"params": fitted.params.tolist(), "bse": fitted.bse.tolist()},
        "vif": [variance_inflation_factor(model.exog, model.exog_names.index(name)) for name in ORDER[1:]],
        "influence": influence(smf.ols("price ~ area + age", d.iloc[:12]).fit()),
    }
    print(json.dumps(out, indent=1))


main()
