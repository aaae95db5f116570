"""The summary: results as plain text, in the layout that users of statsmodels and R know."""

from __future__ import annotations

import itertools
import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from tapefit.inference._collinearity import WORTH_A_WORD

if TYPE_CHECKING:
    from tapefit.inference._results import RegressionResults

_WIDTH = 78
_LONGEST_NAME = 40


def render(results: RegressionResults) -> str:
    """Rows and warnings, the fit as a whole, the coefficients, and how they were found."""
    r = results
    table = _coefficients(r)
    width = max(_WIDTH, len(table[0]))
    rows = f"Rows: {r.rows.read:,} read, {r.rows.used:,} used, {r.rows.dropped:,} dropped"
    lines = [f"{_title(r):^{width}}".rstrip(), "=" * width, rows]
    for text in r.warnings:
        lines += textwrap.wrap(f"Warning: {text}", width, subsequent_indent="  ")
    lines += ["-" * width, *_facts(r, width), "=" * width, table[0], "-" * width, *table[1:], "=" * width]
    for text in (r.message, _collinear(r)):
        lines += textwrap.wrap(text, width)
    return "\n".join(lines)


def _collinear(r: RegressionResults) -> str:
    """A sentence on the two columns that are nearly collinear, if any are."""
    pair = r.collinear
    if pair is None or not pair.condition >= WORTH_A_WORD:
        return ""
    a, b = pair.first, pair.second
    return (
        f"Nearly collinear: {_shortened(r.names[a])} and {_shortened(r.names[b])} (condition number "
        f"{pair.condition:.3g}, VIF {r.vif[a]:.3g} and {r.vif[b]:.3g})."
    )


def _title(r: RegressionResults) -> str:
    return f"Linear regression of {r.target}"


def _facts(r: RegressionResults, width: int) -> list[str]:
    """Two columns of names and values."""
    left = [
        ("Loss", r.loss),
        *([("Link", r.link)] if r.link != "identity" else []),
        *_offsets(r),
        *_weights(r),
        *_limits(r),
        ("Mean loss", number(r.loss_value)),
        ("Solver", r.solver),
        ("Steps", f"{r.n_iter:,}"),
        ("Converged", "yes" if r.converged else "no"),
        ("Covariance", r.cov_type),
        ("Condition number", f"{r.condition_number:.3g}"),
        ("Df residuals", f"{r.df_resid:,}"),
    ]
    kind = "R-squared" if r.basis.intercept else "R-squared (uncentred)"
    right = [
        _spread(r),
        ("Deviance", number(r.deviance)),
        ("Null deviance", number(r.null_deviance)),
        ("Pearson chi2", number(r.pearson_chi2)),
        ("Pseudo R2 (Cox-S.)", f"{r.pseudo_rsquared():.6g}"),
        (kind, f"{r.rsquared:.6g}"),
        ("Adj. R-squared", f"{r.rsquared_adj:.6g}"),
        ("F-statistic", number(r.fvalue)),
        ("Prob (F-statistic)", probability(r.f_pvalue)),
        ("Log-likelihood", number(r.llf)),
        ("AIC / BIC", f"{number(r.aic)} / {number(r.bic)}"),
    ]
    facts = left + [(name, value) for name, value in right if value and "nan" not in value]
    rows, half = -(-len(facts) // 2), (width - 4) // 2
    cells = [_entry(name, value, half if i < rows else width - 4 - half) for i, (name, value) in enumerate(facts)]
    return [f"{a}    {b}".rstrip() for a, b in itertools.zip_longest(cells[:rows], cells[rows:], fillvalue="")]


def _weights(r: RegressionResults) -> list[tuple[str, str]]:
    """The columns of the weights, and the number of observations where a row stands for several."""
    found = []
    if r.freq_weights is not None:
        found += [("Frequencies", _shortened(r.freq_weights or "values")), ("Observations", f"{r.nobs:,}")]
    if r.var_weights is not None:
        found.append(("Var. weights", _shortened(r.var_weights or "values")))
    return found


def _offsets(r: RegressionResults) -> list[tuple[str, str]]:
    """What was added to the linear predictor, by the names of the columns."""
    parts = [] if r.offset is None else [_shortened(r.offset) or "values"]
    parts += [] if r.exposure is None else [f"log({_shortened(r.exposure) or 'values'})"]
    return [("Offset", " + ".join(parts))] if parts else []


def _limits(r: RegressionResults) -> list[tuple[str, str]]:
    """The penalty and the number of constraints, if there are any."""
    strength = f", alpha {r.alpha:.4g}" if r.alpha == r.alpha else ""
    out = [("Penalty", f"{_shortened(r.penalty)}{strength}")] if r.penalty else []
    if r.constraints is not None:
        held = sum(r.constraints.active)
        out.append(("Constraints", f"{len(r.constraints.active):,}, {held or 'none'} active"))
    return out


def _spread(r: RegressionResults) -> tuple[str, str]:
    """The residual standard deviation, or for a likelihood family its dispersion."""
    if not np.isnan(r.deviance):
        return "Dispersion", number(r.scale)
    return "Residual std. error", number(math.sqrt(r.scale)) if r.scale >= 0 else ""


def _entry(name: str, value: str, width: int) -> str:
    return f"{name + ':':<20}{value:>{max(width - 20, 0)}}"


def _coefficients(r: RegressionResults) -> list[str]:
    """The header and one line a term."""
    statistic = "t" if r.use_t else "z"
    edge = (1 - r.confidence_level) / 2
    heads = ("coef", "std err", statistic, f"P>|{statistic}|", f"[{edge:.4g}", f"{1 - edge:.4g}]")
    names = [_shortened(name) for name in r.names]
    low, high = r.conf_int().T
    body = [
        (number(c), number(s), fixed(t), probability(p), number(a), number(b))
        for c, s, t, p, a, b in zip(r.params, r.bse, r.tvalues, r.pvalues, low, high, strict=True)
    ]
    for j in r.dropped:
        body[j] = ("dropped", "", "", "", "", "")
    for j in r.fixed:
        body[j] = (body[j][0], "fixed", "", "", "", "")
    first = max([len(name) for name in names] + [10])
    widths = [max(len(line[j]) for line in [heads, *body]) + 2 for j in range(len(heads))]
    spare = max(_WIDTH - first - sum(widths), 0)
    widths = [w + spare // len(widths) + (j < spare % len(widths)) for j, w in enumerate(widths)]
    return [
        _row("", heads, first, widths),
        *(_row(n, line, first, widths) for n, line in zip(names, body, strict=True)),
    ]


def _row(name: str, cells: tuple[str, ...], first: int, widths: list[int]) -> str:
    return f"{name:<{first}}" + "".join(f"{cell:>{w}}" for cell, w in zip(cells, widths, strict=True))


def _shortened(name: str) -> str:
    plain = "".join(c if c.isprintable() else "?" for c in name)
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"


def number(value: float) -> str:
    """Six significant digits."""
    return f"{value:.6g}"


def fixed(value: float) -> str:
    """A test statistic: three decimals, or six digits where it is large."""
    return f"{value:.3f}" if abs(value) < 1e5 else f"{value:.4g}"


def probability(value: float) -> str:
    """Three decimals, and a bound where those would all be 0."""
    if np.isnan(value):
        return "nan"
    return "<0.001" if value < 0.0005 else f"{value:.3f}"
