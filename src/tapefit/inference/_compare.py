"""Several models side by side, in the layout of R's modelsummary."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tapefit.errors import UsageError
from tapefit.inference import _export
from tapefit.inference._results import RegressionResults
from tapefit.inference._summary import number

_FACTS: dict[str, Callable[[RegressionResults], str]] = {
    "Target": lambda r: r.target,
    "Loss": lambda r: r.loss,
    "Penalty": lambda r: f"{r.penalty} ({_value(r.alpha)})" if r.penalty else "",
    "Constraints": lambda r: (
        f"{sum(r.constraints.active)} of {len(r.constraints.active)} active" if r.constraints else ""
    ),
    "Covariance": lambda r: r.cov_type,
    "Rows": lambda r: f"{r.nobs:,}",
    "R-squared": lambda r: _value(r.rsquared, r.basis.intercept),
    "R-squared (uncentred)": lambda r: _value(r.rsquared, not r.basis.intercept),
    "Adj. R-squared": lambda r: _value(r.rsquared_adj),
    "Pseudo R-squared (Cox-Snell)": lambda r: _value(r.pseudo_rsquared()),
    "Deviance": lambda r: _value(r.deviance),
    "Log-likelihood": lambda r: _value(r.llf),
    "AIC": lambda r: _value(r.aic),
    "BIC": lambda r: _value(r.bic),
    "Residual std. error": lambda r: _value(math.sqrt(r.scale)) if r.scale >= 0 and math.isnan(r.deviance) else "",
    "Dispersion": lambda r: _value(r.scale, not math.isnan(r.deviance)),
    "Mean loss": lambda r: _value(r.loss_value),
}


@dataclass(frozen=True)
class Comparison:
    """Models side by side: a column a model; a term's coefficient with its standard error below it in parentheses.

    Attributes
    ----------
    names
        Of the models.
    models
        Their results.
    """

    names: tuple[str, ...]
    models: tuple[RegressionResults, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of all models, each once, in the order in which they first come."""
        return tuple(dict.fromkeys(name for model in self.models for name in model.names))

    def summary_frame(self, *, backend: str | None = None) -> Any:
        """The terms of each model below those of the one before, as columns or as a dataframe; see `fit`'s results."""
        frames = [model.summary_frame() for model in self.models]
        shared = ("term", "coef", "std_err", "p_value", "ci_lower", "ci_upper")
        columns: dict[str, Any] = {
            "model": [name for name, frame in zip(self.names, frames, strict=True) for _ in frame["term"]],
            **{key: [value for frame in frames for value in frame[key]] for key in shared},
        }
        return columns if backend is None else _export.as_frame(columns, backend)

    def to_dict(self) -> dict[str, Any]:
        """The models as plain numbers, lists and texts for JSON."""
        return {"models": [{"name": n, **m.to_dict()} for n, m in zip(self.names, self.models, strict=True)]}

    def to_markdown(self) -> str:
        """The table in Markdown."""
        coefficients, facts = self._rows()
        return _export.markdown_table(["", *self.names], coefficients + facts)

    def to_latex(self) -> str:
        """The table as a LaTeX tabular, for the package booktabs."""
        coefficients, facts = self._rows()
        return _export.latex_table(["", *self.names], coefficients + facts, rule_before=len(coefficients))

    def __str__(self) -> str:
        coefficients, facts = self._rows()
        table = [["", *self.names], *coefficients, *facts]
        widths = [max(len(row[j]) for row in table) for j in range(len(table[0]))]
        lines = [
            row[0].ljust(widths[0]) + "".join(f"  {c:>{w}}" for c, w in zip(row[1:], widths[1:], strict=True))
            for row in table
        ]
        wide = max(map(len, lines))
        lines = [line.rstrip() for line in lines]
        cut = 1 + len(coefficients)
        return "\n".join([lines[0], "=" * wide, *lines[1:cut], "-" * wide, *lines[cut:], "=" * wide])

    def _rows(self) -> tuple[list[list[str]], list[list[str]]]:
        """The rows of the coefficients, two a term, and those of the models as wholes; empty ones left out."""
        coefficients: list[list[str]] = []
        for term in self.terms:
            pairs = [_cell(model, term) for model in self.models]
            coefficients += [[term, *(pair[0] for pair in pairs)], ["", *(pair[1] for pair in pairs)]]
        facts = [[name, *(show(model) for model in self.models)] for name, show in _FACTS.items()]
        return coefficients, [row for row in facts if any(row[1:])]


def compare(models: Sequence[RegressionResults], *, names: Sequence[str] | None = None) -> Comparison:
    """Put models side by side.

    Parameters
    ----------
    models
        Results of fits.
    names
        Of the models; (1), (2), ... by default.

    Raises
    ------
    UsageError
        If there is no model, something else than results, or another number of names.

    Examples
    --------
    >>> import tapefit
    >>> a = tapefit.fit({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.1, 3.9, 6.2, 7.8]})
    >>> print(tapefit.compare([a]).to_markdown().splitlines()[2])
    | intercept           |     0.15 |
    """
    found = tuple(models) if isinstance(models, (list, tuple)) else (models,)
    if not found or not all(isinstance(model, RegressionResults) for model in found):
        what = "none" if not found else ", ".join(type(model).__name__ for model in found)
        raise UsageError(f"Expected a list of results to compare, got {what}; pass [first, second].")
    called = tuple(f"({i})" for i in range(1, len(found) + 1)) if names is None else tuple(map(str, names))
    if len(called) != len(found):
        raise UsageError(f"Expected a name a model, got {len(called)} for {len(found)}; pass as many.")
    return Comparison(called, found)


def _cell(model: RegressionResults, term: str) -> tuple[str, str]:
    """A coefficient and its standard error in parentheses; empty where the model has no such term."""
    if term not in model.names:
        return "", ""
    j = model.names.index(term)
    if j in model.dropped:
        return "dropped", ""
    if j in model.fixed:
        return number(model.params[j]), "(fixed)"
    return number(model.params[j]), f"({number(model.bse[j])})" if math.isfinite(model.bse[j]) else ""


def _value(value: float, shown: bool = True) -> str:
    return number(value) if shown and math.isfinite(value) else ""
