"""Correct digits on the NIST StRD linear regression sets, tapefit beside its peers.

    python benchmarks/nist.py
    python benchmarks/nist.py --python PATH_WITH_STATSMODELS --data nist_strd.json

Correct digits: the least over the coefficients of -log10 of the relative error against the certified values, capped
at 15; for standard errors likewise. Most contestants get columns of powers; those called poly or Polynomial get x and
the degree. Without --data the sets are those that a formula gives (Wampler1-5, NoInt1-2)
and Norris from examples/. A peer runs in the first interpreter given that has it.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
Answer = tuple[np.ndarray, np.ndarray | None]


def wampler(number: int) -> dict:
    """Wampler1 to 5: y on 1, x, ..., x**5 for x = 0 ... 20 (Wampler 1970); certified values from their making."""
    x = np.arange(21.0)
    smooth = sum(x**k for k in range(6)) if number != 2 else sum((x / 10) ** k for k in range(6))
    noise = {1: 0.0, 2: 0.0, 3: 1.0, 4: 100.0, 5: 10000.0}[number]
    zigzag = np.array([759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048,
                       -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759.0])  # fmt: skip
    beta = [1.0] * 6 if number != 2 else [10.0**-k for k in range(6)]
    errors = np.array([2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350,
                       5.64566512170752, 0.112324854679312])  # fmt: skip
    X = np.column_stack([x**k for k in range(1, 6)])
    y = smooth + noise * zigzag
    return {"X": X, "y": y, "intercept": True, "degree": 5, "beta": beta, "bse": errors * noise}


def no_intercept(number: int) -> dict:
    """NoInt1 and NoInt2: y = x + 70 for x = 60 ... 70, and (3, 4, 4) on (4, 5, 6), through the origin (Eberhardt)."""
    if number == 1:
        x = np.arange(60.0, 71.0)
        return {
            "X": x[:, None],
            "y": x + 70,
            "intercept": False,
            "beta": [2.07438016528926],
            "bse": [0.0165289256198347],
        }
    X, y = np.array([[4.0], [5.0], [6.0]]), np.array([3.0, 4.0, 4.0])
    return {"X": X, "y": y, "intercept": False, "beta": [0.727272727272727], "bse": [0.0420827318078432]}


def norris() -> dict:
    """Norris, as examples/norris.csv holds it."""
    with (ROOT / "examples" / "norris.csv").open(encoding="utf-8") as file:
        rows = [(float(r["x"]), float(r["y"])) for r in csv.DictReader(file)]
    x, y = np.array(rows).T
    beta, bse = [-0.262323073774029, 1.00211681802045], [0.232818234301152, 0.000429796848199937]
    return {"X": x[:, None], "y": y, "intercept": True, "beta": beta, "bse": bse}


def read_sets(path: str | None) -> dict[str, dict]:
    """The sets by name: all eleven from a file, or those that this repository has."""
    if path is None:
        made = {f"Wampler{k}": wampler(k) for k in range(1, 6)} | {f"NoInt{k}": no_intercept(k) for k in (1, 2)}
        return {"Norris": norris()} | made
    out = {}
    for name, case in json.loads(Path(path).read_text(encoding="utf-8")).items():
        given = [np.array(v, dtype=float) for v in case["x"].values()]
        powers = case.get("degree") and len(given) == 1
        columns = [given[0] ** k for k in range(1, case["degree"] + 1)] if powers else given
        out[name] = {
            "X": np.column_stack(columns), "y": np.array(case["y"], dtype=float), "intercept": case["intercept"],
            "degree": len(columns) if powers and len(columns) > 1 else None,
            "beta": case["estimates"], "bse": case["std_devs"],
        }  # fmt: skip
    return out


def design(case: dict) -> np.ndarray:
    """The columns with the intercept's first."""
    return np.column_stack([np.ones(len(case["y"])), case["X"]]) if case["intercept"] else case["X"]


def _tapefit(case: dict) -> Answer:
    import tapefit

    r = tapefit.fit(case["X"], case["y"], intercept=case["intercept"])
    return r.params, r.bse


def _partial(case: dict, size: int = 5, **options: Any) -> Answer:
    import warnings

    from tapefit import LinearRegression

    model = LinearRegression(fit_intercept=case["intercept"], **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the first blocks have fewer rows than columns
        for i in range(0, len(case["y"]), size):
            model.partial_fit(case["X"][i : i + size], case["y"][i : i + size])
    return model.results_.params, model.results_.bse


def _poly(case: dict) -> Answer:
    import tapefit

    data = {"x": case["X"][:, 0], "y": case["y"]}
    r = tapefit.fit(data, features=[tapefit.poly("x", case["degree"])], intercept=case["intercept"])
    return r.params, r.bse


def _poly_partial(case: dict) -> Answer:
    return _partial({**case, "X": case["X"][:, :1]}, poly={0: case["degree"]})


def _polynomial(case: dict) -> Answer:
    fit = np.polynomial.Polynomial.fit(case["X"][:, 0], case["y"], case["degree"])
    return fit.convert().coef, None


def _numpy(case: dict) -> Answer:
    return np.linalg.lstsq(design(case), case["y"])[0], None


def _scipy(case: dict) -> Answer:
    from scipy.linalg import lstsq

    return lstsq(design(case), case["y"])[0], None


def _sklearn(case: dict) -> Answer:
    from sklearn.linear_model import LinearRegression

    model = LinearRegression(fit_intercept=case["intercept"]).fit(case["X"], case["y"])
    return (np.append(model.intercept_, model.coef_) if case["intercept"] else model.coef_), None


def _statsmodels(case: dict) -> Answer:
    import statsmodels.api as sm

    r = sm.OLS(case["y"], design(case)).fit()
    return r.params, r.bse


def _glum(case: dict) -> Answer:
    from glum import GeneralizedLinearRegressor

    model = GeneralizedLinearRegressor(family="normal", alpha=0, fit_intercept=case["intercept"])
    model.fit(case["X"], case["y"])
    return (np.append(model.intercept_, model.coef_) if case["intercept"] else model.coef_), None


PEERS: dict[str, tuple[str, Callable[[dict], Answer]]] = {
    "tapefit": ("tapefit", _tapefit),
    "tapefit partial_fit, 5 rows": ("tapefit", _partial),
    "tapefit poly": ("tapefit", _poly),
    "tapefit poly partial_fit, 5 rows": ("tapefit", _poly_partial),
    "numpy Polynomial.fit": ("numpy", _polynomial),
    "numpy lstsq": ("numpy", _numpy),
    "scipy lstsq": ("scipy", _scipy),
    "scikit-learn": ("sklearn", _sklearn),
    "statsmodels": ("statsmodels", _statsmodels),
    "glum": ("glum", _glum),
}


OF_POWERS = {"tapefit poly", "tapefit poly partial_fit, 5 rows", "numpy Polynomial.fit"}


def digits(found: np.ndarray | None, certified: list[float]) -> float | None:
    """The least number of correct digits; None where nothing is given or the certified value is 0."""
    want = np.asarray(certified, dtype=float)
    if found is None or not want.all():
        return None
    error = np.abs(np.asarray(found) - want) / np.abs(want)
    if not np.isfinite(error).all():
        return 0.0
    return max(0.0, float(np.min(-np.log10(np.maximum(error, 1e-15)))))


def work(name: str, path: str | None) -> None:
    """A worker: the digits of one contestant, as JSON."""
    out = {}
    for set_name, case in read_sets(path).items():
        if name in OF_POWERS and not case.get("degree"):
            out[set_name] = [None, None]
            continue
        try:
            beta, bse = PEERS[name][1](case)
            out[set_name] = [digits(beta, case["beta"]), digits(bse, case["bse"])]
        except Exception as error:  # a peer that raises has no digits
            out[set_name] = [0.0, None]
            print(f"{name}, {set_name}: {error}", file=sys.stderr)
    print(json.dumps({"version": sys.modules[PEERS[name][0]].__version__, "digits": out}))


def main() -> None:
    """Print the tables, or serve as a worker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="a further interpreter to look for packages in")
    parser.add_argument("--data", help="a JSON file with all eleven sets")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.data)
        return
    if find_spec("tapefit") is None:
        sys.exit("tapefit is not installed here; run `pip install -e .` first.")
    found = {name: ask(name, options) for name in PEERS}
    found = {name: answer for name, answer in found.items() if answer}
    sets = list(read_sets(options.data))
    for k, what in enumerate(("coefficients", "standard errors")):
        shown = {n: a for n, a in found.items() if any(a["digits"][s][k] is not None for s in sets)}
        print(f"\nCorrect digits of the {what}\n")
        print("| | " + " | ".join(f"{n} {a['version']}" for n, a in shown.items()) + " |")
        print("|---|" + "---|" * len(shown))
        for s in sets:
            cells = [a["digits"][s][k] for a in shown.values()]
            print(f"| {s} | " + " | ".join("" if c is None else f"{c:.1f}" for c in cells) + " |")


def ask(name: str, options: argparse.Namespace) -> dict | None:
    """A contestant's answer from the first interpreter that has it."""
    extra = ["--data", options.data] if options.data else []
    for python in [sys.executable, *options.python]:
        run = subprocess.run([python, __file__, "--worker", name, *extra], capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return json.loads(run.stdout)
    return None


if __name__ == "__main__":
    main()
