"""Write what statsmodels says about the models of `glm_cases.py` to glm_statsmodels.json.

Run with statsmodels installed: ``python tests/regression/record_glm.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from glm_cases import CASES, rows

FAMILIES = {
    "gamma": sm.families.Gamma,
    "logistic": sm.families.Binomial,
    "mse": sm.families.Gaussian,
    "poisson": sm.families.Poisson,
    "tweedie": sm.families.Tweedie,
}
LINKS = {
    "identity": sm.families.links.Identity,
    "inverse": sm.families.links.InversePower,
    "log": sm.families.links.Log,
    "logit": sm.families.links.Logit,
    "probit": sm.families.links.Probit,
    "sqrt": sm.families.links.Sqrt,
}


def sandwich(fit, power):
    """Standard errors with each score over (1 - leverage)**power.

    GLM of this version gives those of HC0 for HC1 to HC3, too, so that they are put together here from its own scores,
    Hessian and weights (whose roots its own leverages need, but some are negative).
    """
    X, scores = fit.model.exog, fit.model.score_obs(fit.params)
    bread = np.linalg.inv(-fit.model.hessian(fit.params))
    free = 1 - fit.model.hessian_factor(fit.params) * np.einsum("ij,jk,ik->i", X, bread, X)
    rows = scores @ bread / free[:, None] ** power
    return np.sqrt(np.square(rows).sum(axis=0))


def robust(fit):
    """Standard errors of other covariances than the model's own."""
    n, k = fit.model.exog.shape
    groups = np.arange(n) % 7
    cluster = fit.model.fit(
        cov_type="cluster", cov_kwds={"groups": groups}, start_params=fit.params, tol=2e-16, tol_criterion="params"
    )
    out = {"HC0": sandwich(fit, 0), "HC1": sandwich(fit, 0) * np.sqrt(n / (n - k))}
    out |= {"HC2": sandwich(fit, 0.5), "HC3": sandwich(fit, 1), "cluster": cluster.bse}
    return {name: value.tolist() for name, value in out.items()}


def influence(fit):
    """What the first rows do to the fit."""
    found = fit.get_influence(observed=False)
    return {
        "hat_matrix_diag": found.hat_matrix_diag[:4].tolist(),
        "resid_studentized_internal": found.resid_studentized[:4].tolist(),
        "cooks_distance": found.cooks_distance[0][:4].tolist(),
        "dfbeta": found.d_params[:4].tolist(),
    }


def record(case):
    """The numbers of one model, and the mean of its first rows with intervals."""
    data = rows()
    X = sm.add_constant(np.column_stack([data["x"], data["z"]]))
    family = FAMILIES[case["loss"]](
        LINKS[case["link"]](), **({"var_power": case["power"], "eql": False} if "power" in case else {})
    )
    more = {
        "offset": data[case["offset"]] if "offset" in case else None,
        "exposure": data[case["exposure"]] if "exposure" in case else None,
        "var_weights": data[case["weight"]] if "weight" in case else None,
    }
    # its own start leaves the domain of the identity link
    start = [data[case["y"]].mean(), 0.0, 0.0] if case["link"] == "identity" else None
    fit = sm.GLM(data[case["y"]], X, family=family, **{k: v for k, v in more.items() if v is not None}).fit(
        tol=2e-16, maxiter=2000, tol_criterion="params", start_params=start
    )
    new = {k: v[:5] for k, v in more.items() if k in ("offset", "exposure") and v is not None}
    frame = fit.get_prediction(X[:5], **new).summary_frame(alpha=0.1)
    return {
        "params": fit.params.tolist(),
        "bse": fit.bse.tolist(),
        "pvalues": fit.pvalues.tolist(),
        "conf_int": fit.conf_int(0.1).tolist(),
        "llf": float(fit.llf),
        "aic": float(fit.aic),
        "bic": float(fit.bic_llf),
        "deviance": float(fit.deviance),
        "pearson_chi2": float(fit.pearson_chi2),
        "scale": float(fit.scale),
        "null_deviance": float(fit.null_deviance),
        "llnull": float(fit.llnull),
        "pseudo_rsquared": {kind: float(fit.pseudo_rsquared(kind)) for kind in ("cs", "mcf")},
        "robust": robust(fit),
        "influence": influence(fit),
        "predicted": {name: frame[name].tolist() for name in ("mean", "mean_se", "mean_ci_lower", "mean_ci_upper")},
    }


if __name__ == "__main__":
    out = {
        "made by": "python tests/regression/record_glm.py",
        "statsmodels": statsmodels.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "cases": {name: record(case) for name, case in CASES.items()},
    }
    cases = out.pop("cases")
    lines = [f'"{name}": {json.dumps(values)}' for name, values in cases.items()]
    head = json.dumps(out)[1:-1]
    text = "{" + head + ', "cases": {\n' + ",\n".join(lines) + "\n}}\n"
    Path(__file__).with_name("glm_statsmodels.json").write_text(text)
